"""The life of an agreement as one table of transitions.

A step that is not in the table does not exist. An amended text, until it takes effect, goes through the first half of
the same table while the text before it stays in force. `docs/reference/agreement-life.md` is drawn from this table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sluis.agreements.causes import BREACH, GROUND, MERGER, NOTICE_GIVEN, PROTOCOL, PURPOSE, SANCTION, TERM
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

Who = Literal["party", "signatory", "dpo", "clock", "laws"]
"""Who may: an officer of a party, one who signs for it, its data protection officer, time, the register of laws."""

DRAFT, COMPLETED, ADVISED, OFFERED, SIGNING, SIGNED = "draft", "completed", "advised", "offered", "signing", "signed"
PUBLISHED, IN_FORCE, NOTICE, SUSPENDED, WAITING = "published", "in_force", "notice", "suspended", "waiting"
ENDED, REVOKED = "ended", "revoked"

UNSIGNED: tuple[str, ...] = (DRAFT, COMPLETED, ADVISED, OFFERED, SIGNING)
"""Some party has not signed yet: the text may still change."""

PREPARING: tuple[str, ...] = (*UNSIGNED, SIGNED)
RUNNING: tuple[str, ...] = (IN_FORCE, NOTICE, SUSPENDED)
CONCLUDED: tuple[str, ...] = (PUBLISHED, *RUNNING, WAITING)
"""Signed by all and published, and not over."""

OPEN: frozenset[str] = frozenset({IN_FORCE, NOTICE})
"""The states in which the gate may open; in every other one it never does."""

OVER: frozenset[str] = frozenset({ENDED, REVOKED})


@dataclass(frozen=True, slots=True)
class Transition:
    """From one state, by one event, to another: who may, and by which clause."""

    source: str
    event: str
    target: str
    who: frozenset[Who]
    clause: Clause


def _rows(
    sources: Iterable[str], event: str, target: str | None, who: tuple[Who, ...], clause: Clause
) -> list[Transition]:
    """Return a row for each source; without a target the event leaves the state as it is."""
    return [Transition(source, event, target or source, frozenset(who), clause) for source in sources]


def _preparation() -> Iterator[Transition]:
    yield from _rows(UNSIGNED, "change", DRAFT, ("party",), PROTOCOL)
    yield from _rows((DRAFT,), "discard", REVOKED, ("party",), PROTOCOL)
    yield from _rows((DRAFT,), "complete", COMPLETED, ("party",), PROTOCOL)
    yield from _rows((DRAFT,), "complete_advised", ADVISED, ("party",), PROTOCOL)
    yield from _rows((COMPLETED, ADVISED), "advise", None, ("dpo",), PROTOCOL)
    yield from _rows((COMPLETED,), "advise_last", ADVISED, ("dpo",), PROTOCOL)
    yield from _rows((COMPLETED, ADVISED), "offer", OFFERED, ("party",), PROTOCOL)
    yield from _rows(UNSIGNED, "sign", SIGNING, ("signatory",), PROTOCOL)
    yield from _rows(UNSIGNED, "sign_last", SIGNED, ("signatory",), PROTOCOL)
    yield from _rows((SIGNED,), "publish", PUBLISHED, ("party",), PROTOCOL)
    yield from _rows((SIGNED,), "publish_at_once", IN_FORCE, ("party",), PROTOCOL)
    yield from _rows((PUBLISHED,), "take_effect", IN_FORCE, ("clock",), TERM)


def _running() -> Iterator[Transition]:
    yield from _rows((*RUNNING, WAITING), "propose", None, ("party",), PROTOCOL)
    yield from _rows(RUNNING, "amend", None, ("party", "clock"), PROTOCOL)
    yield from _rows((WAITING,), "amend", IN_FORCE, ("party", "clock"), PROTOCOL)
    yield from _rows(RUNNING, "suspend", SUSPENDED, ("signatory",), SANCTION)
    for target in (SUSPENDED, IN_FORCE, NOTICE):
        yield from _rows((SUSPENDED,), "resume", target, ("signatory",), SANCTION)
    yield from _rows((IN_FORCE,), "give_notice", NOTICE, ("signatory",), NOTICE_GIVEN)
    yield from _rows((SUSPENDED,), "give_notice", SUSPENDED, ("signatory",), NOTICE_GIVEN)
    yield from _rows((*PREPARING, *CONCLUDED), "flag", None, ("laws",), GROUND)


def _mergers() -> Iterator[Transition]:
    yield from _rows((SIGNED, *CONCLUDED), "pass", None, ("clock",), MERGER)
    yield from _rows((PUBLISHED, *RUNNING), "wait", WAITING, ("clock",), MERGER)
    yield from _rows(CONCLUDED, "leave", None, ("clock",), MERGER)
    for target in (WAITING, PUBLISHED, *RUNNING):
        yield from _rows((WAITING,), "sign_successor", target, ("signatory",), MERGER)
    yield from _rows((PUBLISHED, *RUNNING), "sign_successor", None, ("signatory",), MERGER)


def _endings() -> Iterator[Transition]:
    yield from _rows((PUBLISHED, *RUNNING), "end", ENDED, ("signatory",), PURPOSE)
    yield from _rows((PUBLISHED, *RUNNING), "end_breach", ENDED, ("signatory",), BREACH)
    yield from _rows(CONCLUDED, "end_term", ENDED, ("clock",), TERM)
    yield from _rows((NOTICE, SUSPENDED, WAITING), "end_notice", ENDED, ("clock",), NOTICE_GIVEN)
    yield from _rows(CONCLUDED, "end_ground", ENDED, ("clock", "laws"), GROUND)
    yield from _rows((*PREPARING, PUBLISHED, *RUNNING), "end_merger", ENDED, ("clock",), MERGER)
    yield from _rows((WAITING,), "end_merger", ENDED, ("signatory", "clock"), MERGER)
    yield from _rows((*PREPARING, *CONCLUDED), "revoke", REVOKED, ("signatory",), SANCTION)


TRANSITIONS: tuple[Transition, ...] = (*_preparation(), *_running(), *_mergers(), *_endings())

STATES: tuple[str, ...] = (*PREPARING, PUBLISHED, IN_FORCE, NOTICE, SUSPENDED, WAITING, ENDED, REVOKED)

STATE_WORDS: dict[str, Message] = {
    DRAFT: msg("ontwerp"),
    COMPLETED: msg("volledig ingevuld"),
    ADVISED: msg("geadviseerd"),
    OFFERED: msg("aangeboden ter ondertekening"),
    SIGNING: msg("deels ondertekend"),
    SIGNED: msg("ondertekend"),
    PUBLISHED: msg("bekendgemaakt, nog niet van kracht"),
    IN_FORCE: msg("van kracht"),
    NOTICE: msg("opgezegd, nog van kracht"),
    SUSPENDED: msg("geschorst"),
    WAITING: msg("wacht op de handtekening van het nieuwe bestuur"),
    ENDED: msg("beëindigd"),
    REVOKED: msg("ingetrokken"),
}

EVENT_WORDS: dict[str, Message] = {
    "draft": msg("opgesteld"),
    "change": msg("gewijzigd"),
    "discard": msg("weggegooid als ontwerp"),
    "complete": msg("volledig ingevuld"),
    "complete_advised": msg("volledig ingevuld, met alle adviezen"),
    "advise": msg("advies gegeven"),
    "advise_last": msg("laatste advies gegeven"),
    "offer": msg("aangeboden ter ondertekening"),
    "sign": msg("ondertekend door een partij"),
    "sign_last": msg("ondertekend door de laatste partij"),
    "publish": msg("bekendgemaakt"),
    "publish_at_once": msg("bekendgemaakt en van kracht"),
    "take_effect": msg("van kracht geworden"),
    "propose": msg("wijziging voorgesteld"),
    "amend": msg("gewijzigde tekst van kracht geworden"),
    "suspend": msg("geschorst"),
    "resume": msg("schorsing opgeheven"),
    "give_notice": msg("opgezegd"),
    "flag": msg("na te kijken: een rechtsgrond is gewijzigd"),
    "pass": msg("overgegaan naar het bestuur na de fusie"),
    "wait": msg("heropend voor de handtekening van het nieuwe bestuur"),
    "leave": msg("een partij ging op in een nieuw bestuur, dat nog moet ondertekenen"),
    "sign_successor": msg("ondertekend door het nieuwe bestuur"),
    "end": msg("beëindigd"),
    "end_term": msg("beëindigd: de looptijd is voorbij"),
    "end_notice": msg("beëindigd: de opzegtermijn is voorbij"),
    "end_breach": msg("eenzijdig beëindigd na een inbreuk"),
    "end_ground": msg("beëindigd: de rechtsgrond is weggevallen"),
    "end_merger": msg("beëindigd: een partij hield op te bestaan"),
    "revoke": msg("ingetrokken"),
}


def find_transition(state: str, event: str, target: str | None = None) -> Transition | None:
    """Return the row of the table for this event in this state, to this target where one event has several."""
    return next(
        (row for row in TRANSITIONS if (row.source, row.event) == (state, event) and target in (None, row.target)), None
    )


def check_transition(state: str, event: str, *, who: Who, target: str | None = None) -> Transition:
    """Return the row that permits this event now to this kind of person, or say why there is none."""
    row = find_transition(state, event, target)
    if row is None or who not in row.who:
        raise SluisError(
            "transition-not-possible",
            msg(
                "Deze overeenkomst is {state}: ze kan nu niet {event} worden.",
                state=STATE_WORDS.get(state, Message(state)),
                event=EVENT_WORDS.get(event, Message(event)),
            ),
            remedy=msg("Kijk bij de overeenkomst welke stap nu mogelijk is: sluis agreements list."),
            clause=row.clause if row else PROTOCOL,
        )
    return row


def can_do(state: str, event: str, *, who: Who, target: str | None = None) -> bool:
    """Return whether a button for this event belongs on the page now."""
    row = find_transition(state, event, target)
    return row is not None and who in row.who


def events_for(state: str, who: Who) -> tuple[str, ...]:
    """Return what this kind of person may do in this state, in the order of the table."""
    return tuple(dict.fromkeys(row.event for row in TRANSITIONS if row.source == state and who in row.who))


def diagram() -> str:
    """Return the table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {DRAFT}"]
    lines += [f"    {row.source} --> {row.target}: {row.event}" for row in TRANSITIONS]
    lines += [f"    {state} --> [*]" for state in (ENDED, REVOKED)]
    return "\n".join(lines) + "\n"
