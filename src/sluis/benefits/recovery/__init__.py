"""What was paid unduly and is asked back: plans in parts and waivers, decided by people, with evidence."""

from sluis.benefits.recovery.claims import OpenClaim, open_claims
from sluis.benefits.recovery.deciding import KINDS, REASONS, Decision, decide_recovery, write_decisions_beside

__all__ = [
    "KINDS",
    "REASONS",
    "Decision",
    "OpenClaim",
    "decide_recovery",
    "open_claims",
    "write_decisions_beside",
]
