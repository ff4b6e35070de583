"""`sluis births`: what a hospital's supplier and Opgroeien do from a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sluis.channels.commands.terminal import err, out, say, spoken
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

app = typer.Typer(help="Geboorten: afbeeldingen van HL7, conformiteit, ziekenhuizen.", no_args_is_help=True)

_INVALID = 1
_LARGEST_FILE = 2_000_000


@app.callback()
def births() -> None:
    """Keep `sluis births` a group of commands."""


@app.command()
def mapping(file: Annotated[Path, typer.Argument(help="De afbeelding van een ziekenhuis, in YAML.")]) -> None:
    """Kijk een afbeelding van HL7 na: elke fout met haar plaats, of wat ze leest, weigert en niet leest.

    Eindigt met 0 als ze juist is, met 1 als er fouten zijn, met 2 als het bestand niet te lezen is.
    """
    from sluis.births.hl7.mapping import read_mapping  # noqa: PLC0415 - only this command pays for it
    from sluis.births.model import ITEM_WORDS  # noqa: PLC0415 - only this command pays for it

    made, problems = read_mapping(read_file(file), on=datetime.now(UTC).date())
    for problem in problems:
        place = ":".join(str(part) for part in (file.name, problem.line, problem.column) if part is not None)
        err.print(f"{place}  {problem.where}", markup=False, style="bold")
        err.print(f"  {spoken(problem.what)}", markup=False)
        err.print(f"  {spoken(problem.remedy)}", markup=False)
    if made is None:
        raise typer.Exit(_INVALID)
    say(msg("Deze afbeelding is juist: {title}", title=made.file.title))
    for event, kind in made.file.events.items():
        out.print(f"  {event:<10} {kind}", markup=False)
    for item, places in made.file.items.items():
        out.print(f"  {spoken(ITEM_WORDS[item])}: {', '.join(places)}", markup=False)
    for one in made.file.not_read:
        until = f" ({one.until})" if one.until else ""
        say(msg("  Niet gelezen: {field}{until}. {because}", field=one.field, until=until, because=one.because))


def read_file(path: Path) -> bytes:
    """Return the content of a file that somebody names; refused where it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError:
        content = None
    if content is None or len(content) > _LARGEST_FILE:
        raise SluisError(
            "file-unreadable",
            msg("Het bestand {file} kan niet gelezen worden, of is te groot.", file=path.name),
            remedy=msg("Kijk het pad en de rechten op het bestand na."),
        )
    return content
