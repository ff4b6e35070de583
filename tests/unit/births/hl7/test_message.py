"""Reading HL7 v2: whatever comes in is a message or one sentence, and what is written is read back the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sluis.births.hl7.ack import Answer, Verdict, acknowledge, code_in
from sluis.births.hl7.message import (
    LARGEST_MESSAGE,
    Delimiters,
    Message,
    Segment,
    Unreadable,
    head,
    parse,
    part,
    segment,
    several,
    write,
)
from sluis.births.model import Fault
from sluis.kernel.text import msg
from tests.unit.births.hl7.strategies import AT

_SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "data" / "hl7v2"
HEADER = b"MSH|^~\\&|A|B|C|D|20261120093000+0100||ADT^A01^ADT_A01|M1|P|2.5.1\r"


def _reads(raw: bytes) -> Message | Unreadable:
    try:
        return parse(raw)
    except Unreadable as unreadable:
        return unreadable


@given(st.binary(max_size=400) | st.binary(max_size=300).map(lambda rest: HEADER + rest))
@example(b"MSH|^~\\&|\\")
@example(b"MSH|^~\\&#|A#|\\P\\\r")
@example(b"\xef\xbb\xbfMSH|^~\\&|\xc3\x28")
def test_whatever_comes_in_is_a_message_or_one_sentence(raw: bytes) -> None:
    found = _reads(raw)
    if isinstance(found, Unreadable):
        assert found.fault.text.text
        acknowledge(found.header, found.delimiters, Answer(Verdict.ERROR, (found.fault,)), mark="1", at=AT, say=str)
    else:
        assert found.segments[0].name == "MSH"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc"]), max_size=200))
def test_whatever_stands_in_a_field_nothing_but_a_sentence_is_raised(text: str) -> None:
    _reads(HEADER + f"PID|1||{text}|{text}\rNK1|{text}\r".encode())


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
_FIELDS = st.lists(st.lists(st.lists(_TEXTS, max_size=3), max_size=4), max_size=3)


@given(
    st.lists(st.tuples(st.sampled_from(["PID", "NK1", "ZAD"]), st.lists(_FIELDS, max_size=6)), max_size=5),
    st.sampled_from([Delimiters(), Delimiters("!", "@", "~", "\\", "#"), Delimiters(truncation="#")]),
)
def test_what_is_written_is_read_back_the_same(
    given_segments: list[tuple[str, list[list[list[list[str]]]]]], delimiters: Delimiters
) -> None:
    header = head(
        "A",
        "B",
        "C",
        "D",
        "20261120",
        "",
        "ADT",
        "1",
        "P",
        "2.5.1",
        "",
        "",
        "",
        "",
        "",
        "UNICODE UTF-8",
        delimiters=delimiters,
    )
    lines = [Segment(name, segment(name, *fields).fields) for name, fields in given_segments]  # type: ignore[arg-type]
    message = Message(delimiters, (header, *lines))
    read = parse(write(message))
    assert read == message
    assert write(read) == write(message)


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r\n"])
def test_lines_end_as_real_systems_end_them(ending: bytes) -> None:
    read = parse(ending.join([HEADER.strip(), b"EVN||20261120", b"PID|1||X"]) + ending)
    assert [one.name for one in read.segments] == ["MSH", "EVN", "PID"]


def test_escapes_mean_what_the_standard_says_and_a_lone_one_is_a_letter() -> None:
    read = parse(HEADER + rb"PID|a\F\b|c\S\d|e\T\f|g\R\h|i\E\j|k\X4142\l|m\.br\n|C:\o|\H\p\N\|\Zxx\q\X4\r" + b"\r")
    pid = read.named("PID")[0]
    assert [pid.text(number) for number in range(1, 11)] == [
        "a|b", "c^d", "e&f", "g~h", "i\\j", "kABl", "m\nn", "C:\\o", "p", "\\Zxx\\q\\X4\\r",
    ]  # fmt: skip


def test_own_delimiters_part_a_message() -> None:
    read = parse(b"MSH*+:?%*A*B*C*D*20261120**ADT+A01*1*P*2.5.1\rPID***X+1:Y+2*Peeters%sub+Lotte\r")
    pid = read.named("PID")[0]
    assert [part(one, 2) for one in pid.repetitions(3)] == ["1", "2"]
    assert pid.text(4) == "Peeters"
    assert pid.text(4, 2) == "Lotte"


@pytest.mark.parametrize(
    ("said", "letters", "codec"),
    [
        ("8859/1", "iso8859-1", "iso8859-1"),
        ("8859/15", "iso8859-15", "iso8859-15"),
        ("UNICODE UTF-8", "utf-8", "utf-8"),
        ("UTF-8", "utf-8", "utf-8"),
        ("ISO-8859-1", "iso8859-1", "iso8859-1"),
        ("WINDOWS-1252", "cp1252", "cp1252"),
        ("", "utf-8", "utf-8"),
    ],
)
def test_letters_are_read_as_msh_18_says(said: str, letters: str, codec: str) -> None:
    raw = HEADER.replace(b"2.5.1", b"2.5.1||||||" + said.encode()) + "PID|||X||Müller^Zoë\r".encode(letters)
    read = parse(raw)
    assert (read.named("PID")[0].text(5, 2), read.codec) == ("Zoë", codec)


@pytest.mark.parametrize(
    ("said", "letters"),
    [("UNICODE UTF-8", "iso8859-1"), ("8859/1", "utf-8"), ("ASCII", "utf-8"), ("", "iso8859-1"), ("KOI8", "utf-8")],
)
def test_letters_that_are_not_what_msh_18_says_are_refused_and_not_guessed(said: str, letters: str) -> None:
    raw = HEADER.replace(b"2.5.1", b"2.5.1||||||" + said.encode()) + "PID|||X||Müller^Zoë\r".encode(letters)
    found = _reads(raw)
    assert isinstance(found, Unreadable)
    assert found.fault.path == "MSH-18"


def test_a_hospitals_mapping_goes_before_a_false_msh_18() -> None:
    raw = HEADER.replace(b"2.5.1", b"2.5.1||||||8859/1") + "PID|||X||Zoë–\r".encode("cp1252")
    assert parse(raw, really="WINDOWS-1252").named("PID")[0].text(5) == "Zoë–"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"PID|1",
        b"MSH",
        b"MSH|",
        b"MSH||A|B",
        b"MSH|^^~&|",
        b"MSH|^~\\&|A\rzomaar tekst\r",
        b"MSH|^~\\&|A\x00B\r",
        HEADER + HEADER,
        "MSH|^~\\&|A".encode("utf-16"),
        b"MSH|^~\\&|" + b"A" * LARGEST_MESSAGE,
        b"MSH|^~\\&|\r" + b"PID\r" * 3000,
        b"MSH|^~\\&|\r" + b"PID|" + b"~" * 50_000,
    ],
)
def test_what_is_no_message_gets_a_sentence(raw: bytes) -> None:
    found = _reads(raw)
    assert isinstance(found, Unreadable)
    assert found.fault.text.text.endswith((".", "?"))


def test_an_answer_stands_in_the_senders_own_delimiters_and_letters() -> None:
    raw = b"MSH!@~\\#!EPD!AZ!SLUIS!O!20261120!!ADT@A01!M-1!P!2.5.1!!!!!!8859/1\r"
    read = parse(raw)
    answer = acknowledge(
        read.header, read.delimiters, Answer(Verdict.ACCEPTED, (), ("PID-8",)), mark="S1", at=AT, say=str
    )
    assert answer.startswith(b"MSH!@~\\#!SLUIS!O!EPD!AZ!")
    told = parse(answer)
    assert [one.name for one in told.segments] == ["MSH", "MSA", "ERR"]
    assert (told.named("MSA")[0].text(1), told.named("MSA")[0].text(2)) == ("AA", "M-1")
    assert (told.named("ERR")[0].text(2, 3), told.named("ERR")[0].text(4)) == ("8", "I")
    assert code_in(answer.replace(b"!", b"|")) == "AA"


def test_an_answer_before_2_5_tells_each_fault_with_its_sentence_too() -> None:
    read = parse(HEADER.replace(b"2.5.1", b"2.3"))
    faults = (Fault("PID-8", "not-agreed", msg("Laat het weg.")), Fault("PID-7", "value", msg("Geen datum.")))
    told = parse(acknowledge(read.header, read.delimiters, Answer(Verdict.ERROR, faults), mark="1", at=AT, say=str))
    assert [one.text(8) for one in told.named("ERR")] == ["PID-8: Laat het weg.", "PID-7: Geen datum."]


def test_a_sender_that_asks_commit_answers_only_gets_one() -> None:
    read = parse(HEADER.replace(b"2.5.1", b"2.5.1|||AL|NE"))
    assert code_in(acknowledge(read.header, read.delimiters, Answer(Verdict.ERROR), mark="1", at=AT, say=str)) == "CE"


def test_a_file_of_messages_is_parted_where_each_begins() -> None:
    file = b"FHS|^~\\&\nBHS|^~\\&\n" + HEADER + b"PID|1\n\x0b" + HEADER + b"PID|2\r\x1c\rBTS|2\nFTS|1\n"
    assert [parse(one).named("PID")[0].text(1) for one in several(file)] == ["1", "2"]


@pytest.mark.skipif(not _SAMPLES.is_dir(), reason="the samples of HL7 (../shared) are not beside this checkout")
def test_every_sample_of_a_real_system_is_read_or_refused_with_a_sentence() -> None:
    read = {path.name: _reads(path.read_bytes()) for path in sorted(_SAMPLES.glob("*.hl7"))}
    assert len(read) == 22
    unread = {name for name, found in read.items() if isinstance(found, Unreadable)}
    assert unread == {
        "cdc__Test_Message_empty.hl7",
        "cdc__Test_Message_msh_present_but_missing_all_fields.hl7",
        "cdc__Test_Message_msh_present_but_missing_msh-2.hl7",
    }
