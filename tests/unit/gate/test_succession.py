"""A class of bodies opens for its members, each under its one id, and for nothing that merely sounds like one."""

from __future__ import annotations

from datetime import date

import pytest

from sluis.gate.succession import receivers_on

DAY = date(2026, 3, 2)
MUNICIPALITIES = frozenset({"kind:municipality"})


def test_a_member_of_the_class_is_a_receiver() -> None:
    assert receivers_on(MUNICIPALITIES, "gemeente-wingene", DAY).parties == {"gemeente-wingene"}


@pytest.mark.parametrize(
    "party",
    [
        "kind:municipality",
        "Gemeente-Wingene",
        "gemeente wingene",
        "wingene",
        " gemeente-wingene",
        "gemeente-wingene\n",
        "0207495470",
        "0207.495.470",
        "OVO002277",
        "ovo002277",
        "ocmw-wingene",
        "opgroeien-regie",
        "",
    ],
)
def test_another_spelling_another_kind_or_the_class_itself_is_none(party: str) -> None:
    assert receivers_on(MUNICIPALITIES, party, DAY).parties == frozenset()


def test_a_body_that_ended_is_no_member_any_more() -> None:
    assert receivers_on(MUNICIPALITIES, "gemeente-ruiselede", date(2024, 12, 31)).parties == {"gemeente-ruiselede"}
    assert receivers_on(MUNICIPALITIES, "gemeente-ruiselede", DAY).parties == frozenset()


def test_the_names_of_classes_are_no_parties_beside_a_named_one() -> None:
    named = MUNICIPALITIES | {"gemeente-tielt"}
    assert receivers_on(named, "ocmw-wingene", DAY).parties == {"gemeente-tielt"}
