"""`sluis benefits simulate`: a change of law before it is law."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.table import Table

from sluis.benefits.deciding import Engine
from sluis.benefits.law import INSTRUMENT, law
from sluis.benefits.simulation import Simulation, first_month_of, simulate
from sluis.benefits.tables import read_directory
from sluis.channels.commands.terminal import err, language, out, say, spoken
from sluis.kernel.errors import SluisError
from sluis.kernel.money import Cents, format_cents
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules import Parameters, read_parameters


def simulate_command(
    facts: Annotated[Path, typer.Option("--facts", metavar="DIR", help="Map met de feiten in Parquet.")],
    change: Annotated[Path, typer.Option("--change", metavar="FILE", help="De gewijzigde parameters in YAML.")],
    month: Annotated[str | None, typer.Option("--month", metavar="JJJJ-MM", help="Welke maand.")] = None,
    benefit: Annotated[list[str] | None, typer.Option("--benefit", help="Alleen deze toelagen.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="polars of duckdb.")] = "polars",
    write_to: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Bewaar de tabellen hier.")] = None,
) -> None:
    """Toon wie wint, wie verliest en wat het kost als parameters van de wet wijzigen. Er wordt niets beslist."""
    changed = _read(change)
    asked = Month.parse(month) if month else first_month_of(changed)
    chosen: Engine = "duckdb" if engine == "duckdb" else "polars"
    with err.status(spoken(msg("De maand {month} onder beide wetten berekenen", month=str(asked)))):
        told = simulate(read_directory(facts), changed, month=asked, law=law(), benefits=benefit, engine=chosen)
    _print(told)
    if write_to is not None:
        write_to.mkdir(parents=True, exist_ok=True)
        for name in ("amounts", "families", "by_benefit", "bands", "undecided"):
            frame: pl.DataFrame = getattr(told, name)
            frame.sort(frame.columns[0]).write_parquet(write_to / f"{name}.parquet")


def _read(path: Path) -> Parameters:
    if not path.is_file():
        raise SluisError(
            "change-missing",
            msg("Het bestand {path} is er niet.", path=str(path)),
            remedy=msg("Geef een YAML-bestand met de gewijzigde parameters, in de vorm van parameters.yaml."),
        )
    changed = read_parameters(path, instrument=INSTRUMENT)
    known = {name for book in law().rules.values() for name in book.parameters}
    unknown = sorted(set(changed) - known)
    if unknown:
        raise SluisError(
            "change-unknown",
            msg("De wet kent geen parameter {names}.", names=", ".join(unknown)),
            remedy=msg("Neem de naam over uit parameters.yaml van de toelage."),
        )
    return changed


def _print(told: Simulation) -> None:
    say(msg("Maand {month}. Gewijzigd: {names}.", month=str(told.month), names=", ".join(told.changed)))
    table = Table(show_edge=False)
    heads = (msg("Toelage"), msg("Nu"), msg("Met de wijziging"), msg("Verschil"), msg("Meer"), msg("Minder"))
    for place, head in enumerate(heads):
        table.add_column(spoken(head), justify="left" if place == 0 else "right", no_wrap=True)
    for name, before, after, difference, winners, losers in told.by_benefit.iter_rows():
        if before or after:
            table.add_row(name, _euro(before), _euro(after), _euro(difference), str(winners), str(losers))
    out.print(table)
    say(msg("Gezinnen die meer krijgen: {winners}. Gezinnen die minder krijgen: {losers}.",
            winners=told.winners, losers=told.losers))  # fmt: skip
    for low, high, families, children in told.bands.iter_rows():
        out.print(f"  {spoken(_band(low, high))}: {families} ({children})", markup=False)
    say(msg("Kost in deze maand: {cost}. Over twaalf zulke maanden: {year}.",
            cost=_euro(told.cost_cents), year=_euro(12 * told.cost_cents)))  # fmt: skip
    for name, before, after in told.undecided.iter_rows():
        if before or after:
            say(msg("{benefit}: nu {before} en na de wijziging {after} kinderen onbeslist. Zij staan in geen som.",
                    benefit=name, before=before, after=after))  # fmt: skip


def _band(low: int | None, high: int | None) -> Message:
    if low == high:
        return msg("gezinnen (kinderen) zonder verschil")
    if low is None:
        return msg("meer dan {most} per maand minder", most=_euro(-(high or 0)))
    if high is None:
        return msg("{least} of meer per maand meer", least=_euro(low))
    return msg("van {low} tot {high} per maand", low=_euro(low), high=_euro(high))


def _euro(cents: int) -> str:
    return format_cents(Cents(cents), language())
