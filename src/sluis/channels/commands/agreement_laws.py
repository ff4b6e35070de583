"""`sluis agreements laws`: the register of laws, its changes, and what must be looked at because of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from sluis.agreements import lawstore
from sluis.agreements.laws import change_law, clear_flags, load_laws
from sluis.channels.commands.agreement_terminal import now, party_of, print_table
from sluis.channels.commands.terminal import open_database, say
from sluis.kernel.text import msg

app = typer.Typer(help="Het register van wetten: wijzigingen en wat ze doen met overeenkomsten.", no_args_is_help=True)

AsParty = Annotated[str, typer.Option("--as", help="De partij waarvoor u handelt: kenmerk, OVO-code of KBO-nummer.")]
By = Annotated[str, typer.Option("--by", help="Wie handelt.")]
Why = Annotated[str, typer.Option("--reason", help="Waarom.")]

_DAY = ["%Y-%m-%d"]


@app.command("list")
def list_laws() -> None:
    """Toon het register van wetten, met hoeveel overeenkomsten erop steunen."""
    with open_database().transaction() as connection:
        rows = lawstore.list_laws(connection)
    print_table(
        (msg("Code"), msg("Vanaf"), msg("Tot en met"), msg("Overeenkomsten"), msg("Naam"), msg("Vindplaats")),
        [
            (row.id, str(row.valid_from or ""), str(row.valid_until or ""), str(row.agreements), row.name, row.source)
            for row in rows
        ],
    )


@app.command("load")
def load() -> None:
    """Zet wetten in het register die Sluis meebrengt en die er nog niet in staan."""
    with open_database().transaction() as connection:
        count = load_laws(connection)
    say(msg("Toegevoegde wetten: {count}", count=count))


@app.command("change")
def change(
    law: Annotated[str, typer.Argument(help="De code van de wet.")],
    party: AsParty,
    by: By,
    reason: Why,
    source: Annotated[str, typer.Option(help="Waar de wijziging te lezen is.")],
    valid_from: Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="Eerste dag.")] = None,
    valid_until: Annotated[datetime | None, typer.Option("--until", formats=_DAY, help="Laatste dag.")] = None,
    article: Annotated[str | None, typer.Option(help="Alleen dit artikel.")] = None,
) -> None:
    """Leg vast wanneer een wet geldt. Overeenkomsten zonder andere grond eindigen; de andere gaan op de werklijst."""
    with open_database().transaction() as connection:
        done = change_law(
            connection,
            law=law,
            article=article,
            valid_from=valid_from.date() if valid_from else None,
            valid_until=valid_until.date() if valid_until else None,
            reason=reason,
            source=source,
            party=party_of(connection, party),
            by=by,
            at=now(),
        )
    say(
        msg(
            "Meteen beëindigd: {ended}. Eindigt op de laatste dag van de wet: {will_end}. Na te kijken: {flagged}.",
            ended=done.ended,
            will_end=done.will_end,
            flagged=done.flagged,
        )
    )


@app.command("flags")
def flags(
    clear: Annotated[str | None, typer.Option("--clear", help="Deze overeenkomst is nagekeken.")] = None,
    by: Annotated[str, typer.Option("--by", help="Wie ze nakeek.")] = "unnamed",
) -> None:
    """Toon de overeenkomsten die nagekeken moeten worden omdat een wet wijzigde."""
    with open_database().transaction() as connection:
        if clear is not None:
            clear_flags(connection, agreement=clear, by=by, at=now())
        rows = lawstore.open_flags(connection, most=500)
    print_table(
        (msg("Overeenkomst"), msg("Wet"), msg("Reden"), msg("Sinds")),
        [(row.agreement, row.law, row.reason, row.raised_at.date().isoformat()) for row in rows],
    )
