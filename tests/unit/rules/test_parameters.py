"""Dated parameters, read from text digit by digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.rules import Confidence, parameters_of, read_parameters
from sluis.rules.parameters import Bands, Table

HEAD = "p: {unit: EUR, article: art. 1, values: [{from: 2019-01, confidence: derived, value: %s}]}"


def one(text: str):
    return parameters_of(text, instrument="Proefwet")[0]


@given(st.integers(-(10**12), 10**12))
def test_every_amount_is_read_to_the_cent_without_quotes(cents):
    sign, whole, rest = "-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100
    assert one(HEAD % f"{sign}{whole}.{rest:02d}").at(Month(2020, 1)).value == cents


@pytest.mark.parametrize(
    ("written", "points"), [("80%", 8000), ("33.33%", 3333), ("1.0521", 10521), ("0.8", 8000), ("1", 10000)]
)
def test_a_share_is_read_to_the_basis_point(written, points):
    assert one(HEAD.replace("EUR", "share") % written).at(Month(2020, 1)).value == points


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("163.2", "163.205"), "bedrag"),
        (("163.2", "1e3"), "bedrag"),
        (("163.2", ""), "leeg"),
        (("derived", "certain"), "confidence"),
        (("derived", "sourced"), "zonder source"),
        (("from: 2019-01", "from: 2019-13"), "maand"),
        (("from: 2019-01", "from: 2019-01-15"), "maand"),
        (("from: 2019-01,", "from: 2019-01, to: 2018-12,"), "eindigt"),
        (("article: art. 1, ", ""), "article"),
        (("unit: EUR", "unit: EUR, colour: red"), "colour"),
        (("unit: EUR", "unit: EUR, unit: share"), "2x"),
        (("value: 163.2", "bands: [{value: 1.00}]"), "scalar"),
    ],
)
def test_a_file_that_is_not_in_the_form_is_refused_by_name(change, says):
    text = (HEAD % "163.2").replace(*change)
    with pytest.raises(SluisError, match="(?s)tekst, parameter.*" + says):
        one(text)


@pytest.mark.parametrize(
    "bands",
    [
        "[{below: 5, value: 1.00}]",
        "[{value: 1.00}, {value: 2.00}]",
        "[{below: 5, up_to: 6, value: 1.00}, {value: 2.00}]",
        "[{below: 5, value: 1.00}, {below: 5, value: 2.00}, {value: 3.00}]",
        "[]",
    ],
)
def test_bands_that_leave_a_gap_or_overlap_are_refused(bands):
    text = f"p: {{unit: EUR, by: years, article: a, values: [{{from: 2019-01, confidence: derived, bands: {bands}}}]}}"
    with pytest.raises(SluisError):
        one(text)


def test_bands_and_tables_are_read_by_their_own_unit():
    bands = one(
        "p: {unit: EUR, by: EUR, article: a, values: [{from: 2019-01, confidence: derived, "
        "bands: [{up_to: 10.00, value: 1.00}, {value: 2.00}]}]}"
    ).at(Month(2019, 1))
    assert bands.value == Bands((1001,), (100, 200))
    table = one(
        "p: {unit: share, key: year, article: a, values: [{from: 2019-01, confidence: from memory, "
        "table: {2018: 1.7863, 2020: 1.8492}, otherwise: 1}]}"
    ).at(Month(2019, 1))
    assert isinstance(table.value, Table)
    assert [table.value.value_of(year) for year in (2018, 2019, 2020)] == [17863, 10000, 18492]
    assert table.confidence is Confidence.FROM_MEMORY


def test_a_value_ends_where_it_says_so():
    once = one(
        "p: {unit: EUR, article: art. 18, values: [{from: 2022-11, to: 2022-11, value: 100.00, confidence: derived}]}"
    )
    assert once.at(Month(2022, 11)).value == 10000
    with pytest.raises(SluisError, match="geen waarde in 2022-12"):
        once.at(Month(2022, 12))


def test_a_parameter_stands_in_one_file(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(HEAD % "1.00")
    with pytest.raises(SluisError, match=r"b\.yaml, parameter p"):
        read_parameters(tmp_path / "a.yaml", tmp_path / "b.yaml", instrument="Proefwet")


def test_the_hash_of_parameters_sees_every_value_and_not_their_order(tmp_path):
    first, second = HEAD % "1.00", (HEAD % "2.00").replace("p:", "q:")
    (tmp_path / "a.yaml").write_text(first + "\n" + second)
    (tmp_path / "b.yaml").write_text(second + "\n" + first)
    (tmp_path / "c.yaml").write_text(first + "\n" + second.replace("2.00", "2.01"))
    digests = [read_parameters(tmp_path / name, instrument="w").digest for name in ("a.yaml", "b.yaml", "c.yaml")]
    assert digests[0] == digests[1] != digests[2]
