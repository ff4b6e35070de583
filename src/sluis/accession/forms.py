"""Forms of joining: what came in, the files that came with it, and the fields as the page shows them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from sluis.accession.actions import (
    Saved,
)
from sluis.accession.answers import field_at, tidy
from sluis.accession.model import OVERVIEW, STEPS, Field, Value
from sluis.accession.store import Sheet
from sluis.agreements.documents.actions import attach_document
from sluis.agreements.documents.inspection import check_attachment
from sluis.agreements.documents.model import DocumentFacts, DocumentRow
from sluis.agreements.missing import Missing
from sluis.agreements.model import Agreement
from sluis.database import Connection
from sluis.gate.store import find_actor
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as the page shows it: the answer, why it was refused, and what somebody else wrote meanwhile."""

    field: Field
    value: Value
    error: Message | None = None
    theirs: Value | None = None
    theirs_by: str | None = None
    document: DocumentRow | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: who must act, in which role, and where on our pages if that is the reader."""

    question: Message
    who: str
    role: Message
    href: str | None


def gaps_of(
    missing: Sequence[Missing],
    text: Agreement,
    names: Mapping[str, str],
    *,
    agreement: str,
    own: Sequence[Field],
    me: str | None,
    standard: Agreement,
) -> list[Gap]:
    """Return what is missing with who must act, the reader's own things first with a link to where they are filled."""
    found = []
    for one in missing:
        party = text.party(one.who)
        name = (names.get(party.body or "") or party.name or party.id) if party else one.who
        field = field_at(one.path, own, standard) if one.who == me else None
        href = f"/toetreden/{agreement}/{field.step}#{field.name}" if field else None
        role = msg("functionaris voor gegevensbescherming") if one.code == "advice" else msg("dossierbehandelaar")
        found.append((one.who != me, Gap(one.question, name, role, href)))
    return [gap for _, gap in sorted(found, key=lambda pair: pair[0])]


def given_in(form: FormData, fields: Sequence[Field]) -> dict[str, Value]:
    """Return what a form sent for these fields, as it is kept."""
    found: dict[str, Value] = {}
    for field in fields:
        if field.kind == "pdf":
            continue
        sent = [one for one in form.getlist(field.name) if isinstance(one, str)]
        if sent or field.kind == "subset":
            found[field.name] = tidy(field, sent)
    return found


def check_files(form: FormData) -> dict[str, tuple[bytes, DocumentFacts | Message]]:
    """Check every file that came, before any lock is taken: each is looked at in a process of its own."""
    found: dict[str, tuple[bytes, DocumentFacts | Message]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile) and value.filename:
            content = value.file.read()
            try:
                found[name] = (content, check_attachment(content))
            except SluisError as error:
                clause = str(error.clause or "")
                found[name] = (
                    b"",
                    msg("{what} ({clause}) {remedy}", what=error.what, clause=clause, remedy=error.remedy),
                )
    return found


def attach(
    connection: Connection,
    agreement: str,
    party: str,
    fields: Sequence[Field],
    checked: Mapping[str, tuple[bytes, DocumentFacts | Message]],
    *,
    by: str,
    at: datetime,
) -> tuple[dict[str, Value], dict[str, Message]]:
    """Keep the files that are in order and return their hashes, and why the others are not kept."""
    kept: dict[str, Value] = {}
    wrong: dict[str, Message] = {}
    for field in fields:
        if field.kind != "pdf" or field.name not in checked:
            continue
        content, facts = checked[field.name]
        if not isinstance(facts, DocumentFacts):
            wrong[field.name] = facts
            continue
        code = {"decision": "beslissing", "security_plan": "veiligheidsplan"}[field.path[2]]
        attach_document(
            connection,
            agreement=agreement,
            party=party,
            code=code,
            pdf=content,
            facts=facts,
            by=by,
            at=at,
        )
        kept[field.name] = facts.sha256
    return kept, wrong


def shown_of(
    connection: Connection,
    fields: Sequence[Field],
    sheet: Sheet,
    saved: Saved | None,
    given: Mapping[str, Value],
    documents: Sequence[DocumentRow],
) -> list[Shown]:
    """Return fields as the page shows them."""
    by_hash = {one.sha256: one for one in documents}
    found = []
    for field in fields:
        kept = sheet.answers.get(field.name, tuple(code for code, _ in field.options) if field.kind == "subset" else "")
        error = saved.errors.get(field.name) if saved else None
        theirs = saved.conflicts.get(field.name) if saved else None
        value = given.get(field.name, kept) if saved else kept
        by = _name_of(connection, sheet.saved_by.get(field.name)) if theirs is not None else None
        document = by_hash.get(kept) if field.kind == "pdf" and isinstance(kept, str) else None
        found.append(Shown(field, value, error, _words_of(field, theirs), by, document))
    return found


def _words_of(field: Field, value: Value | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    words = {code: str(words) for code, words in field.options}
    return ", ".join(words.get(one, one) for one in value)


def grouped(shown: Sequence[Shown]) -> list[tuple[Message | None, list[Shown]]]:
    """Return fields under their headings, in order."""
    groups: list[tuple[Message | None, list[Shown]]] = []
    for one in shown:
        if not groups or groups[-1][0] != one.field.group:
            groups.append((one.field.group, []))
        groups[-1][1].append(one)
    return groups


def all_errors(shown: Sequence[Shown], saved: Saved | None) -> list[tuple[str, Message]]:
    """Return what the summary of errors tells, each with its field."""
    found = [("heropen", saved.errors["heropen"])] if saved and "heropen" in saved.errors else []
    for one in shown:
        if one.error is not None:
            found.append((one.field.name, one.error))
        elif one.theirs is not None:
            found.append((one.field.name, msg("{label} Iemand anders wijzigde dit intussen.", label=one.field.label)))
    return found


def _name_of(connection: Connection, actor: str | None) -> str | None:
    found = find_actor(connection, actor) if actor else None
    return found.display_name if found else actor


def following(step: str, fields: Sequence[Field]) -> str:
    """Return the next step in which this party has something to answer, else the overview."""
    names = list(STEPS)
    filled = {field.step for field in fields}
    return next((name for name in names[names.index(step) + 1 :] if name in filled), OVERVIEW)


def before(step: str) -> str | None:
    """Return the step before this one; None for the first."""
    names = list(STEPS)
    return names[names.index(step) - 1] if names.index(step) else None


def number_in(text: object) -> int:
    """Return the number in a hidden field; 0 for anything else."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 9 else 0


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """Yield the form with its files, which are gone afterwards."""
    async with request.form() as form:
        yield form
