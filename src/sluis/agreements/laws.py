"""The register of laws: a change in a law's validity ends or flags every agreement that rests on it.

The change, its evidence and everything that follows from it are one transaction. While it runs no agreement can be used
or changed, so nothing passes on a ground that is gone once the change is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sluis.agreements import lawstore, lifestore, store
from sluis.agreements.causes import GROUND
from sluis.agreements.grounds import GroundRow, Span, Validity, carrying, covered_until
from sluis.agreements.lawfile import Law, find_law, registered_laws
from sluis.agreements.lawstore import Resting
from sluis.agreements.lifecycle import CONCLUDED, ENDED, OPEN
from sluis.agreements.model import Agreement
from sluis.agreements.standing import AgreementState
from sluis.agreements.steps import KINDS, NOBODY, Step, Subject, actor_id, check_names_nobody, day_of, tell
from sluis.agreements.text import from_canonical
from sluis.database import Connection
from sluis.deliveries.actions import kill_deliveries
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry, Ground

_BATCH = 500
GONE = "ground-gone"


@dataclass(frozen=True, slots=True)
class LawChanged:
    """What a change of law led to: how many agreements ended at once, will end on a known day, must be looked at."""

    change: int
    ended: int
    will_end: int
    flagged: int


def change_law(
    connection: Connection,
    *,
    law: str,
    article: str | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    reason: str,
    source: str,
    party: str,
    by: str,
    at: datetime,
) -> LawChanged:
    """Record on which days a law, or one article of it, holds; end or flag every agreement that rests on it.

    An agreement of which other grounds still carry the data is flagged; one that is left without a ground ends on the
    last day of the law, at once where that day has passed. `party` is the body for which `by` keeps the register.
    """
    days = Span(valid_from, valid_until)
    _check_change(law, days, reason, source)
    store.lock_all_agreements(connection)
    index_texts(connection)
    old = _validity(connection, law, article)
    if old == days:
        raise SluisError(
            "law-unchanged",
            msg("Deze geldigheid staat al zo in het register."),
            remedy=msg("Geef de eerste of de laatste dag op die anders is."),
        )
    entry = record(connection, entry=_entry(law, article, days, party=party, by=by, at=at), subjects={}, secrets=NOBODY)
    lawstore.set_validity(connection, law=law, article=article, days=days)
    change = lawstore.add_change(
        connection,
        law=law,
        article=article,
        old=old,
        new=days,
        reason=reason,
        source=source,
        party=party,
        by=by,
        at=at,
        entry=entry,
    )
    return _follow(connection, law, change, Step("flag", party, by, at, reason=reason, code="law-changed"))


def _follow(connection: Connection, law: str, change: int, step: Step) -> LawChanged:
    """Look at every agreement that rests on the law, in batches."""
    validities = lawstore.validities(connection)
    ended = will_end = flagged = 0
    after = ""
    while batch := lawstore.resting_on(connection, law, after=after, most=_BATCH):
        after = batch[-1].agreement
        judged = _judge(connection, batch, validities, day_of(step.at))
        limited = [(one, last) for one, last in judged if one.state in CONCLUDED and last is not None]
        gone = [one for one, last in limited if last < day_of(step.at)]
        ending = [(one, last) for one, last in limited if last >= day_of(step.at)]
        names = {one.agreement for one in gone}
        kept = [one for one, _ in judged if one.agreement not in names]
        _end_at_once(connection, gone, step)
        _announce(connection, ending, kept, step)
        lawstore.raise_flags(connection, [one.agreement for one in kept], change=change, at=step.at)
        tell(connection, [(_subject(one), one.state, step) for one in kept])
        ended, will_end, flagged = ended + len(gone), will_end + len(ending), flagged + len(kept)
    return LawChanged(change, ended, will_end, flagged - will_end)


def _judge(
    connection: Connection, batch: Sequence[Resting], validities: Mapping[str, Validity], day: date
) -> list[tuple[Resting, date | None]]:
    grounds = lawstore.grounds_of(connection, [one.text_hash for one in batch])
    return [(one, covered_until(grounds.get(one.text_hash, []), validities, day)) for one in batch]


def _end_at_once(connection: Connection, gone: Sequence[Resting], step: Step) -> None:
    if not gone:
        return
    lawstore.end_many(connection, [one.agreement for one in gone], state=ENDED, at=step.at)
    for one in gone:
        if one.state in OPEN:
            kill_deliveries(connection, agreement=one.agreement, reason=KINDS["end_ground"], at=step.at)
    # The agreement's own party stands in its history; who keeps the register is told by the change.
    tell(
        connection,
        [
            (
                _subject(one),
                ENDED,
                Step("end_ground", one.party or step.party, step.by, step.at, step.reason, GONE, GROUND),
            )
            for one in gone
        ],
    )


def _announce(
    connection: Connection, ending: Sequence[tuple[Resting, date]], kept: Sequence[Resting], step: Step
) -> None:
    lawstore.withdraw_many(connection, [one.agreement for one in kept])
    lawstore.announce_many(
        connection,
        [(one.agreement, last, one.party or step.party) for one, last in ending],
        reason=step.reason or "",
        at=step.at,
    )
    lifestore.count_announced(connection, [one.agreement for one in kept])


def _subject(one: Resting) -> Subject:
    standing = AgreementState(one.state, one.text_hash, None, None)
    return Subject(one.agreement, one.state, one.text_hash, one.version, False, standing)


def _entry(law: str, article: str | None, days: Span, *, party: str, by: str, at: datetime) -> Entry:
    details = {"law": law, "article": article or "", "from": str(days.first or ""), "until": str(days.last or "")}
    return Entry(
        at=at,
        kind="law-changed",
        party=party,
        actor=actor_id(by),
        correlation=f"law:{law}",
        outcome="done",
        grounds=(Ground("law-changed", GROUND),),
        details={name: value for name, value in details.items() if value},
    )


def keep_grounds(connection: Connection, texts: Mapping[str, Agreement]) -> None:
    """Keep what each text (by its hash) rests on, so that a change of law finds it."""
    names = lawstore.law_names(connection)
    lawstore.add_grounds(connection, [(digest, _grounds(text, names)) for digest, text in texts.items()])


def _grounds(text: Agreement, names: Sequence[tuple[str, list[str]]]) -> list[GroundRow]:
    law_of = {ground.instrument: find_law(ground.instrument, names) for ground in text.legal_grounds}
    carries = carrying(text, law_of.get)
    return [
        GroundRow(
            ground.code,
            ground.instrument,
            ground.article,
            law_of[ground.instrument],
            carries[ground.code],
            ground.status,
            Span(ground.valid_from, ground.valid_until),
        )
        for ground in text.legal_grounds
    ]


def index_texts(connection: Connection) -> int:
    """Keep what texts rest on that were stored before the register was; return how many there were."""
    count = 0
    while digests := lawstore.texts_without_grounds(connection, most=_BATCH):
        keep_grounds(connection, {one: from_canonical(store.read_text(connection, one)) for one in digests})
        count += len(digests)
    return count


def check_covered(connection: Connection, digest: str, day: date) -> None:
    """Refuse a text of which the legal grounds do not hold on the day, by the text itself and by the register."""
    last = last_day_covered(connection, digest, day)
    if last is not None and last < day:
        raise SluisError(
            "ground-not-in-force",
            msg("Op {day} is er geen rechtsgrond van kracht voor deze mededeling.", day=day.isoformat()),
            remedy=msg("Steun de tekst op een rechtsgrond die van kracht is: sluis agreements laws list."),
            clause=GROUND,
        )


def last_day_covered(connection: Connection, digest: str, day: date) -> date | None:
    """Return the last day to which the text's grounds hold without a gap from the day on; None: no end is known."""
    grounds = lawstore.grounds_of(connection, [digest]).get(digest, [])
    return covered_until(grounds, lawstore.validities(connection), day)


