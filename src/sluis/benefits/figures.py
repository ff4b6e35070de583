"""Figures as the pages draw them: bars, the map of the municipalities, and codes of doubts in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sluis.benefits.law import law
from sluis.kernel.territory import bodies, municipality, nis_of, territory
from sluis.kernel.text import Message, msg
from sluis.rules.rule import spoken
from sluis.web.map import Tile, tiles

BAR_LENGTH: Final = 520
_SHADES: Final = (15, 35, 55, 75, 95)
"""How dark a fifth of the municipalities is drawn, in percent."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a drawing: what, how many cents, its length and where it stands."""

    title: Message
    cents: int
    length: int
    y: int


@dataclass(frozen=True, slots=True)
class DrawnMunicipality:
    """One tile with its amount; `shade` is a percentage, 0 for a municipality without any."""

    tile: Tile
    name: str
    cents: int
    children: int
    shade: int


def bars(rows: Sequence[tuple[Message, int]]) -> list[Bar]:
    """Return the bars of amounts, the longest of full length."""
    most = max((cents for _, cents in rows), default=0) or 1
    return [
        Bar(title, cents, max(1, cents * BAR_LENGTH // most) if cents > 0 else 0, at * 34)
        for at, (title, cents) in enumerate(rows)
        if cents > 0
    ]


def on_the_map(rows: Sequence[Mapping[str, Any]], day: date) -> list[DrawnMunicipality]:
    """Return every tile with what was paid there, shaded by the amount a child in five equal groups."""
    paid: dict[str, tuple[int, int]] = {}
    present = _present_codes(day)
    for row in rows:
        if row["nis"]:
            nis = present.get(str(row["nis"]), str(row["nis"]))
            cents, children = paid.get(nis, (0, 0))
            paid[nis] = (cents + int(row["due_cents"]), children + int(row["children"]))
    means = sorted(cents // children for cents, children in paid.values() if children and cents > 0)
    found = []
    for tile in sorted(tiles().values(), key=lambda tile: (tile.row, tile.column)):
        cents, children = paid.get(tile.nis, (0, 0))
        shade = _shade(cents // children, means) if children and cents > 0 else 0
        where = municipality(tile.nis, day)
        name = where.name if where is not None else tile.nis
        found.append(DrawnMunicipality(tile, name, cents, children, shade))
    return found


@lru_cache(maxsize=4)
def _present_codes(day: date) -> Mapping[str, str]:
    """Return the code of the municipality of a day by every code that its places have had."""
    towns = [(body, nis) for body in bodies() if body.kind == "municipality" and (nis := nis_of(body, day))]
    return {code: nis for body, nis in towns for code in territory(body, day)}


def _shade(mean: int, means: Sequence[int]) -> int:
    below = sum(each < mean for each in means)
    return _SHADES[min(len(_SHADES) - 1, below * len(_SHADES) // max(1, len(means)))]


def doubt_in_words(doubt: str) -> list[tuple[Message, Message | None]]:
    """Return what the codes of a doubt mean, each with whom to ask where somebody can be asked."""
    return [_one(code) for code in doubt.split(";") if code][:20]


def _one(code: str) -> tuple[Message, Message | None]:
    lack, _, name = code.partition(":")
    if lack == "fact":
        if name == "payee":
            return msg("aan wie betaald wordt"), msg("de uitbetaler")
        fact = _facts().get(name)
        return fact if fact is not None else (_plain(name), None)
    if lack in ("parameter", "weak"):
        title = _titles().get(name) or _plain(name)
        what = msg("“{name}” is niet bekend", name=title)
        weak = msg("“{name}” is niet zeker", name=title)
        return (what if lack == "parameter" else weak), None
    if code == "recovery:barred":
        return msg("te laat om terug te vragen (art. 97)"), None
    return msg("nog open"), None


@lru_cache(maxsize=1)
def _facts() -> Mapping[str, tuple[Message, Message | None]]:
    return {fact.name: (fact.what, fact.ask) for book in law().rules.values() for fact in book.facts.values()}


@lru_cache(maxsize=1)
def _titles() -> Mapping[str, Message]:
    parameters = next(iter(law().rules.values())).parameters
    return {name: _plain(parameters[name].title or spoken(name)) for name in parameters}


def _plain(name: str) -> Message:
    return Message(spoken(name))
