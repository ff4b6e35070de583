"""What a merger of local authorities does to an agreement.

Where a municipality was absorbed, its agreements pass to the body that stays (Ruiselede's to Wingene, Borsbeek's to
Antwerpen). Where it went up in a new body, the agreement waits: the new body signs the same text, and until it did the
gate refuses. Between several parties the others go on. What is open: docs/decisions/agreements-mergers.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sluis.agreements import lifestore, store
from sluis.agreements.causes import MERGER
from sluis.agreements.laws import last_day_covered
from sluis.agreements.lifecycle import (
    CONCLUDED,
    IN_FORCE,
    NOTICE,
    PUBLISHED,
    SIGNED,
    SUSPENDED,
    WAITING,
    check_transition,
)
from sluis.agreements.lifestore import Succession
from sluis.agreements.policy import LegPolicy, compile_policy
from sluis.agreements.steps import CLOCK, Done, Step, Subject, day_of, move
from sluis.database import Connection
from sluis.kernel.territory import MustSignAnew, PassesTo, find_body, succession


@dataclass(frozen=True, slots=True)
class Present:
    """Who stands behind a text on a day: the bodies that are bound, and those of a merger that must sign first."""

    bound: frozenset[str]
    must_sign: frozenset[str]

    @property
    def waits(self) -> bool:
        """Whether nothing can pass until a new body signed: nobody is left to exchange with."""
        return bool(self.must_sign) and len(self.bound) < 2

    @property
    def is_void(self) -> bool:
        """Whether both ends have become one body."""
        return not self.must_sign and len(self.bound) < 2


@lru_cache(maxsize=4096)
def present_on(bodies: frozenset[str], signed_anew: frozenset[str], day: date) -> Present:
    """Return who stands behind the bodies that a text names; `kind:ocmw` stands for its members, who live on."""
    bound: set[str] = set()
    must_sign: set[str] = set()
    for name in bodies:
        body = None if name.startswith("kind:") else find_body(name)
        outcome = succession(body, day) if body is not None else None
        if outcome is None:
            bound.add(name)
        elif isinstance(outcome, MustSignAnew) and outcome.body.id not in signed_anew:
            must_sign.add(outcome.body.id)
        else:
            bound.add(outcome.body.id)
    return Present(frozenset(bound), frozenset(must_sign))


def exchanging(legs: Mapping[str, LegPolicy]) -> frozenset[str]:
    """Return every body, or class of bodies, that sends or receives under a text."""
    return frozenset().union(*(leg.senders | leg.receivers for leg in legs.values()))


def due_mergers(connection: Connection, subject: Subject, day: date) -> list[Succession]:
    """Return the mergers of parties up to the day that the agreement's life does not tell yet, the earliest first."""
    found: list[Succession] = []
    known: frozenset[str] | None = None
    for party in store.parties_of(connection, subject.agreement, subject.text_hash):
        body = find_body(party)
        outcome = succession(body, day) if body is not None else None
        if not isinstance(outcome, PassesTo | MustSignAnew):
            continue
        if known is None:
            known = frozenset(one.predecessor for one in lifestore.successions(connection, subject.agreement))
        if party not in known:
            anew = isinstance(outcome, MustSignAnew)
            found.append(Succession(subject.agreement, party, outcome.body.id, anew, outcome.since, None))
    return sorted(found, key=lambda one: (one.since, one.predecessor))


def follow_merger(connection: Connection, subject: Subject, merger: Succession, step: Step) -> Done | None:
    """Write what a merger does to the agreement; None when somebody wrote it before."""
    if not lifestore.add_succession(connection, merger, at=step.at):
        return None
    event = _event(connection, subject, merger)
    told = Step(
        event, merger.successor, CLOCK, step.at, merger.predecessor, code="merger", clause=MERGER, day=merger.since
    )
    return move(connection, subject, told, who="clock")


def _event(connection: Connection, subject: Subject, merger: Succession) -> str:
    if subject.state not in (SIGNED, *CONCLUDED) or (merger.signs_anew and subject.state == SIGNED):
        return "end_merger"  # a text that names a body which is no more cannot be signed by it
    legs = compile_policy(store.read_text(connection, subject.text_hash)).legs
    present = present_on(exchanging(legs), subject.standing.signed_anew, merger.since)
    if present.is_void:
        return "end_merger"
    if not merger.signs_anew:
        return "pass"
    if subject.state == WAITING or not present.waits:
        return "leave"
    covered = last_day_covered(connection, subject.text_hash, merger.since)
    return "wait" if covered is None or covered >= merger.since else "end_merger"


def waits_to_sign(connection: Connection, subject: Subject, party: str, day: date) -> bool:
    """Return whether this is a body that a merger made, and that must sign this agreement anew."""
    if subject.state not in CONCLUDED:
        return False
    return any(
        one.successor == party and one.signs_anew and one.signed_at is None
        for one in lifestore.successions(connection, subject.agreement)
    )


def sign_as_successor(
    connection: Connection, subject: Subject, step: Step, signed_by: str, document: str | None
) -> Done:
    """Let the new body sign the text of the bodies that went up in it; the agreement goes on where it was."""
    lifestore.successor_signed(connection, agreement=subject.agreement, successor=step.party, at=step.at)
    standing = store.read_state(connection, subject.agreement)
    assert standing is not None  # the subject was read from it, under the lock
    legs = compile_policy(store.read_text(connection, subject.text_hash)).legs
    present = present_on(exchanging(legs), standing.signed_anew, day_of(step.at))
    target = WAITING if present.waits else subject.state
    if subject.state == WAITING and not present.waits:
        target = standing_state(connection, subject, day_of(step.at))
    check_transition(subject.state, step.event, who="signatory", target=target)
    store.add_signature(
        connection,
        agreement=subject.agreement,
        digest=subject.text_hash,
        party=step.party,
        signed_by=signed_by,
        document=document,
        at=step.at,
    )
    return move(connection, subject, step, who="signatory", target=target)


def standing_state(connection: Connection, subject: Subject, day: date) -> str:
    """Return the state in which a concluded agreement goes on when nothing waits for a new body any more."""
    if lifestore.suspensions(connection, subject.agreement):
        return SUSPENDED
    if any(end.cause == "notice" for end in lifestore.announced_ends(connection, subject.agreement)):
        return NOTICE
    first = subject.standing.in_force_from
    return PUBLISHED if first is None or first > day else IN_FORCE
