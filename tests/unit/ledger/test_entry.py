"""An entry has one way to be written, and no person's number can be in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from sluis.kernel.errors import SluisError
from sluis.kernel.insz import format_insz
from sluis.kernel.outcome import Clause
from sluis.ledger.entry import (
    AgreementText,
    Entry,
    Ground,
    canonical_bytes,
    moments_of,
    new_entry_id,
    read_canonical,
)
from sluis.ledger.numbers import looks_like_insz
from tests.unit.ledger.samples import AT, insz, refusal, release

# Hypothesis takes bounds without a time zone and adds one itself.
EARLY, LATE = datetime(1990, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001
texts = st.text(st.characters(codec="utf-8"), max_size=40).filter(
    lambda text: not looks_like_insz(text.replace("\n", " "))
)
names = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True).filter(lambda text: not looks_like_insz(text))
entries = st.builds(
    release,
    at=st.datetimes(EARLY, LATE, timezones=st.just(UTC)),
    kind=st.sampled_from(["release", "refusal", "file-destroyed"]),
    leg=st.none() | texts,
    purpose=st.none() | texts,
    channel=st.none() | texts,
    agreement=st.none() | st.builds(AgreementText, texts, st.binary(min_size=32, max_size=32).map(bytes.hex)),
    items=st.lists(texts, max_size=5).map(tuple),
    grounds=st.lists(st.builds(Ground, texts, st.builds(Clause, texts, texts)), max_size=3).map(tuple),
    details=st.dictionaries(names, texts | st.integers(-99_999_999, 99_999_999) | st.booleans(), max_size=5),
)
groups = st.dictionaries(
    names, st.tuples(st.integers(0, 20_000), st.binary(min_size=32, max_size=32).map(bytes.hex)), max_size=3
)


@given(entries, groups)
def test_an_entry_is_written_in_the_canonical_form_of_rfc_8785(entry: Entry, subjects: dict[str, Any]) -> None:
    written = canonical_bytes(new_entry_id(entry.at), entry, subjects)
    assert rfc8785.dumps(json.loads(written)) == written


@given(entries, groups)
def test_an_entry_is_read_as_it_was_written(entry: Entry, subjects: dict[str, Any]) -> None:
    entry_id = new_entry_id(entry.at)
    recorded = read_canonical(canonical_bytes(entry_id, entry, subjects))
    assert recorded.id == entry_id
    assert recorded.entry == entry
    assert {name: (one.count, one.root.hex()) for name, one in recorded.subjects.items()} == subjects


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"version":1', '"version":2'),
        lambda text: text.replace('"version":1', '"version":1,"zulu":1'),
        lambda text: text.replace('{"actor"', '{ "actor"'),
        lambda text: text.replace('"leg":"answer",', ""),
        lambda text: text.replace('"leg":"answer"', '"leg":"answer","leg":"answer"'),
        lambda text: text.replace('"rows":12', '"rows":12.0'),
        lambda text: text.replace('"rows":12', '"rows":1.2e1'),
        lambda text: text.replace('"rows":12', '"rows":null'),
        lambda text: text.replace('"rows":12', '"rows":[]'),
        lambda text: text.replace("answer", "\\u0061nswer"),
        lambda text: text.replace("26:53.589793Z", "26:53.589793+00:00"),
        lambda text: text.replace("26:53.589793Z", "26:53.58979Z"),
        lambda text: text.replace('"count":1', '"count":true'),
        lambda text: text.replace('"count":1', '"count":-1'),
        lambda text: text.replace('"root":"', '"root":"A'),
        lambda text: text.replace('"items":[', '"items":[["x"],'),
        lambda text: text.replace('"party":"0207500123"', '"party":7'),
        lambda text: text + "\n",
        lambda text: text[:-1],
        lambda _: "[" * 100_000,
        lambda _: "null",
        lambda _: '{"version":1}',
    ],
)
def test_bytes_that_are_not_exactly_an_entry_are_refused(change: Any) -> None:
    written = canonical_bytes(new_entry_id(AT), release(), {"asked": (1, "ab" * 32)}).decode()
    assert read_canonical(written.encode())
    with pytest.raises(ValueError, match="not"):
        read_canonical(change(written).encode())


WAYS = [
    str,
    format_insz,
    lambda number: f"{number[:6]} {number[6:9]} {number[9:]}",
    lambda number: f"{number[:6]}-{number[6:9]}-{number[9:]}",
    lambda number: f"{number[:2]}/{number[2:4]}/{number[4:6]} {number[6:9]}/{number[9:]}",
    lambda number: f"{format_insz(number)[:8]} - {format_insz(number)[9:]}",
    " ".join,
    "\u200b".join,
    lambda number: "\u00a0".join([number[:6], number[6:9], number[9:]]),
    lambda number: number.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
    lambda number: number.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)}),
    lambda number: f"000{number}",
    lambda number: f"{number[:6]}\n{number[6:]}",
]
PLACES = [
    lambda text: {"leg": text},
    lambda text: {"purpose": text},
    lambda text: {"channel": text},
    lambda text: {"items": ("naam", text)},
    lambda text: {"details": {"note": text}},
    lambda text: {"agreement": AgreementText(text, "ab" * 32)},
    lambda text: {"grounds": (Ground(text, Clause("AVG", "5")),)},
    lambda text: {"grounds": (Ground("code", Clause(text, "5")),)},
    lambda text: {"grounds": (Ground("code", Clause("AVG", text)),)},
]
around = st.text(st.characters(exclude_categories=("Cs", "Nd", "Nl", "No")), max_size=12)


@given(
    st.integers(0, 900_000), st.sampled_from(WAYS), st.sampled_from(PLACES), around, around, st.sampled_from([1, 0, 9])
)
def test_no_entry_can_hold_a_number_of_a_person(
    person: int, way: Any, place: Any, before: str, after: str, error: int
) -> None:
    number = insz(person)
    mistyped = number[:-1] + str((int(number[-1]) + error) % 10)
    with pytest.raises(SluisError) as refused:
        release(**place(f"{before} {way(mistyped)} {after}"))
    assert number not in str(refused.value)
    assert mistyped not in repr(refused.value.__dict__)


@pytest.mark.parametrize(
    "field",
    ["party", "actor", "correlation", "counterparty"],
)
def test_no_identifier_can_be_a_number_of_a_person(field: str) -> None:
    for written in (insz(1), f"person:{insz(1)}", f"x{format_insz(insz(1))}y"):
        with pytest.raises(SluisError, match="INSZ"):
            release(**{field: written})


def test_no_count_can_be_a_number_of_a_person() -> None:
    for number in (int(insz(1)), int(insz(1)) % 10**9, -int(insz(1))):
        with pytest.raises(ValueError, match="eight digits"):
            release(details={"rows": number})
    with pytest.raises(SluisError, match="INSZ"):
        release(details={f"n{insz(1)}": 1})


@given(st.uuids(), st.binary(min_size=32, max_size=32), st.datetimes())
def test_what_only_looks_like_a_number_by_chance_is_no_reason_to_refuse_evidence(
    one: Any, digest: bytes, when: datetime
) -> None:
    assert not looks_like_insz(f"person:{one}/{digest.hex()} {one}")
    assert not looks_like_insz(when.replace(tzinfo=UTC).isoformat(timespec="microseconds"))


@pytest.mark.parametrize(
    "text",
    ["KBO 0207.500.123", "OVO001234", "e-govdecreet 18 juli 2008, art. 8 §1", "Verordening (EU) 2016/679, 9.2.h"],
)
def test_ordinary_references_pass(text: str) -> None:
    assert not looks_like_insz(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"at": EARLY},
        {"kind": "Release"},
        {"kind": "release "},
        {"kind": ""},
        {"outcome": "maybe"},
        {"party": "two words"},
        {"party": ""},
        {"actor": "x" * 129},
        {"agreement": AgreementText("a", "AB" * 32)},
        {"details": {"Upper": 1}},
        {"details": {"cents": 1.5}},
        {"details": {"nested": {"a": 1}}},
        {"purpose": "x" * 1001},
        {"purpose": "\ud800"},
    ],
)
def test_what_no_reader_would_understand_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        release(**changes)


def test_a_huge_entry_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        canonical_bytes(new_entry_id(AT), release(items=["x" * 900] * 80), {})


def test_the_details_of_an_entry_cannot_be_changed_after_the_check() -> None:
    details = {"rows": 1}
    entry = release(details=details)
    details["rows"] = int(insz(1))
    assert entry.details["rows"] == 1
    with pytest.raises(TypeError):
        entry.details["rows"] = 2  # type: ignore[index] # that this cannot be done is what is tested


@given(st.datetimes(EARLY, LATE, timezones=st.just(UTC)))
def test_the_number_of_an_entry_says_its_millisecond(at: datetime) -> None:
    entry_id = new_entry_id(at)
    first, end = moments_of(entry_id)
    assert first <= at < end
    assert entry_id.version == 7
    assert entry_id.variant == "specified in RFC 4122"


def test_numbers_of_entries_grow_with_time_and_differ_within_a_moment() -> None:
    assert new_entry_id(AT) < new_entry_id(AT + timedelta(milliseconds=1))
    assert len({new_entry_id(AT) for _ in range(1000)}) == 1000


def test_moments_are_written_in_utc() -> None:
    brussels = AT.astimezone(timezone(timedelta(hours=1)))
    written = canonical_bytes(new_entry_id(AT), release(at=brussels), {})
    assert b'"at":"2026-03-14T09:26:53.589793Z"' in written


@given(st.text(max_size=60))
def test_the_guard_never_fails_on_a_text(text: str) -> None:
    assume("\ud800" not in text)
    assert looks_like_insz(text) in (True, False)


def test_a_refusal_keeps_its_grounds() -> None:
    entry = refusal()
    read = read_canonical(canonical_bytes(new_entry_id(AT), entry, {})).entry
    assert read.grounds == (Ground("agreement-not-in-force", Clause("e-govdecreet 18 juli 2008", "8 §1")),)
