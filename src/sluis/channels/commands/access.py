"""`sluis access`: who heads a party, written down by the operator on evidence; and who holds which role."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from sluis.access import store
from sluis.access.actions import appoint_head, withdraw_head
from sluis.access.admission import account_of
from sluis.access.model import Asked
from sluis.agreements.store import PartyRow, find_party
from sluis.channels.commands.lists import party_id
from sluis.channels.commands.terminal import installation, out, say
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.web.rights import HEAD

app = typer.Typer(help="Wie een partij leidt, en wie er welke rol heeft.", no_args_is_help=True)

_ID = re.compile(r"[a-z0-9][a-z0-9:._-]{0,79}")


@app.command()
def head(
    party: Annotated[str, typer.Argument(help="De partij: code, naam, KBO- of OVO-nummer.")],
    person: Annotated[
        str, typer.Argument(help="De persoon: het id van wie zich al aanmeldde, of vo_id:… uit de aanmelddienst.")
    ],
    evidence: Annotated[str, typer.Option(help="Het besluit van de aanstelling, of van het einde ervan.")],
    name: Annotated[str, typer.Option(help="De naam, voor wie zich nog nooit aanmeldde.")] = "",
    until: Annotated[str, typer.Option(help="De laatste dag, als 2030-12-31.")] = "",
    end: Annotated[bool, typer.Option("--end", help="Beëindig de aanstelling in plaats van ze te noteren.")] = False,
) -> None:
    """Noteer wie een partij leidt, met het bewijs; die wijst daarna de toegangsbeheerders aan."""
    house, at = installation(), datetime.now(UTC)
    with house.database.transaction() as connection:
        row = _party(connection, party)
        actor = _account(house.settings.oidc_issuer, person, row.id)
        if end:
            done = withdraw_head(
                connection, actor=actor, party=row.id, evidence=evidence, at=at, secrets=house.keys.persons
            )
            if not done:
                raise _unknown_person()
        else:
            known = store.find_account(connection, actor)
            if known is None and not name.strip():
                raise _unknown_person()
            today = day_of(at)
            asked = Asked(actor, row.id, HEAD, today, _day(until) if until else _five_years(today), evidence)
            appoint_head(
                connection, asked, name=name.strip() or actor, evidence=evidence, at=at, secrets=house.keys.persons
            )
            if known is None and person.startswith("vo_id:") and house.settings.oidc_issuer:
                store.link_identity(
                    connection, issuer=house.settings.oidc_issuer, subject=person, party=row.id, actor=actor, at=at
                )
    say(msg("De leiding van {party} is beëindigd.", party=row.name) if end else _noted(row.name))


@app.command("list")
def list_command(
    party: Annotated[str, typer.Argument(help="De partij: code, naam, KBO- of OVO-nummer.")],
) -> None:
    """Toon wie bij een partij welke rol heeft, tot wanneer en van wie."""
    with installation().database.transaction() as connection:
        row = _party(connection, party)
        found = store.list_grants_at(connection, party=row.id, on=day_of(datetime.now(UTC)))
    for grant in found:
        term = f"{grant.since} – {grant.until or '…'}"
        line = (grant.actor, grant.name, grant.role, grant.purpose, term, grant.granted_by, grant.confirmed_by or "-")
        out.print(" · ".join(line), markup=False)


def _party(connection: Connection, word: str) -> PartyRow:
    found = find_party(connection, party_id(word))
    if found is None:
        raise SluisError(
            "party-unknown",
            msg("Deze partij staat niet in het register."),
            remedy=msg("Geef de code, de naam, het OVO-nummer of het KBO-nummer van een partij uit het register."),
        )
    return found


def _account(issuer: str | None, person: str, party: str) -> str:
    """Return the account: the id as given, or that which the provider's number of the person will get."""
    if person.startswith("vo_id:") and issuer is not None:
        return account_of(issuer=issuer, subject=person, party=party)
    if not _ID.fullmatch(person):
        raise _unknown_person()
    return person


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SluisError("day-wrong", msg("Dit is geen dag."), remedy=msg("Schrijf een dag als 2030-12-31.")) from None


def _five_years(day: date) -> date:
    return day.replace(year=day.year + 5, day=min(day.day, 28))


def _noted(name: str) -> Message:
    return msg("Genoteerd: deze persoon leidt {party} en kan toegangsbeheerders aanwijzen.", party=name)


def _unknown_person() -> SluisError:
    return SluisError(
        "person-unknown",
        msg("Deze persoon is hier niet bekend."),
        remedy=msg("Laat de persoon zich één keer aanmelden, of geef vo_id:… met --name."),
    )
