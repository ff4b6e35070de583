"""The standard agreements that Sluis brings along, read from the files beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from sluis.agreements.arrangement import Offer
from sluis.agreements.model import Agreement
from sluis.agreements.reading import read_agreement
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

_FOLDER = Path(__file__).with_name("templates")
_EXAMPLE = ".voorbeeld"


@lru_cache(maxsize=1)
def templates() -> Mapping[str, Agreement]:
    """Return every text that Sluis brings along by its code: standard agreements, and existing arrangements as texts.

    One that does not read is a fault of the product, and stops it.
    """
    found: dict[str, Agreement] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        if path.stem.endswith(_EXAMPLE):
            continue
        reading = read_agreement(path.read_bytes())
        if reading.agreement is None:
            raise ValueError(f"{path.name}: {'; '.join(f'{p.line}: {p.what}' for p in reading.problems)}")
        found[reading.agreement.id] = reading.agreement
    return MappingProxyType(found)


def offers() -> Mapping[str, Offer]:
    """Return the standard agreements that somebody offers, by code: who may join, and which party they become.

    The other texts of the catalogue render existing arrangements; nobody completes those.
    """
    return MappingProxyType({code: found.offer for code, found in templates().items() if found.offer is not None})


def template(code: str) -> Agreement:
    """Return one standard agreement."""
    found = templates().get(code)
    if found is None:
        raise SluisError(
            "template-unknown",
            msg("Er is geen standaardovereenkomst ‘{code}’.", code=code),
            remedy=msg("Kies uit: {codes}.", codes=", ".join(templates())),
        )
    return found


def example_completion(code: str) -> bytes:
    """Return the file with an example of how to complete a standard agreement."""
    path = _FOLDER / f"{template(code).id}{_EXAMPLE}.yaml"
    if not path.exists():
        raise SluisError(
            "no-example",
            msg("Bij ‘{code}’ is er geen voorbeeld van een aanvulling.", code=code),
            remedy=msg("Bekijk een voorbeeld bij: {codes}.", codes=", ".join(_examples())),
        )
    return path.read_bytes()


def _examples() -> list[str]:
    return sorted(path.stem.removesuffix(_EXAMPLE) for path in _FOLDER.glob(f"*{_EXAMPLE}.yaml"))
