"""The pages of signing: a PDF that was signed elsewhere, or in the demo a test certificate."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.accession.demo_signing import DemoSigning
from sluis.accession.policy import can_take, check_take, party_of
from sluis.accession.reasons import LONGEST_REASON
from sluis.accession.standing import standing_for
from sluis.accession.web_papers import found_for
from sluis.agreements import store
from sluis.agreements.documents.model import MOST_BYTES
from sluis.agreements.documents.printing import agreement_pdf
from sluis.agreements.documents.store import dated, document_of, documents_of
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Signatory as TextSignatory
from sluis.agreements.signatures.actions import SignedPdfRefused, accept_signed_pdf
from sluis.agreements.signatures.names import is_same_person
from sluis.agreements.signatures.words import validation_in_words
from sluis.agreements.store import list_parties, signatures
from sluis.agreements.text import from_canonical, hash_of
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.pages import DEMO_ENVIRONMENTS
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render
from sluis.web.security import accepts_body

Signatory = Annotated[SignedIn, Depends(require_right("agreements-sign"))]


def add_routes(router: APIRouter) -> None:
    """Add the routes of signing."""
    router.add_api_route("/overeenkomsten/{agreement}/ondertekenen", ask_to_sign, methods=["GET"])
    router.add_api_route("/overeenkomsten/{agreement}/ondertekenen", take_signed, methods=["POST"])
    router.add_api_route("/overeenkomsten/{agreement}/ondertekenen/demo", sign_in_demo, methods=["POST"])


def ask_to_sign(request: Request, agreement: str, person: Signatory) -> Response:
    """Show what is signed, and how: elsewhere with one's own certificate, or in the demo with a test certificate."""
    return _sign_page(request, agreement, person)


@accepts_body(MOST_BYTES + 4 * 1024 * 1024)
def take_signed(
    request: Request,
    agreement: str,
    person: Signatory,
    pdf: UploadFile | None = None,
    reden: Annotated[str, Form()] = "",
) -> Response:
    """Take a PDF in that was signed elsewhere: it is checked first, and counts only when all of it is in order."""
    content = b"" if pdf is None else pdf.file.read()
    if not content:
        return _sign_page(request, agreement, person, reason=reden, error=msg("Kies de ondertekende PDF."))
    return _accept(request, agreement, person, content, reason=reden.strip())


def sign_in_demo(
    request: Request,
    agreement: str,
    person: Signatory,
    tekst: Annotated[str, Form()] = "",
    reden: Annotated[str, Form()] = "",
) -> Response:
    """Sign the paper with a test certificate of this fictional person; only in the demo."""
    kit, today = kit_of(request), day_of(kit_of(request).clock())
    if kit.settings.environment not in DEMO_ENVIRONMENTS:
        raise HTTPException(404)
    try:
        with kit.database.transaction() as connection:
            row = found_for(connection, agreement, person, today)
            standing = standing_for(connection, row, of_next=True)
            party = check_take(person, "sign", row, standing.state, today, is_next=standing.is_next)
            if tekst != standing.text_hash:
                raise _another_text()
            text = from_canonical(store.read_text(connection, standing.text_hash))
            signatory = _signatory_of(text, party, person.name)
            paper = _demo_of(request).sign(
                connection,
                _paper(connection, row.id, text),
                agreement=text,
                signatory=signatory.id,
                name=person.name,
                function=signatory.function or str(msg("ondertekenaar")),
                body=party,
                by=person.id,
                at=kit.clock(),
            )
    except SluisError as error:
        return _sign_page(request, agreement, person, reason=reden, refusal=error)
    return _accept(request, agreement, person, paper, reason=reden.strip())


