"""The tile map of the municipalities: one hexagon each, drawn as SVG by the page. How it was made: `tiles.md`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).with_name("tiles.csv")
# A pointed hexagon of 34 units wide in a grid of 36: whole numbers keep the page small.
_WIDTH, _STEP, _ROW = 34, 36, 31
_CORNERS = ((0, -19), (17, -10), (17, 10), (0, 19), (-17, 10), (-17, -10))
_MARGIN = 22


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a municipality stands: its cell, and the middle of its hexagon on the drawing."""

    nis: str
    column: int
    row: int

    @property
    def x(self) -> int:
        """The middle, from the left."""
        return _MARGIN + self.column * _STEP + (_STEP // 2 if self.row % 2 else 0)

    @property
    def y(self) -> int:
        """The middle, from the top."""
        return _MARGIN + self.row * _ROW

    def beside(self) -> tuple[tuple[int, int], ...]:
        """Return the six cells around it."""
        shift = 0 if self.row % 2 else -1
        column, row = self.column, self.row
        around = [(column - 1, row), (column + 1, row)]
        around += [(column + shift + right, row + down) for right in (0, 1) for down in (-1, 1)]
        return tuple(around)


@lru_cache(maxsize=1)
def tiles() -> Mapping[str, Tile]:
    """Return every tile by NIS code."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["nis"]: Tile(row["nis"], int(row["column"]), int(row["row"])) for row in rows}


@lru_cache(maxsize=1)
def drawing_size() -> tuple[int, int]:
    """Return width and height of the drawing."""
    return max(tile.x for tile in tiles().values()) + _MARGIN, max(tile.y for tile in tiles().values()) + _MARGIN


HEXAGON = "M" + "L".join(f"{x} {y}" for x, y in _CORNERS) + "z"
"""The path of one hexagon around its middle."""
