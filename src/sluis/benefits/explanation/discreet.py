"""What one reader may see of an explanation: nothing about other people's children or about another household.

A decision can rest on facts of others: brothers and sisters at another address, the household of the other parent. The
rules and their outcome for the own child are told; the facts of others are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sluis.benefits.explanation.model import Explanation, Link
from sluis.benefits.explanation.otherwise import Otherwise

SIDES = "zijde"
"""The book whose rows are a child in one of the households where it lives."""


def discreet(told: Explanation, *, sides: frozenset[str] | None = None) -> Explanation:
    """Return the explanation without facts of others; `sides` are the own rows of the child in its households.

    Without `sides`, a household is the own one only where the child has no other.
    """
    own = _own(told, sides)
    kept = []
    for link in told.chain:
        if link.subject == told.child:
            kept.append(link)
        elif link.book == SIDES and link.subject in _sides_of(told):
            kept.append(link if link.subject in own else _closed(link))
    return replace(told, chain=tuple(kept))


def discreet_changes(
    told: Explanation, changes: Sequence[Otherwise], *, sides: frozenset[str] | None = None
) -> tuple[Otherwise, ...]:
    """Return the changes that are about the child itself or the own household."""
    own = _own(told, sides) | {told.child}
    return tuple(each for each in changes if each.subject in own)


def _own(told: Explanation, sides: frozenset[str] | None) -> frozenset[str]:
    found = _sides_of(told)
    if sides is not None:
        return found & sides
    return found if len(found) <= 1 else frozenset()


def _sides_of(told: Explanation) -> frozenset[str]:
    return frozenset(link.subject for link in told.chain if link.book == SIDES and link.child == told.child)


def _closed(link: Link) -> Link:
    """Return a link of another household: what was decided there, without facts or amounts."""
    return replace(link, facts=(), values=(), text=())
