"""The life of an agreement as one table of transitions.

A step that is not in the table does not exist. States that come later (completed, advised, offered, suspended, notice
given, amended) are more rows, not more code. `docs/reference/agreement-life.md` is drawn from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

# The officers of step 2 and the clock will stand here too.
Who = Literal["party"]

_PROTOCOL = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")
_SANCTION = Clause("overeenkomst", "artikel 8 (sanctie)")
_END = Clause("overeenkomst", "artikel 11 (einde)")

DRAFT, SIGNING, SIGNED, IN_FORCE, ENDED, REVOKED = "draft", "signing", "signed", "in_force", "ended", "revoked"


@dataclass(frozen=True, slots=True)
class Transition:
    """From one state, by one event, to another: who may, and by which clause."""

    source: str
    event: str
    target: str
    who: frozenset[Who]
    clause: Clause


_PARTY: frozenset[Who] = frozenset({"party"})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(DRAFT, "change", DRAFT, _PARTY, _PROTOCOL),
    Transition(SIGNING, "change", DRAFT, _PARTY, _PROTOCOL),
    Transition(DRAFT, "sign", SIGNING, _PARTY, _PROTOCOL),
    Transition(SIGNING, "sign", SIGNING, _PARTY, _PROTOCOL),
    Transition(DRAFT, "sign_last", SIGNED, _PARTY, _PROTOCOL),
    Transition(SIGNING, "sign_last", SIGNED, _PARTY, _PROTOCOL),
    Transition(SIGNED, "publish", IN_FORCE, _PARTY, _PROTOCOL),
    Transition(IN_FORCE, "end", ENDED, _PARTY, _END),
    Transition(DRAFT, "revoke", REVOKED, _PARTY, _SANCTION),
    Transition(SIGNING, "revoke", REVOKED, _PARTY, _SANCTION),
    Transition(SIGNED, "revoke", REVOKED, _PARTY, _SANCTION),
    Transition(IN_FORCE, "revoke", REVOKED, _PARTY, _SANCTION),
)

STATES: tuple[str, ...] = (DRAFT, SIGNING, SIGNED, IN_FORCE, ENDED, REVOKED)

STATE_WORDS: dict[str, Message] = {
    DRAFT: msg("ontwerp"),
    SIGNING: msg("deels ondertekend"),
    SIGNED: msg("ondertekend"),
    IN_FORCE: msg("van kracht"),
    ENDED: msg("beëindigd"),
    REVOKED: msg("ingetrokken"),
}

EVENT_WORDS: dict[str, Message] = {
    "draft": msg("opgesteld"),
    "change": msg("gewijzigd"),
    "sign": msg("ondertekend door een partij"),
    "sign_last": msg("ondertekend door de laatste partij"),
    "publish": msg("bekendgemaakt"),
    "end": msg("beëindigd"),
    "revoke": msg("ingetrokken"),
}


def find_transition(state: str, event: str) -> Transition | None:
    """Return the row of the table for this event in this state."""
    return next((row for row in TRANSITIONS if (row.source, row.event) == (state, event)), None)


def check_transition(state: str, event: str, *, who: Who) -> Transition:
    """Return the row that permits this event now to this kind of person, or say why there is none."""
    row = find_transition(state, event)
    if row is None or who not in row.who:
        raise SluisError(
            "transition-not-possible",
            msg(
                "Deze overeenkomst is {state}: ze kan nu niet {event} worden.",
                state=STATE_WORDS.get(state, Message(state)),
                event=EVENT_WORDS.get(event, Message(event)),
            ),
            remedy=msg("Kijk bij de overeenkomst welke stap nu mogelijk is: sluis agreements list."),
            clause=row.clause if row else _PROTOCOL,
        )
    return row


def can_do(state: str, event: str, *, who: Who) -> bool:
    """Return whether a button for this event belongs on the page now."""
    row = find_transition(state, event)
    return row is not None and who in row.who


def diagram() -> str:
    """Return the table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {DRAFT}"]
    lines += [f"    {row.source} --> {row.target}: {row.event}" for row in TRANSITIONS]
    lines += [f"    {state} --> [*]" for state in (ENDED, REVOKED)]
    return "\n".join(lines) + "\n"
