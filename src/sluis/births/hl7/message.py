"""An HL7 v2 message as a tree of texts: segments, fields, repetitions, components, subcomponents.

Reading takes what real systems send (LF or CRLF for CR, blank lines, own delimiters, a truncation character, escapes
that nobody closed) and refuses what could be read in two ways. Only `Unreadable` is raised, whatever comes in, and it
holds no value. Writing escapes, so that reading gives the same tree back. Trailing empty parts are trimmed at every
level: the standard gives them no meaning.

Source: HL7 version 2.5.1 and 2.8.2, chapter 2 (control), in own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sluis.births.hl7.charset import WrongLetters, decode
from sluis.births.model import Fault
from sluis.kernel.text import Message as Sentence
from sluis.kernel.text import msg

LARGEST_MESSAGE: Final = 256 * 1024
MOST_SEGMENTS: Final = 2_000
MOST_PARTS: Final = 20_000

Component = tuple[str, ...]
Repetition = tuple[Component, ...]
Field = tuple[Repetition, ...]

NULL: Final = '""'
"""HL7's null: the sender says that there is no value (any more). An empty field says nothing."""

_T = TypeVar("_T")

_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FORMATTING: Final = re.compile(r"\.(?:sp|in|ti|sk|ce)[+-]?\d{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that part a message, as its header gives them."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""

    @property
    def encoding(self) -> str:
        """MSH-2."""
        return self.component + self.repetition + self.escape + self.subcomponent + self.truncation


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment. Fields are counted from 1 as the standard does; in MSH the field separator itself is the first."""

    name: str
    fields: tuple[Field, ...] = field(default=(), repr=False)

    def repetitions(self, number: int) -> Field:
        """Return the repetitions of a field, none where it is empty or absent."""
        return self.fields[number - 1] if 0 < number <= len(self.fields) else ()

    def text(self, number: int, component: int = 1) -> str:
        """Return the first subcomponent of a component of the first repetition, "" where it is absent."""
        found = self.repetitions(number)
        return part(found[0], component) if found else ""

    def filled(self) -> Iterator[int]:
        """Yield the numbers of the fields in which anything stands."""
        return (number for number, one in enumerate(self.fields, 1) if one)


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its delimiters, its segments (MSH first), the codec of its letters."""

    delimiters: Delimiters
    segments: tuple[Segment, ...] = field(repr=False)
    codec: str = "utf-8"

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    def named(self, name: str) -> tuple[Segment, ...]:
        """Return every segment of a name."""
        return tuple(one for one in self.segments if one.name == name)


class Unreadable(Exception):
    """Not a message that can be read: which fault, and the header as far as there is one, to answer with."""

    def __init__(self, fault: Fault, header: Segment | None = None, delimiters: Delimiters | None = None) -> None:
        super().__init__(fault.code)
        self.fault, self.header, self.delimiters = fault, header, delimiters or Delimiters()


def part(repetition: Repetition, component: int, subcomponent: int = 1) -> str:
    """Return one text of a repetition, "" where it is absent."""
    if component > len(repetition):
        return ""
    found = repetition[component - 1]
    return found[subcomponent - 1] if subcomponent <= len(found) else ""


def parse(raw: bytes, *, really: str | None = None) -> Message:
    """Return the message that the bytes are; `really` names its letters where the sender's MSH-18 is known to be false.

    Raises `Unreadable`, and nothing else.
    """
    if len(raw) > LARGEST_MESSAGE:
        raise _unreadable("too-long", msg("Het bericht is groter dan {most} kB.", most=LARGEST_MESSAGE // 1024))
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[:6] in (b"M\0S\0H\0", b"\0M\0S\0H"):
        raise _unreadable("value", msg("Het bericht is UTF-16. Stuur het in UTF-8 of 8859/1."))
    if not raw.strip():
        raise _unreadable("structure", msg("Het bericht is leeg."))
    first = _BREAK.split(raw.lstrip().decode("latin-1"), maxsplit=1)[0]
    delimiters = _delimiters(first)
    header = _header(first, delimiters)
    try:
        text, codec = decode(raw, said=header.text(18), really=really)
    except WrongLetters as wrong:
        raise Unreadable(wrong.fault, header, delimiters) from None
    if _CONTROL.search(text):
        raise _unreadable("structure", msg("Er staan stuurtekens in het bericht."), header, delimiters)
    return Message(delimiters, _segments(text, delimiters, codec, header), codec)


def several(raw: bytes) -> tuple[bytes, ...]:
    """Return the messages of a file, each from its MSH on; batch segments (FHS, BHS, BTS, FTS) are left out."""
    found: list[list[bytes]] = []
    for line in re.split(
        rb"\r\n|\r|\n", raw.removeprefix(b"\xef\xbb\xbf").replace(b"\x0b", b"\n").replace(b"\x1c", b"\n")
    ):
        if line.startswith(b"MSH"):
            found.append([])
        if found and line.strip() and line[:3] not in (b"FHS", b"BHS", b"BTS", b"FTS"):
            found[-1].append(line)
    return tuple(b"\r".join(lines) + b"\r" for lines in found)


def write(message: Message) -> bytes:
    """Return the bytes of a message, in its own delimiters and letters; what those cannot write becomes `?`."""
    lines = [_write_segment(one, message.delimiters) for one in message.segments]
    return "".join(f"{line}\r" for line in lines).encode(message.codec, errors="replace")


def segment(name: str, *fields: str | Sequence[str] | Field) -> Segment:
    """Return a segment of plain texts: a text is a field, a sequence of texts its components."""
    return Segment(name, _trimmed([_field(one) for one in fields]))


def head(*fields: str | Sequence[str] | Field, delimiters: Delimiters) -> Segment:
    """Return an MSH whose fields begin at MSH-3."""
    given = segment("MSH", *fields).fields
    return Segment("MSH", (_mark(delimiters.field), _mark(delimiters.encoding), *given))


def _mark(text: str) -> Field:
    return (((text,),),)


def _field(given: str | Sequence[str] | Field) -> Field:
    if isinstance(given, str):
        return _normal([[[given]]])
    if all(isinstance(one, str) for one in given):
        return _normal([[[str(one)] for one in given]])
    return _normal([[list(component) for component in repetition] for repetition in given])


def _delimiters(first: str) -> Delimiters:
    if not first.startswith("MSH"):
        raise _unreadable("structure", msg("Een bericht begint met het segment MSH."))
    given = first[3:4]
    encoding = first[4:].split(given, 1)[0] if given else ""
    marks = given + encoding
    if not 4 <= len(encoding) <= 5 or len(set(marks)) != len(marks) or any(_is_letter(one) for one in marks):
        raise _unreadable("structure", msg("MSH-1 en MSH-2 geven niet de vijf scheidingstekens van het bericht."))
    return Delimiters(given, encoding[0], encoding[1], encoding[2], encoding[3], encoding[4:])


def _is_letter(one: str) -> bool:
    return one.isalnum() or one.isspace() or not one.isprintable() or not one.isascii() or one == '"'


def _header(first: str, delimiters: Delimiters) -> Segment:
    rest = first[4 + len(delimiters.encoding) :]
    fields = [_read_field(one, delimiters, "latin-1") for one in rest.split(delimiters.field)[1:400]]
    return Segment("MSH", _trimmed([_mark(delimiters.field), _mark(delimiters.encoding), *fields]))


def _segments(text: str, delimiters: Delimiters, codec: str, header: Segment) -> tuple[Segment, ...]:
    lines = [line for line in _BREAK.split(text.lstrip("\ufeff")) if line.strip()]
    if (
        len(lines) > MOST_SEGMENTS
        or sum(text.count(one) for one in delimiters.encoding[:4] + delimiters.field) > MOST_PARTS
    ):
        raise _unreadable("too-long", msg("Het bericht heeft te veel delen."), header, delimiters)
    found = [_whole_header(lines[0].lstrip(), delimiters, codec)]
    for number, line in enumerate(lines[1:], 2):
        name, *fields = line.lstrip().split(delimiters.field)
        if name == "MSH":
            raise _unreadable("structure", msg("Er staan twee berichten in één. Stuur ze apart."), header, delimiters)
        if not _SEGMENT.fullmatch(name):
            raise _unreadable(
                "structure",
                msg(
                    "Regel {number} begint niet met de naam van een segment. Staat er een regeleinde in een veld?",
                    number=number,
                ),
                header,
                delimiters,
            )
        found.append(Segment(name, _trimmed([_read_field(one, delimiters, codec) for one in fields])))
    return tuple(found)


def _whole_header(line: str, delimiters: Delimiters, codec: str) -> Segment:
    rest = line[4 + len(delimiters.encoding) :].split(delimiters.field)[1:]
    fields = [_read_field(one, delimiters, codec) for one in rest]
    return Segment("MSH", _trimmed([_mark(delimiters.field), _mark(delimiters.encoding), *fields]))


def _read_field(text: str, delimiters: Delimiters, codec: str) -> Field:
    if not text:
        return ()
    return _normal(
        [
            [
                [_unescape(sub, delimiters, codec) for sub in component.split(delimiters.subcomponent)]
                for component in repetition.split(delimiters.component)
            ]
            for repetition in text.split(delimiters.repetition)
        ]
    )


def _normal(given: list[list[list[str]]]) -> Field:
    repetitions = [_trimmed([_trimmed(subs) for subs in components]) for components in given]
    return _trimmed(repetitions)


def _trimmed(parts: list[_T]) -> tuple[_T, ...]:
    last = len(parts)
    while last and not parts[last - 1]:
        last -= 1
    return tuple(parts[:last])


def _unescape(text: str, delimiters: Delimiters, codec: str) -> str:
    mark = delimiters.escape
    if mark not in text:
        return text
    found, rest = "", text
    while rest:
        before, opened, after = rest.partition(mark)
        found += before
        inside, closed, beyond = after.partition(mark)
        meant = _meant(inside, delimiters, codec) if opened and closed else None
        if meant is None:  # a mark that opens nothing is a letter like any other
            found, rest = found + opened, after
        else:
            found, rest = found + meant, beyond
    return found


def _meant(inside: str, delimiters: Delimiters, codec: str) -> str | None:
    plain = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.subcomponent,
        "R": delimiters.repetition,
        "E": delimiters.escape,
        "P": delimiters.truncation or None,
        "H": "",
        "N": "",
        ".br": "\n",
        ".fi": "",
        ".nf": "",
    }
    if inside in plain:
        return plain[inside]
    if _FORMATTING.fullmatch(inside):
        return "\n" if inside[1:3] in ("sp", "ce", "ti") else " "
    if re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", inside):
        try:
            return bytes.fromhex(inside[1:]).decode(codec)
        except UnicodeDecodeError:
            return None
    return None


def _escape(text: str, delimiters: Delimiters) -> str:
    marks = {
        delimiters.escape: "E",
        delimiters.field: "F",
        delimiters.component: "S",
        delimiters.subcomponent: "T",
        delimiters.repetition: "R",
    }
    if delimiters.truncation:
        marks[delimiters.truncation] = "P"
    mark = delimiters.escape
    return "".join(
        f"{mark}{marks[one]}{mark}" if one in marks else f"{mark}X{ord(one):02X}{mark}" if _must_hide(one) else one
        for one in text
    )


def _must_hide(one: str) -> bool:
    return one in "\r\n" or _CONTROL.fullmatch(one) is not None


def _write_segment(one: Segment, delimiters: Delimiters) -> str:
    fields = one.fields[2:] if one.name == "MSH" else one.fields
    start = f"MSH{delimiters.field}{delimiters.encoding}" if one.name == "MSH" else one.name
    return delimiters.field.join([start, *(_write_field(each, delimiters) for each in fields)])


def _write_field(one: Field, delimiters: Delimiters) -> str:
    return delimiters.repetition.join(
        delimiters.component.join(
            delimiters.subcomponent.join(_escape(sub, delimiters) for sub in component) for component in repetition
        )
        for repetition in one
    )


def _unreadable(
    code: str, text: Sentence, header: Segment | None = None, delimiters: Delimiters | None = None
) -> Unreadable:
    return Unreadable(Fault("MSH", code, text), header, delimiters)
