"""Values in words: sentences with parameters, translated at the edge."""

from __future__ import annotations

from datetime import date

from sluis.kernel.text import Message, msg
from sluis.rules.algebra import month_from
from sluis.rules.nodes import Scalar
from sluis.rules.units import SHARE_OF_ONE, Kind, Unit


def bound(text: str, **parameters: object) -> Message:
    """Bind parameters to a sentence of a table; the sentence itself was marked for translation there."""
    return Message(text, tuple(sorted(parameters.items())))


def value_in_words(value: Scalar, unit: Unit) -> Message:
    """Return a value as people write it: `€ 102,50`, `3 kinderen`, `2023-03`, `ja`, `niet bekend`."""
    if value is None:
        return msg("niet bekend")
    if isinstance(value, bool):
        return msg("ja") if value else msg("nee")
    if isinstance(value, date):
        return msg("{day}-{month}-{year}", day=f"{value.day:02d}", month=f"{value.month:02d}", year=value.year)
    if isinstance(value, str):
        return msg("“{word}”", word=value)
    return _number_in_words(value, unit)


def _number_in_words(value: int, unit: Unit) -> Message:
    match unit.kind:
        case Kind.CENTS:
            return _euros(value)
        case Kind.SHARE:
            whole, rest = divmod(value, SHARE_OF_ONE // 100)
            if rest:
                return msg("{whole},{rest}%", whole=whole, rest=f"{rest:02d}".rstrip("0"))
            return msg("{whole}%", whole=whole)
        case Kind.MONTH:
            return msg("{month}", month=month_from(value))
        case _:
            return _counted(value, unit.label)


def _euros(cents: int) -> Message:
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    groups = f"{euros:,}".split(",")
    shown = f"{rest:02d}"
    match groups:
        case [one]:
            return msg("€ {sign}{euros},{cents}", sign=sign, euros=one, cents=shown)
        case [thousands, one]:
            return msg("€ {sign}{thousands}.{euros},{cents}", sign=sign, thousands=thousands, euros=one, cents=shown)
        case _:
            return msg("€ {sign}{euros},{cents}", sign=sign, euros="".join(groups), cents=shown)


def _counted(value: int, label: str) -> Message:
    one = _ONE.get(label)
    if value == 1 and one is not None:
        return one
    many = _MANY.get(label, msg("{number} {counted}"))
    return bound(many.text, number=value, counted=label)


_ONE = {"children": msg("1 kind"), "months": msg("1 maand"), "days": msg("1 dag"), "points": msg("1 punt")}
_MANY = {
    "": msg("{number}"),
    "year": msg("{number}"),
    "children": msg("{number} kinderen"),
    "years": msg("{number} jaar"),
    "months": msg("{number} maanden"),
    "days": msg("{number} dagen"),
    "hours": msg("{number} uur"),
    "points": msg("{number} punten"),
}
