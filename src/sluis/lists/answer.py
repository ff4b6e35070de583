"""The rows of an answer workbook from the records that the gate released. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sluis.agreements.policy import LegPolicy
from sluis.gate.model import Record


def answer_columns(leg: LegPolicy) -> list[str]:
    """Return the columns: the leg's items by their technical names, in the order of the agreement's text."""
    return [name.replace("-", "_") for name in leg.items]


def answer_rows(records: Iterable[Record], leg: LegPolicy) -> Iterator[list[str]]:
    """Return the rows, the subject first under the number that was asked, so that the asker can match it."""
    own = f"{leg.subjects.category}-insz"
    for found in records:
        yield [str(found.subject) if name == own else found.values.get(name, "") for name in leg.items]
