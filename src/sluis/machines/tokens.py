"""OAuth 2 client credentials with `private_key_jwt` (RFC 6749, RFC 7523), and the tokens that follow (RFC 9068).

An assertion proves the machine's key; a token is bound to that key (`cnf.jkt`), to an agreement and to a purpose. A
token alone opens nothing: each request is signed with the same key. Whether machine and key still count is looked up
at every request, so a revocation needs no list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from sluis.machines.keys import PublicKey
from sluis.machines.model import (
    ASSERTION_LIFE,
    CLOCK_SKEW,
    EXCHANGE,
    SCOPES,
    TOKEN_LIFE,
    Grant,
    Token,
)
from sluis.machines.secret import InstallationKey

LONGEST_TOKEN = 8_192
ASSERTION_ALGORITHMS = ("ES256", "EdDSA", "PS256")
_JTI = re.compile(r"[!-~]{8,200}")


class NotProven(Exception):
    """An assertion or token does not hold; `why` is a short word for the log, never told to who sent it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Registry(JWSRegistry):
    """Takes what we name and nothing else. The library's own would warn of EdDSA, which our partners' tools write."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401 - the library does not export the type
        if self.allowed is None or name not in self.allowed:
            raise NotProven("algorithm")
        return self.algorithms[name]


def kid_of(text: str) -> str | None:
    """Return the key id that a token names, before anything of it is believed."""
    return _header(text).get("kid")


def _header(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST_TOKEN or text.count(".") != 2:
        raise NotProven("form")
    try:
        return jws.extract_compact(text.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise NotProven("form") from None


def _claims(text: str, key: Key, algorithms: tuple[str, ...]) -> dict[str, Any]:
    try:
        return dict(jwt.decode(text, key, registry=_Registry(algorithms=algorithms)).claims)
    except NotProven:
        raise
    except (JoseError, ValueError, TypeError, RecursionError, KeyError):
        raise NotProven("signature") from None


def issuer_of(text: str) -> str:
    """Return the client id that an assertion names, before anything of it is believed."""
    _header(text)
    try:
        payload = json.loads(jws.extract_compact(text.encode()).payload)
        issuer = payload["iss"]
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise NotProven("form") from None
    if not isinstance(issuer, str):
        raise NotProven("form")
    return issuer


def check_assertion(
    text: str, key: PublicKey, *, machine: str, audiences: frozenset[str], at: datetime
) -> tuple[str, datetime]:
    """Return the mark and the end of an assertion of this machine, signed with this key for us, now."""
    algorithm = _header(text).get("alg")
    # The key says which algorithm: never the token. RFC 9864 gave EdDSA on this curve another name.
    names = (key.algorithm, "Ed25519") if key.algorithm == "EdDSA" else (key.algorithm,)
    if algorithm not in names:
        raise NotProven("algorithm")
    claims = _claims(text, key.key, names)
    if claims.get("iss") != machine or claims.get("sub") != machine:
        raise NotProven("issuer")
    audience = claims.get("aud")
    meant = (
        set(audience) if isinstance(audience, list) and all(isinstance(one, str) for one in audience) else {audience}
    )
    if not meant & audiences:
        raise NotProven("audience")
    expires, mark = _moment(claims.get("exp")), claims.get("jti")
    if expires <= at - CLOCK_SKEW:
        raise NotProven("expired")
    if expires > at + ASSERTION_LIFE + CLOCK_SKEW:
        raise NotProven("too-long")
    for name in ("iat", "nbf"):
        if name in claims and _moment(claims[name]) > at + CLOCK_SKEW:
            raise NotProven("not-yet")
    if not isinstance(mark, str) or not _JTI.fullmatch(mark):
        raise NotProven("jti")
    return mark, expires


def _moment(value: object) -> datetime:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e11:
        raise NotProven("time")
    return datetime.fromtimestamp(value, UTC)


def issue_token(key: InstallationKey, *, issuer: str, machine: str, thumbprint: str, grant: Grant, at: datetime) -> str:
    """Return a token for ten minutes, good for what was granted and for requests signed with the same key."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": issuer,
        "sub": machine,
        "client_id": machine,
        "iat": int(at.timestamp()),
        "exp": int((at + TOKEN_LIFE).timestamp()),
        "jti": str(uuid4()),
        "cnf": {"jkt": thumbprint},
        "scope": " ".join(sorted(grant.scopes)),
    }
    if grant.agreement is not None:
        claims["authorization_details"] = [details_of(grant)]
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.public.thumbprint}
    return jwt.encode(header, claims, key.signer, registry=_Registry(algorithms=("ES256",)))


def details_of(grant: Grant) -> dict[str, str]:
    """Return the authorisation details (RFC 9396) of a grant under an agreement."""
    return {"type": EXCHANGE, "agreement": grant.agreement or "", "purpose": grant.purpose or ""}


def read_token(text: str, key: InstallationKey, *, issuer: str, at: datetime) -> Token:
    """Return what a token of ours says; raises `NotProven` for any other."""
    header = _header(text)
    if header.get("typ") != "at+jwt" or header.get("alg") != "ES256":
        raise NotProven("algorithm")
    claims = _claims(text, key.public.key, ("ES256",))
    expires = _moment(claims.get("exp"))
    if claims.get("iss") != issuer or claims.get("aud") != issuer:
        raise NotProven("audience")
    if expires <= at:
        raise NotProven("expired")
    details = claims.get("authorization_details") or [{}]
    grant = Grant(frozenset(claims["scope"].split()) & SCOPES, details[0].get("agreement"), details[0].get("purpose"))
    return Token(claims["sub"], claims["cnf"]["jkt"], grant, expires)
