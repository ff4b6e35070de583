"""The main job, once from beginning to end: agreement, key, request, gate, answer, evidence, verification."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sluis.app import FACTS, Installation
from sluis.authentic.names import beneficiary_with_right, read_name
from sluis.authentic.population.generate import generate
from sluis.authentic.store import load
from sluis.channels.demo.agreements import body_of, bring_into_force, completed, next_code
from sluis.channels.demo.following import settle_following
from sluis.channels.demo.grants import PublishedGrants, publish_months, settle_payers
from sluis.channels.demo.maternity import DeliveredBirths, deliver_births
from sluis.channels.demo.people import ASKER, OTHER, SENDER, settle_citizen, settle_people
from sluis.channels.demo.request import DemoRequest, make_demo_request
from sluis.gate.actions import day_of
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Reason
from sluis.kernel.territory import nis_of
from sluis.kernel.text import Message, msg
from sluis.ledger.reading import issue_receipt
from sluis.ledger.receipt import check_receipt
from sluis.ledger.sequencer import Sequencer
from sluis.ledger.store import make_months
from sluis.ledger.whole import WholeVerified, verify_whole
from sluis.lists.collection import finish_collection, open_answer
from sluis.lists.exchange import answer, read, receive
from sluis.lists.keys import set_key
from sluis.lists.model import Exchange
from sluis.lists.passage import Asker, Refusal
from sluis.lists.reasons import reason_from_json

CHILDREN = 12_000
"""Of the demo's municipalities together; the larger the list, the longer the demo."""

STEPS = 10

Told = Callable[[Message], object]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that was tried and refused, with the reasons."""

    what: Message
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What happened, for the summary."""

    agreement: str
    text_hash: str
    to_try: str
    request: DemoRequest
    exchange: Exchange
    answer_file: Path
    refused: tuple[Attempt, ...]
    ledger: WholeVerified
    receipt_file: Path
    citizen: str
    grants: PublishedGrants
    births: DeliveredBirths
    folder: Path
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the job stands on: the two agreements, the municipalities' codes, the key, a citizen."""

    agreement: str
    text_hash: str
    to_try: str
    nis: tuple[str, str]
    key: str = field(repr=False)
    citizen: Insz = field(repr=False)
    citizen_name: str


