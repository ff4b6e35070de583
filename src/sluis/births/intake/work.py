"""From notice to file: folded with all that was told of the same newborn, compared, put into the family's file.

Each notice is worked in one transaction that holds its row. Beginning again is safe, after a crash too: the same
notices always give the same newborn. Workers wait for each other where they work for one hospital or compare the
newborns of one day; always hospital first and then days in their order, so that none waits for another in a circle.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sluis.births.files import store as files
from sluis.births.files.actions import settle_files
from sluis.births.files.store import NewbornRow
from sluis.births.folding import Said, Told, fold, told_as_json, told_from_json
from sluis.births.house import Births
from sluis.births.intake import store
from sluis.births.intake.store import KeptNotice
from sluis.births.matching import store as pairs
from sluis.births.matching.policy import NEAR, Newborn, Weigh, compare_all
from sluis.births.matching.weighing import weigh
from sluis.births.model import Kind
from sluis.births.sealing import encode, from_json
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.log import log

_PAUSES: Final = (5, 30, 120, 600, 3600)


def work_now(births: Births, notices: Sequence[UUID], *, at: datetime) -> int:
    """Work these notices, each in a transaction of its own; return how many. What fails is tried again later.

    Call it after the commit that took them in: the sender has its acknowledgement whatever comes of this.
    """
    done = 0
    for notice in notices:
        try:
            with births.database.transaction() as connection:
                kept = store.find_notice(connection, notice, lock=True)
                if kept is not None and kept.worked_at is None:
                    work(births, connection, kept, at=at)
                    done += 1
        except Exception as error:
            _postpone(births, notice, at=at, error=error)
    return done


def work_due(births: Births, *, clock: Callable[[], datetime], most: int = 500) -> int:
    """Work what waits, at most so many; return how many. For the worker, after a crash or a failure."""
    for done in range(most):
        notice: UUID | None = None
        try:
            with births.database.transaction() as connection:
                notice = store.claim_due(connection, at=clock())
                if notice is None:
                    return done
                kept = store.find_notice(connection, notice)
                if kept is not None:
                    work(births, connection, kept, at=clock())
        except Exception as error:
            if notice is None:
                raise
            _postpone(births, notice, at=clock(), error=error)
    return most


def work(births: Births, connection: Connection, notice: KeptNotice, *, at: datetime) -> None:
    """Work one notice in the caller's transaction, which holds its row."""
    files.lock_newborns_of(connection, notice.sender)
    references = store.linked_references(connection, notice.sender, notice.reference, notice.replaces)
    before, gone = _newborn_with(connection, notice, references, at=at)
    told = fold(_said(births, kept) for kept in store.notices_of(connection, notice.sender, references))
    after = _as_row(births, connection, before, told, at=at)
    days = {day for day in (before.birth_date, after.birth_date) if day is not None}
    files.lock_matching(connection, _days_to_hold(days, has_tag=None not in (before.mother_tag, after.mother_tag)))
    files.put_newborn(connection, after)
    files.put_references(connection, notice.sender, references, after.id)
    touched = [after.id]
    left = {one.file for one in gone if one.file is not None}
    for one in gone:
        files.delete_newborn(connection, one.id)
    touched += _compare(births, connection, before, after)
    settle_files(births, connection, touched, left=left, notice=notice, at=at)
    store.mark_worked(connection, notice.id, at=at)


def _newborn_with(
    connection: Connection, notice: KeptNotice, references: Sequence[str], *, at: datetime
) -> tuple[NewbornRow, list[NewbornRow]]:
    """Return the newborn of these references, and those that a merge of references makes superfluous."""
    known = files.newborns_with(connection, notice.sender, references)
    if known:
        keep = next((one for one in known if one.file is not None), known[0])
        return keep, [one for one in known if one.id != keep.id]
    new = NewbornRow(uuid4(), notice.sender, notice.reference, "waiting", None, None, 0, at, None, b"")
    return new, []


