"""How days, moments, numbers, amounts and national numbers look in the reader's language."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

from sluis.kernel.text import msg
from sluis.web.languages import Language, translate

_LOCALES: dict[Language, str] = {"nl": "nl_BE", "fr": "fr_BE", "en": "en_GB", "de": "de_BE"}
_BRUSSELS = ZoneInfo("Europe/Brussels")
_Unit = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[_Unit, int], ...] = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_DIGITS = re.compile(r"\D")


class Formats:
    """The filters of one language. Days and moments come out as `<time>`, so that machines can read them too."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.locale = _LOCALES[language]

    def day(self, value: date) -> Markup:
        """Return "2 oktober 2026"."""
        return _time(value.isoformat()[:10], format_date(value, "long", locale=self.locale))

    def moment(self, value: datetime) -> Markup:
        """Return day and time in Brussels; a time without zone is a mistake of the caller."""
        local = value.astimezone(_BRUSSELS)
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return _time(value.isoformat(), format_datetime(local, "d MMMM y, HH:mm", locale=self.locale))

    def duration(self, seconds: int) -> str:
        """Return a length of time in words, in its two largest units: "1 uur 30 minuten"."""
        parts: list[str] = []
        for unit, length in _UNITS:
            count, seconds = divmod(seconds, length)
            if count:
                parts.append(self._length(count * length, unit))
        return " ".join(parts[:2]) or self._length(0, "second")

    def _length(self, seconds: int, unit: _Unit) -> str:
        # A threshold that is never met keeps Babel at the unit that is asked for. Its format_unit knows no Dutch hour.
        return format_timedelta(timedelta(seconds=seconds), granularity=unit, threshold=10**9, locale=self.locale)

    def number(self, value: int | Decimal) -> str:
        """Return "1.614.340"."""
        return format_decimal(value, locale=self.locale)

    def euro(self, cents: int) -> str:
        """Return whole cents as an amount in euro."""
        return format_currency(Decimal(cents) / 100, "EUR", locale=self.locale)

    def percent(self, part: int, whole: int) -> str:
        """Return a share with one decimal; a share of nothing is nothing."""
        return format_percent(Decimal(part) / Decimal(whole) if whole else Decimal(0), "#,##0.0 %", locale=self.locale)

    def insz(self, value: str, show: bool = False) -> Markup:
        """Return a national number, masked but for its last two digits unless the page may `show` it."""
        digits = _DIGITS.sub("", str(value))
        if show and len(digits) == 11:
            return Markup('<span class="insz">{}.{}.{}-{}.{}</span>').format(
                digits[:2], digits[2:4], digits[4:6], digits[6:9], digits[9:]
            )
        spoken = translate(msg("rijksregisternummer dat eindigt op {digits}", digits=digits[-2:]), self.language)
        return Markup(
            '<span class="insz"><span aria-hidden="true">••.••.••-•••.{}</span>'
            '<span class="visually-hidden">{}</span></span>'
        ).format(digits[-2:], spoken)


def _time(machine: str, human: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, human)
