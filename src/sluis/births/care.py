"""Care for who lost a child or gave it up: the file is closed to most, and nothing follows by itself. Pure.

Every step that follows from a birth (a letter, a grant conversation, a home visit, a proposal) asks `may_follow`
first. Care begins with the first notice that says so and does not end by itself: when a hospital takes it back, a
person with the separate right looks at the file and lifts it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from sluis.births.folding import Told
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg

Step = Literal["letter", "grant-conversation", "home-visit", "proposal"]

DUTY: Final = Clause("Samenwerkingsovereenkomst over geboorten", "plicht ‘no-routine-message’")

_STOPPED: Final = Reason(
    "care",
    msg("Dit dossier staat onder beperkte toegang. Er vertrekt niets automatisch: geen brief, gesprek of huisbezoek."),
    DUTY,
    msg("Laat een vertrouwensmedewerker beslissen of en hoe iemand contact opneemt met het gezin."),
)


def is_restricted(told: Told, *, lifted_at: datetime | None) -> bool:
    """Return whether a file is under restricted access: once delicate, until a person lifted it, and never while so."""
    return told.is_delicate or (told.was_delicate and lifted_at is None)


def may_follow(_step: Step, *, restricted: bool) -> Reason | None:
    """Return why a step may not follow from a birth by itself; None when it may."""
    return _STOPPED if restricted else None


def can_follow(step: Step, *, restricted: bool) -> bool:
    """Return whether a step may follow by itself."""
    return may_follow(step, restricted=restricted) is None


def may_be_stillborn(told: Told) -> bool:
    """Return whether the child may have been stillborn: it died on the day of birth, or before.

    The nine items do not say it, so nobody concludes it: it only decides which question stays open.
    """
    died, born = told.child.death_date, told.child.birth_date
    return died is not None and born is not None and died <= born
