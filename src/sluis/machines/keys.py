"""Public keys of machines: JWK or PEM in, three kinds only, never a private part. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

LONGEST_KEY = 8_192
_RSA_BITS = range(2048, 8193)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PUBLIC = {"EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x"), "RSA": ("kty", "n", "e")}
_CLAUSE = Clause("AVG", "art. 32")

RawKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key with its thumbprint, the algorithm of its assertions, and its JWK."""

    thumbprint: str
    algorithm: str
    jwk: Mapping[str, str]
    key: Key = field(repr=False)

    @property
    def raw(self) -> RawKey:
        """The key as the cryptography library has it."""
        return _raw(self.key)


def read_public_key(text: str) -> PublicKey:
    """Return the public key in a JWK or PEM text (also a certificate); anything else is told, a private key first."""
    text = text.strip()
    if not text or len(text) > LONGEST_KEY:
        raise _unfit(msg("Dit is geen publieke sleutel: er staat niets, of veel te veel."))
    if "PRIVATE KEY" in text:
        raise _private()
    try:
        key = _from_jwk(json.loads(text)) if text.startswith("{") else _from_pem(text.encode())
    except (ValueError, TypeError, KeyError, JoseError, RecursionError):
        raise _unfit(msg("Dit is geen publieke sleutel die we kunnen lezen.")) from None
    return described(key)


def key_of(jwk: Mapping[str, str]) -> PublicKey:
    """Return the key of a JWK that was taken in before."""
    return described(_from_jwk(dict(jwk)))


def described(key: Key) -> PublicKey:
    """Return the public part of a key with what names it; a kind that we do not take is told."""
    raw = _raw(key)
    if isinstance(raw, ec.EllipticCurvePublicKey) and raw.curve.name == "secp256r1":
        algorithm = "ES256"
    elif isinstance(raw, ed25519.Ed25519PublicKey):
        algorithm = "EdDSA"
    elif isinstance(raw, rsa.RSAPublicKey) and raw.key_size in _RSA_BITS and raw.public_numbers().e == 65537:
        algorithm = "PS256"
    else:
        raise _unfit(msg("Deze soort sleutel nemen we niet aan."))
    found: dict[str, Any] = dict(key.as_dict(private=False))
    jwk = {name: str(found[name]) for name in _PUBLIC[str(found["kty"])]}
    return PublicKey(key.thumbprint(), algorithm, jwk, key)


def _raw(key: Key) -> RawKey:
    raw = getattr(key, "public_key", None)
    if not isinstance(raw, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey):
        raise _unfit(msg("Deze soort sleutel nemen we niet aan."))
    return raw


def _from_jwk(jwk: object) -> Key:
    if not isinstance(jwk, dict) or jwk.get("kty") not in _PUBLIC:
        raise _unfit(msg("Deze soort sleutel nemen we niet aan."))
    if _PRIVATE & jwk.keys():
        raise _private()
    # Only the members that make the key: what else stands there (kid, use, x5c) is not ours to believe.
    public = {name: jwk[name] for name in _PUBLIC[jwk["kty"]]}
    if not all(isinstance(value, str) for value in public.values()):
        raise ValueError
    kinds: Mapping[str, type[Key]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    return kinds[jwk["kty"]].import_key(public)


def _from_pem(pem: bytes) -> Key:
    is_certificate = b"BEGIN CERTIFICATE" in pem
    raw = load_pem_x509_certificate(pem).public_key() if is_certificate else load_pem_public_key(pem)
    if isinstance(raw, ec.EllipticCurvePublicKey):
        return ECKey(raw, raw)
    if isinstance(raw, ed25519.Ed25519PublicKey):
        return OKPKey(raw, raw)
    if isinstance(raw, rsa.RSAPublicKey):
        return RSAKey(raw, raw)
    raise ValueError


def _unfit(what: Message) -> SluisError:
    return SluisError(
        "key-unfit",
        what,
        clause=_CLAUSE,
        remedy=msg("Geef een publieke sleutel als JWK of PEM: EC P-256, Ed25519, of RSA van 2048 bits of meer."),
    )


def _private() -> SluisError:
    return SluisError(
        "key-private",
        msg("Dit is een geheime sleutel. Ze is niet bewaard, maar u moet ze als verloren beschouwen."),
        clause=_CLAUSE,
        remedy=msg("Maak een nieuw sleutelpaar en registreer alleen de publieke sleutel daarvan."),
    )
