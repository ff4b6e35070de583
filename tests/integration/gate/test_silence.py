"""Unknown, not entitled, too old, dead and living elsewhere look alike to the receiver, in content, size and work."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sluis.authentic.source import AuthenticRegister, SocialeToeslagSource
from sluis.database import Database
from sluis.gate.actions import Gate
from sluis.gate.model import Released
from sluis.kernel.insz import Insz
from sluis.ledger.reading import find_entry
from tests.integration.gate.house import House, build_house, number

CHILD = number(1)

CASES: dict[str, dict[str, Any]] = {
    "unknown": {},
    "not entitled": {"nis": "37021"},
    "too old": {"nis": "37021", "born": date(1990, 1, 1), "parents": [number(2)]},
    "dead": {"nis": "37021", "died": date(2026, 1, 1), "parents": [number(2)]},
    "elsewhere": {"nis": "11002", "parents": [number(2)]},
    "nowhere": {"nis": None, "parents": [number(2)]},
    "not born yet": {"nis": "37021", "born": date(2026, 3, 3), "parents": [number(2)]},
}


@pytest.mark.parametrize("case", CASES)
def test_whoever_may_not_leave_is_absent_without_a_word(database: Database, case: str) -> None:
    house = build_house(database)
    if CASES[case]:
        house.population.add(CHILD, **CASES[case])
    with database.transaction() as connection:
        released = house.gate.release(connection, house.request(CHILD))
        assert isinstance(released, Released)
        recorded = find_entry(connection, released.entry)
    assert released.records == ()
    assert recorded is not None
    assert {name: one.count for name, one in recorded.subjects.items()} == {"asked": 1, "released": 0}
    assert recorded.entry.outcome == "permitted"
    assert recorded.entry.grounds == ()


def test_the_database_does_the_same_work_for_whoever_is_absent(database: Database) -> None:
    """The statements and their number are equal, so time tells nothing that content does not."""
    house = build_house(database)
    gate = Gate(
        register=AuthenticRegister(),
        sources={SocialeToeslagSource.code: SocialeToeslagSource()},
        secret=house.gate.secret,
    )
    _settle(database, known=number(5), elsewhere=number(6))
    _statements(house, gate, number(4))  # the first also looks whether the text is intact
    works = [_statements(house, gate, subject) for subject in (number(4), number(5), number(6))]
    assert works[0] == works[1] == works[2]


def _settle(database: Database, *, known: str, elsewhere: str) -> None:
    with database.owner() as connection:
        for insz, nis in ((known, "37021"), (elsewhere, "11002")):
            connection.execute("INSERT INTO authentic_persons (insz, born) VALUES (%s, '2015-06-01')", (insz,))
            connection.execute(
                "INSERT INTO authentic_residences (person, region, nis, valid_from, born)"
                " VALUES (%s, 'VL', %s, '2015-06-01', '2015-06-01')",
                (insz, nis),
            )


def _statements(house: House, gate: Gate, subject: str) -> list[str]:
    """Return the statements of one release, which is then undone so that the next one meets the same agreement."""
    said: list[str] = []
    with house.database.transaction() as connection:
        original = connection.execute

        def listening(query, parameters=None, **options):
            said.append(str(query))
            return original(query, parameters, **options)

        connection.execute = listening  # type: ignore[method-assign, assignment] # a listener on this one connection
        try:
            gate.release(connection, house.request(Insz(subject)))
        finally:
            del connection.execute
            connection.rollback()
    return said
