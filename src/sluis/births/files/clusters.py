"""Which newborns lie in one file, and which file that is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID


def clusters(newborns: Iterable[UUID], same: Iterable[tuple[UUID, UUID]]) -> list[tuple[UUID, ...]]:
    """Return the newborns in groups of one child each, every group sorted."""
    group = {one: one for one in newborns}

    def root(one: UUID) -> UUID:
        while group[one] != one:
            one = group[one]
        return one

    for one, other in same:
        if one in group and other in group:
            low, high = sorted((root(one), root(other)))
            group[high] = low
    found: dict[UUID, list[UUID]] = {}
    for one in sorted(group):
        found.setdefault(root(one), []).append(one)
    return [tuple(members) for members in found.values()]


def files_for(
    groups: Sequence[tuple[UUID, ...]], lies_in: Mapping[UUID, UUID], ages: Mapping[UUID, object]
) -> dict[tuple[UUID, ...], UUID | None]:
    """Return the file that each group keeps: the oldest of its members' that no older claim holds; None: a new one.

    A group that holds most of a file's members keeps it where a file falls apart.
    """
    kept: dict[tuple[UUID, ...], UUID | None] = {}
    taken: set[UUID] = set()
    for members in sorted(groups, key=lambda one: (-sum(member in lies_in for member in one), one)):
        own = {lies_in[member] for member in members if member in lies_in} - taken
        kept[members] = min(own, key=lambda file: (str(ages[file]), file), default=None)
        if kept[members] is not None:
            taken.add(kept[members])  # type: ignore[arg-type] # not None, by the line above
    return kept
