"""Encryption in and out: against msoffcrypto-tool as the other party, and Excel 2010's weaker parameters."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import struct

import msoffcrypto
import olefile
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st
from msoffcrypto.exceptions import InvalidKeyError
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.ecma376_agile import ECMA376Agile

from sluis.lists.workbook.encryption import SMALLEST_PACKAGE, AnswerKey, decrypt, encrypt, spun
from sluis.lists.workbook.model import Refused
from sluis.lists.workbook.writing import AnswerSheet, make_request, workbook, write_answer

PACKAGE = workbook([AnswerSheet("antwoord", ("insz_kind",), [("00600000196",)])])
KEY = AnswerKey.derive("sleutel")


def _opened_by_msoffcrypto(file: bytes, password: str) -> bytes:
    opened = msoffcrypto.OfficeFile(io.BytesIO(file))
    opened.load_key(password=password, verify_password=True)
    plain = io.BytesIO()
    opened.decrypt(plain, verify_integrity=True)
    return plain.getvalue()


def _information(file: bytes) -> str:
    with olefile.OleFileIO(io.BytesIO(file)) as compound:
        content: bytes = compound.openstream("EncryptionInfo").read()
    return content[8:].decode()


def test_what_we_encrypt_msoffcrypto_opens_with_password_and_integrity_checked():
    assert _opened_by_msoffcrypto(encrypt(PACKAGE, KEY), "sleutel") == PACKAGE
    with pytest.raises(InvalidKeyError):
        _opened_by_msoffcrypto(encrypt(PACKAGE, KEY), "anders")


def test_what_msoffcrypto_encrypts_we_open():
    assert decrypt(ECMA376Agile.encrypt("Zoë €", io.BytesIO(PACKAGE)), "Zoë €") == PACKAGE


def test_an_answer_is_agile_aes_256_with_sha_512_and_a_hundred_thousand_spins():
    said = _information(write_answer(("insz_kind",), [("1",)], password="sleutel"))
    for parameter in ('keyBits="256"', 'hashAlgorithm="SHA512"', 'cipherAlgorithm="AES"', "ChainingModeCBC"):
        assert said.count(parameter) == 2
    assert 'spinCount="100000"' in said
    assert "dataIntegrity" in said


def test_every_file_has_salts_and_a_full_key_of_its_own():
    files = [encrypt(PACKAGE, KEY) for _ in range(4)]
    keys = set()
    for file in files:
        opened = msoffcrypto.OfficeFile(io.BytesIO(file))
        opened.load_key(password="sleutel")
        keys.add(opened.secret_key)
        # msoffcrypto-tool's own keys end in sixteen times 0x36: 128 bits of chance in a key of 256.
        assert opened.secret_key[16:] != b"\x36" * 16
    assert len(keys) == 4
    assert len({_information(file) for file in files}) == 4
    assert AnswerKey.derive("sleutel").salt != KEY.salt


@given(st.binary(max_size=64), st.integers(0, 20_000))
@settings(max_examples=30, deadline=None)
def test_any_package_comes_back_as_it_was(end, size):
    package = hashlib.shake_256(end).digest(SMALLEST_PACKAGE + size) + end
    assert decrypt(encrypt(package, KEY), "sleutel") == package


@pytest.mark.parametrize("size", [4096, 4097, 4111, 4112, 8192, 65_536, 7_000_000, 9_000_000])
def test_packages_around_the_borders_of_sectors_and_tables_come_back(size):
    package = hashlib.shake_256(b"noise").digest(size)
    assert decrypt(encrypt(package, KEY), "sleutel") == package


def test_a_package_too_small_for_the_writer_is_refused_and_not_broken():
    with pytest.raises(ValueError, match="4 KiB"):
        encrypt(b"PK", KEY)


@pytest.mark.parametrize("password", ["", "x" * 256, "\ud800"])
def test_a_password_that_excel_cannot_take_is_refused_when_writing(password):
    with pytest.raises(ValueError, match="255"):
        AnswerKey.derive(password)


def test_every_byte_of_the_payload_is_under_the_seal():
    file = bytearray(ECMA376Agile.encrypt("s", io.BytesIO(PACKAGE), spin_count=1))
    with olefile.OleFileIO(io.BytesIO(bytes(file))) as compound:
        payload = compound.openstream("EncryptedPackage").read()
    start = bytes(file).index(payload[:512])
    for at in range(start, start + len(payload), 37):
        file[at] ^= 1
        with pytest.raises(Refused, match=r"workbook-(altered|damaged)"):
            decrypt(bytes(file), "s")
        file[at] ^= 1
    assert decrypt(bytes(file), "s") == PACKAGE


def test_the_keys_of_a_derivation_are_not_shown():
    assert "spun" not in repr(KEY)
    assert KEY.salt.hex() not in repr(KEY)


def _excel_2010(package: bytes, password: str) -> bytes:
    """Encrypt as Excel 2010 did: agile, AES-128, SHA-1, whose HMAC is padded from 20 to 32 bytes."""
    salt, key_salt, key, verifier, hmac_key = (bytes([n]) * 16 for n in range(1, 6))
    digest = spun(password.encode("utf-16-le"), salt, "SHA1", 10)

    def locked(data: bytes, with_key: bytes, iv: bytes) -> bytes:
        encryptor = Cipher(algorithms.AES(with_key), modes.CBC(iv)).encryptor()
        return encryptor.update(data + b"\0" * (-len(data) % 16)) + encryptor.finalize()

    def iv(block: bytes) -> bytes:
        return hashlib.sha1(key_salt + block).digest()[:16]

    def wrapped(data: bytes, block: str) -> str:
        made = hashlib.sha1(digest + bytes.fromhex(block)).digest()[:16]
        return base64.b64encode(locked(data, made, salt)).decode()

    payload = struct.pack("<Q", len(package)) + b"".join(
        locked(package[at : at + 4096], key, iv(struct.pack("<I", at // 4096))) for at in range(0, len(package), 4096)
    )
    seal_key = hmac_key + b"more"
    seal = hmac.digest(seal_key, payload, "sha1")
    sealed = [
        base64.b64encode(locked(data, key, iv(bytes.fromhex(block)))).decode()
        for data, block in ((seal_key, "5fb2ad010cb9e1f6"), (seal, "a0677f02b22c8433"))
    ]
    common = 'saltSize="16" blockSize="16" keyBits="128" hashSize="20" cipherAlgorithm="AES"'
    common += ' cipherChaining="ChainingModeCBC" hashAlgorithm="SHA1"'
    password_uri = "http://schemas.microsoft.com/office/2006/keyEncryptor/password"
    xml = (
        f'<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="{password_uri}">'
        f'<keyData {common} saltValue="{base64.b64encode(key_salt).decode()}"/>'
        f'<dataIntegrity encryptedHmacKey="{sealed[0]}" encryptedHmacValue="{sealed[1]}"/>'
        f'<keyEncryptors><keyEncryptor uri="{password_uri}"><p:encryptedKey spinCount="10" {common}'
        f' saltValue="{base64.b64encode(salt).decode()}"'
        f' encryptedVerifierHashInput="{wrapped(verifier, "fea7d2763b4b9e79")}"'
        f' encryptedVerifierHashValue="{wrapped(hashlib.sha1(verifier).digest(), "d7aa0f6d3061344e")}"'
        f' encryptedKeyValue="{wrapped(key, "146e0be7abacd0d6")}"/></keyEncryptor></keyEncryptors></encryption>'
    )
    file = io.BytesIO()
    ECMA376Encrypted(payload, b"\4\0\4\0\x40\0\0\0" + xml.encode()).write_to(file)
    return file.getvalue()


def test_a_file_of_excel_2010_with_sha_1_opens_and_its_seal_counts():
    file = _excel_2010(PACKAGE, "sleutel")
    assert decrypt(file, "sleutel") == PACKAGE
    with pytest.raises(Refused, match="workbook-wrong-password"):
        decrypt(file, "anders")
    broken = bytearray(file)
    broken[bytes(file).index(struct.pack("<Q", len(PACKAGE))) + 3000] ^= 1
    with pytest.raises(Refused, match="workbook-altered"):
        decrypt(bytes(broken), "sleutel")


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (("insz_kind",), ("1", "2")),
        (("insz_kind",), (1,)),
        (("insz_kind",), (None,)),
        (("insz_kind",), ("x" * 32_768,)),
        (("insz_kind",), ("\ufffe",)),
        (("insz_kind",), ("\ud800",)),
        (("INSZ kind",), ("1",)),
        (("=1",), ("1",)),
    ],
)
def test_what_is_no_row_of_texts_under_plain_names_is_not_written(columns, row):
    with pytest.raises(ValueError):
        write_answer(columns, [row], password="sleutel")


def test_a_request_of_one_number_and_of_none_can_be_made():
    assert decrypt(make_request(["00600000196"], "s", heading=None), "s").startswith(b"PK")
    assert decrypt(make_request([], "s"), "s").startswith(b"PK")
