"""The table of sites with a maternity ward, and how births spread over the days of a week."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, cast

from sluis.kernel.working_days import calendars, is_working_day

_FOLDER: Final = Path(__file__).with_name("tables")
_SUNDAY: Final = 6
DAYS_OF_YEAR: Final = 365.25

Basis = Literal["evidence", "assumed", "closed"]


@dataclass(frozen=True, slots=True)
class Maternity:
    """A site of a hospital. `basis` says how sure it is that it has a ward; see tables/README.md."""

    code: str
    hospital: str
    site: str
    nis: str
    municipality: str
    basis: Basis

    @property
    def name(self) -> str:
        """The hospital and its site, as the list writes them."""
        return f"{self.hospital}, {self.site}" if self.site and self.site != self.hospital else self.hospital


@lru_cache(maxsize=1)
def maternities() -> Mapping[str, Maternity]:
    """Return every site of the table by its code, in the order of its name."""
    with (_FOLDER / "maternities.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Maternity(
                row["code"],
                row["hospital"],
                row["site"],
                row["nis"],
                row["municipality"],
                cast(Basis, row["basis"]),
            )
            for row in csv.DictReader(file)
        ]
    return MappingProxyType({one.code: one for one in sorted(rows, key=lambda one: (one.name, one.code))})


def expected_on(day: date, births_per_year: int) -> float:
    """Return how many births a ward of this size has on a day, on average."""
    shares = _shares()
    is_free = day.weekday() < 5 and not is_working_day(day, calendars()["belgian_legal"])
    return births_per_year / DAYS_OF_YEAR * shares[_SUNDAY if is_free else day.weekday()]


@lru_cache(maxsize=1)
def _shares() -> tuple[float, ...]:
    table = tomllib.loads((_FOLDER / "birth_days.toml").read_text(encoding="utf-8"))
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return tuple(table[name] / 10_000 for name in names)
