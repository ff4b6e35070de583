"""Why a text that a person typed is refused: a code for machines, a sentence and a remedy for people."""

from __future__ import annotations

from enum import Enum
from typing import Self

from sluis.kernel.text import Message


class Fault(Enum):
    """One reason per member, written as `NAME = code, what, remedy`. The messages never repeat the text."""

    _value_: str
    what: Message
    remedy: Message

    def __new__(cls, code: str, what: Message, remedy: Message) -> Self:
        """Keep the code as the member's value."""
        one = object.__new__(cls)
        one._value_ = code
        one.what = what
        one.remedy = remedy
        return one

    @property
    def code(self) -> str:
        """The stable code for machines."""
        return self._value_

    @classmethod
    def of(cls, code: str) -> Self:
        """Return the reason with this code; `LookupError` where there is none."""
        for one in cls:
            if one.code == code:
                return one
        raise LookupError(f"{cls.__name__} has no {code!r}")
