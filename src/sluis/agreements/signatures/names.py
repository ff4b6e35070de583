"""Names of people as certificates and texts write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping


def holder_of(subject: Mapping[str, object]) -> str:
    """Return the holder's name from the subject of a certificate, without what a card adds: "(Signature)".

    Never the serial number: on an eID card that is the national number.
    """
    name = subject.get("common_name") or subject.get("organization_name") or ""
    written = name[0] if isinstance(name, list) and name else name
    return re.sub(r"\s*\((Signature|Authentication)\)\s*$", "", str(written))[:200]


def is_same_person(one: str, other: str) -> bool:
    """Return whether two written names are the same: accents, case, order of the words and remarks aside.

    A certificate may state more given names than the text does: every word of the shorter name must be in the longer,
    and two words at least must agree.
    """
    left, right = _words(one), _words(other)
    shorter, longer = sorted((left, right), key=len)
    return bool(shorter) and shorter <= longer and (len(shorter) > 1 or shorter == longer)


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", re.sub(r"\([^)]*\)", " ", name))
    letters = "".join(character for character in plain if not unicodedata.combining(character)).casefold()
    return frozenset(re.findall(r"\w+", letters))
