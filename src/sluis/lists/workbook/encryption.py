"""Passwords of workbooks (ECMA-376, [MS-OFFCRYPTO]): open agile and standard files strictly, write agile AES-256.

The payload's segments, its HMAC and the compound file are msoffcrypto-tool's. The key derivation is ours, for two
reasons: the library derives the key twice to check a password and its integrity (50 ms each), and the key that it
makes for writing holds 16 random bytes and 16 bytes of padding, so its AES-256 has the strength of 128 bits.
See docs/decisions/workbook-encryption.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import re
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any, Final, cast
from xml.etree.ElementTree import Element, ParseError

import olefile
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.ecma376_agile import ECMA376Agile, ECMA376AgileEncryptionInfo
from msoffcrypto.method.ecma376_standard import ECMA376Standard

from sluis.lists.workbook.model import Refused

DEFAULT_PASSWORD: Final = "VelvetSweatshop"  # noqa: S105 -- Excel's public built-in password: [MS-OFFCRYPTO] 2.4.2.3
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SPIN_COUNT: Final = 100_000
SMALLEST_PACKAGE: Final = 4096
"""msoffcrypto-tool writes the package outside the compound file's mini stream, where smaller ones would have to be."""

_LONGEST_PASSWORD: Final = 255  # what Excel and [MS-OFFCRYPTO] accept
_MOST_SPINS: Final = 1_000_000  # the format allows ten million: five seconds of a processor per guess
_LONGEST_DESCRIPTOR: Final = 64 * 1024
_NAMESPACE: Final = "{http://schemas.microsoft.com/office/2006/encryption}"
_PASSWORD: Final = "{http://schemas.microsoft.com/office/2006/keyEncryptor/password}encryptedKey"  # noqa: S105 -- a name
_HASHES: Final = {"SHA1": 20, "SHA256": 32, "SHA384": 48, "SHA512": 64}
_AES_BITS: Final = (128, 192, 256)
_AES_BLOCK: Final = 16
_RSA_AES_ALGORITHMS: Final = {0x660E: 128, 0x660F: 192, 0x6610: 256}
_SHA1_ALGORITHMS: Final = (0, 0x8004)

_VERIFIER_INPUT: Final = bytes.fromhex("fea7d2763b4b9e79")
_VERIFIER_VALUE: Final = bytes.fromhex("d7aa0f6d3061344e")
_KEY_VALUE: Final = bytes.fromhex("146e0be7abacd0d6")
_HMAC_KEY: Final = bytes.fromhex("5fb2ad010cb9e1f6")
_HMAC_VALUE: Final = bytes.fromhex("a0677f02b22c8433")


def decrypt(file: bytes, password: str) -> bytes:
    """Return the package inside an encrypted workbook; raises `Refused` with the code of what is wrong.

    `file` starts with the magic of a compound file. An agile file must pass its HMAC over every byte; a standard file
    (LibreOffice, Excel 2007) has none, there the package's own checksums must do.
    """
    streams = _streams(file)
    if not streams.is_encrypted:
        raise Refused(streams.kind)
    scheme = _scheme(streams.info)
    _check_payload(streams.package)
    try:
        key = scheme.key(password)
    except _WrongPassword:
        raise Refused(_why_closed(scheme, password)) from None
    if password == DEFAULT_PASSWORD:
        raise Refused("workbook-default-password")
    return scheme.unpack(key, streams.package)


def _why_closed(scheme: _Agile | _Standard, password: str) -> str:
    if password != DEFAULT_PASSWORD:
        try:
            scheme.key(DEFAULT_PASSWORD)
        except _WrongPassword:
            return "workbook-wrong-password"
        return "workbook-default-password"
    return "workbook-wrong-password"


