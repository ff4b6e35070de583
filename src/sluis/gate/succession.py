"""Who is a leg's receiver on a day, after mergers: the successor takes over, or must sign anew. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sluis.agreements.policy import SubjectScope
from sluis.kernel.territory import MustSignAnew, PassesTo, bodies, find_body, succession, territory


@dataclass(frozen=True, slots=True)
class Receivers:
    """The parties that may ask on a day; those that came from a merger and must sign first; who stepped in for whom."""

    parties: frozenset[str]
    must_sign_anew: frozenset[str]
    predecessors: tuple[tuple[str, str], ...]

    def counted_with(self, party: str) -> list[str]:
        """Return the party and the bodies whose agreement it took over: what they used counts as its own."""
        return [party, *(old for old, new in self.predecessors if new == party)]


@lru_cache(maxsize=4096)
def receivers_on(named: frozenset[str], party: str, on: date, signed_anew: frozenset[str] = frozenset()) -> Receivers:
    """Return who may act as receiver of a leg that names these parties.

    `kind:ocmw` in `named` stands for every body of that kind; it counts for `party` when that is one. `signed_anew` are
    the bodies that a merger made and that signed the agreement since.
    """
    parties: set[str] = set()
    anew: set[str] = set()
    predecessors: list[tuple[str, str]] = []
    for name in named:
        if name.startswith("kind:"):
            continue  # a class is no party: it counts for its members only, below
        body = find_body(name)
        outcome = succession(body, on) if body is not None else None
        signed = isinstance(outcome, MustSignAnew) and outcome.body.id in signed_anew
        if outcome is not None and (signed or isinstance(outcome, PassesTo)):
            parties.add(outcome.body.id)
            predecessors.append((name, outcome.body.id))
        elif isinstance(outcome, MustSignAnew):
            anew.add(outcome.body.id)
        else:
            # A text may name a body by an older slug or its number: the register knows which body that is.
            parties.add(name if outcome is None else outcome.body.id)
    asker = find_body(party)
    # By its id and nothing else: under another spelling its uses and conditions would be counted apart.
    if asker is not None and asker.id == party and f"kind:{asker.kind}" in named and asker.lives_on(on):
        parties.add(party)
    return Receivers(frozenset(parties), frozenset(anew), tuple(sorted(predecessors)))


@lru_cache(maxsize=4096)
def with_predecessors(party: str, on: date) -> tuple[str, ...]:
    """Return the party and every body that had gone up in it by that day, whether or not it must sign anew."""
    return (
        party,
        *(
            body.id
            for body in bodies()
            if body.ended_on is not None
            and isinstance(outcome := succession(body, on), PassesTo | MustSignAnew)
            and outcome.body.id == party
        ),
    )


@lru_cache(maxsize=4096)
def territory_on(agreed: str | frozenset[str], party: str, on: date) -> frozenset[str] | None:
    """Return the NIS codes in which a subject must live; None where the leg holds everywhere.

    "receiver" and "asker" are the territory of the asking party on that day. A party without territory has an empty
    one: nobody is within it, so a forgotten territory opens nothing.
    """
    if isinstance(agreed, frozenset):
        return agreed
    if agreed == "everywhere":
        return None
    body = find_body(party)
    return territory(body, on) if body is not None else frozenset()


def scope_territory(scope: SubjectScope, party: str, on: date) -> frozenset[str] | None:
    """Return the territory of a leg's subjects for a party on a day."""
    return territory_on(scope.territory, party, on)


@lru_cache(maxsize=1024)
def stands_for(party: str, on: date) -> tuple[str, ...]:
    """Return the party and the bodies that it had absorbed by that day: their agreements and evidence are its own."""
    absorbed = (
        body.id
        for body in bodies()
        if isinstance(outcome := succession(body, on), PassesTo) and outcome.body.id == party
    )
    return (party, *sorted(absorbed))
