"""What the bank says of payments: pain.002 (status) and camt.054 (booked, returned), read into events.

Files come from outside: entities are never resolved, sizes are limited, and a file that is not one of the two is
refused with a sentence. The same file twice tells the same events once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Final

from lxml import etree

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

MOST_BYTES: Final = 200 * 1024 * 1024

ACCEPTED, REJECTED, BOOKED, RETURNED, PENDING = "accepted", "rejected", "booked", "returned", "pending"

# ISO 20022 external code set "payment transaction status".
_STATUS: Final = {
    "RJCT": REJECTED,
    "CANC": REJECTED,
    "ACTC": ACCEPTED,
    "ACCP": ACCEPTED,
    "ACSP": ACCEPTED,
    "ACWC": ACCEPTED,
    "ACSC": BOOKED,
    "ACCC": BOOKED,
    "PDNG": PENDING,
    "RCVD": PENDING,
    "PART": PENDING,
}


@dataclass(frozen=True, slots=True)
class BankEvent:
    """One thing that the bank said: of one payment, or of all payments of a message (`end_to_end_id` empty)."""

    end_to_end_id: str
    message_id: str
    state: str
    reason: str
    cents: int | None


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file of the bank: its kind, the SHA-256 of its bytes, and its events in order."""

    kind: str
    digest: str
    events: tuple[BankEvent, ...]


def read_bank_file(content: bytes) -> BankFile:
    """Return the events of a pain.002 or camt.054 file; a SluisError says why it cannot be one."""
    if len(content) > MOST_BYTES:
        raise _refused("te groot")
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise _refused("DOCTYPE")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.parse(BytesIO(content), parser).getroot()
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise _refused("geen XML") from fault
    space = etree.QName(root).namespace or ""
    digest = hashlib.sha256(content).hexdigest()
    if "pain.002.001" in space:
        return BankFile("pain.002", digest, tuple(_statuses(root, space)))
    if "camt.054.001" in space:
        return BankFile("camt.054", digest, tuple(_bookings(root, space)))
    raise _refused(etree.QName(root).localname)


def _statuses(root: etree._Element, space: str) -> Iterator[BankEvent]:
    names = {"b": space}
    original = _text(root, ".//b:OrgnlGrpInfAndSts/b:OrgnlMsgId", names)
    group = _STATUS.get(_text(root, ".//b:OrgnlGrpInfAndSts/b:GrpSts", names), "")
    told = list(root.iterfind(".//b:TxInfAndSts", names))
    if group and group != PENDING and not told:
        yield BankEvent("", original, group, _text(root, ".//b:OrgnlGrpInfAndSts//b:Rsn/b:Cd", names), None)
    for each in told:
        state = _STATUS.get(_text(each, "b:TxSts", names), PENDING)
        reason = _text(each, "b:StsRsnInf/b:Rsn/b:Cd", names) or _text(each, "b:StsRsnInf/b:Rsn/b:Prtry", names)
        yield BankEvent(_text(each, "b:OrgnlEndToEndId", names), original, state, reason, None)


def _bookings(root: etree._Element, space: str) -> Iterator[BankEvent]:
    names = {"b": space}
    for entry in root.iterfind(".//b:Ntry", names):
        direction = _text(entry, "b:CdtDbtInd", names)
        for each in entry.iterfind("b:NtryDtls/b:TxDtls", names):
            reason = _text(each, "b:RtrInf/b:Rsn/b:Cd", names)
            # Money that comes back to the payer is a credit with the reason of the return.
            state = RETURNED if reason or direction == "CRDT" else BOOKED
            cents = _cents(_text(each, "b:Amt", names) or _text(each, "b:AmtDtls/b:TxAmt/b:Amt", names))
            yield BankEvent(_text(each, "b:Refs/b:EndToEndId", names), "", state, reason, cents)


def _text(element: etree._Element, path: str, names: dict[str, str]) -> str:
    found = element.find(path, names)
    return (found.text or "").strip()[:140] if found is not None else ""


def _cents(written: str) -> int | None:
    try:
        amount = Decimal(written) * 100
    except InvalidOperation:
        return None
    return int(amount) if amount == amount.to_integral_value() else None


def _refused(why: str) -> SluisError:
    return SluisError(
        "bank-file-unreadable",
        msg("Dit bestand van de bank kan niet gelezen worden ({why}).", why=why),
        remedy=msg("Geef een bestand pain.002 of camt.054 (ISO 20022), zoals de bank het bezorgde."),
    )
