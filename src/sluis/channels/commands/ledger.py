"""`sluis ledger`: verify, export, receipts and the sequencer. What is checked offline opens no database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from sluis.authentic.names import numbers_of
from sluis.channels.commands.terminal import open_database, print_error, say
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz, InszFault, read_insz
from sluis.kernel.text import msg
from sluis.ledger.actions import erase_person
from sluis.ledger.audit import Verified
from sluis.ledger.entry import Entry
from sluis.ledger.export import export_ledger, verify_export
from sluis.ledger.keys import ledger_keys, make_keys, public_key_file, read_verifier
from sluis.ledger.note import Checkpoint, NoteError, Verifier, open_checkpoint
from sluis.ledger.reading import issue_receipt, latest_checkpoint
from sluis.ledger.receipt import LedgerBroken, check_receipt
from sluis.ledger.sequencer import Sequencer
from sluis.ledger.store import make_months
from sluis.ledger.whole import verify_whole
from sluis.settings import settings

app = typer.Typer(help="Het grootboek: nagaan, uitvoeren, ontvangstbewijzen.", no_args_is_help=True)

_MONTHS_AHEAD = 24
_BROKEN = 1

ExportOption = Annotated[
    Path | None, typer.Option("--export", help="Een uitvoermap: zonder databank nagaan.", exists=True, file_okay=False)
]
KeyOption = Annotated[
    Path | None, typer.Option("--key", help="Bestand met de publieke sleutel van het grootboek.", dir_okay=False)
]
KnownOption = Annotated[
    Path | None,
    typer.Option("--known", help="Een vroeger bewaarde ondertekende stand die erin moet zitten.", dir_okay=False),
]


@app.command()
def init() -> None:
    """Maak de sleutels die er nog niet zijn en de maanden die eraan komen."""
    made = make_keys(settings())
    with open_database().owner() as connection:
        make_months(connection, datetime.now(UTC).date(), _MONTHS_AHEAD)
    if made:
        say(msg("De sleutels van het grootboek zijn gemaakt. Bewaar een kopie op een veilige plaats."))
    else:
        say(msg("De sleutels van het grootboek waren er al. Er is niets veranderd."))
    say(msg("Publieke sleutel: {file}", file=str(public_key_file(settings()))))


@app.command()
def key() -> None:
    """Toon de publieke sleutel, om uit te delen."""
    typer.echo(str(ledger_keys(settings()).verifier))


@app.command()
def checkpoint() -> None:
    """Toon de laatste ondertekende stand, om te bewaren en later te vergelijken met --known."""
    with open_database().transaction() as connection:
        note = latest_checkpoint(connection)
    if note is None:
        say(msg("Er is nog geen ondertekende stand."))
    else:
        typer.echo(note, nl=False)


@app.command()
def sequence() -> None:
    """Zet één keer alles wat wacht in de boom en onderteken de stand."""
    count = Sequencer(open_database(), ledger_keys(settings()).signer).run_once()
    say(msg("{count} inschrijvingen in de boom gezet.", count=count))


@app.command()
def verify(export: ExportOption = None, key: KeyOption = None, known: KnownOption = None) -> None:
    """Ga het hele grootboek na: in de databank, of van een uitvoermap met niets dan de publieke sleutel."""
    if export is not None and key is None:
        raise typer.BadParameter("--export vraagt ook --key", param_hint="--key")
    verifier = read_verifier(key) if key is not None else ledger_keys(settings()).verifier
    try:
        earlier = None if known is None else _known(known, verifier)
        if export is not None:
            _tell(verify_export(export, verifier, known=earlier))
            return
        with open_database().transaction() as connection:
            whole = verify_whole(connection, verifier, known=earlier)
    except LedgerBroken as error:
        print_error(error)
        raise typer.Exit(_BROKEN) from None
    _tell(whole.verified)
    if whole.waiting:
        say(msg("{count} inschrijvingen zijn bewaard en wachten nog op de boom.", count=whole.waiting))


@app.command("export")
def write_export(directory: Annotated[Path, typer.Argument(help="Een nieuwe of lege map.", file_okay=False)]) -> None:
    """Schrijf het grootboek weg als bestanden die iedereen met de publieke sleutel kan nagaan."""
    with open_database().transaction() as connection:
        count = export_ledger(connection, directory)
    say(msg("{count} inschrijvingen uitgevoerd naar {folder}.", count=count, folder=str(directory)))


@app.command()
def receipt(
    entry: Annotated[UUID, typer.Argument(help="Het nummer van de inschrijving.")],
    out: Annotated[Path, typer.Option("--out", help="Waar het ontvangstbewijs komt.", dir_okay=False)],
) -> None:
    """Schrijf het ontvangstbewijs van één inschrijving."""
    with open_database().transaction() as connection:
        issued = issue_receipt(connection, entry)
    out.write_bytes(issued.to_bytes())
    say(msg("Ontvangstbewijs geschreven naar {file}.", file=str(out)))


@app.command("verify-receipt")
def verify_receipt(
    file: Annotated[Path, typer.Argument(help="Het ontvangstbewijs.", exists=True, dir_okay=False)],
    key: Annotated[Path, typer.Option("--key", help="Bestand met de publieke sleutel.", dir_okay=False)],
) -> None:
    """Ga een ontvangstbewijs na met niets dan de publieke sleutel."""
    verifier = read_verifier(key)
    try:
        checked = check_receipt(file.read_bytes(), verifier)
    except LedgerBroken as error:
        print_error(error)
        raise typer.Exit(_BROKEN) from None
    entry = checked.recorded.entry
    say(msg("Het ontvangstbewijs klopt: inschrijving {id} staat in het grootboek.", id=str(checked.recorded.id)))
    say(msg("Soort {kind}, op {at}, door {party}.", kind=entry.kind, at=entry.at.isoformat(), party=entry.party))
    say(msg("Ondertekende stand: {size} inschrijvingen.", size=checked.checkpoint.size))


@app.command()
def erase(
    insz_file: Annotated[Path, typer.Option("--insz-file", help="Bestand met het INSZ, op één regel.", dir_okay=False)],
    party: Annotated[str, typer.Option("--as", help="De partij die wist.")],
    by: Annotated[str, typer.Option("--by", help="Wie handelt.")],
    ground: Annotated[str, typer.Option("--ground", help="Op welke grond, bijvoorbeeld „AVG art. 17”.")],
) -> None:
    """Wis een persoon uit het grootboek: de sleutel wordt vernietigd, de boom blijft kloppen.

    Het nummer komt uit een bestand, want wat op de opdrachtregel staat, blijft in de geschiedenis ervan staan.
    """
    number = _insz_of(insz_file)
    database, keys = open_database(), ledger_keys(settings())
    with database.transaction() as connection:
        numbers = numbers_of(connection, number)
    entry = Entry(
        at=datetime.now(UTC),
        kind="person-erased",
        party=party,
        actor=by,
        correlation=str(uuid4()),
        outcome="done",
        details={"ground": ground},
    )
    with database.keeper() as keeper:
        done = [erase_person(keeper, insz=one, entry=entry, secrets=keys.persons) for one in numbers]
    if any(one.was_known for one in done):
        say(msg("De persoon is gewist. Inschrijving: {id}.", id=str(done[0].entry_id)))
    else:
        say(msg("Het grootboek kende deze persoon niet. Inschrijving: {id}.", id=str(done[0].entry_id)))
    say(msg("Reservekopieën houden de sleutel tot ze vervallen: zie docs/decisions/ledger-persons.md."))


def _insz_of(path: Path) -> Insz:
    try:
        read = read_insz(path.read_text(encoding="utf-8").strip(), fictitious=settings().fictitious_insz)
    except (OSError, UnicodeDecodeError):
        read = InszFault.EMPTY
    if isinstance(read, InszFault):
        raise SluisError(read.code, read.what, remedy=read.remedy)
    return read


def _known(path: Path, verifier: Verifier) -> Checkpoint:
    try:
        return open_checkpoint(path.read_text(encoding="utf-8"), verifier)
    except (OSError, UnicodeDecodeError, NoteError):
        raise SluisError(
            "ledger-known-unreadable",
            msg("Het bestand {file} bevat geen stand die met deze sleutel ondertekend is.", file=path.name),
            remedy=msg("Geef een bewaarde ondertekende stand van dit grootboek."),
        ) from None


def _tell(verified: Verified) -> None:
    say(
        msg(
            "Het grootboek klopt: {entries} inschrijvingen, {checkpoints} ondertekende standen, "
            "{persons} verwijzingen naar personen.",
            entries=verified.entries,
            checkpoints=verified.checkpoints,
            persons=verified.persons,
        )
    )
