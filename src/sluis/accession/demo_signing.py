"""Signing in the demo: a test certificate for each fictional signatory, made in memory when the first one signs.

It exists in the demo only. Nothing outside it trusts these certificates, and the keys are gone when the process ends;
the next start makes new ones and puts their authority on the trust list, with its reason, as everything there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sluis.agreements.model import Agreement
from sluis.agreements.signatures.demo_pki import DemoPki, Issued
from sluis.agreements.signatures.signing import sign_pdf
from sluis.agreements.signatures.trust import add_revocations, register_signatory, trust_certificate, trust_list
from sluis.database import Connection

_REASON = "demo: testcertificaat, fictief"
# The validator compares with lists of revocations that were published before the moment of signing.
_EARLIER = timedelta(minutes=1)
_FRESH = timedelta(days=60)
"""Lists of revocations of the demo are good for ninety days; a new authority comes well before that."""


@dataclass(slots=True)
class DemoSigning:
    """The test authority of one running demo, and the certificates that it issued."""

    _pki: DemoPki | None = None
    _issued: dict[tuple[str, str, str], Issued] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def sign(
        self,
        connection: Connection,
        pdf: bytes,
        *,
        agreement: Agreement,
        signatory: str,
        name: str,
        function: str,
        body: str,
        by: str,
        at: datetime,
    ) -> bytes:
        """Return the paper with the signature of this person for the body, by a certificate on the trust list."""
        with self._lock:
            pki = self._authority(connection, body, by, at)
            certificate = self._certificate(connection, pki, name, function, body, by, at)
        return sign_pdf(pdf, agreement=agreement, signatory=signatory, hand=pki.key_file(certificate), at=at)

    def _authority(self, connection: Connection, body: str, by: str, at: datetime) -> DemoPki:
        if self._pki is None or not timedelta(0) <= at - self._pki.made_at < _FRESH:
            self._pki = DemoPki.make(at=at)
            self._issued.clear()
        # What is in memory may have been rolled back in the database: the list itself says what is on it.
        pki, since = self._pki, at - _EARLIER
        if pki.root.der in trust_list(connection, at=at).roots:
            return pki
        for kind, issued in (("root", pki.root), ("intermediate", pki.intermediate)):
            trust_certificate(
                connection,
                kind="root" if kind == "root" else "intermediate",
                certificate=issued.der,
                party=body,
                by=by,
                reason=_REASON,
                at=since,
            )
        for listed in pki.revocations(at=since):
            add_revocations(connection, revocations=listed, party=body, by=by, reason=_REASON, at=since)
        return pki

    def _certificate(
        self, connection: Connection, pki: DemoPki, name: str, function: str, body: str, by: str, at: datetime
    ) -> Issued:
        found = self._issued.setdefault(
            (body, name, function), pki.signatory(name, organisation=body, function=function)
        )
        known = {(one.party, one.fingerprint) for one in trust_list(connection, at=at).signatories}
        if (body, found.fingerprint) not in known:
            register_signatory(
                connection,
                party=body,
                name=name,
                function=function,
                certificate=found.der,
                by=by,
                reason=_REASON,
                at=at - _EARLIER,
            )
        return found
