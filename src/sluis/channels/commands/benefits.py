"""`sluis benefits`: run acceptance cases, explain a decision, decide a month for all."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sluis.benefits.case_files import case_paths, read_case
from sluis.benefits.cases import CaseResult, run_cases
from sluis.benefits.deciding import Engine
from sluis.benefits.explaining import explain
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.money.desk import PayDesk, Payees
from sluis.benefits.running import Summary, Switches, run_month
from sluis.channels.commands.benefits_publish import publish_command
from sluis.channels.commands.benefits_recovery import claims_command, recover_command
from sluis.channels.commands.benefits_simulate import simulate_command
from sluis.channels.commands.terminal import err, is_interactive, language, out, say, spoken
from sluis.kernel.errors import SluisError
from sluis.kernel.money import Cents, format_cents
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.web.languages import LANGUAGES, translate

app = typer.Typer(help="Het Groeipakket: rechten toetsen, uitleggen en berekenen.", no_args_is_help=True)
app.command("publish")(publish_command)
app.command("claims")(claims_command)
app.command("recover")(recover_command)

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
    for result in run_cases(case_paths(files), engine=chosen, refuse_weak=refuse_weak):
        _print(result)
        passed, failed = passed + result.passed, failed + (not result.passed)
    if failed:
        why = msg("Waarom iets anders uitkwam: sluis benefits explain BESTAND --child ID --month JJJJ-MM.")
        err.print(spoken(why), markup=False)
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


@app.command("explain")
def explain_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Een geval in YAML.")],
    child: Annotated[str, typer.Option(help="Het id van het kind in het geval.")],
    month: Annotated[str, typer.Option(help="De maand, zoals 2023-04.")],
    spoken_in: Annotated[
        str, typer.Option("--language", help="nl, fr, en of de; anders de taal van de terminal.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Geef de keten van regels als JSON.")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Alleen wat op die dag bekend was.")
    ] = None,
    refuse_weak: _Strict = False,
) -> None:
    """Leg uit wat een kind in een maand krijgt, en waarom: regels, artikelen, waarden en feiten."""
    chosen = next((each for each in LANGUAGES if each == spoken_in), language())
    case = read_case(file)
    day: date | None = as_of.date() if as_of else case.as_of
    found = explain(case.tables, Month.parse(month), child, as_of=day, refuse_weak=refuse_weak)
    if as_json:
        out.print(json.dumps([each.json for each in found], ensure_ascii=False, indent=2), markup=False)
        return
    for each in found:
        words = each.words if each.json["amount"] != "0.00" else each.words[:1]
        for line in words:
            out.print(translate(line, chosen), markup=False)


@app.command("run")
def run_command(
    facts: Annotated[Path, typer.Option(help="De map met de feiten in Parquet.")],
    month: Annotated[str, typer.Option(help="De maand, zoals 2023-04.")],
    out_: Annotated[Path, typer.Option("--out", help="De map van het boek: beslissingen, opdrachten, staat.")],
    engine: _Engine = "polars",
    refuse_weak: _Strict = False,
    test_accounts: Annotated[
        bool, typer.Option("--test-accounts", help="Geef wie geen rekening heeft een verzonnen rekening (land XX).")
    ] = False,
) -> None:
    """Beslis een maand voor alle kinderen, verreken wat laat bekend werd, en maak de betaalopdrachten en de staat.

    Wie dezelfde maand met dezelfde feiten nog eens vraagt, krijgt dezelfde run terug: niemand wordt twee keer betaald.
    """
    switches = Switches(engine_of(engine), refuse_weak, test_accounts)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not is_interactive(), transient=True) as progress:
        task = progress.add_task(spoken(msg("Maand beslissen")), total=2)

        def told(what: Message, done: int, steps: int) -> None:
            progress.update(task, description=spoken(what), completed=done, total=steps)

        summary = run_month(facts, Month.parse(month), out_, switches, progress=told)
    _print_summary(summary)


@app.command("bank")
def bank_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Bestanden pain.002 of camt.054 van de bank.")],
    book: Annotated[Path, typer.Option("--book", help="De map van het boek.")],
) -> None:
    """Lees wat de bank van de betalingen zegt; hetzelfde bestand telt één keer."""
    desk = PayDesk(GrantBook(book), Payees.unknown())
    for path in files:
        read, is_new = desk.take_bank_file(path.read_bytes())
        counted = Counter(event.state for event in read.events)
        told = ", ".join(f"{state} {count}" for state, count in sorted(counted.items()))
        if not is_new:
            say(msg("{file}: al gelezen.", file=path.name))
            continue
        said = {"file": path.name, "kind": read.kind, "events": len(read.events), "told": told or "-"}
        say(msg("{file}: {kind}, {events} berichten ({told}).", **said))


@app.command("check-book")
def check_book_command(book: Annotated[Path, typer.Option("--book", help="De map van het boek.")]) -> None:
    """Kijk na of het boek nog is zoals elke run het schreef: elk bestand, elke hash, elke staat."""
    kept = GrantBook(book)
    kept.check()
    say(msg("Het boek klopt: {runs} runs.", runs=len(kept.runs())))


def _print_summary(summary: Summary) -> None:
    for name, each in summary["benefits"].items():
        out.print(
            f"{name:28} {each['children']:>9} {each['amount_cents'] / 100:>16.2f} "
            f"{each['provisional']:>9} {each['undecided']:>9}",
            markup=False,
        )
    say(
        msg(
            "{children} kinderen bekeken; samen {euros} euro.",
            children=summary["children"],
            euros=f"{summary['amount_cents'] // 100}.{summary['amount_cents'] % 100:02d}",
        )
    )
    totals = summary.get("totals")
    if totals is not None:
        paid = format_cents(Cents(totals["payments_cents"]), language())
        say(msg("Run {run}: {payments} betaalopdrachten, samen {euros}.", run=summary.get("run", 0),
                payments=totals["payments"], euros=paid))  # fmt: skip
        say(msg("Zonder rekening aangehouden: {held}. Terug te vorderen: {claims}.",
                held=totals["held"], claims=totals["claims"]))  # fmt: skip
        say(msg("De maandstaat klopt: elk recht heeft precies één betaling, en alle sommen zijn gelijk."))
    if summary.get("is_repeat"):
        say(msg("Deze maand was met dezelfde feiten al beslist: er is niets bij gekomen."))


app.command("simulate")(simulate_command)
