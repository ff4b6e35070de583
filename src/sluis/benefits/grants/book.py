"""The book of grants: a directory to which every run adds what it decided, and in which nothing is ever overwritten.

    inputs/<sha256>.parquet     the facts that runs were given, frozen, each kept once
    runs/0001/decisions.parquet what the run decided (see lines.DECISION), by month, child, benefit and payee
    runs/0001/manifest.json     month, hashes of inputs, law and outputs, and the hash of the manifest before it

A run is there with all its files or not at all: its folder gets its name by one rename. The same facts, law and book
give the same bytes on another machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sluis.benefits.grants.lines import DECISION, known
from sluis.benefits.schema import LEFT_ASIDE
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import msg

_CHUNK = 1 << 20
_DECISIONS, _MANIFEST = "decisions.parquet", "manifest.json"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the book: its number, the month it was for, and its manifest as it was written."""

    number: int
    month: Month
    folder: Path
    manifest: Mapping[str, Any]

    @property
    def inputs(self) -> Mapping[str, str]:
        """The SHA-256 of every fact table that the run was given."""
        return dict(self.manifest["inputs"])


class GrantBook:
    """The runs of one payer or of all, in order."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def runs(self) -> tuple[Run, ...]:
        """Return every run, the oldest first; a SluisError where one is missing or was changed afterwards."""
        folders = sorted(each for each in self._runs.glob("[0-9]*") if each.is_dir()) if self._runs.exists() else []
        found: list[Run] = []
        before = ""
        for number, folder in enumerate(folders, start=1):
            written = (folder / _MANIFEST).read_bytes()
            manifest = json.loads(written)
            if folder.name != f"{number:04d}" or manifest["previous"] != before:
                raise _broken(folder)
            found.append(Run(number, Month.parse(manifest["month"]), folder, manifest))
            before = hashlib.sha256(written).hexdigest()
        return tuple(found)

    def check(self) -> None:
        """Compare every file of every run with its hash; a SluisError names the first that is another."""
        for run in self.runs():
            for name, wanted in run.manifest["outputs"].items():
                if digest_of_file(run.folder / name) != wanted:
                    raise _broken(run.folder / name)
            for wanted in run.inputs.values():
                path = self.directory / "inputs" / f"{wanted}.parquet"
                if digest_of_file(path) != wanted:
                    raise _broken(path)

    def decisions(self, runs: Sequence[Run] | None = None) -> pl.LazyFrame:
        """Return every line of every run, lazily."""
        told = self.runs() if runs is None else runs
        if not told:
            return pl.LazyFrame(schema=DECISION)
        return pl.concat([pl.scan_parquet(run.folder / _DECISIONS) for run in told])

    def known(self, month: Month, *, children: pl.DataFrame | None = None, at_run: int | None = None) -> pl.DataFrame:
        """Return what holds about a month (of these children only: a frame with `child`), as known at a run or now."""
        lines = self.decisions().filter(pl.col("month") == month.year * 12 + month.month - 1)
        if children is not None:
            lines = lines.join(children.lazy().select("child").unique(), on="child", how="semi")
        return known(lines, at_run=at_run).collect(engine="streaming")

    def history(self, child: str) -> pl.DataFrame:
        """Return every line about one child, in the order in which it was decided."""
        return self.decisions().filter(pl.col("child") == child).collect(engine="streaming").sort("run", "month")

    def freeze(self, facts: Path) -> Mapping[str, str]:
        """Keep the fact tables of a directory under their hashes, and return those by table."""
        kept = self.directory / "inputs"
        kept.mkdir(parents=True, exist_ok=True)
        found: dict[str, str] = {}
        for path in sorted(facts.glob("*.parquet")):
            if path.stem in LEFT_ASIDE:
                continue
            digest = digest_of_file(path)
            target = kept / f"{digest}.parquet"
            if not target.exists():
                # Copied, not linked: who writes the file again must not write into the book.
                _copy_whole(path, target)
            found[path.stem] = digest
        return found

    def frozen(self, inputs: Mapping[str, str]) -> Mapping[str, Path]:
        """Return where the frozen tables of a run are, by table."""
        return {table: self.directory / "inputs" / f"{digest}.parquet" for table, digest in inputs.items()}

    @contextmanager
    def writing(self, month: Month, *, inputs: Mapping[str, str], law: Mapping[str, object]) -> Iterator[Path]:
        """Give a folder to write the files of the next run in; it becomes the run when the block ends well.

        Two writers at once cannot both become the same run: the second finds the name taken and fails.
        """
        runs = self.runs()
        self._runs.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=self._runs))
        try:
            yield folder
            outputs = {each.name: digest_of_file(each) for each in sorted(folder.iterdir()) if each.is_file()}
            previous = hashlib.sha256((runs[-1].folder / _MANIFEST).read_bytes()).hexdigest() if runs else ""
            manifest = {
                "run": len(runs) + 1,
                "month": str(month),
                "inputs": dict(sorted(inputs.items())),
                "law": dict(law),
                "outputs": outputs,
                "previous": previous,
            }
            (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            for each in folder.iterdir():
                _settle(each)
            folder.chmod(0o755)
            folder.rename(self._runs / f"{len(runs) + 1:04d}")
            _settle(self._runs)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _runs(self) -> Path:
        return self.directory / "runs"


def write_decisions(decisions: pl.DataFrame, folder: Path) -> None:
    """Write the decisions of a run: sorted, so that the same decisions are the same bytes and a month is found fast."""
    ordered = decisions.sort("month", "child", "benefit", "payee", "payee_kind")
    ordered.write_parquet(folder / _DECISIONS, compression="zstd", row_group_size=250_000, statistics=True)


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits; a file that is not there has none of a run's hashes."""
    if not path.exists():
        return ""
    told = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            told.update(chunk)
    return told.hexdigest()


def _copy_whole(path: Path, target: Path) -> None:
    unfinished = target.with_suffix(".unfinished")
    shutil.copyfile(path, unfinished)
    _settle(unfinished)
    unfinished.replace(target)


def _settle(path: Path) -> None:
    """Wait until the disk has it: a run that was told to be there is there after a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _broken(path: Path) -> SluisError:
    return SluisError(
        "grant-book-broken",
        msg("Het boek van de toekenningen klopt niet bij {path}.", path=path.name),
        remedy=msg("Er wordt niets betaald. Zet het boek terug uit een reservekopie en kijk na wie het wijzigde."),
    )
