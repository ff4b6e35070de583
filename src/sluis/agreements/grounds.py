"""Which legal grounds carry a communication, and until which day: the judgement behind every change of law. Pure.

A ground carries the data of a kind (ordinary, article 9, article 10) when it covers that kind and is a rule of its own:
for a task in the public interest or a legal duty the GDPR itself is no sufficient ground (article 6, paragraph 3: the
ground is laid down by Union or Member State law), so article 6.1.e alone carries nothing where the text names the law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sluis.agreements.lawfile import same_article
from sluis.agreements.model import Agreement, LegalGround

GDPR = "avg"
"""The id of the GDPR in the register of laws."""

# Points of article 6.1 that need no further law: consent, contract, vital interests, legitimate interests.
_SELF_STANDING = ("6.1.a", "6.1.b", "6.1.d", "6.1.f")


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a rule holds, both included; None: not limited, as far as known."""

    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the rule holds on the day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def within(self, other: Span) -> Span:
        """Return the days on which both hold."""
        firsts = [day for day in (self.first, other.first) if day is not None]
        lasts = [day for day in (self.last, other.last) if day is not None]
        return Span(max(firsts, default=None), min(lasts, default=None))


@dataclass(frozen=True, slots=True)
class GroundRow:
    """A ground of a text as it was kept: the law that it names, and the kinds of data that it carries."""

    code: str
    instrument: str
    article: str | None
    law: str | None
    carries: frozenset[str]
    status: str
    span: Span


@dataclass(frozen=True, slots=True)
class Validity:
    """What the register knows of one law: its own days, and those of articles that differ."""

    whole: Span
    articles: Mapping[str, Span]


def carrying(agreement: Agreement, law_of: Callable[[str], str | None]) -> dict[str, frozenset[str]]:
    """Return for each ground of the text the kinds of data that it carries."""
    needed = {"ordinary"} | {
        item.special_category
        for leg in agreement.legs.values()
        for item in leg.items
        if item.special_category != "none"
    }
    carries: dict[str, set[str]] = {ground.code: set() for ground in agreement.legal_grounds}
    for kind in needed:
        for ground in _carriers([one for one in agreement.legal_grounds if kind in one.covers], law_of):
            carries[ground.code].add(kind)
    return {code: frozenset(kinds) for code, kinds in carries.items()}


def _carriers(covering: Sequence[LegalGround], law_of: Callable[[str], str | None]) -> list[LegalGround]:
    """Return those that carry: rules that say on which point of the GDPR they rest; else any rule; else any ground."""
    rules = [ground for ground in covering if law_of(ground.instrument) != GDPR]
    first = [ground for ground in rules if any(point.startswith(("6.1.", "9.2.", "10")) for point in ground.gdpr)]
    alone = [
        ground
        for ground in covering
        if law_of(ground.instrument) == GDPR and any(point.startswith(_SELF_STANDING) for point in ground.gdpr)
    ]
    return (first + alone) or rules or list(covering)


def days_of(ground: GroundRow, laws: Mapping[str, Validity]) -> Span | None:
    """Return the days on which a ground holds, by the text and by the register; None: it never does."""
    if ground.status == "repealed":
        return None
    known = laws.get(ground.law) if ground.law is not None else None
    if known is None:
        return None if ground.status == "draft" else ground.span
    if ground.status == "draft" and known.whole.first is None:
        return None  # a draft act holds once the register says from which day
    days = ground.span.within(known.whole)
    for article, span in known.articles.items():
        if same_article(ground.article, article):
            days = days.within(span)
    return days


def covered_until(grounds: Sequence[GroundRow], laws: Mapping[str, Validity], day: date) -> date | None:
    """Return the last day to which every kind of data has a ground without a gap; None: no end is known.

    A day before `day` means that some kind has no ground on `day`.
    """
    kinds = {kind for ground in grounds for kind in ground.carries}
    ends = [_covered(kind, grounds, laws, day) for kind in kinds]
    return min((end for end in ends if end is not None), default=None)


def _covered(kind: str, grounds: Iterable[GroundRow], laws: Mapping[str, Validity], day: date) -> date | None:
    spans = [days_of(ground, laws) for ground in grounds if kind in ground.carries]
    reach = day
    while True:
        holding = [span for span in spans if span is not None and span.holds_on(reach)]
        if not holding:
            return reach - timedelta(days=1)
        lasts = [span.last for span in holding if span.last is not None]
        if len(lasts) < len(holding) or max(lasts) == date.max:
            return None
        reach = max(lasts) + timedelta(days=1)
