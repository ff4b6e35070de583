"""The verbs of files: settle what belongs together, look at one, place it, decide about a doubt, lift a restriction.

Nobody here commits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sluis.births.care import is_restricted
from sluis.births.files import store
from sluis.births.files.clusters import clusters, files_for
from sluis.births.files.model import BirthFile, proposals_of
from sluis.births.files.store import NewbornRow
from sluis.births.folding import Told, combine, told_as_json, told_from_json
from sluis.births.house import Births
from sluis.births.intake.store import KeptNotice
from sluis.births.matching import store as pairs
from sluis.births.model import Item, values_of
from sluis.births.places import Place, place_of
from sluis.births.sealing import encode
from sluis.database import Connection
from sluis.gate.actions import day_of


def opened(births: Births, sealed: bytes) -> Told:
    """Return what is known, from its sealed form."""
    return told_from_json(json.loads(births.vault.open(sealed)))


def settle_files(
    births: Births,
    connection: Connection,
    newborns: Sequence[UUID],
    *,
    left: Iterable[UUID] = (),
    notice: KeptNotice | None = None,
    at: datetime,
) -> None:
    """Bring the files of these newborns, and of all that hang together with them, up to date.

    `left` are files that lost a newborn otherwise. A newborn whose birth did not come yet has no file.
    """
    same = pairs.same_as(connection, newborns)
    everyone = {*newborns, *(one for pair in same for one in pair)}
    rows = {row.id: row for row in store.newborns_in(connection, sorted(everyone))}
    if set(rows) - everyone:  # who lies in a file with one of them may hang together with others again
        same = pairs.same_as(connection, sorted(rows))
        rows |= {row.id: row for row in store.newborns_in(connection, [one for pair in same for one in pair])}
    filed = {id: row for id, row in rows.items() if row.state != "waiting"}
    lies_in = {id: row.file for id, row in filed.items() if row.file is not None}
    before = store.files_in(connection, sorted({*lies_in.values(), *left}))
    groups = clusters(filed, same)
    chosen = files_for(groups, lies_in, {id: file.opened_at for id, file in before.items()})
    settled: dict[UUID, UUID] = {}
    for members, file in chosen.items():
        kept = _settle(births, connection, [filed[one] for one in members], before, file, notice=notice, at=at)
        settled |= dict.fromkeys(members, kept)
    _close_empty(connection, before, lies_in, settled, left, at=at)


def _settle(
    births: Births,
    connection: Connection,
    members: Sequence[NewbornRow],
    before: dict[UUID, BirthFile],
    file: UUID | None,
    *,
    notice: KeptNotice | None,
    at: datetime,
) -> UUID:
    """Bring one file in line with its newborns, and write what changed on its timeline; return its number."""
    told = combine(opened(births, row.sealed) for row in members)
    was = before.get(file) if file is not None else None
    now = _file_of(births, connection, told, was, notice=notice, at=at)
    was_told = None if was is None else opened(births, was.sealed)
    if was is not None and was_told == told and now.state == was.state and was.restricted == now.restricted:
        now = was  # nothing new: the sealed bytes differ each time
    else:
        store.put_file(connection, now)
    joined = [row.id for row in members if row.file != now.id]
    if joined:
        store.set_file(connection, joined, now.id)
    _tell(connection, was, now, was_told, told, joined=bool(joined), notice=notice, at=at)
    store.put_proposals(connection, now.id, proposals_of(told, restricted=now.restricted), at=at)
    return now.id


def _file_of(
    births: Births,
    connection: Connection,
    told: Told,
    was: BirthFile | None,
    *,
    notice: KeptNotice | None,
    at: datetime,
) -> BirthFile:
    insz = told.mother.insz
    known = None if insz is None else births.gate.register.facts(connection, [insz], day_of(at)).get(insz)
    place = place_of(told.mother.address, registered=None if known is None else known.nis)
    if was is not None and was.nis_by == "person":
        place = Place(was.nis, "person")
    if was is None:
        assert notice is not None  # a file opens with a notice, or by a decision that parts one from another
        was = _new(notice, at=at)
    lifted = was.restriction_lifted_at
    return replace(
        was,
        changed_at=at,
        version=was.version + 1,
        state="open" if told.state == "born" else "cancelled",
        merged_into=None,
        birth_date=told.child.birth_date,
        nis=place.nis,
        nis_by=place.by,
        nis_why=place.why,
        restricted=is_restricted(told, lifted_at=lifted),
        is_known=known is not None,
        missing=tuple(str(item) for item in told.gaps),
        sealed=births.vault.seal(encode(told_as_json(told))),
    )


def _new(notice: KeptNotice, *, at: datetime) -> BirthFile:
    return BirthFile(
        id=uuid4(),
        opened_at=at,
        changed_at=at,
        version=0,
        state="open",
        merged_into=None,
        birth_date=None,
        nis=None,
        nis_by="nobody",
        nis_why=None,
        restricted=False,
        restriction_lifted_at=None,
        restriction_lifted_by=None,
        is_known=False,
        missing=(),
        agreement=notice.agreement,
        text_hash=notice.text_hash,
        clause_on=_day(notice.received_at),
        sealed=b"",
    )


def _day(at: datetime) -> date:
    return day_of(at)


def _tell(
    connection: Connection,
    was: BirthFile | None,
    now: BirthFile,
    was_told: Told | None,
    told: Told,
    *,
    joined: bool,
    notice: KeptNotice | None,
    at: datetime,
) -> None:
    """Write what changed on the timeline: names of items, never what they are."""
    changed = _changed(was_told, told)
    by = None if notice is None else notice.id
    kinds = []
    if was is None:
        kinds.append("opened")
    elif now.state != was.state:
        kinds.append("cancelled" if now.state == "cancelled" else "reopened")
    elif joined:
        kinds.append("joined")
    elif notice is not None:
        kinds.append("corrected" if changed else "unchanged")
    if now.restricted and (was is None or not was.restricted):
        kinds.append("restricted")
    for kind in kinds:
        store.add_event(connection, now.id, at=at, kind=kind, notice=by, items=changed if kind != "restricted" else ())


def _changed(was: Told | None, now: Told) -> list[str]:
    before = {} if was is None else values_of(was.mother, was.child)
    after = values_of(now.mother, now.child)
    return [str(item) for item in Item if before.get(item) != after[item]]


def _close_empty(
    connection: Connection,
    before: dict[UUID, BirthFile],
    lies_in: dict[UUID, UUID],
    settled: dict[UUID, UUID],
    left: Iterable[UUID],
    *,
    at: datetime,
) -> None:
    """Close the files that nobody lies in any more: merged into the one where their newborns went."""
    used = set(settled.values())
    for file in sorted(set(before) - used):
        heirs = sorted({settled[one] for one, old in lies_in.items() if old == file and one in settled})
        heir = heirs[0] if heirs else next(iter(sorted(used)), None)
        if before[file].state == "merged" or heir is None:
            continue
        store.put_file(
            connection,
            replace(before[file], state="merged", merged_into=heir, changed_at=at, version=before[file].version + 1),
        )
        store.add_event(connection, file, at=at, kind="merged")
        store.add_event(connection, heir, at=at, kind="joined")
