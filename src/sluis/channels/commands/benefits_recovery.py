"""`sluis benefits claims` and `recover`: what is asked back, and a plan or a waiver with its evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sluis.benefits.recovery import REASONS, Decision, decide_recovery, open_claims, write_decisions_beside
from sluis.benefits.recovery.deciding import PLANNED, WAIVED
from sluis.channels.commands.terminal import installation, out, say
from sluis.gate.actions import day_of
from sluis.gate.store import list_roles
from sluis.kernel.errors import SluisError
from sluis.kernel.money import Cents, CentsFault, format_cents, read_cents
from sluis.kernel.text import msg

_Book = Annotated[Path, typer.Option("--book", metavar="DIR", help="Het boek van de toekenningen.")]


def claims_command(book: _Book) -> None:
    """Toon wat nog terug te vragen is: code, bedrag, en wat er elke maand ingehouden wordt."""
    house = installation()
    with house.database.transaction() as connection:
        write_decisions_beside(connection, book)
    for claim in open_claims(book):
        plan = format_cents(Cents(claim.plan_cents), "nl")
        out.print(f"{claim.claim}  {format_cents(Cents(claim.open_cents), 'nl')}  {plan}", markup=False)


def recover_command(
    book: _Book,
    claim: Annotated[str, typer.Option("--claim", help="De code van de terugvordering.")],
    party: Annotated[str, typer.Option("--as", help="De uitbetaler waarvoor u handelt.")],
    by: Annotated[str, typer.Option("--by", help="Wie beslist: een dossierbehandelaar van die uitbetaler.")],
    reason: Annotated[str, typer.Option("--reason", help=f"De reden: {', '.join(REASONS)}.")],
    plan: Annotated[str, typer.Option("--plan", help="Houd elke maand hoogstens dit bedrag in; 0 stopt het.")] = "",
    waive: Annotated[str, typer.Option("--waive", help="Scheld dit bedrag kwijt.")] = "",
    note: Annotated[str, typer.Option("--note", help="Toelichting, zonder nummers van personen.")] = "",
) -> None:
    """Beslis over een terugvordering; de beslissing komt met reden en artikel in het grootboek."""
    if bool(plan) == bool(waive):
        raise SluisError(
            "one-decision", msg("Geef --plan of --waive."), remedy=msg("Kies een van beide, met een bedrag in euro.")
        )
    cents = read_cents(plan or waive)
    if isinstance(cents, CentsFault):
        raise SluisError(cents.code, cents.what, remedy=cents.remedy)
    house, at = installation(), datetime.now(UTC)
    with house.database.transaction() as connection:
        roles = list_roles(connection, on=day_of(at), actor=by)
        if not any(role.party == party and role.role == "officer" for role in roles):
            raise SluisError(
                "actor-without-role",
                msg("Wie beslist, is bij deze partij geen dossierbehandelaar."),
                remedy=msg("Laat de toegangsbeheerder van de uitbetaler de rol geven."),
            )
        decision = Decision(claim, PLANNED if plan else WAIVED, int(cents), reason, note)
        decide_recovery(connection, book, decision, party=party, by=by, at=at, secrets=house.keys.persons)
    with house.database.transaction() as connection:
        write_decisions_beside(connection, book)
    say(msg("Vastgelegd. De volgende run rekent ermee."))
