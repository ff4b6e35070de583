"""The last guard before evidence is written for good: nothing in it may look like an INSZ.

Wider than a valid number on purpose: any eleven digits with single marks between them count, whatever their check
digits, because a mistyped number is personal data too. What cannot be told from a number by its look, namely UUIDs and
hexadecimal digests, is taken out first.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HEXADECIMAL: Final = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32,})(?![0-9a-z])", re.IGNORECASE
)
# Up to three marks between two digits, as in "85.07.30 - 033.28"; a comma or a bracket begins something else.
_APART: Final = r"[^0-9A-Za-z\n,;:()§°]{0,3}"
# The quick look that nearly every entry passes: with all marks taken out, are there eleven digits on end at all?
_BREAKS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n,;:()"
_MARKS: Final = bytes(byte for byte in range(128) if byte not in b"0123456789" + _BREAKS)
_ONE_DIGIT: Final = bytes.maketrans(b"0123456789", b"0" * 10)
_ELEVEN: Final = b"0" * 11
_ELEVEN_ALONE: Final = re.compile(rf"(?<!\d)0*(?:\d{_APART}){{10}}\d(?!\d)")


def looks_like_insz(text: str) -> bool:
    """Say whether eleven digits stand in the text as an INSZ could be written; a newline ends what is read together."""
    if text.isascii():
        if _ELEVEN not in text.encode().translate(_ONE_DIGIT, _MARKS):
            return False
    else:
        # Full-width, Arabic and other digits become the ones we know.
        text = "".join(
            str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in unicodedata.normalize("NFKC", text)
        )
    return _ELEVEN_ALONE.search(_HEXADECIMAL.sub("#", text)) is not None
