"""`sluis agreements`: the steps of an agreement's life after it was drafted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sluis.agreements import actions, lifestore, offerstore, store
from sluis.agreements.advice import advise_agreement
from sluis.agreements.amendments import amend_agreement, withdraw_amendment
from sluis.agreements.clock import bring_agreements_up_to_date
from sluis.agreements.deadlines import duties
from sluis.agreements.endings import give_notice, resume_agreement, suspend_agreement
from sluis.agreements.lifecycle import EVENT_WORDS, STATE_WORDS
from sluis.agreements.model import Agreement
from sluis.agreements.offers import draft_from_offer, offer_agreement, offer_standard, withdraw_offer
from sluis.agreements.receipts import receipts_of
from sluis.agreements.steps import found, preparing
from sluis.agreements.text import draft_hash, from_canonical
from sluis.channels.commands import agreement_laws as laws
from sluis.channels.commands.agreement_terminal import (
    in_language,
    now,
    offer_number,
    party_of,
    print_done,
    print_table,
    today,
    verdict_of,
)
from sluis.channels.commands.terminal import open_database, out, say
from sluis.kernel.text import Message, msg

Id = Annotated[str, typer.Argument(help="De code van de overeenkomst.")]
AsParty = Annotated[str, typer.Option("--as", help="De partij waarvoor u handelt: kenmerk, OVO-code of KBO-nummer.")]
By = Annotated[str, typer.Option("--by", help="Wie handelt.")]
Why = Annotated[str, typer.Option("--reason", help="Waarom.")]
MaybeWhy = Annotated[str | None, typer.Option("--reason", help="Waarom.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Een dag.")]


def complete(agreement: Id, party: AsParty, by: By) -> None:
    """Zeg dat een ontwerp volledig is ingevuld: de functionarissen kunnen advies geven."""
    with open_database().transaction() as connection:
        done = actions.complete_agreement(
            connection, agreement=agreement, party=party_of(connection, party), by=by, at=now()
        )
    print_done(done)


def advise_stored(agreement: str, *, party: str, by: str, verdict: str, remarks: str | None) -> None:
    """Give an advice on a text in the database."""
    with open_database().transaction() as connection:
        subject = preparing(connection, agreement)
        text = from_canonical(store.read_text(connection, subject.text_hash))
        done = advise_agreement(
            connection,
            agreement=agreement,
            version=draft_hash(text),
            party=party_of(connection, party),
            verdict=verdict_of(verdict),
            remarks=remarks,
            by=by,
            at=now(),
        )
    print_done(done)


def offer(
    what: Annotated[str, typer.Argument(help="Een overeenkomst, of de code van een standaardovereenkomst.")],
    party: AsParty,
    by: By,
    to: Annotated[list[str] | None, typer.Option("--to", help="Aan welk bestuur; mag herhaald worden.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Aan alle besturen van deze soort, zoals ocmw.")] = None,
    before: Day = None,
) -> None:
    """Bied een geadviseerde tekst aan ter ondertekening, of een standaardovereenkomst aan een of meer besturen."""
    with open_database().transaction() as connection:
        own = party_of(connection, party)
        if not to and kind is None:
            print_done(offer_agreement(connection, agreement=what, party=own, by=by, at=now()))
            return
        bodies = [party_of(connection, one) for one in to or ()]
        bodies += [row.id for row in store.list_living_parties(connection, kind=kind, day=today())] if kind else []
        made = offer_standard(
            connection,
            standard=what,
            party=own,
            to=bodies,
            answer_before=before.date() if before else None,
            by=by,
            at=now(),
        )
    say(msg("Aangeboden aan {count} besturen.", count=len(made.offers)))
    if made.already:
        say(msg("Stond al open bij: {parties}", parties=", ".join(made.already)))


def offers(
    party: Annotated[str | None, typer.Option("--as", help="Alleen die van of aan deze partij.")] = None,
    withdraw: Annotated[str | None, typer.Option("--withdraw", help="Trek dit aanbod in.")] = None,
    by: Annotated[str, typer.Option("--by", help="Wie handelt.")] = "",
) -> None:
    """Toon de standaardovereenkomsten die aangeboden zijn en nog niet beantwoord."""
    with open_database().transaction() as connection:
        own = party_of(connection, party) if party else None
        if withdraw is not None:
            withdraw_offer(connection, offer=offer_number(withdraw), party=own or "", by=by or "unnamed", at=now())
        rows = offerstore.list_offers(connection, party=own)
    print_table(
        (msg("Aanbod"), msg("Standaardovereenkomst"), msg("Van"), msg("Aan"), msg("Voor")),
        [(str(row.id), row.template, row.offered_by, row.party, str(row.answer_before or "")) for row in rows],
    )


def accept(
    offer: Annotated[str, typer.Argument(help="Het nummer van het aanbod.")],
    code: Annotated[str, typer.Argument(help="De code van de nieuwe overeenkomst.")],
    by: By,
) -> None:
    """Open het ontwerp dat op een aanbod volgt, met de gegevens die het register van uw bestuur heeft."""
    with open_database().transaction() as connection:
        print_done(draft_from_offer(connection, offer=offer_number(offer), code=code, by=by, at=now()))


def suspend(agreement: Id, party: AsParty, by: By, reason: Why) -> None:
    """Schors een overeenkomst, meteen: de volgende vraag wordt geweigerd tot u de schorsing opheft."""
    with open_database().transaction() as connection:
        own = party_of(connection, party)
        print_done(suspend_agreement(connection, agreement=agreement, party=own, by=by, at=now(), reason=reason))


def resume(agreement: Id, party: AsParty, by: By, reason: MaybeWhy = None) -> None:
    """Hef de schorsing van uw partij op."""
    with open_database().transaction() as connection:
        own = party_of(connection, party)
        print_done(resume_agreement(connection, agreement=agreement, party=own, by=by, at=now(), reason=reason))


def notice(agreement: Id, party: AsParty, by: By, reason: MaybeWhy = None) -> None:
    """Zeg een overeenkomst op: ze eindigt vanzelf na haar opzegtermijn."""
    with open_database().transaction() as connection:
        own = party_of(connection, party)
        print_done(give_notice(connection, agreement=agreement, party=own, by=by, at=now(), reason=reason))
        ends = lifestore.announced_ends(connection, agreement)
    say(msg("Laatste dag van kracht: {day}", day=min(end.last_day for end in ends).isoformat()))


def withdraw(agreement: Id, party: AsParty, by: By, reason: Why) -> None:
    """Trek een wijziging in die nog niet van kracht is; de overeenkomst zelf blijft zoals ze is."""
    with open_database().transaction() as connection:
        own = party_of(connection, party)
        print_done(withdraw_amendment(connection, agreement=agreement, party=own, by=by, at=now(), reason=reason))


def history(agreement: Id) -> None:
    """Toon alles wat er met een overeenkomst gebeurd is, ook elk advies."""
    with open_database().transaction() as connection:
        found(store.read_state(connection, agreement))
        happened = store.events(connection, agreement)
        given = lifestore.advices(connection, agreement)
    print_table(
        (msg("Wanneer"), msg("Wat"), msg("Partij"), msg("Door"), msg("Versie"), msg("Bepaling"), msg("Reden")),
        [
            (
                one.happened_at.astimezone(UTC).isoformat(timespec="seconds"),
                in_language(EVENT_WORDS.get(one.event, Message(one.event))),
                one.party,
                one.done_by,
                str(one.version),
                one.clause or "",
                one.reason or "",
            )
            for one in happened
        ],
    )
    for advice in given:
        out.print(f"{advice.party}  {advice.verdict}  {advice.draft_hash[:16]}  {advice.remarks or ''}", markup=False)


def versions(agreement: Id) -> None:
    """Toon de versies van een overeenkomst; elke tekst blijft leesbaar."""
    with open_database().transaction() as connection:
        found(store.read_state(connection, agreement))
        rows = [
            (str(one.number), str(one.valid_from or ""), str(one.replaced_on or ""), one.text_hash)
            for one in lifestore.versions(connection, agreement)
        ]
        pending = lifestore.read_amendment(connection, agreement)
    if pending is not None:
        rows.append((str(pending.number), in_language(STATE_WORDS[pending.state]), "", pending.text_hash))
    print_table((msg("Versie"), msg("Vanaf"), msg("Vervangen op"), msg("Vingerafdruk")), rows)


def receipts(
    agreement: Id,
    party: AsParty,
    event: Annotated[str | None, typer.Option("--event", help="Alleen van deze stap, bijvoorbeeld revoke.")] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Schrijf elk ontvangstbewijs in deze map.")] = None,
) -> None:
    """Geef een partij de ondertekende ontvangstbewijzen van wat er met een overeenkomst gebeurde, en wanneer."""
    with open_database().transaction() as connection:
        own = party_of(connection, party)
        given = receipts_of(connection, agreement, party=own, event=event)
    for one in given:
        out.print(f"{one.at.isoformat()}  {one.event}  {one.entry}", markup=False)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{one.event}-{one.entry}.json").write_bytes(one.receipt.to_bytes())


def advance() -> None:
    """Breng in werking wat de tijd doet: termijnen, opzeggingen, wetten, fusies, gewijzigde teksten."""
    count = bring_agreements_up_to_date(open_database(), at=now())
    say(msg("Bijgewerkte overeenkomsten: {count}", count=count))


def todo(
    party: Annotated[str | None, typer.Option("--as", help="Alleen van deze partij.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="Alleen voor deze rol.")] = None,
) -> None:
    """Toon wie wat moet doen tegen wanneer."""
    with open_database().transaction() as connection:
        own = party_of(connection, party) if party else None
        rows = duties(connection, party=own, role=role, day=today(), limit=500)
    print_table(
        (msg("Tegen"), msg("Overeenkomst"), msg("Partij"), msg("Rol"), msg("Wat")),
        [(str(one.due), one.agreement, one.party, one.role or "", in_language(one.what)) for one in rows],
    )


def add_to(app: typer.Typer) -> None:
    """Add these commands to `sluis agreements`."""
    app.command("completed")(complete)
    app.command("give-notice")(notice)
    app.command("withdraw-amendment")(withdraw)
    for command in (offer, offers, accept, suspend, resume, history, versions, receipts, advance, todo):
        app.command()(command)
    app.add_typer(laws.app, name="laws")


def amend_stored(text: Agreement, *, party: str, by: str, reason: str | None) -> None:
    """Open the next version of an agreement on the text of a file."""
    with open_database().transaction() as connection:
        own = party_of(connection, party)
        print_done(amend_agreement(connection, agreement=text, party=own, by=by, at=now(), reason=reason))
