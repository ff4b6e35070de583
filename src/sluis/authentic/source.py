"""What the authentic sources offer to the gate: who a subject is, and the rights to a sociale toeslag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from sluis.authentic.store import read_count, read_facts, read_sociale_toeslag
from sluis.database import Connection
from sluis.gate.model import Record, SubjectFacts
from sluis.kernel.insz import Insz

CHILD_ITEMS: Final = frozenset({"child-insz", "right-since"})
BENEFICIARY_ITEMS: Final = frozenset({"beneficiary-insz"})


class AuthenticRegister:
    """The register that knows where persons live and when they were born."""

    def facts(self, connection: Connection, subjects: Sequence[Insz], reference: date) -> Mapping[Insz, SubjectFacts]:
        """Return the facts per number asked: an old number gives the facts of the one in force, an unknown one none.

        `nis` is the municipality of residence on the reference date; none for who lived nowhere that is known.
        """
        return {row[0]: SubjectFacts._make(row[1:]) for row in read_facts(connection, subjects, reference)}

    def count(
        self,
        connection: Connection,
        *,
        territory: frozenset[str] | None,
        age_from: int | None,
        age_to: int | None,
        reference: date,
    ) -> int:
        """Return how many living persons of these ages (completed years, inclusive) live there on that day."""
        return read_count(connection, territory=territory, age_from=age_from, age_to=age_to, reference=reference)


class SocialeToeslagSource:
    """The children with a right to a sociale toeslag and who is paid for them.

    Items, by the names that agreements use: of the child `child-insz` and `right-since` (first day of the present
    right, years of grant without a gap taken together), of the beneficiary `beneficiary-insz`. One record per child,
    or one per beneficiary (one or two) where that item is asked. With `since`, a right on any day from `since` to the
    reference date counts, as in the exchange of 2020-2021 ("from 1 March 2020"); the payees are those of the
    reference date. Children without the right are absent, and so are unknown ones.
    """

    code: Final = "sociale-toeslag"
    items: Final = CHILD_ITEMS | BENEFICIARY_ITEMS

    def __init__(self, *, portion: int = 2_000) -> None:
        self.portion = portion

    def read(
        self,
        connection: Connection,
        *,
        subjects: Sequence[Insz],
        items: frozenset[str],
        reference: date,
        since: date | None,
    ) -> Iterator[Sequence[Record]]:
        """Return the records of the subjects in portions, in the order of asking; only `items` are read."""
        if unknown := items - self.items:
            raise ValueError(f"{self.code} does not know {', '.join(sorted(unknown))}")
        for start in range(0, len(subjects), self.portion):
            asked = subjects[start : start + self.portion]
            records = list(self._portion(connection, asked, items, reference, since))
            if records:
                yield records

    def _portion(
        self,
        connection: Connection,
        asked: Sequence[Insz],
        items: frozenset[str],
        reference: date,
        since: date | None,
    ) -> Iterator[Record]:
        found = read_sociale_toeslag(
            connection,
            asked,
            reference=reference,
            since=since,
            with_start="right-since" in items,
            with_beneficiary=bool(items & BENEFICIARY_ITEMS),
        )
        for child, began, beneficiary in found:
            values: dict[str, str] = {}
            if "child-insz" in items:
                values["child-insz"] = child
            if began is not None:
                values["right-since"] = began.isoformat()
            if beneficiary is not None:
                values["beneficiary-insz"] = beneficiary
            yield Record(child, () if beneficiary is None else (beneficiary,), values)
