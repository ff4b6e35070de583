"""`sluis documents`: print agreements, sign with a key file or a card, check what was signed, keep the trust list."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sluis.agreements import actions as agreements
from sluis.agreements.documents.actions import attach_document
from sluis.agreements.documents.printing import agreement_pdf
from sluis.agreements.documents.store import dated, document_of, documents_of
from sluis.agreements.model import Agreement
from sluis.agreements.reading import read_agreement
from sluis.agreements.signatures import store, trust
from sluis.agreements.signatures.actions import SignedPdfRefused, accept_signed_pdf
from sluis.agreements.signatures.demo_pki import DemoPki
from sluis.agreements.signatures.hands import Card, Hand, KeyFile
from sluis.agreements.signatures.model import Validation
from sluis.agreements.signatures.signing import sign_pdf
from sluis.agreements.signatures.validation import validate_pdf
from sluis.agreements.signatures.words import validation_in_words
from sluis.agreements.store import find_party, read_agreement_row, read_text
from sluis.agreements.text import from_canonical, hash_of
from sluis.channels.commands.terminal import open_database, out, say, spoken
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.settings import settings
from sluis.web.languages import LANGUAGES, translate

app = typer.Typer(help="Overeenkomsten op papier: afdrukken, ondertekenen, nakijken.", no_args_is_help=True)
trust_app = typer.Typer(help="De vertrouwenslijst: welke certificaten en ondertekenaars tellen.", no_args_is_help=True)
app.add_typer(trust_app, name="trust")

_INVALID = 1
_MOST_BYTES = 21 * 1024 * 1024
_MODULE = Path("/usr/lib/x86_64-linux-gnu/libbeidpkcs11.so.0")

Id = Annotated[str, typer.Argument(help="De code van de overeenkomst, of een bestand in YAML.")]
Pdf = Annotated[Path, typer.Argument(metavar="PDF", help="Het bestand.")]
Out = Annotated[Path, typer.Option("--out", help="Waar het bestand geschreven wordt.")]
AsParty = Annotated[str, typer.Option("--as", help="De partij waarvoor u handelt: kenmerk, OVO-code of KBO-nummer.")]
By = Annotated[str, typer.Option("--by", help="Wie handelt.")]
Why = Annotated[str, typer.Option("--reason", help="Waarom.")]
Fingerprint = Annotated[str, typer.Argument(help="SHA-256 van het certificaat.")]


@app.command("print")
def print_agreement(
    agreement: Id,
    out_file: Out,
    in_language: Annotated[str, typer.Option("--language", help="nl, fr, en of de.")] = "nl",
) -> None:
    """Druk een overeenkomst af als PDF/A. De Nederlandse telt en kan ondertekend worden; de andere zijn leesversies."""
    chosen = next((known for known in LANGUAGES if known == in_language), None)
    if chosen is None:
        raise SluisError(
            "language-unknown",
            msg("‘{language}’ is geen taal van Sluis.", language=in_language),
            remedy=msg("Kies uit: {names}.", names=", ".join(LANGUAGES)),
        )
    text, made = _text(agreement)
    pdf = agreement_pdf(text, language=chosen, at=made, translate=lambda message: translate(message, chosen))
    _write(out_file, pdf)
    say(msg("Vingerafdruk van de tekst: {hash}", hash=hash_of(text)))


@app.command()
def sign(
    pdf_file: Pdf,
    agreement: Id,
    signatory: Annotated[str, typer.Option(help="De korte naam van de ondertekenaar in de tekst.")],
    out_file: Out,
    key: Annotated[Path | None, typer.Option(help="Een sleutel met certificaat: .p12 of .pem.")] = None,
    card: Annotated[bool, typer.Option("--card", help="Onderteken met de eID-kaart in de lezer.")] = False,
    module: Annotated[Path | None, typer.Option(help="De PKCS#11-module; weggelaten: SLUIS_PKCS11_MODULE.")] = None,
    token: Annotated[str | None, typer.Option(help="Het label van de kaart, als er meer dan één is.")] = None,
    label: Annotated[str, typer.Option(help="Het label van het certificaat op de kaart.")] = "Signature",
    ask_pin: Annotated[bool, typer.Option("--pin", help="Vraag hier de pincode; een eID vraagt ze zelf.")] = False,
) -> None:
    """Onderteken de Nederlandse afdruk met een sleutelbestand of een kaart. De sleutel verlaat uw computer niet."""
    if (key is None) == (not card):
        raise SluisError(
            "hand-unclear",
            msg("Kies waarmee u ondertekent: een sleutelbestand of een kaart."),
            remedy=msg("Geef --key met een bestand, of --card."),
        )
    text, _ = _text(agreement)
    hand = _key_file(key) if key else _card(module, token, label, ask_pin=ask_pin)
    signed = sign_pdf(_read(pdf_file), agreement=text, signatory=signatory, hand=hand, at=_now())
    _write(out_file, signed)


@app.command()
def check(pdf_file: Pdf, agreement: Id) -> None:
    """Kijk een ondertekende PDF na en zeg wat ervan klopt. Eindigt met 1 als het document niet telt."""
    text, _ = _text(agreement)
    with open_database().transaction() as connection:
        known = trust.trust_list(connection, at=_now())
    validation = validate_pdf(_read(pdf_file), trust=known, expected_text_hash=hash_of(text), at=_now())
    _say_all(validation)
    if not validation.is_valid:
        raise typer.Exit(_INVALID)


@app.command()
def accept(
    pdf_file: Pdf,
    agreement: Id,
    party: AsParty,
    by: By,
    reason: Annotated[str | None, typer.Option(help="Waarom u ondertekent tegen het advies in.")] = None,
) -> None:
    """Neem een ondertekende PDF op: klopt alles, dan telt elke handtekening voor haar partij."""
    pdf = _read(pdf_file)
    try:
        with open_database().transaction() as connection:
            body = _party(connection, party)
            accepted = accept_signed_pdf(
                connection, agreement=agreement, pdf=pdf, party=body, by=by, at=_now(), reason=reason
            )
    except SignedPdfRefused as refusal:
        _say_all(refusal.validation)
        raise typer.Exit(_INVALID) from None
    _say_all(accepted.validation)
    for done in accepted.signed:
        say(msg("{agreement} is nu: {state}.", agreement=done.agreement, state=done.state))


@app.command()
def attach(
    pdf_file: Pdf,
    agreement: Id,
    code: Annotated[str, typer.Option(help="Korte naam, bijvoorbeeld beslissing-college.")],
    party: AsParty,
    by: By,
) -> None:
    """Voeg een PDF toe, bijvoorbeeld de beslissing van het college; de SHA-256 komt in de tekst te staan."""
    pdf = _read(pdf_file)
    with open_database().transaction() as connection:
        facts = attach_document(
            connection, agreement=agreement, party=_party(connection, party), code=code, pdf=pdf, by=by, at=_now()
        )
    say(msg("Toegevoegd: {pages} bladzijden, SHA-256 {hash}", pages=facts.pages, hash=facts.sha256))


@app.command("list")
def list_documents(agreement: Id) -> None:
    """Toon de documenten van een overeenkomst."""
    with open_database().transaction() as connection:
        for row in documents_of(connection, agreement):
            out.print(f"{row.added_at:%Y-%m-%d %H:%M}  {row.kind}  {row.party}  {row.code}  {row.sha256}", markup=False)


@app.command()
def get(
    agreement: Id, document: Annotated[str, typer.Argument(help="De SHA-256 van het document.")], out_file: Out
) -> None:
    """Haal een document van een overeenkomst op."""
    with open_database().transaction() as connection:
        found = document_of(connection, agreement=agreement, document=document)
    if found is None:
        raise SluisError(
            "document-unknown",
            msg("Deze overeenkomst heeft zo geen document."),
            remedy=msg("Kijk met ‘sluis documents list’ welke er zijn."),
        )
    _write(out_file, found[1])


@app.command("demo-certificates")
def demo_certificates(
    folder: Annotated[Path, typer.Argument(help="Een lege map.")],
    names: Annotated[list[str], typer.Argument(help="Fictieve namen van ondertekenaars.")],
    passphrase: Annotated[str, typer.Option(help="Wachtwoord van de sleutels.")],
) -> None:
    """Maak een uitgever en sleutels voor fictieve personen, om te proberen. Niet in productie."""
    if settings().environment == "production":
        raise SluisError(
            "demo-only",
            msg("Demosleutels worden niet gemaakt op een installatie in productie."),
            remedy=msg("Onderteken met een eID of een ander certificaat van een aanvaarde uitgever."),
        )
    folder.mkdir(parents=True, exist_ok=True)
    pki = DemoPki.make(at=_now())
    _write(folder / "root.cer", pki.root.der)
    _write(folder / "issuer.cer", pki.intermediate.der)
    for number, listed in enumerate(pki.revocations(at=_now()), start=1):
        _write(folder / f"revocations-{number}.crl", listed)
    for number, name in enumerate(names, start=1):
        issued = pki.signatory(name)
        _write(folder / f"signatory-{number}.cer", issued.der)
        key_file = folder / f"signatory-{number}.p12"
        _write(key_file, pki.key_file(issued, passphrase=passphrase).content)
        key_file.chmod(0o600)


@trust_app.command("list")
def list_trust() -> None:
    """Toon wat op de vertrouwenslijst staat."""
    with open_database().transaction() as connection:
        for one in store.standing(connection, at=_now()):
            words = " ".join(part for part in (one.kind, one.party, one.name, one.function) if part)
            out.print(f"{one.fingerprint}  {words}", markup=False)


@trust_app.command("history")
def list_changes() -> None:
    """Toon elke wijziging van de vertrouwenslijst: wie, wanneer, waarom."""
    with open_database().transaction() as connection:
        for one in store.changes(connection):
            who = f"{one.happened_at:%Y-%m-%d %H:%M}  {one.change}  {one.kind}  {one.name}"
            out.print(f"{who}  {one.done_by}: {one.reason}", markup=False)


@trust_app.command("add")
def add_authority(
    certificate: Annotated[Path, typer.Argument(help="Het certificaat van de uitgever, in PEM of DER.")],
    party: AsParty,
    by: By,
    reason: Why,
    intermediate: Annotated[bool, typer.Option("--intermediate", help="Een tussenuitgever, geen wortel.")] = False,
) -> None:
    """Aanvaard de certificaten van een uitgever."""
    content = _read(certificate)
    kind: Literal["root", "intermediate"] = "intermediate" if intermediate else "root"
    with open_database().transaction() as connection:
        read = trust.trust_certificate(
            connection,
            kind=kind,
            certificate=content,
            party=_party(connection, party),
            by=by,
            reason=reason,
            at=_now(),
        )
    say(msg("Aanvaard: {name}, SHA-256 {hash}", name=read.name, hash=read.fingerprint))


@trust_app.command("remove")
def remove_authority(
    fingerprint: Fingerprint,
    party: AsParty,
    by: By,
    reason: Why,
    intermediate: Annotated[bool, typer.Option("--intermediate", help="Een tussenuitgever, geen wortel.")] = False,
) -> None:
    """Aanvaard de certificaten van een uitgever niet meer, vanaf nu."""
    with open_database().transaction() as connection:
        trust.distrust_certificate(
            connection,
            kind="intermediate" if intermediate else "root",
            fingerprint=fingerprint,
            party=_party(connection, party),
            by=by,
            reason=reason,
            at=_now(),
        )
    say(msg("Geschrapt van de vertrouwenslijst."))


@trust_app.command("revocations")
def add_list(
    file: Annotated[Path, typer.Argument(help="De intrekkingslijst (CRL), in PEM of DER.")], party: AsParty, by: By
) -> None:
    """Neem de nieuwste intrekkingslijst van een uitgever op. Sluis haalt ze nooit zelf."""
    content = _read(file)
    with open_database().transaction() as connection:
        until = trust.add_revocations(
            connection, revocations=content, party=_party(connection, party), by=by, at=_now()
        )
    say(msg("Opgenomen; ze is goed tot {day}.", day=until.date().isoformat() if until else "…"))


@trust_app.command("signatory")
def add_signatory(
    certificate: Annotated[Path, typer.Argument(help="Het certificaat van de persoon, in PEM of DER.")],
    party: AsParty,
    name: Annotated[str, typer.Option(help="De naam, zoals in de tekst.")],
    function: Annotated[str, typer.Option(help="De functie waarin getekend wordt.")],
    by: By,
    reason: Why,
) -> None:
    """Laat een persoon met dit certificaat ondertekenen voor een partij. Alleen de SHA-256 ervan wordt bewaard."""
    content = _read(certificate)
    with open_database().transaction() as connection:
        one = trust.register_signatory(
            connection,
            party=_party(connection, party),
            name=name,
            function=function,
            certificate=content,
            by=by,
            reason=reason,
            at=_now(),
        )
    say(msg("{name} mag ondertekenen voor {party}.", name=one.name, party=one.party))


@trust_app.command("withdraw")
def withdraw(fingerprint: Fingerprint, party: AsParty, by: By, reason: Why) -> None:
    """Laat een persoon niet meer ondertekenen voor een partij, vanaf nu."""
    with open_database().transaction() as connection:
        trust.withdraw_signatory(
            connection, party=_party(connection, party), fingerprint=fingerprint, by=by, reason=reason, at=_now()
        )
    say(msg("Geschrapt van de vertrouwenslijst."))


def _text(agreement: str) -> tuple[Agreement, datetime]:
    """Return the text of a file or of the database, and the moment that its paper is dated."""
    file = Path(agreement)
    if file.is_file():
        reading = read_agreement(_read(file))
        if reading.agreement is None:
            problem = reading.problems[0]
            raise SluisError("draft-not-valid", problem.what, remedy=problem.remedy)
        return reading.agreement, _now()
    with open_database().transaction() as connection:
        row = read_agreement_row(connection, agreement)
        if row is None:
            return agreements.text_of(connection, agreement), _now()  # says that there is none
        return from_canonical(read_text(connection, row.text_hash)), dated(connection, row.text_hash) or _now()


def _key_file(file: Path) -> Hand:
    return KeyFile(_read(file), getpass.getpass(spoken(msg("Wachtwoord van de sleutel: "))) or None)


def _card(module: Path | None, token: str | None, label: str, *, ask_pin: bool) -> Hand:
    pin = getpass.getpass(spoken(msg("Pincode: "))) if ask_pin else None
    return Card(module or settings().pkcs11_module or _MODULE, certificate=label, token=token, pin=pin)


def _say_all(validation: Validation) -> None:
    for sentence in validation_in_words(validation):
        say(sentence)


def _party(connection: Connection, word: str) -> str:
    found = find_party(connection, word)
    if found is None:
        raise SluisError(
            "party-unknown",
            msg("‘{party}’ staat niet in het register van partijen.", party=word),
            remedy=msg("Zoek de partij op met ‘sluis agreements parties’."),
        )
    return found.id


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except OSError as error:
        raise SluisError(
            "file-unreadable",
            msg("Het bestand {file} kan niet gelezen worden.", file=file.name),
            remedy=msg("Controleer het pad en de rechten."),
        ) from error


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise SluisError(
            "file-unwritable",
            msg("Het bestand {file} kan niet geschreven worden.", file=file.name),
            remedy=msg("Controleer het pad en de rechten."),
        ) from error
    say(msg("Geschreven: {file}", file=file.name))


def _now() -> datetime:
    return datetime.now(UTC)
