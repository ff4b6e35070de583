"""`sluis population`: make the synthetic Flanders and put it into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sluis.authentic.population.generate import FLANDERS, REFERENCE, STEPS, generate
from sluis.authentic.population.likeness import Likeness
from sluis.authentic.store import STEPS as LOAD_STEPS
from sluis.authentic.store import load
from sluis.channels.commands.terminal import err, is_interactive, language, open_database, out, say
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.settings import settings
from sluis.web.languages import translate

app = typer.Typer(
    help="Het denkbeeldige Vlaanderen: personen die niet bestaan, in aantallen die kloppen.", no_args_is_help=True
)


@contextmanager
def _progress(what: Message, steps: int) -> Iterator[Callable[[str], None]]:
    """Show a bar to a person who watches; give a function that advances it by one step."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[step]}"), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not is_interactive(), transient=True) as progress:
        task = progress.add_task(translate(what, language()), total=steps, step="")
        yield lambda step: progress.update(task, advance=1, step=step)


def _number(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace(",", "\u00a0").replace(".", "," if language() != "en" else ".")


def _table(rows: list[Likeness]) -> Table:
    """The statistics beside what they should match; the long texts stand last, where a narrow terminal may cut them."""
    spoken = language()
    heads = (msg("doelwaarde"), msg("gekregen"), msg("verschil"), msg("marge"), msg("statistiek"), msg("bron"))
    table = Table(*(translate(head, spoken) for head in heads), box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
    for column in table.columns[:3]:
        column.justify = "right"
    for row in rows:
        table.add_row(
            _number(row.target, row.decimals),
            _number(row.got, row.decimals),
            _number(row.difference, row.decimals),
            "" if row.tolerance is None else "✓" if row.within else "✗",
            translate(row.statistic, spoken),
            translate(row.source, spoken),
        )
    return table


@app.command("generate")
def generate_command(
    out_: Annotated[Path, typer.Option("--out", help="De map waarin de Parquet-tabellen komen.")],
    children: Annotated[int, typer.Option(help="Het aantal kinderen dat recht geeft.")] = FLANDERS,
    seed: Annotated[int, typer.Option(help="Hetzelfde startgetal geeft dezelfde bestanden.")] = 1,
    municipality: Annotated[
        list[str] | None, typer.Option(help="NIS-code of naam; mag meermaals. Zonder: heel Vlaanderen.")
    ] = None,
    reference_date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="De dag waarop leeftijden en rechten kloppen.")
    ] = datetime(REFERENCE.year, REFERENCE.month, REFERENCE.day),  # noqa: DTZ001 - Typer knows days as datetimes only
) -> None:
    """Maak een denkbeeldige bevolking en zet haar aandelen naast de gepubliceerde cijfers."""
    reference: date = reference_date.date()
    with _progress(msg("Bevolking maken"), STEPS) as told:
        rows = generate(children=children, seed=seed, out=out_, only=municipality or [], reference=reference, told=told)
    # Wider than some terminals: numbers stand first, so that only the sources wrap.
    Console(width=max(out.width, 170), highlight=False).print(_table(rows))
    say(
        msg(
            "De tabellen staan in {folder}. Referentiedatum: {day}.",
            folder=str(out_),
            day=reference.strftime("%d.%m.%Y"),
        )
    )


@app.command("load")
def load_command(directory: Annotated[Path, typer.Argument(help="De map van `population generate`.")]) -> None:
    """Zet een denkbeeldige bevolking in de databank; wat er stond, wordt in zijn geheel vervangen."""
    if not settings().fictitious_insz:
        raise SluisError(
            "fictitious-insz-off",
            msg("Deze installatie aanvaardt geen fictieve nummers, dus ook geen denkbeeldige bevolking."),
            remedy=msg("Gebruik een proefomgeving met SLUIS_FICTITIOUS_INSZ=true."),
        )
    database = open_database()
    with _progress(msg("Bevolking laden"), LOAD_STEPS) as told, database.owner() as connection:
        rows = load(connection, directory, at=datetime.now(UTC), told=told)
    say(
        msg(
            "Geladen: {persons} personen, {rows} rijen in alle tabellen samen.",
            persons=rows["persons"],
            rows=sum(rows.values()),
        )
    )
