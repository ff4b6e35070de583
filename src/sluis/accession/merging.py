"""Two people on one sheet: three-way, field by field. Nobody waits for anybody, and nobody overwrites unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluis.accession.model import Value


@dataclass(frozen=True, slots=True)
class Merged:
    """What a save comes to: the answers that change, and those that two people changed at once.

    `conflicts` maps a field to what the other wrote; for those nothing changes.
    """

    changes: Mapping[str, Value]
    conflicts: Mapping[str, Value]


def merge(*, base: Mapping[str, Value], theirs: Mapping[str, Value], mine: Mapping[str, Value]) -> Merged:
    """Return what to keep of `mine`, written over `base`, now that the sheet holds `theirs`.

    Only fields of `mine` are looked at. What I left as I found it follows the other; what the other left follows me.
    """
    changes: dict[str, Value] = {}
    conflicts: dict[str, Value] = {}
    for field, own in mine.items():
        now, before = theirs.get(field), base.get(field)
        if _same(own, before) or _same(own, now):
            continue
        if _same(now, before):
            changes[field] = own
        else:
            conflicts[field] = "" if now is None else now
    return Merged(changes, conflicts)


def _same(one: Value | None, other: Value | None) -> bool:
    # Nothing written and an empty answer are the same.
    return (one or "") == (other or "")
