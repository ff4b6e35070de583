"""Signing with a key file, and with a card: here a card of software, SoftHSM, through the same PKCS#11 door."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sluis.agreements.signatures.demo_pki import Issued
from sluis.agreements.signatures.hands import Card, KeyFile
from sluis.agreements.signatures.signing import sign_pdf
from sluis.kernel.errors import SluisError
from tests.unit.agreements.samples import an_agreement
from tests.unit.agreements.signatures.samples import (
    NAMES,
    SIGNED,
    certificate_of,
    judged,
    pki,
    signed_by,
    the_print,
)

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"


def pem_of(issued: Issued) -> bytes:
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = (issued.certificate, pki().intermediate.certificate)
    return key + b"".join(one.public_bytes(Encoding.PEM) for one in chain)


def test_a_key_in_pem_signs_as_one_in_pkcs12_does() -> None:
    hand = KeyFile(pem_of(certificate_of(NAMES[1])))
    pdf = sign_pdf(the_print(), agreement=an_agreement(), signatory=NAMES[1], hand=hand, at=SIGNED)
    assert judged(pdf).is_valid


@pytest.mark.parametrize(
    "hand",
    [
        KeyFile(b"geen sleutel"),
        KeyFile(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        KeyFile(pki().key_file(certificate_of(NAMES[1]), passphrase="juist").content, "fout"),
    ],
    ids=["no key", "no private key", "wrong password"],
)
def test_a_file_that_cannot_sign_says_so(hand: KeyFile) -> None:
    with pytest.raises(SluisError) as refusal:
        sign_pdf(the_print(), agreement=an_agreement(), signatory=NAMES[1], hand=hand, at=SIGNED)
    assert refusal.value.code == "key-unusable"


def test_a_key_never_shows_in_what_is_printed() -> None:
    hand = pki().key_file(certificate_of(NAMES[1]), passphrase="geheim")
    assert "geheim" not in repr(hand)
    assert repr(hand.content)[2:20] not in repr(hand)
    assert "1234" not in repr(Card(MODULE, pin=PIN))


def test_nobody_signs_twice_in_the_same_place() -> None:
    with pytest.raises(SluisError) as refusal:
        signed_by(NAMES[1], NAMES[1])
    assert refusal.value.code == "not-signed"


def test_who_is_not_in_the_text_does_not_sign() -> None:
    hand = pki().key_file(certificate_of(NAMES[1]))
    with pytest.raises(SluisError) as refusal:
        sign_pdf(the_print(), agreement=an_agreement(), signatory="iemand", hand=hand, at=SIGNED)
    assert refusal.value.code == "signatory-not-in-text"


def test_without_the_module_of_the_card_the_error_says_what_to_install(tmp_path: Path) -> None:
    hand = Card(tmp_path / "libbeidpkcs11.so")
    with pytest.raises(SluisError, match="staat niet op deze computer") as refusal:
        sign_pdf(the_print(), agreement=an_agreement(), signatory=NAMES[1], hand=hand, at=SIGNED)
    assert "eID-software" in str(refusal.value.remedy)


def test_without_the_extra_part_the_error_names_it() -> None:
    """In a process of its own that cannot import pkcs11; nothing else of Sluis needs it."""
    script = (
        "import sys; sys.modules['pkcs11'] = None\n"
        "from pathlib import Path\n"
        "from sluis.agreements.signatures.hands import Card\n"
        "from sluis.kernel.errors import SluisError\n"
        "try:\n    Card(Path('x')).opened().__enter__()\n"
        "except SluisError as error:\n    print(error.code, error.remedy)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.startswith("card-unusable")
    assert "sluis[eid]" in said.stdout


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A token with the key and certificate of the second signatory, under the labels of a Belgian eID."""
    if not MODULE.is_file() or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed: tests/install-tools installs it")
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    issued = certificate_of(NAMES[1])
    assert isinstance(issued.key, EllipticCurvePrivateKey)
    key = tmp_path / "key.pem"
    key.write_bytes(issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    environment = {**os.environ, "SOFTHSM2_CONF": str(configuration)}
    for words in (
        ["--init-token", "--free", "--label", "proefkaart", "--so-pin", "5678", "--pin", PIN],
        ["--import", str(key), "--token", "proefkaart", "--label", "Signature", "--id", "0a", "--pin", PIN],
    ):
        subprocess.run(["softhsm2-util", *words], check=True, env=environment, capture_output=True, timeout=60)
    return str(configuration)


SIGN_ON_THE_CARD = """
import sys
from datetime import datetime
from pathlib import Path
import pkcs11
from sluis.agreements.signatures.hands import Card
from sluis.agreements.signatures.signing import sign_pdf
from sluis.agreements.text import from_canonical
from sluis.kernel.errors import SluisError

module, folder, pin = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
if pin == "1234":
    token = pkcs11.lib(str(module)).get_token(token_label="proefkaart")
    with token.open(user_pin=pin, rw=True) as session:
        for label, name in (("Signature", "own.cer"), ("CA", "issuer.cer")):
            value = (folder / name).read_bytes()
            session.create_object({
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: label, pkcs11.Attribute.ID: b"\\x0a",
                pkcs11.Attribute.SUBJECT: b"", pkcs11.Attribute.VALUE: value,
            })
hand = Card(module, chain=("CA",), token="proefkaart", pin=pin)
try:
    text = from_canonical((folder / "text.json").read_bytes())
    paper, at = (folder / "paper.pdf").read_bytes(), datetime.fromisoformat(sys.argv[4])
    signed = sign_pdf(paper, agreement=text, signatory="lokaal-bestuur", hand=hand, at=at)
    (folder / "signed.pdf").write_bytes(signed)
except SluisError as error:
    print(error.code)
"""


def sign_on_card(folder: Path, pin: str) -> str:
    """Sign in a process of its own: a PKCS#11 module reads its settings once, when it is loaded."""
    from sluis.agreements.text import canonical

    (folder / "paper.pdf").write_bytes(the_print())
    (folder / "text.json").write_bytes(canonical(an_agreement()))
    for name, certificate in (
        ("own.cer", certificate_of(NAMES[1]).certificate),
        ("issuer.cer", pki().intermediate.certificate),
    ):
        assert isinstance(certificate, x509.Certificate)
        (folder / name).write_bytes(certificate.public_bytes(Encoding.DER))
    words = [sys.executable, "-c", SIGN_ON_THE_CARD, str(MODULE), str(folder), pin, SIGNED.isoformat()]
    said = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert said.returncode == 0, said.stderr[-2_000:]
    return said.stdout.strip()


@pytest.mark.usefixtures("card")
def test_a_key_that_never_leaves_its_card_signs(tmp_path: Path) -> None:
    assert sign_on_card(tmp_path, PIN) == ""
    found = judged((tmp_path / "signed.pdf").read_bytes())
    assert found.is_valid, found.reasons
    assert found.signatures[0].signer == "An Peeters (fictief)"


@pytest.mark.usefixtures("card")
def test_a_wrong_pin_says_so_and_signs_nothing(tmp_path: Path) -> None:
    assert sign_on_card(tmp_path, "9999") == "card-unusable"
    assert not (tmp_path / "signed.pdf").exists()
