"""A system of another body: it makes a key, proves it, gets tokens and signs what it asks."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.digests import ContentDigest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from sluis.machines.keys import PublicKey, described
from sluis.machines.signing import ALGORITHMS

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_NAMES = {"ES256": "ES256", "EdDSA": "Ed25519", "PS256": "PS256"}


class _Private(HTTPSignatureKeyResolver):
    def __init__(self, key: Any) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> Any:
        return self.key

    def resolve_public_key(self, key_id: str) -> Any:
        return None


@dataclass
class Message:
    method: str
    url: str
    headers: dict[str, str]


def new_key(kind: str = "EC") -> Any:
    """Return a fresh private key of one of the three kinds."""
    if kind == "EC":
        return ECKey.generate_key("P-256")
    return OKPKey.generate_key("Ed25519") if kind == "OKP" else RSAKey.generate_key(2048)


@dataclass
class System:
    """One machine and the key that it uses now. `clock` is the time that it believes it is."""

    http: httpx.Client
    issuer: str
    id: str
    key: Any
    clock: Any
    token: str = ""
    seen: list[httpx.Response] = field(default_factory=list)

    @property
    def public(self) -> PublicKey:
        return described(self.key)

    def assertion(self, *, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        now: datetime = self.clock()
        values: dict[str, Any] = {
            "iss": self.id,
            "sub": self.id,
            "aud": f"{self.issuer}/api/token",
            "exp": int((now + timedelta(minutes=2)).timestamp()),
            "jti": str(uuid4()),
        }
        algorithm = JWT_NAMES[self.public.algorithm]
        head = {"alg": algorithm, "kid": self.public.thumbprint, **(header or {})}
        told = {name: value for name, value in {**values, **claims}.items() if value is not None}
        return jwt.encode(head, told, self.key, algorithms=[algorithm])

    def ask_token(self, *, assertion: str | None = None, **form: str) -> httpx.Response:
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
            **form,
        }
        answer = self.http.post("/api/token", data=fields)
        self.seen.append(answer)
        return answer

    def sign_in(self, *, agreement: str | None = None, purpose: str = "automatic-allowance", scope: str = "") -> None:
        form = {"scope": scope} if scope else {}
        if agreement is not None:
            form["authorization_details"] = details(agreement, purpose)
        answer = self.ask_token(**form)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]

    def headers(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        cover: tuple[str, ...] | None = None,
        nonce: str | None = None,
        created: datetime | None = None,
        tag: str | None = "sluis-api",
        key_id: str | None = None,
        **more: str,
    ) -> dict[str, str]:
        """Return the headers of a signed request."""
        given = {
            "authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): text for name, text in more.items()},
        }
        covered = ["@method", "@target-uri", "authorization"]
        if body:
            given["content-digest"] = ContentDigest.create(body)
            covered.append("content-digest")
        message = Message(method, self.issuer + path, given)
        signer = HTTPMessageSigner(
            signature_algorithm=ALGORITHMS[self.public.algorithm],
            key_resolver=_Private(self.key.private_key),
        )
        signer.sign(
            message,
            key_id=key_id or self.public.thumbprint,
            created=created or self.clock(),
            nonce=nonce or secrets.token_urlsafe(16),
            label="mine",
            tag=tag,
            covered_component_ids=cover or tuple(covered),
            use_existing_digest=bool(body),
        )
        return message.headers

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        answer = self.http.request(method, path, content=body or None, headers=dict(headers or {}))
        self.seen.append(answer)
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.send("GET", path, headers=self.headers("GET", path, **more))

    def post(self, path: str, content: Any, *, key: str | None = None, **more: Any) -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = more.pop("content_type", "application/json")
        headers = self.headers("POST", path, body, idempotency_key=key or str(uuid4()), content_type=kind, **more)
        return self.send("POST", path, body, headers)


def details(agreement: str, purpose: str = "automatic-allowance") -> str:
    return json.dumps([{"type": "sluis_exchange", "agreement": agreement, "purpose": purpose}])


def as_form(**fields: str) -> str:
    return urlencode(fields)
