"""The values of RFC 9421, appendix B: what others sign so, we verify; one byte else, and not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from joserfc.jwk import ECKey, OKPKey

from sluis.machines.keys import PublicKey, described
from sluis.machines.signing import ALGORITHMS, NotSigned, Sent, _One, _Verifier, claimed

DIGEST = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
BODY = b'{"hello": "world"}'
ED25519 = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"})
P256 = ECKey.import_key(
    {
        "kty": "EC",
        "crv": "P-256",
        "x": "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
        "y": "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
    }
)


@dataclass
class Answer:
    """An answer as the library reads it."""

    status_code: int
    headers: dict[str, str]


@dataclass(frozen=True)
class Vector:
    """One signature of the appendix: the message, and the key that its name stands for."""

    section: str
    key_id: str
    key: PublicKey
    message: Any


REQUEST = Sent(
    "POST",
    "https://example.com/foo?param=Value&Pet=dog",
    {
        "Host": "example.com",
        "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "Content-Type": "application/json",
        "Content-Digest": DIGEST,
        "Content-Length": "18",
        "Signature-Input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "Signature": "sig-b26=:"
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    },
)
ANSWER = Answer(
    200,
    {
        "Date": "Tue, 20 Apr 2021 02:07:56 GMT",
        "Content-Type": "application/json",
        "Content-Digest": "sha-512=:"
        "mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
        "Content-Length": "23",
        "Signature-Input": 'sig-b24=("@status" "content-type" "content-digest" "content-length")'
        ';created=1618884473;keyid="test-key-ecc-p256"',
        "Signature": "sig-b24=:"
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:",
    },
)
VECTORS = (
    Vector("B.2.4", "test-key-ecc-p256", described(P256), ANSWER),
    Vector("B.2.6", "test-key-ed25519", described(ED25519), REQUEST),
)


def verify(vector: Vector, message: Any) -> None:
    resolver = _One(vector.key_id, public=vector.key.raw)
    verifier = _Verifier(signature_algorithm=ALGORITHMS[vector.key.algorithm], key_resolver=resolver)
    verifier.verify(message, max_age=None, expect_tag=None, body=None)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one.section)
def test_a_published_signature_holds(vector: Vector) -> None:
    verify(vector, vector.message)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one.section)
@pytest.mark.parametrize("field", ["Content-Type", "Content-Length", "Signature"])
def test_a_published_signature_over_another_message_does_not_hold(vector: Vector, field: str) -> None:
    headers = dict(vector.message.headers)
    changed = headers[field].replace("w", "x", 1) if field == "Signature" else headers[field] + "0"
    with pytest.raises((HTTPMessageSignaturesException, ValueError)):
        verify(vector, replace(vector.message, headers=headers | {field: changed}))


def test_a_published_signature_that_is_not_for_us_opens_nothing_here() -> None:
    fields = {name.lower(): value for name, value in REQUEST.headers.items()}
    with pytest.raises(NotSigned) as refused:
        claimed(fields, at=datetime.fromtimestamp(1618884474, UTC))
    assert refused.value.why == "tag"