def _accept(request: Request, agreement: str, person: SignedIn, pdf: bytes, *, reason: str) -> Response:
    kit, today = kit_of(request), day_of(kit_of(request).clock())
    try:
        with kit.database.transaction() as connection:
            row = found_for(connection, agreement, person, today)
            standing = standing_for(connection, row, of_next=True)
            party = check_take(person, "sign", row, standing.state, today, is_next=standing.is_next)
            accepted = accept_signed_pdf(
                connection, agreement=row.id, pdf=pdf, party=party, by=person.id, at=kit.clock(), reason=reason or None
            )
    except SignedPdfRefused as refused:
        sentences = tuple(validation_in_words(refused.validation))
        return _sign_page(request, agreement, person, reason=reason, refused=sentences)
    except SluisError as error:
        return _sign_page(request, agreement, person, reason=reason, refusal=error)
    done = "sign" if accepted.signed else "sign-known"
    return RedirectResponse(f"/overeenkomsten/{row.id}?gedaan={done}#handtekeningen", status_code=303)


def _sign_page(
    request: Request,
    agreement: str,
    person: SignedIn,
    *,
    reason: str = "",
    error: Message | None = None,
    refusal: SluisError | None = None,
    refused: tuple[Message, ...] = (),
) -> Response:
    kit, language, today = kit_of(request), language_of(request), day_of(kit_of(request).clock())
    with kit.database.transaction() as connection:
        row = found_for(connection, agreement, person, today)
        standing = standing_for(connection, row, of_next=True)
        party = party_of(person, row, today)
        signed = {one.party for one in signatures(connection, row.id, standing.text_hash)}
        if not can_take(person, "sign", row, standing.state, today, is_next=standing.is_next) or party in signed:
            return RedirectResponse(f"/overeenkomsten/{row.id}", status_code=303)
        text = from_canonical(store.read_text(connection, standing.text_hash))
        names = {one.id: one.name for one in list_parties(connection)}
        newest = _newest_signed(connection, row.id, standing.text_hash)
    own = {one.id for one in text.parties if one.body == party}
    is_against = any(one.party in own and one.verdict == "unfavourable" for one in text.advices)
    return render(
        request,
        "accession/sign.html",
        status_code=422 if error or refusal or refused else 200,
        row=row,
        title_words=text.title.in_language(language),
        party_name=names.get(party or "", party),
        signatories=[one for one in text.signatories if own & set(one.signs_for)],
        text_hash=standing.text_hash,
        newest=newest,
        is_against=is_against,
        is_demo=kit.settings.environment in DEMO_ENVIRONMENTS,
        reason=reason,
        error=error,
        refusal=refusal,
        refused=refused,
        most=LONGEST_REASON,
    )


def _signatory_of(text: Agreement, party: str, name: str) -> TextSignatory:
    own = {one.id for one in text.parties if one.body == party}
    found = [one for one in text.signatories if own & set(one.signs_for)]
    named = [one for one in found if one.name and is_same_person(one.name, name)]
    if not named:
        raise SluisError(
            "signatory-not-the-one",
            msg("U bent niet de ondertekenaar die in de tekst staat voor uw bestuur."),
            remedy=msg("Laat de genoemde ondertekenaar tekenen, of pas de tekst aan en vraag opnieuw advies."),
        )
    return named[0]


def _paper(connection: Connection, agreement: str, text: Agreement) -> bytes:
    """Return the paper to sign: with the signatures that stand on it already, else a new print."""
    digest = hash_of(text)
    newest = _newest_signed(connection, agreement, digest)
    found = document_of(connection, agreement=agreement, document=newest) if newest else None
    if found is not None:
        return found[1]
    made = dated(connection, digest)
    assert made is not None  # the text was kept with its moment
    return agreement_pdf(text, at=made)


def _newest_signed(connection: Connection, agreement: str, digest: str) -> str | None:
    rows = [one for one in documents_of(connection, agreement, text_hash=digest) if one.kind == "signed"]
    return rows[0].sha256 if rows else None


def _demo_of(request: Request) -> DemoSigning:
    found: DemoSigning | None = getattr(request.app.state, "demo_signing", None)
    if found is None:
        found = request.app.state.demo_signing = DemoSigning()
    return found


def _another_text() -> SluisError:
    return SluisError(
        "another-version",
        msg("De tekst is intussen gewijzigd. U ondertekende niets."),
        remedy=msg("Lees de tekst van nu, en onderteken die."),
    )
