"""Lines of grants: whatever becomes known in whatever order, what was paid ends at what is right."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from sluis.benefits.grants.lines import (
    CHANGED,
    CONTINUED,
    DECISION,
    ENDED,
    FINAL,
    LINE,
    NEW,
    OPEN,
    UNDECIDED,
    corrected,
    decided_now,
    known,
)

MAY = 2024 * 12 + 4
NOTHING = pl.DataFrame(schema=DECISION)


def lines(*rows: tuple[str, str, int | None], month: int = MAY) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "child": child,
                "benefit": "basisbedrag",
                "payee": payee,
                "payee_kind": "person",
                "month": month,
                "amount_cents": cents,
                "status": UNDECIDED if cents is None else FINAL,
                "doubt": "fact:income" if cents is None else "",
            }
            for child, payee, cents in rows
        ],
        schema=LINE,
    )


def now(
    told: pl.DataFrame, before: pl.DataFrame = NOTHING, previous: pl.DataFrame = NOTHING, run: int = 1
) -> pl.DataFrame:
    return decided_now(told, month=MAY, run=run, known_before=before, previous=previous, once={"startbedrag_geboorte"})


def test_a_right_is_new_goes_on_changes_and_ends() -> None:
    april = decided_now(
        lines(("a", "mum", 100), ("b", "mum", 100), ("c", "mum", 100), month=MAY - 1),
        month=MAY - 1,
        run=1,
        known_before=NOTHING,
        previous=NOTHING,
        once=(),
    )
    may = now(lines(("a", "mum", 100), ("b", "mum", 120), ("d", "dad", 80), ("e", "dad", None)), previous=april, run=2)
    changes = dict(may.select("child", "change").iter_rows())
    assert changes == {"a": CONTINUED, "b": CHANGED, "c": ENDED, "d": NEW, "e": OPEN}
    assert dict(may.select("child", "due_cents").iter_rows()) == {"a": 100, "b": 120, "c": 0, "d": 80, "e": 0}


def test_a_second_run_of_a_month_pays_the_difference_only() -> None:
    first = now(lines(("a", "mum", 100)))
    again = now(lines(("a", "mum", 100)), before=first, run=2)
    assert again.get_column("due_cents").sum() == 0
    more = now(lines(("a", "mum", 130)), before=again, run=3)
    assert more.get_column("due_cents").to_list() == [30]


def test_what_became_unknown_is_neither_paid_again_nor_asked_back() -> None:
    first = now(lines(("a", "mum", 100)))
    unknown = corrected(lines(("a", "mum", None)), month=MAY, run=2, run_month=MAY + 1, known_before=first)
    opened = unknown.filter(pl.col("payee") == "mum")
    assert opened.get_column("due_cents").to_list() == [0]
    assert opened.get_column("paid_cents").to_list() == [100]
    back = corrected(lines(("a", "mum", 100)), month=MAY, run=3, run_month=MAY + 2, known_before=opened)
    assert back.get_column("due_cents").to_list() == [0]


def test_a_benefit_that_is_open_with_nobody_known_leaves_what_its_payee_got() -> None:
    first = now(lines(("a", "mum", 100)))
    unknown = corrected(lines(("a", "", None)), month=MAY, run=2, run_month=MAY + 1, known_before=first)
    assert unknown.get_column("due_cents").sum() == 0
    held = known(pl.concat([first, unknown]).lazy()).collect()
    back = corrected(lines(("a", "mum", 90)), month=MAY, run=3, run_month=MAY + 2, known_before=held)
    assert back.get_column("due_cents").sum() == -10


def test_what_is_the_same_makes_no_line() -> None:
    first = now(lines(("a", "mum", 100), ("b", "mum", 70)))
    same = corrected(
        lines(("a", "mum", 100), ("b", "mum", 70)), month=MAY, run=2, run_month=MAY + 3, known_before=first
    )
    assert same.is_empty()


def test_a_right_that_was_never_there_is_asked_back_and_paid_to_the_other() -> None:
    first = now(lines(("a", "mum", 100)))
    moved = corrected(lines(("a", "dad", 100)), month=MAY, run=2, run_month=MAY + 3, known_before=first)
    assert dict(moved.select("payee", "due_cents").iter_rows()) == {"mum": -100, "dad": 100}


def test_after_three_years_nothing_is_asked_back_and_what_is_due_is_still_paid() -> None:
    first = now(lines(("a", "mum", 100), ("b", "mum", 100)))
    late = corrected(
        lines(("a", "mum", 40), ("b", "mum", 140)), month=MAY, run=2, run_month=MAY + 1 + 37, known_before=first
    )
    assert dict(late.select("child", "due_cents").iter_rows()) == {"a": 0, "b": 40}
    assert late.filter(pl.col("child") == "a").get_column("doubt").to_list() == ["recovery:barred"]


amounts = st.none() | st.integers(min_value=0, max_value=50_000)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), amounts, max_size=3), min_size=1, max_size=6))
def test_whatever_is_learned_in_whatever_order_the_sum_paid_is_what_is_known_last(
    learned: list[dict[str, int | None]],
) -> None:
    told: list[pl.DataFrame] = []
    for run, facts in enumerate(learned, start=1):
        rows = lines(*((child, "mum", cents) for child, cents in facts.items()))
        held = known(pl.concat([NOTHING, *told]).lazy()).collect()
        if run == 1:
            told.append(now(rows))
        else:
            told.append(corrected(rows, month=MAY, run=run, run_month=MAY + run, known_before=held))
    everything = pl.concat(told)
    held = known(everything.lazy()).collect()
    paid = {
        child: cents
        for child, cents in everything.group_by("child").agg(pl.col("due_cents").sum()).iter_rows()
        if cents
    }
    last: dict[str, int] = {}
    for facts in learned:
        gone = [child for child in last if child not in facts]
        for child in gone:
            del last[child]
        last |= {child: cents for child, cents in facts.items() if cents is not None}
    assert paid == {child: cents for child, cents in last.items() if cents}
    # What was known at any earlier run is still there to be read.
    for run in range(1, len(learned) + 1):
        then = known(everything.lazy(), at_run=run).collect()
        assert then.get_column("run").max() is None or then.get_column("run").max() <= run  # type: ignore[operator]
    assert held.select("child", "payee").is_duplicated().sum() == 0
