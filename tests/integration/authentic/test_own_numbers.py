"""A person finds the own evidence under every number that the person ever had."""

from __future__ import annotations

import pytest

from sluis.authentic.names import numbers_of
from sluis.database import Database
from sluis.kernel.insz import Insz

FIRST, SECOND, THIRD, STRANGER = (Insz(number) for number in ("85670300001", "85670300002", "85670300003", "1" * 11))


@pytest.mark.parametrize("asked", [FIRST, SECOND, THIRD])
def test_a_number_that_was_replaced_twice_leads_to_all_three(database: Database, asked: Insz) -> None:
    with database.owner() as connection:
        connection.execute(
            "INSERT INTO authentic_insz_replacements VALUES (%s, %s, '2010-01-01'), (%s, %s, '2020-01-01')",
            (FIRST, SECOND, SECOND, THIRD),
        )
    with database.transaction() as connection:
        assert set(numbers_of(connection, asked)) == {FIRST, SECOND, THIRD}
        assert numbers_of(connection, asked)[0] == asked
        assert numbers_of(connection, STRANGER) == [STRANGER]
