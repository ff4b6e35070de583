"""The execution receipt: by which engine, rules, parameters and inputs an outcome came about, each as a SHA-256.

The same four hashes give the same outcomes on any machine. The receipt holds no value of a person: of small inputs a
hash could be guessed, so it is kept with the decision and not published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from sluis.rules.book import InForce
from sluis.rules.nodes import Scalar, digest
from sluis.rules.rows import checked_rows

_VERSION = "1"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """The hashes of one run, and the month and switches that it was asked with."""

    engine: str
    rules: str
    parameters: str
    inputs: str
    month: str
    outputs: tuple[str, ...]
    refuse_weak: bool

    @property
    def digest(self) -> str:
        """The SHA-256 over the whole receipt: one name for the run."""
        return digest(asdict(self))

    def as_json(self) -> dict[str, object]:
        """Return the receipt as JSON values, with its own digest."""
        return {**asdict(self), "outputs": list(self.outputs), "digest": self.digest}


def receipt_of(law: InForce, inputs: str) -> Receipt:
    """Return the receipt of a run of this law over inputs with this hash."""
    book = law.book
    return Receipt(
        engine=engine_digest(),
        rules=book.digest,
        parameters=book.parameters.digest,
        inputs=inputs,
        month=str(law.month),
        outputs=tuple(sorted(law.outputs)),
        refuse_weak=law.refuse_weak,
    )


@cache
def engine_digest() -> str:
    """Return the hash of the engine: its version and the source of this package."""
    whole = hashlib.sha256(_VERSION.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def rows_digest(law: InForce, rows: Sequence[Mapping[str, object]]) -> str:
    """Return the hash of a family's facts, whatever the order of the rows."""
    key = law.book.key
    written = [
        {name: _written(value) for name, value in row.items() if value is not None}
        for row in checked_rows(law.book, rows)
    ]
    return digest(sorted(written, key=lambda row: str(row[key])))


def table_digest(table: pl.DataFrame, key: str) -> str:
    """Return the hash of a fact table, whatever the order of its rows and columns and however it is stored.

    Taken over a plain binary form per column (validity, then values), so it is the same for every version of Polars.
    """
    ordered = table.sort(key)
    whole = hashlib.sha256()
    for name in sorted(ordered.columns):
        column = ordered[name]
        whole.update(f"{name}\0{column.null_count()}\0{len(column)}\0".encode())
        whole.update(column.is_not_null().cast(pl.UInt8).to_numpy().tobytes())
        for part in _bytes(column):
            whole.update(part)
    return whole.hexdigest()


def file_digest(path: Path) -> str:
    """Return the hash of a file as it stands: how the inputs of a bulk run are frozen."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            whole.update(chunk)
    return whole.hexdigest()


def _bytes(column: pl.Series) -> list[bytes]:
    if column.dtype == pl.Date():
        column = column.cast(pl.Int32)
    if column.dtype == pl.Boolean():
        return [column.fill_null(value=False).cast(pl.UInt8).to_numpy().tobytes()]
    if column.dtype.is_integer():
        return [column.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()]
    texts = column.cast(pl.String).fill_null("")
    lengths = texts.str.len_bytes().cast(pl.Int64).to_numpy().astype("<i8").tobytes()
    return [lengths, "".join(texts).encode()]


def _written(value: Scalar) -> str | int | bool | None:
    return value.isoformat() if isinstance(value, date) else value
