"""The trust list: whose certificates are accepted, which are withdrawn, and who may sign for which body.

Every change is kept, with who made it and why, and leaves an entry in the ledger; the list can be read as it stood at
any moment. Certificates and revocation lists come as files; nothing is ever fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from sluis.agreements.signatures import store
from sluis.agreements.signatures.model import RegisteredSignatory, TrustList
from sluis.agreements.signatures.names import holder_of
from sluis.agreements.signatures.store import TrustChange
from sluis.agreements.steps import NOBODY, actor_id, check_names_nobody
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry

Kind = Literal["root", "intermediate", "revocations", "signatory"]

_IDENTIFIES: Final = Clause("eIDAS-verordening (EU) 910/2014", "artikel 26, b)")
_MOST_BYTES: Final = 64 * 1024
_MOST_LIST_BYTES: Final = 16 * 1024 * 1024  # lists of revocations of a whole country are long


@dataclass(frozen=True, slots=True)
class Read:
    """A certificate as it was read: DER, its SHA-256 and the name of its holder."""

    der: bytes
    fingerprint: str
    name: str
    is_authority: bool
    not_after: datetime


def read_certificate(content: bytes) -> Read:
    """Return the certificate of a PEM or DER file; raises `SluisError` for anything else."""
    try:
        if len(content) > _MOST_BYTES:
            raise ValueError("size")
        is_pem = b"-----BEGIN CERTIFICATE" in content
        found = x509.load_pem_x509_certificate(content) if is_pem else x509.load_der_x509_certificate(content)
        subject = {one.rfc4514_attribute_name: str(one.value) for one in found.subject}
        name = holder_of({"common_name": subject.get("CN"), "organization_name": subject.get("O")})
        return Read(
            found.public_bytes(Encoding.DER),
            found.fingerprint(SHA256()).hex(),
            name or "…",
            _is_authority(found),
            found.not_valid_after_utc,
        )
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise _unreadable(msg("Dit bestand is geen certificaat.")) from error


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def trust_certificate(
    connection: Connection,
    *,
    kind: Literal["root", "intermediate"],
    certificate: bytes,
    party: str,
    by: str,
    reason: str,
    at: datetime,
) -> Read:
    """Accept the certificates that this authority issues; `party` is the body that keeps the list."""
    read = read_certificate(certificate)
    if not read.is_authority:
        raise _unreadable(msg("Dit certificaat is van een persoon, niet van een uitgever van certificaten."))
    _write(connection, "add", kind, read.fingerprint, read.name, party, by, reason, at, content=read.der)
    return read


def distrust_certificate(
    connection: Connection,
    *,
    kind: Literal["root", "intermediate"],
    fingerprint: str,
    party: str,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    """Stop accepting what this authority issues, from now on; what was accepted before stays accepted."""
    known = _standing(connection, kind, fingerprint, at)
    _write(connection, "remove", kind, fingerprint, known.name, party, by, reason, at)


def add_revocations(
    connection: Connection, *, revocations: bytes, party: str, by: str, at: datetime, reason: str = "CRL"
) -> datetime | None:
    """Take in a list of revoked certificates (CRL, PEM or DER) of a trusted authority; return when it is outdated.

    The list must be signed by an authority of the trust list. A newer list of the same authority takes its place.
    """
    try:
        if len(revocations) > _MOST_LIST_BYTES:
            raise ValueError("size")
        is_pem = b"-----BEGIN X509 CRL" in revocations
        found = x509.load_pem_x509_crl(revocations) if is_pem else x509.load_der_x509_crl(revocations)
        der = found.public_bytes(Encoding.DER)
        issuer = _issuer_of(found, trust_list(connection, at=at))
    except (ValueError, UnsupportedAlgorithm, InvalidSignature, TypeError) as error:
        raise _unreadable(msg("Dit bestand is geen intrekkingslijst (CRL).")) from error
    if issuer is None:
        raise _unreadable(msg("Deze intrekkingslijst is van geen uitgever op de vertrouwenslijst."))
    _write(connection, "add", "revocations", sha256(der).hexdigest(), issuer, party, by, reason, at, content=der)
    return found.next_update_utc


def _issuer_of(found: x509.CertificateRevocationList, trust: TrustList) -> str | None:
    for der in (*trust.roots, *trust.intermediates):
        authority = x509.load_der_x509_certificate(der)
        if authority.subject != found.issuer:
            continue
        try:
            if found.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]  # another kind raises
                return read_certificate(der).name
        except (TypeError, ValueError, InvalidSignature):
            continue
    return None


def register_signatory(
    connection: Connection,
    *,
    party: str,
    name: str,
    function: str,
    certificate: bytes,
    by: str,
    reason: str,
    at: datetime,
) -> RegisteredSignatory:
    """Let this person sign for the body with this certificate; of it only the SHA-256 is kept."""
    read = read_certificate(certificate)
    check_names_nobody(f"{name}\n{function}")
    if not name.strip() or not function.strip():
        raise SluisError(
            "signatory-incomplete",
            msg("Van een ondertekenaar zijn naam en functie nodig."),
            remedy=msg("Vul beide in, zoals ze in de tekst staan."),
            clause=_IDENTIFIES,
        )
    _write(connection, "add", "signatory", read.fingerprint, name, party, by, reason, at, function=function)
    return RegisteredSignatory(party, name, function, read.fingerprint)


def withdraw_signatory(
    connection: Connection, *, party: str, fingerprint: str, by: str, reason: str, at: datetime
) -> None:
    """Let this person sign no more for the body, from now on."""
    known = _standing(connection, "signatory", fingerprint, at, party=party)
    _write(connection, "remove", "signatory", fingerprint, known.name, party, by, reason, at, function=known.function)


def trust_list(connection: Connection, *, at: datetime) -> TrustList:
    """Return the list as it stood at this moment; of each authority only its newest revocations."""
    standing = store.standing(connection, at=at)
    newest = {one.name: one for one in standing if one.kind == "revocations"}
    return TrustList(
        tuple(one.content for one in standing if one.kind == "root" and one.content),
        tuple(one.content for one in standing if one.kind == "intermediate" and one.content),
        tuple(one.content for one in newest.values() if one.content),
        tuple(
            RegisteredSignatory(one.party, one.name, one.function or "", one.fingerprint)
            for one in standing
            if one.kind == "signatory" and one.party
        ),
    )


def _standing(
    connection: Connection, kind: Kind, fingerprint: str, at: datetime, *, party: str | None = None
) -> TrustChange:
    for one in store.standing(connection, at=at):
        if (one.kind, one.fingerprint) == (kind, fingerprint) and one.party == party:
            return one
    raise SluisError(
        "not-on-trust-list",
        msg("Dit certificaat staat niet op de vertrouwenslijst."),
        remedy=msg("Kijk met ‘sluis documents trust list’ wat erop staat."),
        clause=_IDENTIFIES,
    )


def _write(
    connection: Connection,
    change: Literal["add", "remove"],
    kind: Kind,
    fingerprint: str,
    name: str,
    party: str,
    by: str,
    reason: str,
    at: datetime,
    *,
    function: str | None = None,
    content: bytes | None = None,
) -> None:
    """Write the change and its entry in the ledger."""
    check_names_nobody(reason)
    if not reason.strip():
        raise SluisError(
            "reason-missing",
            msg("Een wijziging van de vertrouwenslijst heeft een reden nodig."),
            remedy=msg("Schrijf waarom dit certificaat aanvaard of geschrapt wordt."),
            clause=_IDENTIFIES,
        )
    for_party = party if kind == "signatory" else None
    one = TrustChange(at, change, kind, fingerprint, for_party, name[:200], function, content, by, reason)
    store.add_change(connection, one)
    entry = Entry(
        at=at,
        kind="trust-list-changed",
        party=party,
        actor=actor_id(by),
        correlation=fingerprint,
        outcome="done",
        details={"change": change, "what": kind},
    )
    record(connection, entry=entry, subjects={}, secrets=NOBODY)


def _unreadable(what: Message) -> SluisError:
    return SluisError(
        "certificate-unreadable",
        what,
        remedy=msg("Geef het bestand zoals de uitgever het bekendmaakt, in PEM of DER."),
        clause=_IDENTIFIES,
    )
