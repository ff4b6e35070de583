"""The register of laws as a file that a lawyer reviews: instruments that agreements name, with validity and source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("laws.yaml")


@dataclass(frozen=True, slots=True)
class Law:
    """One instrument. A day that is None is not known or not there; `note` says what could not be read."""

    id: str
    name: str
    aliases: tuple[str, ...]
    source: str
    note: str | None
    valid_from: date | None
    valid_until: date | None

    def as_row(self) -> dict[str, Any]:
        """Return the law as plain values for the database."""
        return {
            "id": self.id,
            "name": self.name,
            "aliases": [normal(alias) for alias in (self.name, *self.aliases)],
            "source": self.source,
            "note": self.note,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }


@lru_cache(maxsize=1)
def registered_laws() -> tuple[Law, ...]:
    """Return the laws of the file; a mistake in it is a fault of the product and stops it."""
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["laws"]
    laws = tuple(
        Law(
            entry["id"],
            entry["name"],
            tuple(entry.get("aliases", ())),
            entry["source"],
            entry.get("note"),
            entry.get("valid_from"),
            entry.get("valid_until"),
        )
        for entry in entries
    )
    if len({law.id for law in laws}) != len(laws):
        raise ValueError("laws.yaml names a law twice")
    return laws


def normal(text: str) -> str:
    """Return a name as names are compared: small letters without accents, words apart by one blank."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9/]+", " ", plain).split())


def find_law(instrument: str, names: Iterable[tuple[str, Iterable[str]]]) -> str | None:
    """Return the law that an agreement's instrument names: the one with the longest of its names in those words."""
    words = f" {normal(instrument)} "
    found = [(len(name), law) for law, aliases in names for name in aliases if name and f" {name} " in words]
    return max(found)[1] if found else None


def same_article(stated: str | None, article: str) -> bool:
    """Return whether a ground that states this article rests on that one: `artikel 10/1, §2` rests on `10/1`."""
    if stated is None:
        return False
    numbers = re.findall(r"\d+(?:/\d+)*", normal(stated))
    wanted = re.findall(r"\d+(?:/\d+)*", normal(article))
    return bool(numbers and wanted) and numbers[0] == wanted[0]
