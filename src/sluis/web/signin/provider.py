"""The sign-in provider (OpenID Connect): where it is, its keys, and what it says of a person, checked.

Authorization code with PKCE, state and nonce. Every question has a time limit, no redirect is followed, and an answer
is read only to a limit. Where the provider is and its keys are asked once an hour; an unknown key is looked up at
once, at most twice a minute, so that a provider may change keys without a pause and a stranger cannot make us ask.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from sluis.settings import Settings
from sluis.web.signin.failures import provider_down, provider_wrong, token_refused

# No "none", and no secret shared with the client: only keys that the provider alone has.
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SKEW_SECONDS: Final = 60
_OLDEST_SECONDS: Final = 600
_KEPT_SECONDS: Final = 3600.0
_LOOK_AGAIN_SECONDS: Final = 30.0
_MOST_BYTES: Final = 512 * 1024
_ALGORITHM_OF_CURVE: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider said, checked: its claims about the person, and its own name of the session."""

    claims: Mapping[str, object] = field(repr=False)
    session: str | None = field(repr=False)


@dataclass
class _Kept:
    value: Mapping[str, Any]
    at: float


@dataclass
class Provider:
    """One provider, as the settings name it; made once per process."""

    settings: Settings
    redirect_uri: str
    monotonic: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _found: dict[str, _Kept] = field(default_factory=dict, init=False, repr=False)

    @property
    def issuer(self) -> str:
        """The provider's name, as its tokens carry it."""
        assert self.settings.oidc_issuer is not None
        return self.settings.oidc_issuer

    def begin(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return the address at the provider that the person goes to."""
        client = OAuth2Client(
            None,
            client_id=self.settings.oidc_client_id,
            scope=self.settings.oidc_scopes,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )
        address, _ = client.create_authorization_url(
            self._endpoint("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
        )
        return str(address)

    def finish(self, *, code: str, nonce: str, verifier: str, at: datetime) -> Said:
        """Return what the provider says of who came back with `code`; raises `SignInFailed` when it cannot count."""
        token = self._exchange(code, verifier)
        text = token.get("id_token")
        if not isinstance(text, str):
            raise provider_wrong()
        claims = self.check_id_token(text, nonce=nonce, access_token=token.get("access_token"), at=at)
        session = claims.get("sid")
        told = {**self._userinfo(token, str(claims["sub"])), **claims}
        return Said(told, session if isinstance(session, str) else None)

    def check_id_token(
        self, text: str, *, nonce: str, access_token: object = None, at: datetime
    ) -> Mapping[str, object]:
        """Return the claims of an id_token; raises `SignInFailed` unless this provider made it, for us, now."""
        decoded = self._decode(text)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True}},
            {"nonce": nonce, "client_id": self.settings.oidc_client_id, "access_token": access_token},
        )
        try:
            claims.validate(now=int(at.timestamp()), leeway=SKEW_SECONDS)
        except JoseError:
            raise token_refused() from None
        self._check_audience_and_age(decoded.claims, at)
        if not nonce or decoded.claims.get("nonce") != nonce:
            raise token_refused()
        return dict(decoded.claims)

    def check_logout_token(self, text: str, *, at: datetime) -> str:
        """Return the provider's name of the session that ended (OpenID Connect Back-Channel Logout 1.0, 2.6)."""
        claims = self._decode(text).claims
        self._check_audience_and_age(claims, at)
        events, session, expires = claims.get("events"), claims.get("sid"), claims.get("exp")
        is_logout = isinstance(events, dict) and _LOGOUT_EVENT in events and "nonce" not in claims
        is_alive = isinstance(expires, int) and expires > at.timestamp() - SKEW_SECONDS
        if claims.get("iss") != self.issuer or not is_logout or not is_alive or not isinstance(session, str):
            raise token_refused()
        return session

    def goodbye(self, back: str) -> str | None:
        """Return the address at the provider where the person ends that session too; None where it has none."""
        address = self._discovery().get("end_session_endpoint")
        if not isinstance(address, str) or not self._is_safe(address):
            return None
        query = urlencode({"client_id": self.settings.oidc_client_id, "post_logout_redirect_uri": back})
        return f"{address}{'&' if '?' in address else '?'}{query}"

    def _check_audience_and_age(self, claims: Mapping[str, Any], at: datetime) -> None:
        audience, made = claims.get("aud"), claims.get("iat")
        ours = self.settings.oidc_client_id
        if audience != ours and not (isinstance(audience, list) and ours in audience):
            raise token_refused()
        if not isinstance(made, (int, float)) or not -SKEW_SECONDS <= at.timestamp() - made <= _OLDEST_SECONDS:
            raise token_refused()

    def _decode(self, text: str) -> jwt.Token:
        for again in (False, True):
            try:
                return jwt.decode(text, self._keys(again=again), algorithms=ALGORITHMS)
            except (JoseError, ValueError, TypeError, KeyError):
                # Perhaps the key is newer than ours: look once, then it is refused.
                continue
        raise token_refused()

    def _proof(self) -> ClientAuth:
        """Return how Sluis proves itself. The key is an ECKey: given as text, Authlib would take it for RSA."""
        settings = self.settings
        if settings.oidc_client_secret_file is not None:
            secret = settings.oidc_client_secret_file.read_text(encoding="utf-8").strip()
            return ClientAuth(settings.oidc_client_id, secret, "client_secret_basic")
        assert settings.oidc_client_key_file is not None  # the settings want one of the two
        key = ECKey.import_key(settings.oidc_client_key_file.read_bytes())
        # RFC 7523 lets the provider be named by its issuer; newer rules ask just that.
        method = PrivateKeyJWT(self.issuer, alg=_ALGORITHM_OF_CURVE[key.curve_name])
        return ClientAuth(settings.oidc_client_id, key, method)

    def _limits(self) -> dict[str, Any]:
        authority = self.settings.oidc_ca_file
        return {
            "timeout": self.settings.oidc_timeout_seconds,
            "follow_redirects": False,
            "trust_env": False,
            "verify": True if authority is None else str(authority),
        }

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        address = self._endpoint("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        address, headers, body = self._proof().prepare("POST", address, headers, urlencode(form))
        return self._ask(address, headers, body=body)

    def _userinfo(self, token: Mapping[str, Any], subject: str) -> Mapping[str, object]:
        address = self._discovery().get("userinfo_endpoint")
        access = token.get("access_token")
        if not isinstance(address, str) or not isinstance(access, str) or not self._is_safe(address):
            return {}
        found = self._ask(address, {"Authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise token_refused()
        return found

    def _endpoint(self, name: str) -> str:
        address = self._discovery().get(name)
        if not isinstance(address, str) or not self._is_safe(address):
            raise provider_wrong()
        return address

    def _is_safe(self, address: str) -> bool:
        """Return whether an address that the provider names may be used: https, or as plain as the issuer itself."""
        return urlsplit(address).scheme in {"https", urlsplit(self.issuer).scheme} and bool(urlsplit(address).netloc)

    def _discovery(self) -> Mapping[str, Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._kept("discovery", lambda: self._ask(address), again=False)
        if found.get("issuer") != self.issuer:
            self._found.pop("discovery", None)
            raise provider_wrong()
        return found

    def _keys(self, *, again: bool) -> KeySet:
        address = self._endpoint("jwks_uri")
        found = self._kept("keys", lambda: self._ask(address), again=again)
        # A key that we cannot use does not keep the others from counting.
        keys = [key for key in found.get("keys", ()) if isinstance(key, dict) and key.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": keys})

    def _kept(self, name: str, ask: Callable[[], Mapping[str, Any]], *, again: bool) -> Mapping[str, Any]:
        with self._lock:
            kept = self._found.get(name)
            age = None if kept is None else self.monotonic() - kept.at
            if kept is not None and age is not None and age < (_LOOK_AGAIN_SECONDS if again else _KEPT_SECONDS):
                return kept.value
        value = ask()
        with self._lock:
            self._found[name] = _Kept(value, self.monotonic())
        return value

    def _ask(
        self, address: str, headers: Mapping[str, str] | None = None, *, body: str | None = None
    ) -> Mapping[str, Any]:
        given = {"Accept": "application/json", **(headers or {})}
        try:
            with (
                httpx.Client(**self._limits()) as client,
                client.stream("GET" if body is None else "POST", address, headers=given, content=body) as answer,
            ):
                if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                    raise provider_down()
                if answer.status_code != httpx.codes.OK:
                    # Asked with a code or a token: that was forged, used or too old. The words are not repeated.
                    raise provider_wrong() if headers is None else token_refused()
                return _as_object(_read_to_limit(answer, self.monotonic, self.settings.oidc_timeout_seconds))
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise provider_down() from None


def _read_to_limit(answer: httpx.Response, monotonic: Callable[[], float], seconds: float) -> bytes:
    """Return the body; a provider that sends too much, or drop by drop, is one that does not answer."""
    began, content = monotonic(), b""
    for portion in answer.iter_bytes():
        content += portion
        if len(content) > _MOST_BYTES:
            raise provider_wrong()
        if monotonic() - began > seconds:
            raise provider_down()
    return content


def _as_object(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        raise provider_wrong() from None
    if not isinstance(found, dict):
        raise provider_wrong()
    return found
