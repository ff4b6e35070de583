"""`sluis lists`: an exchange of lists from the command line, unattended."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from sluis.agreements.store import find_party
from sluis.channels.commands.terminal import err, installation, say, spoken
from sluis.gate import store as actors
from sluis.kernel.errors import SluisError
from sluis.kernel.territory import find_body
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz
from sluis.lists.collection import confirm_destruction, finish_collection, open_answer
from sluis.lists.exchange import run
from sluis.lists.keys import KeyMismatch, set_key
from sluis.lists.model import STATE_NAMES, Exchange
from sluis.lists.overview import key_view
from sluis.lists.passage import Asker, Refusal
from sluis.lists.reasons import reason_from_json
from sluis.lists.rows import describe
from sluis.lists.store import list_exchanges
from sluis.lists.upkeep import expire_overdue, remind_overdue

app = typer.Typer(help="Lijsten met INSZ-nummers vragen en beantwoorden, onder een overeenkomst.", no_args_is_help=True)

_LARGEST_REQUEST = 32 * 1024 * 1024
_LONGEST_KEY_FILE = 4_096
_MOST_ROWS_SHOWN = 50

AgreementOption = Annotated[str, typer.Option("--agreement", help="De code van de overeenkomst.")]
PartyOption = Annotated[str, typer.Option("--as", help="De partij die vraagt: code, naam, KBO- of OVO-nummer.")]
PasswordOption = Annotated[Path, typer.Option("--password-file", help="Bestand met de afgesproken sleutel.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Wie handelt; anders de opdrachtregel van de partij.")]


@app.command()
def exchange(
    agreement: AgreementOption,
    party: PartyOption,
    request: Annotated[Path, typer.Option("--request", help="Het versleutelde Excelbestand met de nummers.")],
    password_file: PasswordOption,
    out: Annotated[Path, typer.Option("--out", help="Waar het versleutelde antwoord komt.")],
    by: ByOption = None,
) -> None:
    """Stuur een versleutelde lijst in en haal het versleutelde antwoord op; opnieuw starten gaat verder."""
    # Before anything passes: an answer that cannot be put down should not be asked for.
    check_out(out, inputs=(request, password_file))
    lists = installation().lists
    asked_by = party_id(party)
    actor = by or command_line_actor(asked_by)
    asker = Asker(agreement, asked_by, actor, "command-line", key=read_key(password_file))
    at = datetime.now(UTC)
    try:
        done = run(lists, asker, name=request.name, content=_read_request(request), at=at)
    except Refusal as refusal:
        for reason in refusal.reasons:
            err.print(f"✗ {spoken(reason.what)}\n  {reason.clause}\n  → {spoken(reason.remedy)}", markup=False)
        raise typer.Exit(1) from None
    _tell(done)
    if done.state == "refused":
        raise typer.Exit(1)
    write_whole(out, open_answer(lists, done.id, party=asked_by, at=datetime.now(UTC)))
    # Only now does the party have its copy for certain; a process killed before this line can simply be run again.
    finish_collection(lists, done.id, by=actor, at=datetime.now(UTC))
    say(msg("Antwoord voor {count} kinderen geschreven naar {file}.", count=done.released or 0, file=str(out)))


@app.command("key")
def key_command(
    agreement: AgreementOption,
    party: Annotated[str, typer.Option("--for", help="De partij die de lijst vraagt.")],
    own: Annotated[str, typer.Option("--as", help="De partij waarvan u functionaris bent.")],
    by: Annotated[str, typer.Option("--by", help="Uw code als functionaris voor gegevensbescherming.")],
    password_file: PasswordOption,
) -> None:
    """Stel de sleutel van een uitwisseling voor, of bevestig wat de andere functionaris voorstelde."""
    house = installation()
    own_party, asker = party_id(own), party_id(party)
    at = datetime.now(UTC)
    with house.database.transaction() as connection:
        roles = actors.list_roles(connection, on=at.date(), actor=by)
        if not any(grant.role == "dpo" and grant.party == own_party for grant in roles):
            raise SluisError(
                "not-dpo",
                msg("Alleen de functionaris voor gegevensbescherming van een partij zet de sleutel."),
                remedy=msg("Laat de toegangsbeheerder van uw partij die rol toekennen."),
            )
        view = key_view(house.lists, connection, agreement=agreement, of=asker, party=own_party, at=at)
        if view is None:
            raise SluisError(
                "key-unknown",
                msg("Deze sleutel bestaat niet, of uw organisatie heeft er niets mee te maken."),
                remedy=msg("Kijk na of de overeenkomst ondertekend is en wie erin vraagt en antwoordt."),
            )
        state = set_key(
            connection,
            agreement=agreement,
            party=asker,
            own_party=view.voice_of(own_party),
            key=read_key(password_file),
            by=by,
            at=at,
            correlation=secrets.token_hex(16),
            vault=house.lists.vault,
            secret=house.gate.secret,
        )
    if isinstance(state, KeyMismatch):
        raise state.as_error()
    say(msg("De sleutel is gezet door beide functionarissen.") if state.is_set else msg("De sleutel is voorgesteld."))


@app.command("confirm")
def confirm(
    exchange_id: Annotated[UUID, typer.Argument(help="Het nummer van de uitwisseling.")],
    party: PartyOption,
    by: ByOption = None,
) -> None:
    """Bevestig dat de eigen kopie van een antwoord vernietigd is."""
    own = party_id(party)
    actor = by or command_line_actor(own)
    confirm_destruction(installation().lists, exchange_id, party=own, by=actor, at=datetime.now(UTC))
    say(msg("De vernietiging is bevestigd; de uitwisseling is afgesloten."))


@app.command("list")
def list_command(party: PartyOption) -> None:
    """Toon de uitwisselingen van een partij."""
    with installation().database.transaction() as connection:
        for one in list_exchanges(connection, party=party_id(party)):
            say(
                msg(
                    "{id}  {state}  {agreement}  {day}",
                    id=str(one.id),
                    state=STATE_NAMES[one.state],
                    agreement=one.agreement,
                    day=one.created_at.date().isoformat(),
                )
            )


@app.command("upkeep")
def upkeep() -> None:
    """Vernietig wat niet op tijd opgehaald is en herinner aan vernietigingen die nog bevestigd moeten worden."""
    lists, at = installation().lists, datetime.now(UTC)
    say(msg("{count} bestanden vernietigd.", count=expire_overdue(lists, at=at)))
    say(msg("{count} herinneringen toegevoegd.", count=remind_overdue(lists, at=at)))


def party_id(text: str) -> str:
    """Return the id of the party that a person names: its code, name, KBO or OVO number; an agency by its code."""
    body = find_body(text)
    if body is not None:
        return body.id
    with installation().database.transaction() as connection:
        party = find_party(connection, text)
    if party is None:
        raise SluisError(
            "party-unknown",
            msg("‘{party}’ staat niet in het register van partijen.", party="…" if looks_like_insz(text) else text),
            remedy=msg("Zoek de partij op met ‘sluis agreements parties’."),
        )
    return party.id


def command_line_actor(party: str) -> str:
    """Return the machine that stands for a party's own command line.

    It holds the officer's role where somebody granted it; the demo and the tests grant it on first use.
    """
    actor = f"machine:command-line:{party}"
    house = installation()
    if house.settings.environment != "production":
        with house.database.transaction() as connection:
            actors.insert_actor(connection, actors.Actor(actor, "machine", "Opdrachtregel", party))
            actors.insert_role(
                connection,
                actors.RoleGrant(
                    actor, party, "officer", datetime.now(UTC).date(), None, "machine:sluis:demo", "opdrachtregel"
                ),
            )
    return actor


def read_key(path: Path) -> str:
    """Return the key in a file: its first line, without the line's end."""
    try:
        with path.open(encoding="utf-8") as file:
            key = file.read(_LONGEST_KEY_FILE).removeprefix("\ufeff").split("\n")[0]
    except (OSError, UnicodeDecodeError):
        key = ""
    if not key.strip():
        raise SluisError(
            "password-file",
            msg("Het sleutelbestand {file} kan niet gelezen worden.", file=path.name),
            remedy=msg("Geef een tekstbestand met de afgesproken sleutel op één regel."),
        )
    return key


