"""`sluis benefits publish`: put a run of the book of grants before the people who use it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sluis.benefits.grants.book import GrantBook
from sluis.benefits.publishing import publish
from sluis.channels.commands.terminal import err, installation, say, spoken
from sluis.kernel.text import msg


def publish_command(
    book: Annotated[Path, typer.Option("--book", metavar="DIR", help="Het boek van de toekenningen.")],
    run: Annotated[int, typer.Option("--run", min=1, help="Het nummer van de run.")],
    facts: Annotated[
        Path | None, typer.Option("--facts", metavar="DIR", help="Map met namen, uitbetalers en woonplaatsen.")
    ] = None,
    party: Annotated[str, typer.Option(help="De partij die publiceert, zoals ze in het register heet.")] = "vutg",
) -> None:
    """Zet een run in de databank voor de pagina's, met één bewijs in het grootboek. Twee keer doen verandert niets."""
    house = installation()
    with err.status(spoken(msg("Run {number} publiceren", number=run))), house.database.owner() as connection:
        done = publish(
            connection,
            GrantBook(book),
            run,
            beside=facts,
            party=party,
            by="command-line",
            at=datetime.now(UTC),
            secrets=house.keys.persons,
        )
    if done.is_repeat:
        say(msg("Run {number} was al gepubliceerd: er is niets veranderd.", number=done.run))
        return
    say(
        msg(
            "Run {number} is gepubliceerd: {lines} beslissingen, {persons} personen met nieuwe gegevens.",
            number=done.run,
            lines=done.lines,
            persons=done.persons,
        )
    )
