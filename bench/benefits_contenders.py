"""A month of the Groeipakket as whole processes, for `bench.benefits`.

    uv run python -m bench.benefits_contenders month|copy|months FACTS OUT [MONTH [COUNT]]

`month` decides a month with every package, from Parquet facts to Parquet decisions; `copy` only reads those facts and
writes those decisions again; `months` decides so many months after each other.
"""

# ruff: noqa: PLC0415 - each contender loads only what it is measured with
from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

MONTH = "2024-05"
ASIDE = ("names", "addresses", "insz_replacements", "accounts", "payers")


def month(facts: Path, out: Path, first: str = MONTH) -> None:
    """Decide a month as `sluis benefits run` does, without the book and the payment orders that follow from it."""
    from sluis.benefits.grants.from_law import decided_lines
    from sluis.benefits.law import law
    from sluis.benefits.tables import read_directory
    from sluis.kernel.month import Month

    lines, _ = decided_lines(read_directory(facts), Month.parse(first), list(law().benefits))
    out.mkdir(parents=True, exist_ok=True)
    ordered = lines.sort("child", "benefit", "payee", "payee_kind")
    ordered.write_parquet(out / "decisions.parquet", compression="zstd", compression_level=3, statistics=True)


def months(facts: Path, out: Path, last: str, count: str) -> None:
    """Decide so many months, the latest of them `last`."""
    from sluis.kernel.month import Month

    for back in range(int(count)):
        month(facts, out / str(back), str(Month.parse(last) - back))


def copy(facts: Path, out: Path) -> None:
    """Read every table that the law may read, whole, and the decisions; write the decisions."""
    for path in sorted(facts.glob("*.parquet")):
        if path.stem not in ASIDE:
            pl.read_parquet(path)
    out.mkdir(parents=True, exist_ok=True)
    decisions = pl.read_parquet(facts.parent / "decided" / facts.name / "decisions.parquet")
    decisions.write_parquet(out / "copied.parquet", compression="zstd", compression_level=3, statistics=True)


if __name__ == "__main__":
    contenders: dict[str, Callable[..., None]] = {"month": month, "months": months, "copy": copy}
    contenders[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
