"""Whether a signed PDF is the agreement, and whether each signature on it counts: judged in words, with its clause.

The file is only read in the walled-off process. Here what it says is held against what we know: the text that is to be
signed, the print that Sluis makes of it, who may sign for whom. What the process says is bounded and checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from sluis.agreements.documents import faults
from sluis.agreements.documents.model import MOST_PAGES
from sluis.agreements.documents.paper import signature_pages
from sluis.agreements.documents.pdf import NotTaken, check_shape
from sluis.agreements.documents.printing import agreement_pdf
from sluis.agreements.documents.walled import Crashed, OutOfTime, Wall, run_walled
from sluis.agreements.model import Agreement
from sluis.agreements.policy import text_hash
from sluis.agreements.signatures.examination import job_of
from sluis.agreements.signatures.model import RegisteredSignatory, SignatureFinding, TrustList, Validation
from sluis.agreements.signatures.names import is_same_person
from sluis.agreements.signatures.reasons import reason
from sluis.agreements.text import from_canonical
from sluis.kernel.outcome import Reason
from sluis.kernel.territory import find_body, succession

_EXAMINATION: Final = "sluis.agreements.signatures.examination"
_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_STARTXREF: Final = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")


def validate_pdf(
    pdf: bytes,
    *,
    trust: TrustList,
    expected_text_hash: str,
    at: datetime,
    received_at: datetime | None = None,
    issued: Collection[bytes] = (),
    wall: Wall | None = None,
) -> Validation:
    """Return what is found in a signed PDF; never raises for what is in the file.

    A signature is judged by the moment that is proven: a time stamp of a trusted authority, else `received_at`, the
    moment Sluis got the file, else `at`, now; what the signer's own clock says proves nothing. The file must begin with
    the Dutch print of exactly this text, byte for byte: as Sluis makes it again now, or one of `issued` that it made.
    """
    try:
        check_shape(pdf)
        said = json.loads(run_walled(_EXAMINATION, job_of(pdf, trust, at=received_at or at), wall=wall or Wall()))
    except NotTaken as refusal:
        return _unread(pdf, refusal.code)
    except OutOfTime:
        return _unread(pdf, "pdf-too-costly")
    except (Crashed, ValueError):
        return _unread(pdf, "pdf-damaged")
    return judge(pdf, said, trust=trust, expected_text_hash=expected_text_hash, at=received_at or at, issued=issued)


def judge(
    pdf: bytes,
    said: object,
    *,
    trust: TrustList,
    expected_text_hash: str,
    at: datetime,
    issued: Collection[bytes] = (),
) -> Validation:
    """Return the judgement on what the examination said of this file."""
    if not isinstance(said, dict) or "refused" in said:
        code = said.get("refused") if isinstance(said, dict) else None
        return _unread(pdf, code if code in faults.CODES else "pdf-damaged")
    try:
        judgement = _Judgement(pdf, said, trust, expected_text_hash, at, issued)
        return judgement.whole()
    except (KeyError, TypeError, ValueError, AttributeError):
        return _unread(pdf, "pdf-damaged")  # not what an honest examination says


def _unread(pdf: bytes, code: str) -> Validation:
    return Validation(sha256(pdf).hexdigest(), None, 0, (), (faults.reason(code),))


@dataclass(slots=True)
class _Judgement:
    pdf: bytes
    said: dict[str, Any]
    trust: TrustList
    expected: str
    at: datetime
    issued: Collection[bytes]

    def whole(self) -> Validation:
        text = self.said["text"]
        digest = text_hash(text.encode()) if isinstance(text, str) else None
        pages = int(self.said["pages"])
        if not 0 < pages <= MOST_PAGES:
            raise ValueError("pages")
        agreement = from_canonical(text.encode()) if digest == self.expected else None
        findings = tuple(self._findings(agreement))
        reasons = tuple(self._of_document(agreement, digest, pages, findings))
        return Validation(sha256(self.pdf).hexdigest(), digest, pages, findings, reasons)

    def _of_document(
        self, agreement: Agreement | None, digest: str | None, pages: int, findings: tuple[SignatureFinding, ...]
    ) -> Iterator[Reason]:
        if not findings:
            yield reason("no-signature")
        if agreement is None:
            yield reason("another-document" if digest is None else "another-version")
            return
        if not self._is_our_print(agreement):
            yield reason("another-document")
        elif not self.said["changed_only_by_signing"]:
            yield reason("altered-before-signing" if self._first_is_last() else "altered-after-signing")
        elif any(number < pages - signature_pages(agreement) for number in self.said["signature_pages"]):
            yield reason("covers-text")
        signed = self.said["signatures"]
        if signed and not any(one.get("is_last") for one in signed) and not self._only_upkeep_after(signed):
            yield reason("altered-after-signing")

    def _first_is_last(self) -> bool:
        return any(one.get("is_last") for one in self.said["signatures"])

    @staticmethod
    def _only_upkeep_after(signed: list[dict[str, Any]]) -> bool:
        """Return whether what came after the last signature is only its own upkeep: time stamps, revocation data."""
        return any(one.get("changes") in {"NONE", "LTA_UPDATES"} for one in signed)

    def _is_our_print(self, agreement: Agreement) -> bool:
        """Return whether the file starts with our print, in full: its bytes, and the table that its end points to."""
        made = self.said["made"]
        prints = list(self.issued)
        if isinstance(made, str):
            try:
                prints.append(agreement_pdf(agreement, at=_moment(made)))
            except (ValueError, OverflowError):
                return False
        for found in prints:
            end = _STARTXREF.search(found[-2_048:])
            if end and self.pdf.startswith(found) and int(end[1]) == self.said["print_startxref"]:
                return True
        return False

    def _findings(self, agreement: Agreement | None) -> Iterator[SignatureFinding]:
        seen: set[tuple[str, str]] = set()
        for said in self.said["signatures"]:
            finding = self._finding(said, agreement, seen)
            seen |= {(finding.fingerprint, party) for party in finding.parties}
            yield finding

    def _finding(
        self, said: dict[str, Any], agreement: Agreement | None, seen: set[tuple[str, str]]
    ) -> SignatureFinding:
        claimed = _moment(said["claimed_at"]) if said["claimed_at"] else None
        stamped = _moment(said["stamped_at"]) if said["stamped_at"] else None
        proven = stamped or self.at
        registered = [one for one in self.trust.signatories if one.fingerprint == said["fingerprint"]]
        parties, of_person = self._parties(registered, agreement)
        valid = all(
            _moment(said["not_before"]) <= moment <= _moment(said["not_after"])
            for moment in (proven, claimed or proven)
        )
        covers = said["coverage"] in {"ENTIRE_FILE", "ENTIRE_REVISION"}
        signer = str(said["signer"])[:200]
        day = (claimed if claimed and claimed < _moment(said["not_before"]) else proven).date().isoformat()
        reasons = [reason(code, signer=signer, day=day) for code in _cryptographic(said, covers=covers, valid=valid)]
        if claimed is not None and claimed > proven + _CLOCKS_DIFFER:
            reasons.append(reason("signed-in-future", signer=signer))
        if agreement is not None and not parties:
            reasons.append(reason("signatory-not-the-one" if of_person else "signatory-unknown", signer=signer))
        if any((said["fingerprint"], party) in seen for party in parties):
            reasons.append(reason("signed-twice", signer=signer))
        return SignatureFinding(
            field=str(said["field"])[:200],
            signer=signer,
            function=registered[0].function if registered else None,
            parties=parties,
            fingerprint=str(said["fingerprint"]),
            claimed_at=claimed,
            proven_at=proven,
            is_time_stamped=stamped is not None,
            is_intact=bool(said["intact"]),
            covers_document=covers,
            is_trusted=said["trust"] in {"trusted", "revoked", "revocation-unknown"},
            was_valid=valid,
            was_not_revoked=said["trust"] == "trusted",
            reasons=tuple(reasons),
        )

    def _parties(
        self, registered: list[RegisteredSignatory], agreement: Agreement | None
    ) -> tuple[tuple[str, ...], bool]:
        """Return the bodies for which this person signs this text, and whether it is registered for one of them."""
        if agreement is None:
            return (), False
        counted: list[str] = []
        is_known = False
        for one in registered:
            for signatory in agreement.signatories:
                bodies = {party.body for name in signatory.signs_for if (party := agreement.party(name)) and party.body}
                if one.party not in bodies | _successors(bodies, self.at.astimezone(_BRUSSELS).date()):
                    continue
                is_known = True
                # Whoever signs for the body into which a party went up is not the one whom the old text names.
                is_named = signatory.name is None or is_same_person(signatory.name, one.name)
                if (is_named or one.party not in bodies) and one.party not in counted:
                    counted.append(one.party)
        return tuple(counted), is_known


def _cryptographic(said: dict[str, Any], *, covers: bool, valid: bool) -> Iterator[str]:
    if not said["intact"]:
        yield "signature-broken"
        return
    if not covers:
        yield "signature-partial"
    elif not said.get("changes_permitted") or said["changes"] not in {"NONE", "LTA_UPDATES", "FORM_FILLING"}:
        yield "altered-after-signing"
    if not valid:
        yield "certificate-expired"
    elif said["trust"] != "trusted":
        codes = {"revoked": "certificate-revoked", "unfit": "certificate-unfit"}
        yield codes.get(
            said["trust"], said["trust"] if said["trust"] == "revocation-unknown" else "certificate-not-trusted"
        )


def _successors(bodies: set[str], day: date) -> set[str]:
    found = (find_body(body) for body in bodies)
    return {succession(body, day).body.id for body in found if body is not None}


def _moment(written: str) -> datetime:
    found = datetime.fromisoformat(written)
    if found.tzinfo is None:
        raise ValueError("a moment has a zone")
    return found.astimezone(UTC)
