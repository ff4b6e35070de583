"""Parts: as a whole, and never through a family."""

import polars as pl
import pytest

from sluis.kernel.errors import SluisError
from sluis.rules import polars_engine
from sluis.rules.parts import run_in_parts
from tests.unit.rules.families import child
from tests.unit.rules.test_engines import table
from tests.unit.rules.waterland import MARCH_2023, waterland

LAW = waterland().at(MARCH_2023)


def rows() -> list[dict[str, object]]:
    return [
        {**child(f"c{house:02d}{at}"), "house": f"h{house:02d}", "income": None if house == 3 else 700_000 * house}
        for house in range(10)
        for at in range(1 + house % 3)
    ]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_table_in_parts_has_the_outcomes_of_the_whole(size):
    facts = table(LAW, rows())  # type: ignore[arg-type]  # facts of the right kinds
    parts = list(run_in_parts(LAW, facts.lazy(), by="house", rows=size))
    assert (len(parts) > 1) == (size < 1000)
    stacked = pl.concat(part.whole() for part in parts)
    assert stacked.equals(polars_engine.run(LAW, facts, plan=parts[0].plan).whole())
    assert sum(part.lacks("tide_allowance").height for part in parts) == 1


@pytest.mark.parametrize("by", ["child", "income"])
def test_a_table_that_cannot_be_divided_is_refused(by):
    with pytest.raises(SluisError, match=by):
        list(run_in_parts(LAW, table(LAW, rows()).lazy(), by=by, rows=2))  # type: ignore[arg-type]  # as above


def test_an_empty_table_has_one_empty_part():
    facts = table(LAW, []).lazy()
    assert [part.frame.height for part in run_in_parts(LAW, facts, by="house")] == [0]
