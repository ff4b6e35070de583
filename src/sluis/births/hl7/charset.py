"""The letters of a message: what MSH-18 says, held against what the bytes are.

A wrong guess gives a mother a wrong name for years, so nothing is guessed: bytes that contradict MSH-18 are refused
with a sentence, unless the hospital's mapping says in which letters its system really writes.

Source of the names: HL7 table 0211; the others are spellings that systems really send.
"""

from __future__ import annotations

import re
from typing import Final

from sluis.births.model import Fault
from sluis.kernel.text import Message, msg

_NAMES: Final = {
    "": "",
    "ASCII": "ascii",
    "ISOIR6": "ascii",
    "ISOIR100": "iso8859-1",
    "UNICODE": "utf-8",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    "WINDOWS1252": "cp1252",
    "CP1252": "cp1252",
} | {f"{prefix}8859{part}": f"iso8859-{part}" for prefix in ("", "ISO") for part in (1, 2, 3, 4, 5, 7, 9, 15)}

KNOWN: Final = ("ASCII", "8859/1", "8859/15", "UNICODE UTF-8", "WINDOWS-1252")
"""What a mapping may name."""

_C1: Final = re.compile("[\x80-\x9f]")
_GARBLED: Final = re.compile("[ÃÂ][\x80-\xbf\u2013-\u2122\u0152-\u0192]|â€")


class WrongLetters(Exception):
    """The bytes are not what the message says they are. Holds no byte of it."""

    def __init__(self, text: Message) -> None:
        super().__init__("MSH-18")
        self.fault = Fault("MSH-18", "value", text)


def codec_of(name: str) -> str | None:
    """Return Python's codec for a name of MSH-18, "" for none named, None for one that is not known."""
    return _NAMES.get(re.sub(r"[\s/_.-]", "", name).upper())


def decode(raw: bytes, *, said: str, really: str | None = None) -> tuple[str, str]:
    """Return the text and its codec. `said` is MSH-18; `really` is what the mapping says and goes before it.

    Raises `WrongLetters` where the bytes contradict it, or where nothing says what they are.
    """
    codec = codec_of(really if really is not None else said)
    if codec is None:
        raise WrongLetters(
            msg("MSH-18 noemt een tekenset die hier niet gelezen wordt. Gebruik UNICODE UTF-8 of 8859/1.")
        )
    if not codec:
        codec = "ascii" if raw.isascii() else "utf-8"
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        raise WrongLetters(_contradiction(codec, said)) from None
    if codec.startswith("iso8859") and not raw.isascii():
        if _is_utf8(raw):
            raise WrongLetters(
                msg("MSH-18 zegt dat dit 8859 is, maar de letters zijn UTF-8. Zet in MSH-18: UNICODE UTF-8.")
            )
        if _C1.search(text):
            raise WrongLetters(
                msg("Er staan tekens van Windows-1252 in, geen van 8859. Zet ze om, of noem dat in uw afbeelding.")
            )
    return text, codec


def is_garbled(text: str) -> bool:
    """Return whether letters were encoded twice on their way (`Ã©` for `é`) or lost (the replacement character)."""
    return "\ufffd" in text or _GARBLED.search(text) is not None


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _contradiction(codec: str, said: str) -> Message:
    if not said:
        return msg(
            "MSH-18 is leeg en de letters zijn geen UTF-8. Zet in MSH-18 welke tekenset u gebruikt, zoals 8859/1."
        )
    if codec == "ascii":
        return msg("MSH-18 zegt ASCII, maar er staan andere letters in. Zet in MSH-18 wat u echt gebruikt.")
    return msg("De letters zijn niet van de tekenset die MSH-18 noemt. Zet in MSH-18 wat u echt gebruikt.")
