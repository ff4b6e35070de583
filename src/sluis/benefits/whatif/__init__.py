"""What if: a family's facts with one or more of them changed, what would be decided, and why. Nothing is kept."""

from sluis.benefits.whatif.changes import Change, changed
from sluis.benefits.whatif.comparing import Comparison, Reader, compare
from sluis.benefits.whatif.family import Facts, Member, facts_of, made_family, members_of

__all__ = [
    "Change",
    "Comparison",
    "Facts",
    "Member",
    "Reader",
    "changed",
    "compare",
    "facts_of",
    "made_family",
    "members_of",
]
