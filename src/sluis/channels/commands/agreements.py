"""`sluis agreements`: check, read, complete, sign and follow agreements."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import yaml
from rich.console import Console
from rich.table import Table as TerminalTable

from sluis.agreements import actions, store
from sluis.agreements.catalogue import example_completion, template, templates
from sluis.agreements.completion import Completion, complete
from sluis.agreements.lifecycle import STATE_WORDS
from sluis.agreements.missing import Missing, what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Advice
from sluis.agreements.problems import Problem
from sluis.agreements.reading import read_agreement, read_part
from sluis.agreements.schema import json_schema
from sluis.agreements.steps import preparing
from sluis.agreements.text import draft_hash, hash_of, plain
from sluis.agreements.wording import Block, Bullets, Paragraph
from sluis.agreements.words import in_words
from sluis.agreements.yamlfile import read_yaml
from sluis.channels.commands import agreement_life as life
from sluis.channels.commands.agreement_terminal import because_of, party_of, print_done
from sluis.channels.commands.terminal import err, language, open_database, out, say
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.web.languages import translate

app = typer.Typer(help="Overeenkomsten nakijken, lezen, invullen, ondertekenen en volgen.", no_args_is_help=True)

_INVALID = 1
_MOST_BYTES = 2_000_000

File = Annotated[Path, typer.Argument(help="Een overeenkomst in YAML, of de code van een standaardovereenkomst.")]
Id = Annotated[str, typer.Argument(help="De code van de overeenkomst.")]
AsParty = Annotated[str, typer.Option("--as", help="De partij waarvoor u handelt: kenmerk, OVO-code of KBO-nummer.")]
By = Annotated[str, typer.Option("--by", help="Wie handelt.")]


@app.command()
def validate(file: File) -> None:
    """Kijk een bestand na: elke fout met haar plaats en hoe ze te herstellen is.

    Eindigt met 0 als het bestand juist is, met 1 als er fouten zijn, met 2 als het niet te lezen is.
    """
    agreement = _agreement(file)
    legs = ", ".join(agreement.legs)
    say(msg("Dit is een geldige overeenkomst: {title}", title=agreement.title.in_language(language())))
    say(msg("Partijen: {parties}", parties=", ".join(party.name or party.id for party in agreement.parties)))
    say(msg("Stromen: {legs}", legs=legs or "…"))
    say(msg("Vingerafdruk: {hash}", hash=hash_of(agreement)))
    _print_missing(what_is_missing(agreement))


@app.command()
def show(file: File) -> None:
    """Toon een overeenkomst in leesbare woorden; een code toont de tekst uit de databank."""
    agreement = _from_anywhere(file)
    reading = in_words(agreement, language=language())
    out.print(_in_language(reading.title), style="bold", markup=False)
    out.print(f"{_in_language(reading.instrument)} · {reading.text_hash}", markup=False)
    for section in reading.sections:
        number = f"{section.number}. " if section.number else ""
        out.print()
        out.print(f"{number}{_in_language(section.heading)}", style="bold", markup=False)
        for block in section.blocks:
            _print_block(block)


@app.command("hash")
def print_hash(
    file: File,
    draft: Annotated[bool, typer.Option("--draft", help="Van de tekst zonder adviezen: die een advies noemt.")] = False,
) -> None:
    """Toon de SHA-256 van de canonieke tekst: de vingerafdruk die ondertekend wordt."""
    agreement = _from_anywhere(file)
    out.print(draft_hash(agreement) if draft else hash_of(agreement), markup=False)


@app.command("templates")
def list_templates(
    example: Annotated[str | None, typer.Option(help="Toon een voorbeeld van een aanvulling van deze code.")] = None,
) -> None:
    """Toon de standaardovereenkomsten die Sluis meebrengt."""
    if example is not None:
        out.print(example_completion(example).decode(), markup=False)
        return
    for code, found in templates().items():
        out.print(f"{code}  {found.title.in_language(language())}", markup=False)


@app.command("schema")
def print_schema() -> None:
    """Toon het JSON Schema van een overeenkomst, voor de editor van wie er een schrijft."""
    sys.stdout.write(json_schema())


@app.command("complete")
def complete_template(
    template_file: Annotated[Path, typer.Argument(metavar="TEMPLATE", help="Code of bestand van de standaardtekst.")],
    completion_file: Annotated[Path, typer.Argument(metavar="COMPLETION", help="De aanvulling, in YAML of JSON.")],
    out_file: Annotated[Path, typer.Option("--out", help="Waar de overeenkomst geschreven wordt.")],
) -> None:
    """Vul een standaardovereenkomst in. Een aanvulling mag beperken, nooit verruimen."""
    base = _agreement(template_file)
    part, problems = read_part(Completion, _read(completion_file))
    if not isinstance(part, Completion):
        _fail(completion_file, problems)
    made = complete(base, part)
    if isinstance(made, list):
        _fail(completion_file, made)
    _write(out_file, made)
    _print_missing(what_is_missing(made))


@app.command()
def advise(
    file: Annotated[Path, typer.Argument(help="De overeenkomst, als bestand of als code uit de databank.")],
    party: AsParty,
    by: By,
    verdict: Annotated[str, typer.Option(help="favourable, with-remarks of unfavourable.")],
    remarks: Annotated[str | None, typer.Option(help="De opmerkingen.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Datum; weggelaten: vandaag.")] = None,
) -> None:
    """Geef het advies van een functionaris op deze versie van de tekst; een ouder advies vervalt."""
    if not file.exists():
        life.advise_stored(str(file), party=party, by=by, verdict=verdict, remarks=remarks)
        return
    agreement, advices = _without_advices(file)
    known = [found.id for found in agreement.parties if party in (found.id, found.body)]
    if not known:
        raise SluisError(
            "not-a-party",
            msg("‘{party}’ is geen partij van deze overeenkomst.", party=party),
            remedy=msg("Kies uit: {names}.", names=", ".join(found.id for found in agreement.parties)),
        )
    raw = {
        "party": known[0],
        "by": by,
        "date": (on.date() if on else _today()).isoformat(),
        "verdict": verdict,
        "draft_hash": draft_hash(agreement),
        "remarks": remarks,
    }
    advice, problems = read_part(Advice, yaml.safe_dump(raw).encode())
    if not isinstance(advice, Advice):
        _fail(file, problems)
    others = [found for found in advices if found.party != known[0]]
    kept = [found for found in others if found.draft_hash in (None, advice.draft_hash)]
    for lapsed in others:
        if lapsed not in kept:
            say(msg("Het advies van {party} ging over een andere versie van de tekst en vervalt.", party=lapsed.party))
    _write(file, agreement.model_copy(update={"advices": (*kept, advice)}))


def _without_advices(file: Path) -> tuple[Agreement, list[Advice]]:
    """Return the text without its advices, and those: an advice on an older version must not stop a new one."""
    document, problems = read_yaml(_read(file))
    if problems or not isinstance(document.value, dict):
        return _agreement(file), []
    given = document.value.pop("advices", None) or []
    reading = read_agreement(json.dumps(document.value, default=str).encode())
    if reading.agreement is None:
        _fail(file, reading.problems)
    read = [read_part(Advice, json.dumps(one, default=str).encode())[0] for one in given]
    return reading.agreement, [advice for advice in read if isinstance(advice, Advice)]


@app.command()
def draft(file: File, party: AsParty, by: By) -> None:
    """Zet een overeenkomst in de databank als ontwerp, of vervang een eerder ontwerp."""
    agreement = _agreement(file)
    with open_database().transaction() as connection:
        done = actions.draft_agreement(
            connection, agreement=agreement, party=party_of(connection, party), by=by, at=_now()
        )
    print_done(done)
    _print_missing(what_is_missing(agreement))


@app.command()
def sign(
    agreement: Id,
    party: AsParty,
    by: By,
    text_hash: Annotated[
        str | None,
        typer.Option("--hash", help="De vingerafdruk van de tekst die u gelezen hebt; weggelaten: de huidige."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Waarom u van een ongunstig advies afwijkt.")] = None,
) -> None:
    """Onderteken de tekst voor een partij."""
    with open_database().transaction() as connection:
        subject = preparing(connection, agreement)
        done = actions.sign_agreement(
            connection,
            agreement=agreement,
            text_hash=text_hash or subject.text_hash,
            party=party_of(connection, party),
            by=by,
            reason=reason,
            at=_now(),
        )
    print_done(done)


@app.command()
def publish(agreement: Id, party: AsParty, by: By) -> None:
    """Maak de ondertekende tekst bekend; daarmee is ze van kracht tussen haar eerste en haar laatste dag."""
    with open_database().transaction() as connection:
        done = actions.publish_agreement(
            connection, agreement=agreement, party=party_of(connection, party), by=by, at=_now()
        )
    print_done(done)


@app.command()
def revoke(agreement: Id, party: AsParty, by: By, reason: Annotated[str, typer.Option(help="Waarom.")]) -> None:
    """Trek een overeenkomst in, meteen: de volgende vraag wordt geweigerd."""
    with open_database().transaction() as connection:
        done = actions.revoke_agreement(
            connection, agreement=agreement, party=party_of(connection, party), by=by, at=_now(), reason=reason
        )
    print_done(done)


@app.command()
def end(
    agreement: Id,
    party: AsParty,
    by: By,
    reason: Annotated[str | None, typer.Option(help="Waarom.")] = None,
    because: Annotated[str, typer.Option(help="purpose-reached, breach of merger.")] = "purpose-reached",
) -> None:
    """Beëindig een overeenkomst: het doel is bereikt, een partij schond ze, of een nieuw bestuur neemt ze niet over."""
    with open_database().transaction() as connection:
        done = actions.end_agreement(
            connection,
            agreement=agreement,
            party=party_of(connection, party),
            by=by,
            at=_now(),
            reason=reason,
            because=because_of(because),
        )
    print_done(done)


@app.command()
def amend(
    file: File, party: AsParty, by: By, reason: Annotated[str | None, typer.Option(help="Waarom.")] = None
) -> None:
    """Stel een gewijzigde tekst voor; de huidige blijft van kracht tot alle partijen de nieuwe ondertekenden."""
    life.amend_stored(_agreement(file), party=party, by=by, reason=reason)


@app.command("list")
def list_all(
    party: Annotated[str | None, typer.Option("--as", help="Alleen de overeenkomsten van deze partij.")] = None,
) -> None:
    """Toon de overeenkomsten met hun toestand."""
    with open_database().transaction() as connection:
        rows = store.list_agreements(connection, party=party_of(connection, party) if party else None)
    table = TerminalTable(box=None, pad_edge=False)
    for head in (msg("Code"), msg("Toestand"), msg("Vanaf"), msg("Tot en met"), msg("Partijen"), msg("Vingerafdruk")):
        table.add_column(_in_language(head), no_wrap=True)  # a code that is cut off cannot be typed
    for row in rows:
        days = (str(row.in_force_from or ""), str(row.until or ""))
        state = _in_language(STATE_WORDS.get(row.state, Message(row.state)))
        table.add_row(row.id, state, *days, ", ".join(row.parties), row.text_hash[:16])
    # As wide as its longest row, also where that is wider than the terminal.
    Console(width=1_000, highlight=False).print(table)


@app.command("parties")
def list_parties(find: Annotated[str, typer.Argument(help="Een deel van de naam.")] = "") -> None:
    """Toon het register van partijen."""
    with open_database().transaction() as connection:
        for row in store.list_parties(connection):
            if find.casefold() in f"{row.id} {row.name} {row.kbo} {row.ovo}".casefold():
                out.print(f"{row.id}  {row.name}  {row.kbo or ''}  {row.ovo or ''}", markup=False)


def _from_anywhere(file: Path) -> Agreement:
    """Return the text of a file, a standard agreement, or the database."""
    if file.exists() or str(file) in templates():
        return _agreement(file)
    with open_database().transaction() as connection:
        return actions.text_of(connection, str(file))


def _agreement(file: Path) -> Agreement:
    if not file.exists() and str(file) in templates():
        return template(str(file))
    reading = read_agreement(_read(file))
    if reading.agreement is None:
        _fail(file, reading.problems)
    return reading.agreement


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except OSError as error:
        raise SluisError(
            "file-unreadable",
            msg("Het bestand {file} kan niet gelezen worden.", file=file.name),
            remedy=msg("Controleer het pad en de rechten, of kies een code uit: sluis agreements templates."),
        ) from error


def _write(file: Path, agreement: Agreement) -> None:
    text = yaml.safe_dump(plain(agreement), allow_unicode=True, sort_keys=False, width=110)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SluisError(
            "file-unwritable",
            msg("Het bestand {file} kan niet geschreven worden.", file=file.name),
            remedy=msg("Controleer het pad en de rechten."),
        ) from error
    say(msg("Geschreven: {file}, vingerafdruk {hash}", file=file.name, hash=hash_of(agreement)))


def _fail(file: Path, problems: tuple[Problem, ...] | list[Problem]) -> NoReturn:
    for problem in problems:
        place = ":".join(str(part) for part in (file.name, problem.line, problem.column) if part is not None)
        err.print(f"{place}  {problem.where}", markup=False, style="bold")
        err.print(f"  {_in_language(problem.what)}", markup=False)
        clause = f" ({problem.clause})" if problem.clause else ""
        err.print(f"  {_in_language(problem.remedy)}{clause}", markup=False)
    err.print(_in_language(msg("Aantal fouten: {count}", count=len(problems))), markup=False)
    raise typer.Exit(_INVALID)


def _print_missing(missing: tuple[Missing, ...]) -> None:
    if not missing:
        say(msg("Alles is ingevuld: de tekst kan ondertekend worden."))
        return
    say(msg("Nog in te vullen voor er getekend kan worden:"))
    for gap in missing:
        out.print(f"- {gap.who}: {_in_language(gap.question)}  [{gap.path}]", markup=False)


def _print_block(block: Block) -> None:
    if isinstance(block, Paragraph):
        out.print(_in_language(block.text), markup=False)
    elif isinstance(block, Bullets):
        for item in block.items:
            out.print(f"- {_in_language(item)}", markup=False)
    else:
        table = TerminalTable(show_lines=True)
        for head in block.head:
            table.add_column(_in_language(head))
        for row in block.rows:
            table.add_row(*(_in_language(cell).replace("[", r"\[") for cell in row))
        out.print(table)


def _in_language(message: Message) -> str:
    return translate(message, language())


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return datetime.now(UTC).date()


life.add_to(app)
