"""What a person must do: the open duties of their party and roles, the earliest due first; and the daily digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sluis.agreements.duties import Duty, DutySource, in_order
from sluis.database import Connection, Database
from sluis.deliveries.actions import queue_delivery
from sluis.deliveries.mail import CHANNEL, mail_payload
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz
from sluis.log import log
from sluis.outreach import worklist_store
from sluis.outreach.policy import wrong_address
from sluis.outreach.worklist_store import Reader
from sluis.web.languages import LANGUAGES, Language, translate
from sluis.web.people import SignedIn

_BRUSSELS = ZoneInfo("Europe/Brussels")
_FROM_HOUR = 6
_MOST_READERS = 500
_MOST_IN_MAIL = 25
_SOON = timedelta(days=3)

# Where the act of a duty is done; of any other kind: at the agreement.
_PLACES: Mapping[str, str] = {"destruction": "/lijsten", "offer": "/overeenkomsten", "silence": "/ziekenhuizen"}


@dataclass(frozen=True, slots=True)
class Task:
    """A duty as the worklist shows it."""

    duty: Duty
    href: str
    is_overdue: bool
    is_soon: bool


def open_tasks(
    connection: Connection, sources: Sequence[DutySource], person: SignedIn, *, day: date, most: int, skip: int = 0
) -> tuple[bool, list[Task]]:
    """Return one page of what a person must do, and whether more follow; nobody's work for who has no party."""
    if person.party is None:
        return False, []
    found: dict[tuple[str, str, str, str | None, date], Duty] = {}
    for source in sources:
        for role in sorted(person.roles):
            for duty in source.duties(connection, party=person.party, role=role, day=day, limit=skip + most + 1):
                if duty.role is None or duty.role in person.roles:
                    found[duty.code, duty.agreement, duty.party, duty.role, duty.due] = duty
    ordered = in_order(found.values())
    return len(ordered) > skip + most, [_task(duty, day) for duty in ordered[skip : skip + most]]


def _task(duty: Duty, day: date) -> Task:
    href = _PLACES.get(duty.code, f"/overeenkomsten/{duty.agreement}")
    return Task(duty, href, duty.is_overdue(day), not duty.is_overdue(day) and duty.due <= day + _SOON)


def ask_for_digest(
    connection: Connection, *, person: str, address: str, language: str, wants: bool, at: datetime
) -> Reader:
    """Keep whether a person wants the daily digest, at which address and in which language."""
    wanted = address.strip()
    wrong = wrong_address(wanted) if wanted or wants else None
    if wrong is not None or language not in LANGUAGES:
        raise SluisError(
            "mail-address",
            wrong or msg("Kies een taal uit de lijst."),
            remedy=msg("Schrijf één adres zoals dienst@bestuur.example, of zet het overzicht af."),
        )
    reader = Reader(person, wanted or None, language, wants)
    worklist_store.put_reader(connection, reader, at=at)
    return reader


FindPerson = Callable[[Connection, str], SignedIn | None]


def send_digests(
    database: Database,
    sources: Sequence[DutySource],
    find_person: FindPerson,
    *,
    link: str,
    at: datetime,
    at_any_hour: bool = False,
) -> int:
    """Queue today's digest for everyone who wants it and has something to do; return how many were queued.

    From six in the morning in Brussels, once a day per person, however often and wherever this runs. Who has nothing
    to do gets nothing. A fault with one person holds up nobody else.
    """
    local = at.astimezone(_BRUSSELS)
    if local.hour < _FROM_HOUR and not at_any_hour:
        return 0
    day = local.date()
    with database.transaction() as connection:
        readers = worklist_store.readers_without_digest(connection, day, most=_MOST_READERS)
    sent = 0
    for reader in readers:
        try:
            with database.transaction() as connection:
                sent += _send_digest(connection, sources, find_person, reader, link=link, at=at, day=day)
        except SluisError as error:
            log().warning("digest.failed", actor=reader.actor, code=error.code)
    return sent


def _send_digest(
    connection: Connection,
    sources: Sequence[DutySource],
    find_person: FindPerson,
    reader: Reader,
    *,
    link: str,
    at: datetime,
    day: date,
) -> bool:
    person = find_person(connection, reader.actor)
    more, tasks = (
        (False, []) if person is None else open_tasks(connection, sources, person, day=day, most=_MOST_IN_MAIL)
    )
    if not tasks or reader.address is None:
        worklist_store.add_digest(connection, actor=reader.actor, day=day, open_duties=0, delivery=None)
        return False
    language: Language = next((known for known in LANGUAGES if known == reader.language), "nl")
    subject, text = digest_text(tasks, more=more, link=link, language=language)
    queued = queue_delivery(
        connection,
        key=f"digest:{reader.actor}:{day.isoformat()}",
        channel=CHANNEL,
        receiver=reader.actor,
        payload=mail_payload(to=reader.address, subject=subject, text=text, language=language),
        at=at,
    )
    return worklist_store.add_digest(
        connection, actor=reader.actor, day=day, open_duties=len(tasks), delivery=queued.id
    )


def digest_text(tasks: Sequence[Task], *, more: bool, link: str, language: Language) -> tuple[str, str]:
    """Return subject and text of a digest: sentences about agreements, days and a link; nothing of a person in it."""

    def said(message: Message) -> str:
        return translate(message, language)

    overdue = sum(task.is_overdue for task in tasks)
    subject = said(
        msg("Sluis: {count} te doen, {overdue} te laat", count=f"{len(tasks)}{'+' if more else ''}", overdue=overdue)
    )
    lines = [said(msg("Dit wacht op u in Sluis.")), ""]
    for task in tasks:
        late = said(msg("TE LAAT")) + " " if task.is_overdue else ""
        what = said(task.duty.what)
        # A sentence that holds a number of a person is a fault of who made it: its code says enough to find it.
        shown = task.duty.code if looks_like_insz(what) else what
        until = said(msg("uiterlijk {day}", day=task.duty.due.isoformat()))
        lines.append(f"- {late}{task.duty.agreement}: {shown} ({until})")
    if more:
        lines.append(said(msg("- en meer, op de bladzijde")))
    lines += [
        "",
        f"{link}/mijn-werk",
        "",
        said(msg("U krijgt dit ten hoogste één keer per dag. U zet het daar ook af.")),
    ]
    return subject, "\n".join(lines) + "\n"
