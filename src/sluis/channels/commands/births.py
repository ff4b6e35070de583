"""`sluis births`: what a hospital's supplier and Opgroeien do from a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sluis.channels.commands.birth_teams import teams
from sluis.channels.commands.terminal import err, out, say, spoken
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

app = typer.Typer(help="Geboorten: afbeeldingen van HL7, conformiteit, ziekenhuizen.", no_args_is_help=True)

app.command()(teams)

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


@app.command()
def conformance(
    file: Annotated[Path | None, typer.Argument(help="De vijftig berichten van uw systeem, na elkaar.")] = None,
    mapping_file: Annotated[
        Path | None, typer.Option("--mapping", help="Uw eigen afbeelding; anders de standaardafbeelding.")
    ] = None,
    party: Annotated[str, typer.Option("--as", help="De code van het ziekenhuis.")] = "ziekenhuis",
    report_file: Annotated[Path | None, typer.Option("--report", help="Schrijf het verslag als JSON.")] = None,
    examples_file: Annotated[
        Path | None, typer.Option("--examples", help="Schrijf de vijftig berichten zoals ze moeten zijn.")
    ] = None,
) -> None:
    """Houd de vijftig berichten van een leverancier naast de vijftig gevallen; niets wordt verstuurd of bewaard.

    Eindigt met 0 als alle gevallen geslaagd zijn, met 1 als er een niet geslaagd is.
    """
    from sluis.births.hl7.mapping import mapping_for, read_mapping  # noqa: PLC0415 - only this command pays for it
    from sluis.births.hospitals import conformance as test  # noqa: PLC0415 - only this command pays for it

    at = datetime.now(UTC)
    if examples_file is not None:
        examples_file.write_bytes(test.examples(at.date(), sender=party))
        say(msg("Geschreven: {file}", file=str(examples_file)))
    if file is None:
        return
    made = mapping_for(party, on=at.date())
    if mapping_file is not None:
        own, problems = read_mapping(read_file(mapping_file), on=at.date())
        if own is None:
            raise SluisError(
                "mapping-wrong",
                msg("De afbeelding {file} kan niet gebruikt worden: regel {line}.", file=mapping_file.name,
                    line=problems[0].line or 1),
                remedy=msg("Ga ze na met: sluis births mapping BESTAND."),
            )  # fmt: skip
        made = own
    report = test.judge_file(read_file(file), made, at=at, sender=party)
    for one in report.results:
        for finding in one.findings:
            out.print(f"{one.case.code}  {spoken(finding)}", markup=False)
    if report.strays:
        say(msg("Berichten die bij geen geval horen: {count}", count=report.strays))
    say(msg("{passed} van {cases} gevallen geslaagd", passed=report.passed, cases=len(report.results)))
    if report_file is not None:
        report_file.write_text(json.dumps(test.as_json(report), ensure_ascii=False, indent=2), encoding="utf-8")
        say(msg("Geschreven: {file}", file=str(report_file)))
    if not report.is_passed:
        raise typer.Exit(_INVALID)


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
