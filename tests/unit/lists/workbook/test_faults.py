"""Every refusal of a workbook has words in four languages, a remedy, and a clause where a rule stands behind it."""

from __future__ import annotations

import re
import string

import pytest

from sluis.kernel.text import Message
from sluis.lists.workbook.faults import FAULTS, fault
from sluis.lists.workbook.model import Limits
from sluis.web.languages import catalogue, translate

LIMITS = Limits(rows=1234)


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_each_fault_speaks_each_language_with_its_places_filled_in(code, language):
    made = fault(code, limits=LIMITS, rows=tuple(range(3, 30)), columns=("A", "C"), sheets=(2,))
    for sentence in (made.what, made.remedy):
        said = translate(sentence, language)
        assert said.endswith((".", ")."))
        assert "{" not in said
        if language != "nl":
            assert sentence.text in catalogue(language)
            assert said != str(sentence)


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_translations_have_the_same_parameters(language):
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    for kind in FAULTS.values():
        for sentence in (kind.what, kind.remedy):
            assert fields(catalogue(language)[sentence.text]) == fields(sentence.text)


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        ((3,), (), "rij 3"),
        ((3,), ("B",), "rij 3; kolom B"),
        ((), ("B", "C"), "kolom B, C"),
        ((), (), "op een van de bladen"),
        (tuple(range(1, 30)), (), "rij 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"),
    ],
)
def test_places_are_named_and_a_long_row_of_them_is_cut(rows, columns, said):
    assert f"({said})" in str(fault("workbook-formulas", limits=LIMITS, rows=rows, columns=columns).what)


def test_codes_are_stable_words_and_sentences_have_only_known_parameters():
    known = {"rows", "columns", "sheets", "places", "megabytes", "inflated"}
    for code, kind in FAULTS.items():
        assert re.fullmatch(r"workbook-[a-z-]+", code)
        assert isinstance(kind.what, Message)
        assert {name for _, name, _, _ in string.Formatter().parse(kind.what.text)} <= known | {None}
        assert not kind.remedy.parameters


def test_the_limit_of_rows_is_in_the_sentence():
    assert "1234" in str(fault("workbook-too-many-rows", limits=LIMITS).what)
