"""Dated parameters of the law: the value in a month, with its article, source and confidence.

A parameter is a number, a list of bands, or a table by key (a municipality, a year). Every value says from which month
it holds, where it was read and how sure that is. `parameter_files` reads them from YAML.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg
from sluis.rules.nodes import Scalar, digest
from sluis.rules.units import Unit


class Confidence(StrEnum):
    """How sure a value is."""

    SOURCED = "sourced"
    DERIVED = "derived"
    DERIVED_LOW = "derived (low)"
    THIRD_PARTY = "sourced (third party, not official)"
    FROM_MEMORY = "from memory"
    MISSING = "missing"

    @property
    def weak(self) -> bool:
        """Whether an outcome that rests on it is provisional."""
        return self in _WEAK

    @property
    def reason(self) -> Message:
        """Why an outcome that rests on it is provisional."""
        return _WEAK.get(self, msg("De waarde komt uit een bron."))


_WEAK: Mapping[Confidence, Message] = {
    Confidence.DERIVED_LOW: msg("De waarde is berekend met een factor die niet in een officiële bron stond."),
    Confidence.FROM_MEMORY: msg("De waarde is niet in een bron nagekeken."),
    Confidence.MISSING: msg("De waarde is niet gevonden."),
}


class Form(StrEnum):
    """The form of a parameter."""

    SCALAR = "scalar"
    BANDS = "bands"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Bands:
    """Values by where a number lies: `values[0]` below `edges[0]`, `values[i]` from `edges[i-1]` on."""

    edges: tuple[int, ...]
    values: tuple[Scalar, ...]

    def value_of(self, number: int) -> Scalar:
        """Return the value of the band in which the number lies."""
        return self.values[bisect_right(self.edges, number)]


@dataclass(frozen=True)
class Table:
    """Values by key; `otherwise` is the value of a key without a row, None if that is unknown."""

    rows: tuple[tuple[int | str, Scalar], ...]
    otherwise: Scalar = None
    by_key: Mapping[int | str, Scalar] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Index the rows."""
        object.__setattr__(self, "by_key", dict(self.rows))

    def value_of(self, key: int | str) -> Scalar:
        """Return the value of the key."""
        return self.by_key.get(key, self.otherwise)


@dataclass(frozen=True, slots=True)
class Dated:
    """One value from `since` up to and with `until`; None as `value` means that it was not found."""

    since: Month
    value: Scalar | Bands | Table
    confidence: Confidence
    sources: tuple[str, ...] = ()
    note: str = ""
    until: Month | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value of the law by month. `by` is the unit of what bands or a table are over."""

    name: str
    unit: Unit
    article: Clause
    form: Form
    values: tuple[Dated, ...]
    by: Unit | None = None
    title: str = ""
    """What it is called in texts, in Dutch; the name in words where it is empty."""

    def at(self, month: Month) -> Dated:
        """Return the value in the month; a SluisError names parameter, month and article if there is none."""
        place = bisect_right([dated.since for dated in self.values], month) - 1
        if place < 0 or not _holds(self.values[place], month):
            raise self._without_value(month)
        return self.values[place]

    def covers(self, month: Month) -> bool:
        """Say whether there is a value (or a value known to be missing) in the month."""
        return any(dated.since <= month and _holds(dated, month) for dated in self.values)

    def _without_value(self, month: Month) -> SluisError:
        return SluisError(
            "parameter-without-value",
            msg(
                "Parameter {name} ({article}) heeft geen waarde in {month}.",
                name=self.name,
                article=self.article,
                month=month,
            ),
            remedy=msg("Voeg een waarde toe met begindatum en bron, of kies een maand waarin er een is."),
            clause=self.article,
        )


class Parameters(Mapping[str, Parameter]):
    """Parameters by name."""

    def __init__(self, parameters: Iterable[Parameter] = ()) -> None:
        self._by_name = {parameter.name: parameter for parameter in sorted(parameters, key=lambda each: each.name)}

    def __getitem__(self, name: str) -> Parameter:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def changed_by(self, change: Parameters) -> Parameters:
        """Return these with the values of another set in the place of theirs, from the month that each begins.

        A change of law: what held before the first changed month stays.
        """
        changed = dict(self._by_name)
        for name, new in change.items():
            old = changed.get(name)
            changed[name] = new if old is None else replace(new, values=_spliced(old.values, new.values))
        return Parameters(changed.values())

    @property
    def digest(self) -> str:
        """The SHA-256 of every value with its dates, article, source and confidence."""
        return digest([_canonical(parameter) for parameter in self.values()])


def _holds(dated: Dated, month: Month) -> bool:
    return dated.until is None or month <= dated.until


def _spliced(old: tuple[Dated, ...], new: tuple[Dated, ...]) -> tuple[Dated, ...]:
    first = min(dated.since for dated in new)
    return (*(dated for dated in old if dated.since < first), *new)


def _canonical(parameter: Parameter) -> list[object]:
    by = [parameter.by.kind.value, parameter.by.label] if parameter.by else None
    unit = [parameter.unit.kind.value, parameter.unit.label]
    values = [_canonical_dated(dated) for dated in parameter.values]
    return [parameter.name, unit, str(parameter.article), parameter.form.value, by, values]


def _canonical_dated(dated: Dated) -> list[object]:
    value: object = dated.value
    if isinstance(value, Bands):
        value = [list(value.edges), list(value.values)]
    elif isinstance(value, Table):
        value = [sorted([str(key), row] for key, row in value.rows), value.otherwise]
    until = str(dated.until) if dated.until else None
    return [str(dated.since), until, value, dated.confidence.value, list(dated.sources), dated.note]
