"""Payment orders as ISO 20022 pain.001.001.09, one file per payer, day and portion; read back to be checked.

The same payments give the same bytes: the moment of creation is given, and nothing is drawn. A bank that gets a file
twice knows it by its message id and each payment by its end-to-end id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import polars as pl
from lxml import etree

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MOST_PER_FILE: Final = 25_000
_LONGEST_NAME: Final = 70
# The default namespace; lxml's types do not foresee it for files that are written as they grow.
_NAMES: Final[Any] = {None: NAMESPACE}


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays: the payer's code, its name on the order and its own account."""

    code: str
    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How many payments a file holds and what they come to in cents."""

    count: int
    cents: int


@dataclass(frozen=True, slots=True)
class OrderFile:
    """One file for the bank: its name, its message id and what it comes to."""

    name: str
    message_id: str
    content: bytes
    totals: Totals


def order_files(
    payments: pl.DataFrame, *, debtors: Sequence[Debtor], names: pl.DataFrame, prefix: str, made_at: datetime
) -> Iterator[OrderFile]:
    """Yield the files of all ordered payments, by payer, day and portion of at most 25,000.

    `names` has `person` and `name`, for the creditor as the bank shows it; `prefix` begins every message id and file
    name of this run (letters, digits and dashes).
    """
    ordered = payments.filter(pl.col("state") == "ordered").join(names, left_on="payee", right_on="person", how="left")
    for debtor in debtors:
        own = ordered.filter(pl.col("payer") == debtor.code).sort("pay_on", "end_to_end_id")
        for (pay_on,), rows in own.group_by("pay_on", maintain_order=True):
            assert isinstance(pay_on, date)
            for portion, start in enumerate(range(0, rows.height, MOST_PER_FILE), start=1):
                part = rows.slice(start, MOST_PER_FILE)
                message = f"{prefix}-{debtor.code}-{pay_on:%m%d}-{portion:03d}"
                content = _document(part, debtor=debtor, message=message, pay_on=pay_on, made_at=made_at)
                totals = Totals(part.height, int(part.get_column("amount_cents").sum()))
                yield OrderFile(f"order-{message}.xml", message, content, totals)


def totals_of(content: bytes) -> Totals:
    """Read an order file back: how many transfers it really holds and what they come to."""
    count, cents = 0, 0
    for _, amount in etree.iterparse(BytesIO(content), tag=f"{{{NAMESPACE}}}InstdAmt", resolve_entities=False):
        count, cents = count + 1, cents + int(Decimal(amount.text or "0") * 100)
        amount.clear()
    return Totals(count, cents)


def _document(part: pl.DataFrame, *, debtor: Debtor, message: str, pay_on: date, made_at: datetime) -> bytes:
    total = _euro(int(part.get_column("amount_cents").sum()))
    written = BytesIO()
    with etree.xmlfile(written, encoding="UTF-8") as xml:
        xml.write_declaration()
        with (
            xml.element(etree.QName(NAMESPACE, "Document"), nsmap=_NAMES),
            xml.element(etree.QName(NAMESPACE, "CstmrCdtTrfInitn")),
        ):
            xml.write(_header(debtor, message, part.height, total, made_at))
            with xml.element(etree.QName(NAMESPACE, "PmtInf")):
                for head in _payment_information(debtor, message, part.height, total, pay_on):
                    xml.write(head)
                for row in part.select("end_to_end_id", "amount_cents", "iban", "name").iter_rows():
                    xml.write(_transfer(*row))
    return written.getvalue()


def _header(debtor: Debtor, message: str, count: int, total: str, made_at: datetime) -> etree._Element:
    header = _element("GrpHdr")
    _add(header, "MsgId", message)
    _add(header, "CreDtTm", made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _add(header, "NbOfTxs", str(count))
    _add(header, "CtrlSum", total)
    _add(_add(header, "InitgPty"), "Nm", debtor.name[:_LONGEST_NAME])
    return header


def _payment_information(
    debtor: Debtor, message: str, count: int, total: str, pay_on: date
) -> Iterator[etree._Element]:
    root = _element("PmtInf")
    _add(root, "PmtInfId", message)
    _add(root, "PmtMtd", "TRF")
    _add(root, "BtchBookg", "true")
    _add(root, "NbOfTxs", str(count))
    _add(root, "CtrlSum", total)
    _add(_add(_add(root, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(root, "ReqdExctnDt"), "Dt", pay_on.isoformat())
    _add(_add(root, "Dbtr"), "Nm", debtor.name[:_LONGEST_NAME])
    _add(_add(_add(root, "DbtrAcct"), "Id"), "IBAN", debtor.iban)
    _add(_add(_add(_add(root, "DbtrAgt"), "FinInstnId"), "Othr"), "Id", "NOTPROVIDED")
    _add(root, "ChrgBr", "SLEV")
    yield from root


def _transfer(end_to_end_id: str, cents: int, iban: str, name: str | None) -> etree._Element:
    root = _element("CdtTrfTxInf")
    identification = _add(root, "PmtId")
    _add(identification, "InstrId", end_to_end_id)
    _add(identification, "EndToEndId", end_to_end_id)
    amount = _add(_add(root, "Amt"), "InstdAmt", _euro(cents))
    amount.set("Ccy", "EUR")
    _add(_add(root, "Cdtr"), "Nm", _sepa_text(name or "Begunstigde Groeipakket"))
    _add(_add(_add(root, "CdtrAcct"), "Id"), "IBAN", iban)
    _add(_add(root, "RmtInf"), "Ustrd", f"Groeipakket {end_to_end_id}")
    return root


def _sepa_text(written: str) -> str:
    """Return a name as every bank takes it: no control characters, at most 70 characters, never empty."""
    plain = "".join(each for each in written if each.isprintable()).strip()
    return plain[:_LONGEST_NAME].strip() or "Begunstigde Groeipakket"


def _element(name: str) -> etree._Element:
    return etree.Element(etree.QName(NAMESPACE, name), nsmap=_NAMES)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, etree.QName(NAMESPACE, name))
    child.text = text
    return child


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
