"""What can be taken home of an agreement: its text as PDF in four languages, documents, receipts, earlier versions."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from sluis.accession.actions import standard_of, text_in_preparation
from sluis.accession.differences import differences
from sluis.accession.policy import can_read, party_of
from sluis.agreements import lifestore
from sluis.agreements.documents.printing import agreement_pdf
from sluis.agreements.documents.store import dated, document_of
from sluis.agreements.receipts import receipts_of
from sluis.agreements.store import AgreementRow, events, read_agreement_row, read_text
from sluis.agreements.text import from_canonical
from sluis.agreements.words import in_words
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.text import Message
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.languages import LANGUAGES, Language, translate
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render

Reader = Annotated[SignedIn, Depends(require_right("agreements-read"))]


def add_routes(router: APIRouter) -> None:
    """Add the routes of papers."""
    router.add_api_route("/overeenkomsten/{agreement}/tekst-{language}.pdf", download_pdf, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/documenten/{document}.pdf", download_document, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/bewijs/{entry}.json", download_receipt, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/versies/{digest}", show_version, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/verschillen", show_differences, methods=["GET"])


def found_for(connection: Connection, agreement: str, person: SignedIn, today: date) -> AgreementRow:
    """Return the agreement for who may read it; to anybody else it looks like one that does not exist."""
    row = read_agreement_row(connection, agreement)
    if row is None or not can_read(person, row, today):
        raise HTTPException(404)
    return row


def download_pdf(request: Request, agreement: str, language: str, person: Reader, versie: str = "") -> Response:
    """Give the text that counts, is prepared or counted before (`versie`: its hash) as PDF."""
    if language not in LANGUAGES:
        raise HTTPException(404)
    spoken: Language = next(one for one in LANGUAGES if one == language)
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, day_of(kit_of(request).clock()))
        digest = versie or _digest_now(connection, row)
        if digest not in _texts(connection, row):
            raise HTTPException(404)
        text = from_canonical(read_text(connection, digest))
        made = dated(connection, digest)
    if made is None:
        raise HTTPException(404)

    def say(message: Message) -> str:
        return translate(message, spoken)

    pdf = agreement_pdf(text, language=spoken, at=made, translate=None if spoken == "nl" else say)
    return _file(pdf, "application/pdf", f"{row.id}-{digest[:12]}-{spoken}.pdf")


def download_document(request: Request, agreement: str, document: str, person: Reader) -> Response:
    """Give a document that belongs to the agreement, for its parties and the supervisor."""
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, day_of(kit_of(request).clock()))
        found = document_of(connection, agreement=row.id, document=document)
    if found is None:
        raise HTTPException(404)
    return _file(found[1], "application/pdf", found[0].file_name)


def download_receipt(request: Request, agreement: str, entry: UUID, person: Reader) -> Response:
    """Give the own party its signed receipt of one event."""
    today = day_of(kit_of(request).clock())
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, today)
        party = party_of(person, row, today)
        if party is None or entry not in {one.entry for one in events(connection, row.id)}:
            raise HTTPException(404)
        event = next(one.event for one in events(connection, row.id) if one.entry == entry)
        receipts = receipts_of(connection, row.id, party=party, event=event)
        receipt = next((one.receipt for one in receipts if one.entry == entry), None)
    if receipt is None:
        raise HTTPException(404)
    return _file(receipt.to_bytes(), "application/json", f"{row.id}-bewijs-{str(entry)[:8]}.json")


def show_version(request: Request, agreement: str, digest: str, person: Reader) -> Response:
    """Show a text that counted before, or that is being prepared, and how it differs from the present one."""
    language = language_of(request)
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, day_of(kit_of(request).clock()))
        if digest not in _texts(connection, row):
            raise HTTPException(404)
        text = from_canonical(read_text(connection, digest))
        now = from_canonical(read_text(connection, row.text_hash))
    older, newer = (now, text) if text.version > now.version else (text, now)
    return render(
        request,
        "accession/version.html",
        row=row,
        text=text,
        digest=digest,
        is_now=digest == row.text_hash,
        is_newer=text.version > now.version,
        reading=in_words(text, language=language),
        found=differences(older, newer, language=language),
    )


def show_differences(request: Request, agreement: str, person: Reader) -> Response:
    """Show in what a text differs from the standard agreement of which it was made."""
    language = language_of(request)
    with kit_of(request).database.transaction() as connection:
        row = found_for(connection, agreement, person, day_of(kit_of(request).clock()))
        text = text_in_preparation(connection, row.id)
    standard = standard_of(text)
    return render(
        request,
        "accession/differences.html",
        row=row,
        title_words=text.title.in_language(language),
        found=None if standard is None else differences(standard, text, language=language),
    )


def _digest_now(connection: Connection, row: AgreementRow) -> str:
    pending = lifestore.read_amendment(connection, row.id)
    return pending.text_hash if pending else row.text_hash


def _texts(connection: Connection, row: AgreementRow) -> set[str]:
    """Return the hashes of every text that this agreement had, has or prepares."""
    known = {one.text_hash for one in events(connection, row.id)}
    return known | {row.text_hash, _digest_now(connection, row)}


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
