"""Acceptance cases as files: their form, checked before anything is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sluis.benefits.tables import FactTables, tables_of_rows
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg

MOST_BYTES: Final = 4 * 2**20

# The same safe loader in C where PyYAML was built with it: ten times as fast.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_ID = r"^[a-z][a-z0-9_]*$"
_AMOUNT = r"^-?\d+\.\d{2}$"
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
_Id = Annotated[str, Field(pattern=_ID)]
_Amount = Annotated[str, Field(pattern=_AMOUNT)]
_Month = Annotated[str, Field(pattern=_MONTH)]
_Text = Annotated[str, Field(min_length=1)]

BENEFITS: Final = (
    "startbedrag_geboorte",
    "startbedrag_adoptie",
    "basisbedrag",
    "rangbedrag",
    "leeftijdsbijslag",
    "schoolbonus",
    "wezentoeslag",
    "zorgtoeslag",
    "ondersteuningstoeslag",
    "pleegzorgtoeslag",
    "sociale_toeslag",
    "sociale_toeslag_eenmalig",
    "kinderopvangtoeslag",
    "kleutertoeslag",
    "schooltoeslag",
)
MUNICIPAL: Final = "municipal:"
PARAMETERS: Final = "parameters.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Expected(_Strict):
    """One expected row: whom, what, for which period, how much."""

    benefit: str
    child: _Id | None = None
    person: _Id | None = None
    month: _Month | None = None
    since: _Month | None = Field(default=None, alias="from")
    to: _Month | None = None
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    school_year: Annotated[str, Field(pattern=r"^\d{4}-\d{4}$")] | None = None
    once: Literal[True] | None = None
    amount: _Amount | None = None
    granted: bool | None = None
    paid: _Amount | None = None
    paid_to: _Id | None = None
    paid_on: date | None = None
    as_of: date | None = None
    provisional: bool | None = None
    income_year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    points: Annotated[int, Field(ge=0)] | None = None
    reason: _Text | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        periods = [self.month, self.since, self.year, self.school_year, self.once]
        if sum(each is not None for each in periods) != 1 or (self.since is None) != (self.to is None):
            raise ValueError("precies een periode: month, from en to, year, school_year of once")
        if (self.child is None) == (self.person is None):
            raise ValueError("precies een van child en person")
        if (self.amount is None) == (self.granted is None):
            raise ValueError("precies een van amount en granted")
        if self.benefit not in BENEFITS and not re.fullmatch(r"municipal:[a-z0-9-]+", self.benefit):
            raise ValueError(f"benefit {self.benefit} is niet bekend")
        if self.since is not None and self.to is not None and self.to < self.since:
            raise ValueError("to ligt voor from")
        if self.school_year is not None and int(self.school_year[5:]) != int(self.school_year[:4]) + 1:
            raise ValueError("school_year is geen twee jaren na elkaar")
        return self

    @property
    def subject(self) -> str:
        """Whom the right is about."""
        return self.child or self.person or ""

    @property
    def period(self) -> str:
        """The period as it was written."""
        if self.since is not None:
            return f"{self.since}..{self.to}"
        return str(self.month or self.year or self.school_year or "once")


class _Case(_Strict):
    id: Annotated[str, Field(pattern=r"^(gp-(ex[0-9]{2}|r[0-9]{2,3})|mu-[a-z0-9-]+)$")]
    title: _Text
    topic: _Text
    source: Annotated[str, Field(pattern=r"^https?://")]
    authority: Literal["agency", "payer", "rule text", "derived"]
    article: _Text | None = None
    as_of: date | None = None
    provided: Annotated[list[_Text], Field(min_length=1)]
    assumed: list[_Text]
    facts: dict[str, Annotated[list[dict[str, object]], Field(min_length=1)]]
    expect: Annotated[list[Expected], Field(min_length=1)]


@dataclass(frozen=True)
class Case:
    """One case: its facts as tables, the day of judgment and what is expected."""

    id: str
    title: str
    as_of: date | None
    tables: FactTables
    people: frozenset[str]
    expect: tuple[Expected, ...]


def read_case(path: Path) -> Case:
    """Read one case; a SluisError says what does not fit the schema of cases, without repeating what was written."""
    loaded = _loaded(path)
    try:
        case = _Case.model_validate(loaded)
    except ValidationError as fault:
        lines = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in fault.errors(include_input=False)[:5]
        )
        raise malformed(path, Message("{lines}", (("lines", lines),))) from fault
    if "persons" not in case.facts:
        raise malformed(path, msg("facts heeft geen persons"))
    try:
        tables = tables_of_rows(case.facts)
    except SluisError as fault:
        raise malformed(path, fault.what) from fault
    people = frozenset(str(row["id"]) for row in case.facts["persons"])
    return Case(case.id, case.title, case.as_of, tables, people, tuple(case.expect))


def case_paths(paths: list[Path]) -> list[Path]:
    """Return the files, and of each directory its YAML files with those of folders in it, by name.

    The parameters of a package lie beside its cases and are no case.
    """
    found: list[Path] = []
    for path in paths:
        inside = [*sorted(path.rglob("*.yaml")), *sorted(path.rglob("*.yml"))] if path.is_dir() else [path]
        found += [each for each in inside if each == path or each.name != PARAMETERS]
    return found


def malformed(path: Path, why: Message) -> SluisError:
    """A case that cannot be run."""
    return SluisError(
        "case-malformed",
        msg("{file} is geen geval: {why}.", file=path.name, why=why),
        remedy=msg("Schrijf het bestand volgens het schema van de gevallen."),
    )


def _loaded(path: Path) -> Mapping[str, object]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise malformed(path, msg("het is groter dan {most} bytes", most=MOST_BYTES))
        text = path.read_text(encoding="utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_LOADER)):
            raise malformed(path, msg("het verwijst naar zichzelf (YAML-alias)"))
        loaded = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except (OSError, UnicodeDecodeError) as fault:
        raise malformed(path, msg("het bestand is niet te lezen")) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise malformed(path, msg("het is geen leesbare YAML")) from fault
    if not isinstance(loaded, Mapping):
        raise malformed(path, msg("het is geen tabel van velden"))
    return {str(name): value for name, value in loaded.items()}
