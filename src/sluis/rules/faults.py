"""Mistakes of a rule's writer: each names the rule, the article and the mend."""

from __future__ import annotations

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg


class Unbuildable(SluisError):
    """An expression, a rule or a parameter that cannot be: what is wrong and how to mend it."""


class RuleBookRefused(SluisError):
    """A book with mistakes; `faults` holds every one of them, each with its rule and article."""

    def __init__(self, name: str, faults: tuple[Unbuildable, ...]) -> None:
        lines = "\n".join(f"- {fault.what} {fault.remedy}" for fault in faults)
        super().__init__(
            "rule-book-refused",
            msg("Het regelboek {name} heeft {count} fout(en):\n{lines}", name=name, count=len(faults), lines=lines),
            remedy=msg("Verbeter de regels die genoemd zijn."),
        )
        self.faults = faults


def in_rule(fault: SluisError, rule: str, article: Clause) -> Unbuildable:
    """Return the mistake with the rule and the article in which it stands."""
    return Unbuildable(
        fault.code,
        msg("Regel {rule} ({article}): {what}", rule=rule, article=article, what=fault.what),
        remedy=fault.remedy,
        clause=article,
    )


def unlike_units(verb: Message, left: object, right: object) -> Unbuildable:
    """Two values that cannot be joined by this operation."""
    return Unbuildable(
        "units-unlike",
        msg("{verb} gaat niet met {left} en {right}.", verb=verb, left=left, right=right),
        remedy=msg(
            "Reken eerst om naar dezelfde eenheid: vermenigvuldig, rond af waar de wet afrondt, of benoem een aantal "
            "opnieuw met counted_as."
        ),
    )


def not_a_condition() -> Unbuildable:
    """A rule that asked Python for the truth of a value which is only known per child."""
    return Unbuildable(
        "truth-of-expression",
        msg("Een uitdrukking is nog niet waar of onwaar wanneer de regel gebouwd wordt."),
        remedy=msg("Gebruik & | ~ in plaats van and, or, not, en when(...).otherwise(...) in plaats van if."),
    )


def malformed(code: str, what: Message, remedy: Message) -> Unbuildable:
    """Any other mistake."""
    return Unbuildable(code, what, remedy=remedy)