class _WrongPassword(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Streams:
    kind: str
    info: bytes = b""
    package: bytes = b""
    is_encrypted: bool = False


def _streams(file: bytes) -> _Streams:
    """Read the two streams of an encrypted package, or say what other compound file this is."""
    with olefile.OleFileIO(file) as compound:
        if compound.exists("EncryptionInfo") and compound.exists("EncryptedPackage"):
            info = compound.openstream("EncryptionInfo").read(_LONGEST_DESCRIPTOR + 1)
            package = compound.openstream("EncryptedPackage").read()
            return _Streams("", info, package, is_encrypted=True)
        if compound.exists("Workbook") or compound.exists("Book"):
            return _Streams("workbook-xls")
        if compound.exists("\x09DRMContent") or compound.exists("EncryptedPackage"):
            return _Streams("workbook-encryption-unsupported")
        return _Streams("workbook-other-kind")


def _scheme(info: bytes) -> _Agile | _Standard:
    if not 8 < len(info) <= _LONGEST_DESCRIPTOR:
        raise Refused("workbook-damaged")
    major, minor = struct.unpack_from("<HH", info)
    if (major, minor) == (4, 4):
        return _Agile.parse(info[8:])
    if major in (2, 3, 4) and minor == 2:
        return _Standard.parse(info)
    raise Refused("workbook-encryption-unsupported")


def _encoded(password: str) -> bytes:
    try:
        if not 0 < len(password) <= _LONGEST_PASSWORD:
            raise _WrongPassword
        return password.encode("utf-16-le")
    except UnicodeEncodeError as lone_surrogate:
        raise _WrongPassword from lone_surrogate


def spun(password: bytes, salt: bytes, algorithm: str, count: int) -> bytes:
    """Return the hash that `count` rounds make of salt and password: the slow part of every key here."""
    fresh = hashlib.new(algorithm).copy  # a copy is cheaper than a new one: 20 % of the whole loop
    digest = hashlib.new(algorithm, salt + password).digest()
    for counter in map(struct.Struct("<I").pack, range(count)):
        round_ = fresh()
        round_.update(counter + digest)
        digest = round_.digest()
    return digest


def _derived(spun_hash: bytes, block: bytes, algorithm: str, bits: int) -> bytes:
    return hashlib.new(algorithm, spun_hash + block).digest()[: bits // 8].ljust(bits // 8, b"\x36")


def _unlocked(data: bytes, key: bytes, iv: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _locked(data: bytes, key: bytes, iv: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


@dataclass(frozen=True, slots=True)
class _Parameters:
    """One set of cipher parameters of an agile descriptor, checked."""

    salt: bytes
    algorithm: str
    bits: int

    @staticmethod
    def parse(element: Element) -> _Parameters:
        algorithm = element.get("hashAlgorithm", "").replace("-", "").upper()
        bits = _number(element, "keyBits")
        salt = _base64(element, "saltValue")
        supported = (
            element.get("cipherAlgorithm") == "AES"
            and element.get("cipherChaining") == "ChainingModeCBC"
            and algorithm in _HASHES
            and bits in _AES_BITS
        )
        if not supported:
            raise Refused("workbook-encryption-unsupported")
        sound = _number(element, "blockSize") == _AES_BLOCK and _number(element, "hashSize") == _HASHES[algorithm]
        # Excel and LibreOffice write 16; another size would need an IV rule that no known writer follows.
        if not sound or len(salt) != _AES_BLOCK or _number(element, "saltSize") != len(salt):
            raise Refused("workbook-damaged")
        return _Parameters(salt, algorithm, bits)


@dataclass(frozen=True, slots=True)
class _Agile:
    """Agile encryption: [MS-OFFCRYPTO] 2.3.4.10 to 2.3.4.15."""

    payload: _Parameters
    wrapping: _Parameters
    spins: int
    hmac_key: bytes
    hmac_value: bytes
    verifier_input: bytes
    verifier_value: bytes
    wrapped_key: bytes

    @staticmethod
    def parse(descriptor: bytes) -> _Agile:
        root = _descriptor(descriptor)
        payload = root.find(f"{_NAMESPACE}keyData")
        integrity = root.find(f"{_NAMESPACE}dataIntegrity")
        keys = list(root.iter(_PASSWORD))
        if payload is None or integrity is None:
            raise Refused("workbook-damaged")
        if len(keys) != 1:
            raise Refused("workbook-encryption-unsupported")
        spins = _number(keys[0], "spinCount")
        if not 0 <= spins <= _MOST_SPINS:
            raise Refused("workbook-encryption-unsupported")
        wrapping = _Parameters.parse(keys[0])
        agile = _Agile(
            payload=_Parameters.parse(payload),
            wrapping=wrapping,
            spins=spins,
            hmac_key=_base64(integrity, "encryptedHmacKey"),
            hmac_value=_base64(integrity, "encryptedHmacValue"),
            verifier_input=_base64(keys[0], "encryptedVerifierHashInput"),
            verifier_value=_base64(keys[0], "encryptedVerifierHashValue"),
            wrapped_key=_base64(keys[0], "encryptedKeyValue"),
        )
        agile._check_sizes()
        return agile

    def _check_sizes(self) -> None:
        padded_hash = -(-_HASHES[self.payload.algorithm] // _AES_BLOCK) * _AES_BLOCK
        padded_verifier = -(-_HASHES[self.wrapping.algorithm] // _AES_BLOCK) * _AES_BLOCK
        padded_key = -(-(self.payload.bits // 8) // _AES_BLOCK) * _AES_BLOCK
        sound = (
            len(self.hmac_key) == len(self.hmac_value) == padded_hash
            and len(self.verifier_input) == _AES_BLOCK
            and len(self.verifier_value) == padded_verifier
            and len(self.wrapped_key) == padded_key
        )
        if not sound:
            raise Refused("workbook-damaged")

    def key(self, password: str) -> bytes:
        """Return the payload's key; raises `_WrongPassword` where the verifier does not fit."""
        wrapping = self.wrapping
        spun_hash = spun(_encoded(password), wrapping.salt, wrapping.algorithm, self.spins)

        def unwrapped(data: bytes, block: bytes) -> bytes:
            return _unlocked(data, _derived(spun_hash, block, wrapping.algorithm, wrapping.bits), wrapping.salt)

        expected = hashlib.new(wrapping.algorithm, unwrapped(self.verifier_input, _VERIFIER_INPUT)).digest()
        if not hmac.compare_digest(unwrapped(self.verifier_value, _VERIFIER_VALUE)[: len(expected)], expected):
            raise _WrongPassword
        return unwrapped(self.wrapped_key, _KEY_VALUE)[: self.payload.bits // 8]

    def unpack(self, key: bytes, package: bytes) -> bytes:
        """Return the package when its HMAC holds: over every byte of the stream, its size included."""
        algorithm, size = self.payload.algorithm, _HASHES[self.payload.algorithm]

        def unlocked(data: bytes, block: bytes) -> bytes:
            iv = hashlib.new(algorithm, self.payload.salt + block).digest()[:_AES_BLOCK]
            return _unlocked(data, key, iv)[:size]  # the library does not cut, and so refuses SHA-1 files of Excel 2010

        actual = hmac.digest(unlocked(self.hmac_key, _HMAC_KEY), package, algorithm)
        if not hmac.compare_digest(actual, unlocked(self.hmac_value, _HMAC_VALUE)):
            raise Refused("workbook-altered")
        return cast(bytes, ECMA376Agile.decrypt(key, self.payload.salt, algorithm, io.BytesIO(package)))


@dataclass(frozen=True, slots=True)
class _Standard:
    """Standard encryption, AES in ECB under SHA-1: [MS-OFFCRYPTO] 2.3.4.5 to 2.3.4.9. Read only, never written."""

    algorithm: int
    hash_algorithm: int
    provider: int
    bits: int
    salt: bytes
    verifier: bytes
    verifier_hash: bytes

    @staticmethod
    def parse(info: bytes) -> _Standard:
        (header_size,) = struct.unpack_from("<I", info, 8)
        header, rest = info[12 : 12 + header_size], info[12 + header_size :]
        if len(header) < 32 or len(rest) < 4 + 16 + 16 + 4 + 32:
            raise Refused("workbook-damaged")
        _, _, algorithm, hash_algorithm, bits, provider = struct.unpack_from("<6I", header)
        if _RSA_AES_ALGORITHMS.get(algorithm) != bits or hash_algorithm not in _SHA1_ALGORITHMS:
            raise Refused("workbook-encryption-unsupported")
        (salt_size,) = struct.unpack_from("<I", rest)
        if salt_size != _AES_BLOCK:
            raise Refused("workbook-damaged")
        return _Standard(algorithm, hash_algorithm, provider, bits, rest[4:20], rest[20:36], rest[40:72])

    def key(self, password: str) -> bytes:
        _encoded(password)
        key = bytes(
            ECMA376Standard.makekey_from_password(
                password, self.algorithm, self.hash_algorithm, self.provider, self.bits, _AES_BLOCK, self.salt
            )
        )
        if not ECMA376Standard.verifykey(key, self.verifier, self.verifier_hash):
            raise _WrongPassword
        return key

    def unpack(self, key: bytes, package: bytes) -> bytes:
        """Return the package; this scheme cannot prove that it is whole."""
        return cast(bytes, ECMA376Standard.decrypt(key, io.BytesIO(package)))


def _check_payload(package: bytes) -> None:
    """The stream starts with the size of the package in eight bytes; what follows is whole blocks that hold it."""
    if len(package) < 8 + _AES_BLOCK:
        raise Refused("workbook-damaged")
    (size,) = struct.unpack_from("<Q", package)
    if not 0 < size <= len(package) - 8 or (len(package) - 8) % _AES_BLOCK:
        raise Refused("workbook-damaged")


def _descriptor(descriptor: bytes) -> Element:
    try:
        root = fromstring(descriptor.rstrip(b"\0"), forbid_dtd=True)
    except DefusedXmlException as trick:
        raise Refused("workbook-dtd") from trick
    except (ParseError, ValueError, LookupError, ImportError, OSError) as broken:
        raise Refused("workbook-damaged") from broken
    if root.tag != f"{_NAMESPACE}encryption":
        raise Refused("workbook-damaged")
    return root


def _number(element: Element, name: str) -> int:
    text = element.get(name, "")
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise Refused("workbook-damaged")
    return int(text)


def _base64(element: Element, name: str) -> bytes:
    try:
        return base64.b64decode(element.get(name, ""), validate=True)
    except binascii.Error as broken:
        raise Refused("workbook-damaged") from broken


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """A password spun with a fresh salt: the slow half of an encryption, for one file."""

    salt: bytes = field(repr=False)
    spun: bytes = field(repr=False)

    @staticmethod
    def derive(password: str) -> AnswerKey:
        """Spin `password` (1 to 255 characters) with a fresh salt; raises ValueError for one that Excel cannot take."""
        try:
            encoded = _encoded(password)
        except _WrongPassword:
            raise ValueError("A workbook's password has 1 to 255 characters.") from None
        salt = secrets.token_bytes(_AES_BLOCK)
        return AnswerKey(salt, spun(encoded, salt, "SHA512", SPIN_COUNT))


def encrypt(package: bytes, key: AnswerKey) -> bytes:
    """Return `package` as an agile encrypted compound file: AES-256, CBC, SHA-512, 100,000 spins, HMAC over it all.

    Raises ValueError for a package under 4 KiB; the smallest workbook is larger.
    """
    if len(package) < SMALLEST_PACKAGE:
        raise ValueError("A workbook has at least 4 KiB.")
    info: Any = ECMA376AgileEncryptionInfo()
    info.spinCount = SPIN_COUNT
    payload_key = secrets.token_bytes(32)
    verifier = secrets.token_bytes(_AES_BLOCK)

    def wrapped(data: bytes, block: bytes) -> bytes:
        return _locked(data, _derived(key.spun, block, "SHA512", 256), key.salt)

    info.encryptedKey.saltValue = key.salt
    info.encryptedVerifierHashInput = wrapped(verifier, _VERIFIER_INPUT)
    info.encryptedVerifierHashValue = wrapped(hashlib.sha512(verifier).digest(), _VERIFIER_VALUE)
    info.encryptedKeyValue = wrapped(payload_key, _KEY_VALUE)
    info.keyData.saltValue = secrets.token_bytes(_AES_BLOCK)
    payload = ECMA376Agile.encrypt_payload(io.BytesIO(package), info.keyData, payload_key, info.keyData.saltValue)
    description = ECMA376Agile.get_encryption_information(info, payload, payload_key)
    file = io.BytesIO()
    ECMA376Encrypted(payload, description).write_to(file)
    return file.getvalue()
