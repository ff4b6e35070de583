"""Who may read an agreement on a page, prepare it, and take which step of its life there.

`check_…` refuses the action, `can_…` serves the button; both ask the same table of transitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from sluis.accession.model import Draft
from sluis.agreements.lifecycle import STATE_WORDS, Who, can_do, events_for
from sluis.agreements.model import Agreement
from sluis.agreements.store import AgreementRow
from sluis.gate.succession import stands_for
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.web.people import SignedIn

SUPERVISOR, SIGNATORY, OFFICER, DPO = "supervisor", "signatory", "officer", "dpo"
READERS = (OFFICER, DPO, SIGNATORY, "access-manager", SUPERVISOR)
PREPARERS = (OFFICER, DPO)
"""Who fills in for a party: its officers, and its data protection officer for what he or she knows best."""

_ROLE_OF: Mapping[Who, str] = {"party": OFFICER, "signatory": SIGNATORY, "dpo": DPO}

Action = Literal[
    "complete", "offer", "publish", "discard", "advise", "sign", "propose", "withdraw",
    "suspend", "resume", "give_notice", "end", "end_merger", "revoke",
]  # fmt: skip

# Which events of the table an action of a page may lead to, and who of a party may take it.
_EVENTS: Mapping[Action, tuple[Who, tuple[str, ...]]] = {
    "complete": ("party", ("complete", "complete_advised")),
    "offer": ("party", ("offer",)),
    "publish": ("party", ("publish", "publish_at_once")),
    "discard": ("party", ("discard",)),
    "advise": ("dpo", ("advise", "advise_last")),
    "sign": ("signatory", ("sign", "sign_last")),
    "propose": ("party", ("propose",)),
    "suspend": ("signatory", ("suspend",)),
    "resume": ("signatory", ("resume",)),
    "give_notice": ("signatory", ("give_notice",)),
    "end": ("signatory", ("end", "end_breach")),
    "end_merger": ("signatory", ("end_merger",)),
    "revoke": ("signatory", ("revoke",)),
    "withdraw": ("signatory", ("revoke",)),
}
_SHARED: frozenset[Action] = frozenset({"complete", "offer", "publish", "advise", "sign"})
"""What happens to the next version of an agreement as it did to the first; the rest is about the agreement itself."""
_FORBIDDEN = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")


def parties_read_by(person: SignedIn, on: date) -> tuple[str, ...] | None:
    """Return the bodies whose agreements the person may read; None: all of them."""
    if SUPERVISOR in person.roles:
        return None
    return () if person.party is None else stands_for(person.party, on)


def can_read(person: SignedIn, row: AgreementRow, on: date) -> bool:
    """Return whether the person is of a party of the agreement, or a supervisor."""
    parties = parties_read_by(person, on)
    return parties is None or not set(parties).isdisjoint(row.parties)


def party_of(person: SignedIn, row: AgreementRow, on: date) -> str | None:
    """Return the party for which somebody may act: the own one, or one that it absorbed; None for nobody."""
    if person.party is None:
        return None
    return next((party for party in stands_for(person.party, on) if party in row.parties), None)


def party_to_revoke_for(person: SignedIn, row: AgreementRow, on: date) -> str | None:
    """Return the party for which this signatory may revoke; None for nobody."""
    return party_of(person, row, on) if SIGNATORY in person.roles else None


def can_revoke(person: SignedIn, row: AgreementRow, on: date) -> bool:
    """Return whether the button belongs on the page now."""
    return party_to_revoke_for(person, row, on) is not None and can_do(row.state, "revoke", who="signatory")


def who_acts(action: Action) -> str:
    """Return the role that takes an action."""
    return _ROLE_OF[_EVENTS[action][0]]


def is_possible(action: Action, state: str, *, is_next: bool = False) -> bool:
    """Return whether an action exists in a state; `is_next`: the state is that of a version in preparation.

    A next version goes only through the first half of the table; the rest is about the agreement itself.
    """
    if action not in _SHARED and is_next != (action == "withdraw"):
        return False
    who, events = _EVENTS[action]
    return any(can_do(state, event, who=who) for event in events)


def can_take(
    person: SignedIn, action: Action, row: AgreementRow, state: str, on: date, *, is_next: bool = False
) -> bool:
    """Return whether the button of an action belongs on this person's page now."""
    return (
        who_acts(action) in person.roles
        and party_of(person, row, on) is not None
        and is_possible(action, state, is_next=is_next)
    )


def check_take(
    person: SignedIn, action: Action, row: AgreementRow, state: str, on: date, *, is_next: bool = False
) -> str:
    """Return the party for which the action is taken, or say why it is not."""
    party = party_of(person, row, on)
    if party is None or who_acts(action) not in person.roles:
        raise SluisError(
            "not-your-step",
            msg("Deze stap hoort bij een rol die u voor deze overeenkomst niet hebt."),
            remedy=msg("Vraag ze aan wie die rol heeft: bij de overeenkomst staat wie er aan de beurt is."),
            clause=_FORBIDDEN,
        )
    if not is_possible(action, state, is_next=is_next):
        raise SluisError(
            "transition-not-possible",
            msg("Deze stap is nu niet mogelijk: de overeenkomst is {state}.", state=STATE_WORDS[state]),
            remedy=msg("Kijk bij de overeenkomst welke stap nu wel kan, en wie aan de beurt is."),
            clause=_FORBIDDEN,
        )
    return party


def name_in_text(person: SignedIn, draft: Draft, standard: Agreement, on: date) -> str | None:
    """Return which party of the standard agreement this person fills in for; None for a stranger to the draft."""
    if person.party is None or not set(PREPARERS) & person.roles or standard.offer is None:
        return None
    own = stands_for(person.party, on)
    if draft.party in own:
        return standard.offer.to
    return next((party.id for party in standard.parties if party.body is not None and party.body in own), None)


def can_edit(state: str) -> bool:
    """Return whether the text may still change: nobody has signed it yet."""
    return can_do(state, "change", who="party") and state != "signing"


def next_events(state: str) -> dict[str, tuple[str, ...]]:
    """Return which events each role may take next."""
    return {role: events_for(state, who) for who, role in _ROLE_OF.items()}
