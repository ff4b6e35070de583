"""S/MIME: open and check what comes, sign and encrypt what leaves. Pure: bytes, keys and certificates.

What comes must be `enveloped-data` to this installation, and inside it `signed-data` or `multipart/signed` (RFC 8551).
The signature is checked over the whole content before a byte of it is looked at, so that changed ciphertext (CBC) has
no effect that anybody could see. Whose signature it is follows from the certificate that was registered, never from one
that the mail brings along.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from sluis.channels.mail.identity import MailIdentity

LARGEST_MAIL = 64 * 1024 * 1024
_ENVELOPED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})


class NotOurs(Exception):
    """A mail that is not encrypted to us or not signed by whom it says; why is told to nobody."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a mail held, its signature checked: the MIME entity that was signed, and which certificate signed it."""

    content: bytes = field(repr=False)
    certificate: x509.Certificate
    digest: bytes


def open_mail(raw: bytes, identity: MailIdentity, registered: Iterable[bytes]) -> Opened:
    """Return the signed content of a mail; `registered` are the certificates (DER) of its sender's address.

    Raises `NotOurs` for everything else, whatever is wrong with it.
    """
    try:
        return _opened(raw, identity, tuple(registered))
    except NotOurs:
        raise
    except Exception as error:
        # Parsers of strangers' ASN.1 and MIME raise what they like; all of it means the same.
        raise NotOurs from error


def seal(content: bytes, identity: MailIdentity, receiver: x509.Certificate) -> bytes:
    """Return the body of a mail, base64 of enveloped-data (AES-256): `content` signed, then encrypted to a receiver."""
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(identity.certificate, identity.key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    entity = (
        b'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + _lines(signed)
    )
    enveloped = (
        pkcs7.PKCS7EnvelopeBuilder()
        .set_data(entity)
        .add_recipient(receiver)
        .set_content_encryption_algorithm(AES256)
        .encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    return _lines(enveloped)


def _opened(raw: bytes, identity: MailIdentity, registered: tuple[bytes, ...]) -> Opened:
    outer = _parsed(raw)
    if len(raw) > LARGEST_MAIL or outer.get_content_type() not in _ENVELOPED:
        raise NotOurs
    entity = pkcs7.pkcs7_decrypt_der(_body(outer), identity.certificate, identity.key, [])
    inner = _parsed(entity)
    if inner.get_content_type() in _ENVELOPED:
        signed = cms.ContentInfo.load(_body(inner), strict=True)["content"]
        content = signed["encap_content_info"]["content"].native
        candidates = [content] if isinstance(content, bytes) else []
    elif inner.get_content_type() == "multipart/signed":
        content, signature = _detached(entity, inner)
        signed = cms.ContentInfo.load(signature, strict=True)["content"]
        candidates = [content, re.sub(rb"\r?\n", b"\r\n", content)]
    else:
        raise NotOurs
    for content in candidates:
        for der in registered:
            if _is_signed_by(signed, content, der):
                return Opened(content, x509.load_der_x509_certificate(der), hashlib.sha256(content).digest())
    raise NotOurs


def _is_signed_by(signed: cms.SignedData, content: bytes, der: bytes) -> bool:
    certificate = asn1_x509.Certificate.load(der)
    for signer in signed["signer_infos"]:
        algorithm = signer["digest_algorithm"]["algorithm"].native
        if algorithm not in _DIGESTS or not signer["signed_attrs"] or not _names(signer["sid"], certificate):
            continue
        intact, valid = validate_sig_integrity(signer, certificate, "data", hashlib.new(algorithm, content).digest())
        if intact and valid:
            return True
    return False


def _names(sid: cms.SignerIdentifier, certificate: asn1_x509.Certificate) -> bool:
    if sid.name == "issuer_and_serial_number":
        named = sid.chosen
        return bool(
            named["issuer"] == certificate.issuer and named["serial_number"].native == certificate.serial_number
        )
    return bool(sid.native == certificate.key_identifier)


def _detached(entity: bytes, parsed: Message) -> tuple[bytes, bytes]:
    """Return the signed part of a multipart/signed to the byte, and the signature; exactly these two parts."""
    boundary = parsed.get_boundary()
    if not boundary or len(boundary) > 70:
        raise NotOurs
    parts = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary.encode("ascii")) + rb"(?:--)?[ \t]*(?:\r?\n|$)", entity)
    if len(parts) < 3:
        raise NotOurs
    signature = _parsed(parts[2])
    if signature.get_content_type() not in _SIGNATURES:
        raise NotOurs
    return parts[1], _body(signature)


def _parsed(raw: bytes) -> Message:
    # Headers only: whatever stands below is looked at by whoever knows what it must be.
    return BytesParser(policy=compat32).parsebytes(raw, headersonly=True)


def _body(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        raise NotOurs
    return content


def _lines(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
