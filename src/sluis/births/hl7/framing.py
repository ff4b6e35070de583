"""MLLP: one message between VT and FS CR. Half a frame is nothing; what lies between frames is borne for a while only.

Source: HL7 version 2.5.1 implementation guide, appendix C (lower layer protocol), in own words.
"""

from __future__ import annotations

from typing import Final

START: Final = b"\x0b"
END: Final = b"\x1c\r"
_FS: Final = 0x1C
MOST_GARBAGE: Final = 1_024
_LAST: Final = (bytearray(b"\r"), bytearray(b"\n"))


class BrokenFrame(Exception):
    """What came is not MLLP, or is too much: the line is cut, nothing of it counts."""


class Frames:
    """Parts a stream of bytes into messages."""

    def __init__(self, *, largest: int) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._is_inside = False
        self._garbage = 0

    @property
    def is_inside(self) -> bool:
        """Whether a frame was begun and not ended."""
        return self._is_inside

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that these bytes complete; raises `BrokenFrame`."""
        found: list[bytes] = []
        self._buffer += data
        while self._buffer:
            if not self._is_inside and not self._begin():
                break
            message = self._end()
            if message is None:
                break
            found.append(message)
        return found

    def _begin(self) -> bool:
        at = self._buffer.find(START)
        before = self._buffer[: at if at >= 0 else len(self._buffer)]
        self._garbage += len(before.strip())
        if self._garbage > MOST_GARBAGE:
            raise BrokenFrame("garbage")
        if at < 0:
            self._buffer.clear()
            return False
        del self._buffer[: at + 1]
        self._is_inside = True
        return True

    def _end(self) -> bytes | None:
        at = self._buffer.find(_FS)
        if at < 0 or at + 1 >= len(self._buffer):
            if len(self._buffer) > self._largest:
                raise BrokenFrame("too large")
            if self._buffer.find(START) >= 0:
                raise BrokenFrame("a frame within a frame")
            return None
        # The standard ends with CR; some systems send LF.
        if at > self._largest or self._buffer[at + 1 : at + 2] not in _LAST:
            raise BrokenFrame("end")
        message = bytes(self._buffer[:at])
        if START in message:
            raise BrokenFrame("a frame within a frame")
        del self._buffer[: at + 2]
        self._is_inside = False
        return message


def framed(message: bytes) -> bytes:
    """Return a message in its frame."""
    return START + message + END
