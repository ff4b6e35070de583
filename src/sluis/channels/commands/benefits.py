"""`sluis benefits`: run acceptance cases, explain a decision, decide a month for all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from sluis.benefits.case_files import case_paths
from sluis.benefits.cases import CaseResult, run_case
from sluis.benefits.deciding import Engine
from sluis.channels.commands.terminal import out, spoken
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

app = typer.Typer(help="Het Groeipakket: rechten toetsen, uitleggen en berekenen.", no_args_is_help=True)

ENGINES = ("polars", "duckdb", "interpreter")

_Engine = Annotated[str, typer.Option("--engine", help="polars, duckdb of interpreter.")]
_Strict = Annotated[bool, typer.Option("--refuse-weak", help="Neem zwakke waarden van de wet als onbekend.")]


def engine_of(name: str) -> Engine:
    """Return the engine of a name; a SluisError says which there are."""
    if name not in ENGINES:
        raise SluisError(
            "engine-unknown",
            msg("{name} is geen rekenwijze.", name=name),
            remedy=msg("Kies {names}.", names=", ".join(ENGINES)),
        )
    return cast("Engine", name)


@app.command("case")
def case_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Gevallen in YAML, of mappen ermee.")],
    engine: _Engine = "polars",
    refuse_weak: _Strict = False,
) -> None:
    """Toets gevallen: elke verwachting, uitgekomen of niet, en aan het eind hoeveel gevallen slaagden en faalden."""
    chosen = engine_of(engine)
    passed = failed = 0
    for path in case_paths(files):
        result = run_case(path, engine=chosen, refuse_weak=refuse_weak)
        _print(result)
        passed, failed = passed + result.passed, failed + (not result.passed)
    # This line is the same in every language: scripts read it.
    out.print(f"{passed} passed, {failed} failed", markup=False)
    if failed or not passed:
        raise typer.Exit(1)


def _print(result: CaseResult) -> None:
    out.print(f"{result.name}  {result.title}".rstrip(), markup=False)
    if result.error is not None:
        out.print(f"  ✗ {spoken(result.error.what)}", markup=False)
    for each in result.checked:
        wanted = each.expected
        value = wanted.amount if wanted.amount is not None else f"granted={str(wanted.granted).lower()}"
        to = f" -> {wanted.paid_to}" if wanted.paid_to else ""
        sign = "✓" if each.met else "✗"
        out.print(f"  {sign} {wanted.subject} {wanted.benefit} {wanted.period}: {value}{to}", markup=False)
        for failure in each.failures:
            out.print(f"      {spoken(failure)}", markup=False)
