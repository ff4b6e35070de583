"""`sluis demo`: the main job once on a synthetic Flanders, with a summary; then the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sluis.channels.commands.terminal import err, installation, is_interactive, out, say, spoken
from sluis.channels.demo.grants import PublishedGrants
from sluis.channels.demo.job import STEPS, Account, do_main_job
from sluis.channels.demo.maternity import DeliveredBirths
from sluis.channels.demo.people import PEOPLE
from sluis.kernel.errors import SluisError
from sluis.kernel.money import Cents, format_cents
from sluis.kernel.text import Message, msg
from sluis.lists.rows import describe
from sluis.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to `sluis` itself."""

    @app.command("demo")
    def demo(
        stay: Annotated[bool, typer.Option("--serve/--no-serve", help="Dien daarna de bladzijden op.")] = True,
    ) -> None:
        """Doe het hele werk één keer met fictieve personen en vertel wat er gebeurde."""
        house = installation()
        if house.settings.environment == "production" or not house.settings.fictitious_insz:
            raise SluisError(
                "demo-in-production",
                msg("De demo schrijft fictieve personen en hoort niet thuis in een echte installatie."),
                remedy=msg("Zet SLUIS_ENVIRONMENT op demo en SLUIS_FICTITIOUS_INSZ op 1, met een eigen SLUIS_HOME."),
            )
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=err, disable=not is_interactive(), transient=True) as progress:
            task = progress.add_task("", total=STEPS)

            def told(step: Message) -> None:
                progress.update(task, advance=1, description=spoken(step))
                if not is_interactive():
                    say(msg("· {step}", step=step))

            account = do_main_job(house, house.settings.home / "demo", at=datetime.now(UTC), told=told)
        _leave_settings(house.settings)
        _summarise(account)
        if stay:
            _invite()
            from sluis.channels.serving import serve  # noqa: PLC0415 - only when pages are wanted

            serve(house)


def _leave_settings(settings: Settings) -> None:
    """Write the settings of the demo beside its database, so that `sluis …` finds this installation again."""
    lines = [f"SLUIS_ENVIRONMENT={settings.environment}", f"SLUIS_FICTITIOUS_INSZ={settings.fictitious_insz}"]
    (settings.home / "sluis.env").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _summarise(account: Account) -> None:
    exchange, request = account.exchange, account.request
    _heading(msg("Wat er gevraagd werd"))
    say(
        msg(
            "Gemeente Wingene vroeg onder overeenkomst {agreement} een lijst van {rows} rijen.",
            agreement=account.agreement,
            rows=request.rows,
        )
    )
    say(msg("Vingerafdruk van de ondertekende tekst: {hash}", hash=account.text_hash))
    _heading(msg("Wat door de sluis ging"))
    say(
        msg(
            "{released} van de {asked} nummers: het kind, sinds wanneer, en de begunstigden. Niets anders.",
            released=exchange.released or 0,
            asked=exchange.asked or 0,
        )
    )
    say(
        msg(
            "Zonder onderscheid afwezig: kinderen zonder het recht, {elsewhere} die elders wonen, {old} te oud,"
            " {unknown} onbekend.",
            elsewhere=request.elsewhere,
            old=request.too_old,
            unknown=request.unknown,
        )
    )
    _heading(msg("Wat geweigerd werd, en waarom"))
    for problem in exchange.row_problems:
        say(msg("Rij {row}: {what}", row=problem.row, what=describe(problem.code)))
    for attempt in account.refused:
        say(attempt.what)
        for reason in attempt.reasons:
            say(msg("   ✗ {what} ({clause})", what=reason.what, clause=str(reason.clause)))
            say(msg("     → {remedy}", remedy=reason.remedy))
    _tell_grants(account.grants)
    _tell_births(account.births)
    _heading(msg("Het bewijs"))
    verified = account.ledger.verified
    say(msg("Grootboek nagegaan: het klopt, {size} inschrijvingen in de boom.", size=verified.entries))
    say(msg("Ontvangstbewijs van {citizen} zonder databank nagegaan: het klopt.", citizen=account.citizen))
    _heading(msg("Zelf proberen"))
    say(msg("Bestanden en sleutel staan in {folder}.", folder=str(account.folder)))
    command = (
        f"uv run sluis lists exchange --agreement {account.to_try} --as gemeente-tielt"
        f" --request {account.folder}/vraag-tielt.xlsx --password-file {account.folder}/sleutel.txt --out antwoord.xlsx"
    )
    out.print(command, markup=False)


def _tell_grants(grants: PublishedGrants) -> None:
    _heading(msg("Wat er aan Groeipakket beslist werd"))
    say(
        msg(
            "{first} en {last} zijn beslist. In {last}: {children} kinderen, {amount} door vijf uitbetalers.",
            first=grants.first,
            last=grants.last,
            children=grants.children,
            amount=format_cents(Cents(grants.due_cents), "nl"),
        )
    )
    say(
        msg(
            "In {last} zijn {provisional} beslissingen voorlopig en {undecided} nog open: wat ontbreekt, staat erbij.",
            last=grants.last,
            provisional=grants.provisional,
            undecided=grants.undecided,
        )
    )
    say(msg("Kijk als medewerker van een uitbetaler op /groeipakket, als burger op /mijn-groeipakket."))


def _tell_births(births: DeliveredBirths) -> None:
    _heading(msg("Welke geboorten binnenkwamen"))
    say(
        msg(
            "{hospital} meldde geboorten: {files} dossiers bij het lokaal team, waarvan {incomplete} waarin nog iets"
            " ontbreekt, en {unplaced} zonder gemeente. Een melding met een veld te veel werd geweigerd.",
            hospital=births.hospital,
            files=births.files,
            incomplete=births.incomplete,
            unplaced=births.unplaced,
        )
    )
    say(
        msg(
            "Onder beperkte toegang na afstand bij de geboorte: {restricted}. Daar volgt niets automatisch.",
            restricted=births.restricted,
        )
    )
    say(msg("Kijk als lid van een lokaal team op /geboorten, als vertrouwensmedewerker op /geboorten/beperkt."))


def _invite() -> None:
    _heading(msg("De bladzijden"))
    say(msg("Meld u aan als een van deze fictieve personen:"))
    for person in PEOPLE:
        out.print(f"   {person.name} · {person.party} · {', '.join(person.roles)}", markup=False)
    settings = installation().settings
    say(msg("Sluis staat open op {address}", address=f"http://{settings.host}:{settings.port}/"))
    say(msg("Stoppen: Ctrl+C."))


def _heading(text: Message) -> None:
    out.print()
    out.print(spoken(text), style="bold", markup=False)