def do_main_job(house: Installation, folder: Path, *, at: datetime, told: Told = lambda _: None) -> Account:
    """Do the job in the installation's database and leave files to look at in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    ground = _prepare(house, folder, at=at, told=told)

    told(msg("De versleutelde lijst van de gemeente indienen en beantwoorden"))
    on, (here, there) = day_of(at), ground.nis
    with house.database.transaction() as connection:
        request = make_demo_request(connection, nis=here, elsewhere=there, key=ground.key, on=on)
        spare = make_demo_request(connection, nis=there, elsewhere=here, key=ground.key, on=on)
    (folder / "vraag-wingene.xlsx").write_bytes(request.content)
    (folder / "vraag-tielt.xlsx").write_bytes(spare.content)
    answer_file = folder / "antwoord-wingene.xlsx"
    exchange = _exchange(house, ground.agreement, request, answer_file, at=at)

    told(msg("Twee maanden Groeipakket beslissen en publiceren"))
    grants = publish_months(house, house.settings.home / FACTS, at=at)

    told(msg("Geboorten van een fictief ziekenhuis aannemen"))
    births = deliver_births(house, nis=ground.nis, at=at)

    told(msg("Proberen wat niet mag"))
    refused = tuple(_attempts(house, ground, request, spare, at=at))

    told(msg("Het bewijs in de boom zetten en nagaan"))
    Sequencer(house.database, house.keys.signer).run_once()
    with house.database.transaction() as connection:
        ledger = verify_whole(connection, house.keys.verifier)

    told(msg("Het ontvangstbewijs van een burger maken en zonder databank nagaan"))
    assert exchange.entry is not None  # an answered exchange has its evidence
    with house.database.transaction() as connection:
        receipt = issue_receipt(connection, exchange.entry, insz=ground.citizen, secrets=house.keys.persons)
    receipt_file = folder / "ontvangstbewijs.json"
    receipt_file.write_bytes(receipt.to_bytes())
    check_receipt(receipt_file.read_bytes(), house.keys.verifier)
    return Account(
        agreement=ground.agreement,
        text_hash=ground.text_hash,
        to_try=ground.to_try,
        request=request,
        exchange=exchange,
        answer_file=answer_file,
        refused=refused,
        ledger=ledger,
        receipt_file=receipt_file,
        citizen=ground.citizen_name,
        grants=grants,
        births=births,
        folder=folder,
        key=ground.key,
    )


def _prepare(house: Installation, folder: Path, *, at: datetime, told: Told) -> _Ground:
    day = day_of(at)
    asker, other = body_of(ASKER), body_of(OTHER)
    here, there = nis_of(asker, day), nis_of(other, day)
    assert here is not None  # both bodies live on
    assert there is not None

    told(msg("Een denkbeeldige bevolking maken en laden"))
    generate(children=CHILDREN, seed=1, out=house.settings.home / FACTS, only=(here, there), reference=day)
    with house.database.owner() as connection:
        load(connection, house.settings.home / FACTS, at=at)
        make_months(connection, day, 24)

    told(msg("Fictieve personen van elke rol aanmelden"))
    with house.database.transaction() as connection:
        settle_people(connection, since=day - timedelta(days=30))
        citizen = beneficiary_with_right(connection, here)
        assert citizen is not None  # a municipality of this size always has one
        citizen_name = f"{read_name(connection, citizen)} (fictief)"
        settle_citizen(connection, name=citizen_name, insz=citizen)

    told(msg("Overeenkomsten invullen, ondertekenen en bekendmaken"))
    with house.database.transaction() as connection:
        agreement = completed(next_code(connection, asker, day), asker, day=day)
        text_hash = bring_into_force(connection, agreement, asker, signatory="wingene-signatory", at=at)
        to_try = completed(next_code(connection, other, day), other, day=day)
        bring_into_force(connection, to_try, other, signatory="tielt-signatory", at=at)
        settle_following(connection, at=at)
        settle_payers(connection, at=at)

    told(msg("De sleutel laten zetten door de functionarissen van beide partijen"))
    key = secrets.token_urlsafe(18)
    for code, party, dpo in ((agreement.id, ASKER, "wingene-dpo"), (to_try.id, OTHER, "tielt-dpo")):
        _set_key(house, code, party, key, dpo, at=at)
    (folder / "sleutel.txt").write_text(key + "\n", encoding="utf-8")
    return _Ground(agreement.id, text_hash, to_try.id, (here, there), key, citizen, citizen_name)


def _exchange(
    house: Installation, agreement: str, request: DemoRequest, answer_file: Path, *, at: datetime
) -> Exchange:
    asker = Asker(agreement, ASKER, "wingene-officer", "web")
    received = receive(house.lists, asker, name="vraag-wingene.xlsx", content=request.content, at=at)
    taken_in = read(house.lists, received.id, at=at)
    answered = answer(house.lists, taken_in.id, by=asker.by, at=at)
    answer_file.write_bytes(open_answer(house.lists, answered.id, party=ASKER, at=at))
    return finish_collection(house.lists, answered.id, by=asker.by, at=at)


def _set_key(house: Installation, agreement: str, party: str, key: str, dpo: str, *, at: datetime) -> None:
    for own, by in ((party, dpo), (SENDER, "opgroeien-dpo")):
        with house.database.transaction() as connection:
            set_key(
                connection,
                agreement=agreement,
                party=party,
                own_party=own,
                key=key,
                by=by,
                at=at,
                correlation=secrets.token_hex(16),
                vault=house.lists.vault,
                secret=house.gate.secret,
            )


def _attempts(
    house: Installation, ground: _Ground, request: DemoRequest, spare: DemoRequest, *, at: datetime
) -> list[Attempt]:
    """Try what an agreement does not permit; every attempt leaves its own evidence."""
    tried = [
        (
            msg("De gemeente vraagt een tweede lijst onder een eenmalige overeenkomst."),
            Asker(ground.agreement, ASKER, "wingene-officer", "web"),
            spare.content,
        ),
        (
            msg("Een andere gemeente vraagt een lijst onder een overeenkomst die niet de hare is."),
            Asker(ground.agreement, OTHER, "tielt-officer", "web"),
            request.content,
        ),
        (
            msg("Een medewerker zonder rol vraagt een lijst langs een weg die niet is afgesproken."),
            Asker(ground.to_try, OTHER, "tielt-signatory", "paper"),
            request.content,
        ),
        (
            msg("De gemeente stuurt een bestand dat niet versleuteld is."),
            Asker(ground.to_try, OTHER, "tielt-officer", "web"),
            request.unencrypted,
        ),
    ]
    return [Attempt(what, _reasons(house, asker, content, at=at)) for what, asker, content in tried]


def _reasons(house: Installation, asker: Asker, content: bytes, *, at: datetime) -> tuple[Reason, ...]:
    try:
        exchange = receive(house.lists, asker, name="vraag.xlsx", content=content, at=at)
        exchange = read(house.lists, exchange.id, at=at)
    except Refusal as refusal:
        return refusal.reasons
    return tuple(reason_from_json(kept) for kept in exchange.reasons)