def announce_ground(
    connection: Connection, *, agreement: str, digest: str, party: str, day: date, at: datetime
) -> None:
    """Write on which day the text will be without a ground, where the register knows it already."""
    last = last_day_covered(connection, digest, day)
    if last is None:
        lifestore.withdraw_end(connection, agreement=agreement, cause=GONE)
        return
    end = lifestore.AnnouncedEnd(GONE, max(last, day - timedelta(days=1)), party, None, at)
    lifestore.announce_end(connection, agreement=agreement, end=end)


def register_law(connection: Connection, *, law: Law) -> bool:
    """Add a law to the register, and let every ground that names it rest on it; False when it is there already."""
    if not lawstore.add_law(connection, law):
        return False
    names = lawstore.law_names(connection)
    for instrument in lawstore.unnamed_instruments(connection):
        if find_law(instrument, names) == law.id:
            lawstore.name_instrument(connection, instrument=instrument, law=law.id)
    return True


def load_laws(connection: Connection) -> int:
    """Add the laws of the product's own file that the register does not have yet; return how many."""
    return sum(register_law(connection, law=law) for law in registered_laws())


def clear_flags(connection: Connection, *, agreement: str, by: str, at: datetime) -> int:
    """Say that an agreement was looked at after a change of law; return how many flags that cleared."""
    return lawstore.clear_flags(connection, agreement, by=by, at=at)


def _validity(connection: Connection, law: str, article: str | None) -> Span:
    known = lawstore.validities(connection).get(law)
    if known is None:
        raise SluisError(
            "law-unknown",
            msg("Deze wet staat niet in het register: ‘{law}’.", law=law),
            remedy=msg("Kies uit het register: sluis agreements laws list."),
        )
    return known.whole if article is None else known.articles.get(article, Span())


def _check_change(law: str, days: Span, reason: str, source: str) -> None:
    check_names_nobody(f"{law}\n{reason}\n{source}")
    if not reason.strip() or not source.strip():
        raise SluisError(
            "reason-missing",
            msg("Een wijziging van een wet heeft een reden en een vindplaats nodig."),
            remedy=msg("Schrijf waarom de geldigheid wijzigt en waar dat te lezen is."),
        )
    if days.first is not None and days.last is not None and days.last < days.first:
        raise SluisError(
            "days-reversed",
            msg("De laatste dag van geldigheid ligt voor de eerste."),
            remedy=msg("Controleer beide dagen."),
        )
