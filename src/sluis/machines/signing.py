"""Signed requests and signed answers: HTTP Message Signatures (RFC 9421) with a digest of the content (RFC 9530).

What must be covered is fixed here, and so is the algorithm: it follows from the key, never from what was sent. Time and
replay are judged by our own clock and database (`guard.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import http_sf
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)
from http_message_signatures.digests import ContentDigest
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from sluis.machines.keys import PublicKey
from sluis.machines.model import CLOCK_SKEW, SIGNATURE_LIFE, Signed
from sluis.machines.secret import InstallationKey

TAG = "sluis-api"
LABEL = "sluis"
ALGORITHMS: Mapping[str, type[algorithms.HTTPSignatureAlgorithm]] = {
    "ES256": algorithms.ECDSA_P256_SHA256,
    "EdDSA": algorithms.ED25519,
    "PS256": algorithms.RSA_PSS_SHA512,
}
_COVERED = ("@method", "@target-uri", "authorization")
_LONGEST_FIELD = 4_096
_NONCE = range(16, 129)
_FAULTS = (HTTPMessageSignaturesException, ValueError, TypeError, KeyError, RecursionError)


class NotSigned(Exception):
    """A signature does not hold; `why` is a short word for the sender's own log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Sent:
    """A request as the signature sees it."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)


@dataclass
class Answered:
    """An answer as the signature sees it, with the request that it answers."""

    status_code: int
    headers: dict[str, str] = field(repr=False)
    request: Sent


@dataclass(frozen=True)
class _One(HTTPSignatureKeyResolver):
    """The one key that counts for this message."""

    key_id: str
    public: Any = None
    private: Any = None

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ANN401 - the library's own signature
        return self.public if key_id == self.key_id else None

    def resolve_private_key(self, key_id: str) -> Any:  # noqa: ANN401 - the library's own signature
        return self.private


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its own clock: the caller judges time."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:  # noqa: ANN401 - as above
        return


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a request says of its signature, before anything of it is believed."""

    label: str
    key_id: str
    nonce: str
    created: datetime


def claimed(headers: Mapping[str, str], *, at: datetime) -> Claimed:
    """Return the one signature for us that a request carries, fresh by the clock; raises `NotSigned`."""
    given = headers.get("signature-input", "")
    if not given or "signature" not in headers:
        raise NotSigned("missing")
    if len(given) > _LONGEST_FIELD or len(headers["signature"]) > _LONGEST_FIELD:
        raise NotSigned("form")
    try:
        members = _members(given)
    except _FAULTS:
        raise NotSigned("form") from None
    ours = [(label, params) for label, (_, params) in members.items() if params.get("tag") == TAG]
    if len(ours) != 1:
        raise NotSigned("tag")
    label, params = ours[0]
    key_id, nonce, created = params.get("keyid"), params.get("nonce"), params.get("created")
    if not isinstance(key_id, str) or type(created) is not int or not 0 < created < 10**11:
        raise NotSigned("parameters")
    if not isinstance(nonce, str) or len(nonce) not in _NONCE:
        raise NotSigned("nonce")
    moment = datetime.fromtimestamp(created, UTC)
    if moment > at + CLOCK_SKEW or moment < at - SIGNATURE_LIFE:
        raise NotSigned("time")
    expires = params.get("expires")
    if expires is not None and (type(expires) is not int or expires < at.timestamp()):
        raise NotSigned("time")
    return Claimed(label, key_id, nonce, moment)


def _members(value: str) -> dict[str, Any]:
    """Return the members of a dictionary field (RFC 9651), each with its parameters."""
    parsed: Any = http_sf.parse(value.encode("ascii"), tltype="dictionary")
    return dict(parsed)


def verify(sent: Sent, body: bytes, claim: Claimed, key: PublicKey) -> Signed:
    """Return the signature when it holds over all that must be covered; raises `NotSigned`."""
    required = (*_COVERED, "content-digest") if body else _COVERED
    verifier = _Verifier(
        signature_algorithm=ALGORITHMS[key.algorithm], key_resolver=_One(key.thumbprint, public=key.raw)
    )
    try:
        found = verifier.verify(
            sent, max_age=None, expect_tag=TAG, expect_label=claim.label, require_components=required, body=body
        )[0]
        signature = _members(sent.headers["signature"])[claim.label][0]
    except _FAULTS:
        raise NotSigned("signature") from None
    base = "\n".join(f"{name}: {value}" for name, value in found.covered_components.items())
    return Signed(key.thumbprint, claim.label, claim.nonce, claim.created, signature, base.encode())


def sign_answer(
    key: InstallationKey, answer: Answered, body: bytes, *, signed: Signed | None, at: datetime
) -> dict[str, str]:
    """Return the headers that sign an answer, bound to the request: its method and address, and its own signature."""
    headers = {**answer.headers, "content-digest": ContentDigest.create(body)}
    covered = ['"@status"', '"content-digest"', '"@method";req', '"@target-uri";req']
    covered += [f'"{name}"' for name in ("content-type", "x-correlation-id") if name in headers]
    if signed is not None:
        covered.append(f'"signature";req;key="{signed.label}"')
    message = Answered(answer.status_code, headers, answer.request)
    signer = HTTPMessageSigner(
        signature_algorithm=ALGORITHMS["ES256"], key_resolver=_One(key.public.thumbprint, private=key.private)
    )
    signer.sign(
        message,
        key_id=key.public.thumbprint,
        created=at,
        label=LABEL,
        tag=TAG,
        covered_component_ids=tuple(covered),
        use_existing_digest=True,
    )
    names = ("Content-Digest", "Signature-Input", "Signature")
    lower = {name.lower(): value for name, value in headers.items()}
    return {name: lower[name.lower()] for name in names}
