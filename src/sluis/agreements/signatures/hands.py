"""With what somebody signs: a key file, or a card in a reader (PKCS#11). Sluis' server never sees the private key.

pyHanko does the cryptography. `python-pkcs11` is loaded only when a card is chosen; it is the extra `eid`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.keys.pemder import load_private_key_from_pemder_data
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

if TYPE_CHECKING:
    from types import ModuleType

_CONTROL = Clause("eIDAS-verordening (EU) 910/2014", "artikel 26, c)")


class Hand(Protocol):
    """Something to sign with."""

    def opened(self) -> AbstractContextManager[Signer]:
        """Return the signer for as long as the signing takes; raises `SluisError` where it cannot be opened."""
        ...


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key and its certificate in one file: PKCS#12 (.p12, .pfx), or PEM with key, certificate and chain."""

    content: bytes = field(repr=False)
    passphrase: str | None = field(default=None, repr=False)

    @contextmanager
    def opened(self) -> Iterator[Signer]:
        """Return the signer of this file."""
        secret = self.passphrase.encode() if self.passphrase else None
        try:
            signer = self._from_pem(secret) if b"-----BEGIN" in self.content else self._from_pkcs12(secret)
        except (ValueError, TypeError, OSError) as error:
            raise _no_key(msg("De sleutel kan met dit wachtwoord niet geopend worden.")) from error
        if signer is None or signer.signing_cert is None:
            raise _no_key(msg("In het bestand zit geen sleutel met een certificaat."))
        yield signer

    def _from_pkcs12(self, secret: bytes | None) -> SimpleSigner | None:
        found: SimpleSigner | None = SimpleSigner.load_pkcs12_data(self.content, other_certs=[], passphrase=secret)
        return found

    def _from_pem(self, secret: bytes | None) -> SimpleSigner | None:
        keys, certificates = _pem_parts(self.content)
        if not keys or not certificates:
            return None
        chain = list(load_certs_from_pemder_data(certificates))
        store = SimpleCertificateStore()
        store.register_multiple(chain[1:])
        return SimpleSigner(
            signing_cert=chain[0],
            signing_key=load_private_key_from_pemder_data(keys, passphrase=secret),
            cert_registry=store,
        )


def _pem_parts(content: bytes) -> tuple[bytes, bytes]:
    parts = [b"-----BEGIN" + part for part in content.split(b"-----BEGIN")[1:]]
    keys = [part for part in parts if b"PRIVATE KEY-----" in part.split(b"\n", 1)[0]]
    certificates = [part for part in parts if part.startswith(b"-----BEGIN CERTIFICATE-----")]
    return (keys[0] if keys else b""), b"".join(certificates)


@dataclass(frozen=True, slots=True)
class Card:
    """A key on a card or token that never leaves it, reached through a PKCS#11 module.

    The names are those of the Belgian eID middleware: certificate "Signature", and the chain from "CA" and "Root".
    Without a PIN the middleware or the reader asks for it itself.
    """

    module: Path
    certificate: str = "Signature"
    chain: tuple[str, ...] | None = ("CA", "Root")
    token: str | None = None
    pin: str | None = field(default=None, repr=False)

    @contextmanager
    def opened(self) -> Iterator[Signer]:
        """Return the signer of the card that is in the reader."""
        pkcs11 = _load_pkcs11()
        if not self.module.is_file():
            raise _no_card(
                msg("De PKCS#11-module {module} staat niet op deze computer.", module=str(self.module)),
                msg("Installeer de eID-software, of geef het juiste pad met --module."),
            )
        from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415 - belongs to the same
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session  # noqa: PLC0415 - needs the extra eid

        try:
            session = open_pkcs11_session(
                str(self.module),
                slot_no=None if self.token else self._slot(pkcs11),
                token_criteria=TokenCriteria(label=self.token) if self.token else None,
                user_pin=self.pin,
            )
        except SluisError:
            raise
        except Exception as error:  # a module may raise what it likes; all of it means that the card cannot be used
            raise _unread_card(error) from error
        try:
            signer = PKCS11Signer(session, cert_label=self.certificate, other_certs_to_pull=self.chain)
            certificate = signer.signing_cert
            if certificate is not None and certificate.public_key.algorithm == "ec":
                # Some cards only sign a hash that was computed before.
                known = session.token.slot.get_mechanisms()
                signer.use_raw_mechanism = pkcs11.Mechanism.ECDSA_SHA256 not in known
            yield signer
        except pkcs11.PKCS11Error as error:
            raise _unread_card(error) from error
        finally:
            session.close()

    def _slot(self, pkcs11: ModuleType) -> int:
        slots = pkcs11.lib(str(self.module)).get_slots(token_present=False)
        present = [number for number, slot in enumerate(slots) if _has_token(slot, pkcs11)]
        if not present:
            raise _no_card(
                msg("Er zit geen kaart in de lezer, of er is geen lezer."),
                msg("Sluit de lezer aan, steek de kaart erin en probeer opnieuw."),
            )
        return present[0]


def _has_token(slot: object, pkcs11: ModuleType) -> bool:
    get_token = getattr(slot, "get_token")  # noqa: B009 - python-pkcs11 has no types
    try:
        return bool(get_token())
    except pkcs11.PKCS11Error:
        return False


def _load_pkcs11() -> ModuleType:
    try:
        import pkcs11  # noqa: PLC0415 - an extra that few need
    except ImportError as absent:
        raise _no_card(
            msg("Om met een kaart te ondertekenen is het onderdeel eid van Sluis nodig; het is niet geïnstalleerd."),
            msg("Installeer Sluis met het extra onderdeel: pip install ‘sluis[eid]’."),
        ) from absent
    return pkcs11


def _unread_card(error: Exception) -> SluisError:
    return _no_card(
        msg("De kaart kan niet gelezen worden: {why}.", why=type(error).__name__),
        msg("Steek de kaart in de lezer, kijk de pincode na en probeer opnieuw."),
    )


def _no_card(what: Message, remedy: Message) -> SluisError:
    return SluisError("card-unusable", what, remedy=remedy, clause=_CONTROL)


def _no_key(what: Message) -> SluisError:
    return SluisError(
        "key-unusable", what, remedy=msg("Kies het juiste bestand (.p12 of .pem) en wachtwoord."), clause=_CONTROL
    )
