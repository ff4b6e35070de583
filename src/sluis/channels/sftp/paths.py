"""What a path of a client means in a party's room. Pure: there is nothing behind it but names."""

from __future__ import annotations

import posixpath
import unicodedata
from dataclasses import dataclass
from typing import Literal

from sluis.channels.intake.model import RECEIPTS
from sluis.ledger.numbers import looks_like_insz

LONGEST_NAME = 120
_LONGEST_PATH = 1_024
_FORBIDDEN = set('<>:"|?*\\/')

Side = Literal["", "in", "out"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the room: the root, a side of it, a folder of an agreement, or a file (`name`)."""

    side: Side
    folder: str = ""
    name: str = ""

    @property
    def is_root(self) -> bool:
        """Whether this is the room itself."""
        return not self.side


def clean(path: bytes) -> str | None:
    """Return a path from the root of the room, `..` resolved and never above it; None for what is no path."""
    if len(path) > _LONGEST_PATH or b"\0" in path:
        return None
    try:
        text = unicodedata.normalize("NFC", path.decode("utf-8"))
    except UnicodeDecodeError:
        return None
    return posixpath.normpath(posixpath.join("/", text)).replace("//", "/")


def place_of(path: bytes) -> Place | None:
    """Return the place that a path means; None where the room cannot have such a place.

    What has one part below a side may be a folder or a file: it is given as a file, and whoever asks looks for both.
    """
    text = clean(path)
    if text is None:
        return None
    parts = [part for part in text.split("/") if part]
    if not parts:
        return Place("")
    side = parts[0]
    if side not in ("in", "out") or len(parts) > 3:
        return None
    below = parts[1:]
    if not below:
        return Place("in" if side == "in" else "out")
    folder, name = ("", below[0]) if len(below) == 1 else (below[0], below[1])
    return Place("in" if side == "in" else "out", folder, name)


def is_fit(name: str) -> bool:
    """Return whether a file may have this name: printable, short, no number of a person, no receipt's name."""
    return (
        0 < len(name) <= LONGEST_NAME
        and name.isprintable()
        and not name.startswith(".")
        and name.strip() == name
        and not _FORBIDDEN & set(name)
        and not name.lower().endswith(RECEIPTS)
        and not looks_like_insz(name)
    )
