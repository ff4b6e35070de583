"""The what-if form as it was sent: every field read, every mistake named, nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sluis.benefits.whatif import changes
from sluis.benefits.whatif.changes import Change
from sluis.benefits.whatif.comparing import MOST_MONTHS
from sluis.benefits.whatif.family import Facts, Member, made_family
from sluis.kernel.errors import SluisError
from sluis.kernel.money import CentsFault, read_cents
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg

MOST_CHILDREN: Final = 4
DEFAULT_MONTHS: Final = 3
CHOICES_OF_MONTHS: Final = (1, 3, 6, MOST_MONTHS)
INCOME_KINDS: Final[Mapping[str, Message]] = {
    "wage": msg("loon (bruto belastbaar)"),
    "self_employed_net": msg("netto-inkomen als zelfstandige"),
    "replacement_income": msg("uitkering bij ziekte of werkloosheid"),
    "pension": msg("pensioen"),
}
PLANS: Final[Mapping[str, Message]] = {
    "stay": msg("bij wie blijft"),
    "leave": msg("bij wie weggaat"),
    "equal": msg("bij allebei evenveel"),
}
LEVELS: Final[Mapping[str, Message]] = {
    "none": msg("stopt met studeren"),
    "secondary": msg("studeert aan een secundaire school"),
    "higher": msg("studeert aan een hogeschool of universiteit"),
}
REGIONS: Final[Mapping[str, Message]] = {
    "BR": msg("Brussel"),
    "WA": msg("Wallonië"),
    "DG": msg("de Duitstalige Gemeenschap"),
    "XX": msg("het buitenland"),
    "VL": msg("Vlaanderen"),
}
_FULL_TIME: Final = {"secondary": 32, "higher": 60, "none": 0}
_MOST_POINTS: Final = (6, 12, 18)  # of the three pillars; together at most 36
_MOST_CENTS: Final = 1_000_000_000
_EARLIEST, _LATEST = date(1990, 1, 1), date(2035, 12, 31)

Error = tuple[str, Message]


@dataclass
class Sent:
    """The fields of the form, with what is wrong in them."""

    fields: Mapping[str, str] = field(repr=False)
    errors: list[Error] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """Return a field; empty when it was not sent."""
        return self.fields.get(name, "").strip()

    def wrong(self, name: str, why: Message) -> None:
        """Note a mistake."""
        self.errors.append((name, why))

    def day(self, name: str) -> date | None:
        """Return a day; None when it is empty or no day of our times."""
        if not self[name]:
            return None
        try:
            day = date.fromisoformat(self[name])
        except ValueError:
            day = None
        if day is None or not _EARLIEST <= day <= _LATEST:
            self.wrong(name, msg("Geef een dag tussen 1990 en 2035, zoals 2026-09-01."))
            return None
        return day

    def cents(self, name: str) -> int | None:
        """Return an amount in cents; None when it is empty or none."""
        if not self[name]:
            return None
        # Whole thousands are what people write here: 30.000 is no doubt.
        written = self[name].replace(".", "") if self[name].replace(".", "").isdigit() else self[name]
        found = read_cents(written)
        if isinstance(found, CentsFault) or not 0 <= found <= _MOST_CENTS:
            self.wrong(name, msg("Geef een bedrag in euro per jaar, zoals 30.000 of 30000,50."))
            return None
        return int(found)

    def whole(self, name: str, most: int) -> int | None:
        """Return a whole number from 0 to `most`; None when it is empty or none."""
        text = self[name]
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= most):
            self.wrong(name, msg("Geef een geheel getal van 0 tot {most}.", most=most))
            return None
        return int(text)

    def choice(self, name: str, choices: Mapping[str, Message]) -> str | None:
        """Return one of the choices; None for an empty field."""
        if self[name] and self[name] not in choices:
            self.wrong(name, msg("Kies een van de mogelijkheden."))
        return self[name] if self[name] in choices else None

    def member(self, name: str, among: Sequence[Member]) -> Member | None:
        """Return who is meant; None for an empty field."""
        found = next((one for one in among if str(one.place) == self[name]), None)
        if found is None and self[name]:
            self.wrong(name, msg("Kies iemand van dit gezin."))
        return found

    def together(self, *found: object, names: tuple[str, ...]) -> bool:
        """Say whether all of a group is filled in; a group that is half filled in is a mistake."""
        if all(one is not None for one in found):
            return True
        bad = {name for name, _ in self.errors}
        if any(self[name] for name in names) and not bad & set(names):
            empty = next(name for name in names if not self[name])
            self.wrong(empty, msg("Vul ook dit in, of laat heel dit deel leeg."))
        return False


@dataclass(frozen=True, slots=True)
class Span:
    """From which month, and how many."""

    first: Month
    months: int


def span_of(sent: Sent, default: Month) -> Span:
    """Return the months that are asked."""
    first = default
    if sent["maand"]:
        try:
            first = Month.parse(sent["maand"])
        except SluisError:
            sent.wrong("maand", msg("Geef een maand zoals 2026-03."))
    if not Month(2019, 1) <= first <= Month(2035, 1):
        sent.wrong("maand", msg("Kies een maand vanaf januari 2019."))
        first = default
    months = sent.whole("maanden", MOST_MONTHS)
    return Span(first, months if months in CHOICES_OF_MONTHS else DEFAULT_MONTHS)


def made_up(sent: Sent, span: Span) -> Facts:
    """Return the fictional family of the form; where a field is wrong, one without it, so that all else is read too."""
    found = [sent.cents(name) for name in ("ouder1", "ouder2")]
    incomes = [cents for cents in found if cents is not None]
    births = [day for number in range(1, MOST_CHILDREN + 1) if (day := sent.day(f"geboren{number}")) is not None]
    if not incomes and not sent.errors:
        sent.wrong("ouder1", msg("Geef minstens één inkomen; 0 mag."))
    return made_family(incomes or [0], births, until=span.first.year + 1)


def changes_of(sent: Sent, home: Sequence[Member], span: Span) -> list[Change]:
    """Return the changes that are filled in; the mistakes stand in `sent.errors`."""
    until = span.first.year + 1
    found = [read(sent, tuple(home), span, until) for read in _READ]
    return [each for each in found if each is not None]


def _birth(sent: Sent, home: tuple[Member, ...], _span: Span, _until: int) -> Change | None:
    day = sent.day("geboorte")
    return None if day is None else changes.Birth(day, home)


def _income(sent: Sent, home: tuple[Member, ...], _span: Span, until: int) -> Change | None:
    who, cents = sent.member("inkomen_wie", home), sent.cents("inkomen_bedrag")
    kind = sent.choice("inkomen_soort", INCOME_KINDS) or "wage"
    if not sent.together(who, cents, names=("inkomen_wie", "inkomen_bedrag")) or who is None or cents is None:
        return None
    return changes.Income(who, kind, cents, until)


def _separation(sent: Sent, home: tuple[Member, ...], _span: Span, _until: int) -> Change | None:
    who, day = sent.member("scheiding_wie", home), sent.day("scheiding_dag")
    plan = sent.choice("scheiding_kinderen", PLANS)
    if not sent.together(who, day, names=("scheiding_wie", "scheiding_dag")) or who is None or day is None:
        return None
    children: changes.Children = "equal" if plan == "equal" else "leave" if plan == "leave" else "stay"
    return changes.Separation(who, day, children, home)


def _partner(sent: Sent, home: tuple[Member, ...], _span: Span, until: int) -> Change | None:
    day, cents = sent.day("partner_dag"), sent.cents("partner_inkomen")
    if not sent.together(day, cents, names=("partner_dag", "partner_inkomen")) or day is None or cents is None:
        return None
    return changes.Partner(day, cents, until, home)


def _studies(sent: Sent, home: tuple[Member, ...], _span: Span, _until: int) -> Change | None:
    who, day = sent.member("studie_wie", home), sent.day("studie_dag")
    chosen, amount = sent.choice("studie_soort", LEVELS), sent.whole("studie_aantal", 120)
    if not sent.together(who, day, names=("studie_wie", "studie_dag")) or who is None or day is None:
        return None
    level: changes.Level = "secondary" if chosen == "secondary" else "higher" if chosen == "higher" else "none"
    return changes.Studies(who, level, day, _FULL_TIME[level] if amount is None else amount)


def _death(sent: Sent, home: tuple[Member, ...], _span: Span, _until: int) -> Change | None:
    who, day = sent.member("overlijden_wie", home), sent.day("overlijden_dag")
    if not sent.together(who, day, names=("overlijden_wie", "overlijden_dag")) or who is None or day is None:
        return None
    return changes.Death(who, day)


def _care(sent: Sent, home: tuple[Member, ...], _span: Span, _until: int) -> Change | None:
    who, day = sent.member("zorg_wie", home), sent.day("zorg_dag")
    points = [sent.whole(f"zorg_p{number}", most) for number, most in enumerate(_MOST_POINTS, start=1)]
    if not sent.together(who, day, names=("zorg_wie", "zorg_dag")) or who is None or day is None:
        return None
    first, second, third = (each or 0 for each in points)
    return changes.CareScore(who, day, (first, second, third))


def _move(sent: Sent, home: tuple[Member, ...], _span: Span, _until: int) -> Change | None:
    day, region = sent.day("verhuis_dag"), sent.choice("verhuis_naar", REGIONS)
    return None if day is None else changes.Move(day, region or "BR", home)


def _leefloon(sent: Sent, home: tuple[Member, ...], _span: Span, _until: int) -> Change | None:
    who, day = sent.member("leefloon_wie", home), sent.day("leefloon_dag")
    if not sent.together(who, day, names=("leefloon_wie", "leefloon_dag")) or who is None or day is None:
        return None
    return changes.Leefloon(who, day)


_READ: Final[tuple[Callable[[Sent, tuple[Member, ...], Span, int], Change | None], ...]] = (
    _birth, _income, _separation, _partner, _studies, _death, _care, _move, _leefloon,
)  # fmt: skip
