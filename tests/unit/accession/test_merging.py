"""Two people on one sheet: whoever writes what and when, no words are lost and nothing is overwritten unseen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sluis.accession.merging import merge
from sluis.accession.model import Value

_FIELDS = st.sampled_from(["use", "scenario", "items"])
_VALUES: st.SearchStrategy[Value] = st.sampled_from(["", "a", "b", "c", ("x",), ("x", "y")])
_SHEETS = st.dictionaries(_FIELDS, _VALUES)


@given(base=_SHEETS, theirs=_SHEETS, mine=_SHEETS)
def test_a_field_changes_only_where_nobody_else_changed_it(
    base: dict[str, Value], theirs: dict[str, Value], mine: dict[str, Value]
) -> None:
    merged = merge(base=base, theirs=theirs, mine=mine)
    for field in merged.changes:
        assert (theirs.get(field) or "") == (base.get(field) or "")
        assert merged.changes[field] == mine[field]
    assert not merged.changes.keys() & merged.conflicts.keys()


@given(base=_SHEETS, theirs=_SHEETS, mine=_SHEETS)
def test_every_word_of_mine_is_kept_there_already_or_shown_beside_theirs(
    base: dict[str, Value], theirs: dict[str, Value], mine: dict[str, Value]
) -> None:
    merged = merge(base=base, theirs=theirs, mine=mine)
    for field, own in mine.items():
        is_untouched = (own or "") == (base.get(field) or "")
        is_there = (own or "") == (theirs.get(field) or "")
        assert is_untouched or is_there or field in merged.changes or field in merged.conflicts
        if field in merged.conflicts:
            assert merged.conflicts[field] == (theirs.get(field) or "")


@given(base=_SHEETS, mine=_SHEETS)
def test_alone_on_a_sheet_there_is_never_a_conflict(base: dict[str, Value], mine: dict[str, Value]) -> None:
    merged = merge(base=base, theirs=base, mine=mine)
    assert not merged.conflicts
    after = {**base, **merged.changes}
    assert all((after.get(field) or "") == (value or "") for field, value in mine.items())