def _read_request(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_REQUEST + 1)
    except OSError:
        raise SluisError(
            "request-file",
            msg("Het bestand {file} kan niet gelezen worden.", file=path.name),
            remedy=msg("Kijk het pad en de rechten op het bestand na."),
        ) from None
    if len(content) > _LARGEST_REQUEST:
        raise SluisError(
            "request-too-large",
            msg("Het bestand is groter dan {mebibytes} MiB.", mebibytes=_LARGEST_REQUEST // 1024**2),
            remedy=msg("Een lijst bevat alleen één kolom met nummers; haal al het andere weg."),
        )
    return content


def _tell(done: Exchange) -> None:
    for problem in done.row_problems[:_MOST_ROWS_SHOWN]:
        err.print(spoken(msg("Rij {row}: {what}", row=problem.row, what=describe(problem.code))), markup=False)
    if len(done.row_problems) > _MOST_ROWS_SHOWN:
        say(msg("En nog {count} rijen.", count=len(done.row_problems) - _MOST_ROWS_SHOWN))
    for kept in done.reasons:
        reason = reason_from_json(kept)
        err.print(f"✗ {spoken(reason.what)}\n  {reason.clause}\n  → {spoken(reason.remedy)}", markup=False)
    say(msg("Uitwisseling {id}: {state}.", id=str(done.id), state=STATE_NAMES[done.state]))


def check_out(path: Path, *, inputs: Sequence[Path]) -> None:
    """Refuse a place where the answer cannot be written, or where it would take the place of the request or the key."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise SluisError(
            "out-unwritable",
            msg("Het antwoord kan niet geschreven worden naar {file}.", file=path.name),
            remedy=msg("Geef met --out een bestandsnaam in een map die er is en waarin u mag schrijven."),
        )
    if path.exists() and any(other.exists() and path.samefile(other) for other in inputs):
        raise SluisError(
            "out-is-input",
            msg("Het antwoord zou in de plaats komen van {file}.", file=path.name),
            remedy=msg("Geef met --out een andere bestandsnaam dan die van de vraag en van de sleutel."),
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and on disk before anything else happens."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