def _as_row(births: Births, connection: Connection, before: NewbornRow, told: Told, *, at: datetime) -> NewbornRow:
    sealed = births.vault.seal(encode(told_as_json(told)))
    insz = told.mother.insz
    tag = None
    if insz is not None:
        # A number that was replaced and the one in force are one mother.
        known = births.gate.register.facts(connection, [insz], day_of(at)).get(insz)
        tag = births.mother_tag(insz if known is None else known.insz)
    is_same = before.sealed != b"" and _opened(births, before.sealed) == told
    return replace(
        before,
        state=told.state,
        birth_date=told.child.birth_date,
        mother_tag=tag,
        version=before.version if is_same else before.version + 1,
        changed_at=before.changed_at if is_same else at,
        sealed=sealed,
    )


def _compare(births: Births, connection: Connection, before: NewbornRow, after: NewbornRow) -> list[UUID]:
    """Compare a newborn, and its mother's others, with whom may be the same child; return who may change files.

    Its siblings are compared anew with it, for a twin changes what the others are. One that was cancelled is nobody's
    double any more.
    """
    tags = [tag for tag in {before.mother_tag, after.mother_tag} if tag is not None]
    days = [day for day in {before.birth_date, after.birth_date} if day is not None]
    near = files.newborns_near(connection, tags=tags, days=days, near=NEAR, has_tag=after.mother_tag is not None)
    others = [_as_newborn(births, one) for one in near if one.id != after.id]
    own = [_as_newborn(births, after)] if after.state == "born" else []
    kin = {one.id for one in others if one.tag in tags or (one.tag is None and one.sender == after.sender)}
    found = compare_all([*own, *others], weigh=_only(focus := {after.id, *kin}))
    found = {pair: said for pair, said in found.items() if focus & {*pair}}
    pairs.delete_undecided(connection, after.id, but=[one.id for one in others] if own else [])
    pairs.put_pairs(connection, found)
    return sorted({*kin, *(one for pair, said in found.items() if said.verdict == "same" for one in pair)})


def _only(focus: set[UUID]) -> Weigh:
    """Weigh the pairs of these newborns; what others are to each other was compared when they came."""

    def weigh_focus(one: Newborn, candidates: Sequence[Newborn]) -> dict[UUID, int]:
        asked = [candidate for candidate in candidates if focus & {one.id, candidate.id}]
        weights = {candidate.id: 0 for candidate in candidates}
        return weights | (dict(weigh(one, asked)) if asked else {})

    return weigh_focus


def _days_to_hold(days: set[date], *, has_tag: bool) -> set[date]:
    """Return the days whose comparisons a newborn can change; one without a number reaches the days beside its own."""
    if has_tag:
        return days
    return {day + timedelta(days=step) for day in days for step in (-NEAR.days, 0, NEAR.days)}


def _said(births: Births, kept: KeptNotice) -> Said:
    mother, child, missing = from_json(json.loads(births.vault.open(kept.sealed)))
    return Said(Kind(kept.kind), kept.sent_at, kept.message_id, mother, child, missing, kept.received_at)


def _as_newborn(births: Births, row: NewbornRow) -> Newborn:
    return Newborn(row.id, row.sender, row.birth_date, row.mother_tag, _opened(births, row.sealed))


def _opened(births: Births, sealed: bytes) -> Told:
    return told_from_json(json.loads(births.vault.open(sealed)))


def _postpone(births: Births, notice: UUID, *, at: datetime, error: Exception) -> None:
    # The text of an error may quote a row: only its kind is told. It is never given up: nothing received is lost.
    log().error("births.work-failed", notice=str(notice), kind=type(error).__name__)
    with births.database.transaction() as connection:
        pause = _PAUSES[min(store.attempts_of(connection, notice), len(_PAUSES) - 1)]
        store.postpone(connection, notice, due_at=at + timedelta(seconds=pause))
