"""The parts of a month decided by processes of their own, one for each core, each with one thread.

Most steps of a month are too small for Polars to divide well: two threads took a sixth more processor time and hardly
less of the clock. Families do not touch each other over parts, so two processes take half of the clock. What a process
could not decide is decided by who asked, so that a fault is told there as if nobody else had been at work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import polars as pl

from sluis.benefits.deciding import Engine
from sluis.benefits.parts import Parts
from sluis.kernel.month import Month

_LONGEST: Final = 4 * 3600.0
"""Seconds that a process may take over its parts: all of Flanders on one slow core takes some minutes."""
_LINES: Final = "lines"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every part."""

    month: Month
    benefits: tuple[str, ...]
    engine: Engine
    refuse_weak: bool


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def decide_apart(parts: Parts, asked: Asked, *, processes: int) -> dict[int, tuple[pl.DataFrame, int]]:
    """Return the lines and the number of children of the parts that were decided; a part that failed is absent."""
    shares = [list(range(first, parts.count, processes)) for first in range(min(processes, parts.count))]
    parts.keep_whole()
    with ThreadPoolExecutor(max_workers=len(shares)) as pool:
        told = list(pool.map(lambda share: _one_process(parts.folder, share, parts.tables.present, asked), shares))
    children = {part: count for counts in told for part, count in counts.items()}
    return {part: (pl.read_ipc(_lines(parts.folder, part)), count) for part, count in sorted(children.items())}


def _one_process(folder: Path, share: list[int], present: Collection[str], asked: Asked) -> dict[int, int]:
    """Let one process decide some parts; return how many children each had."""
    job = {
        "folder": str(folder),
        "parts": share,
        "present": sorted(present),
        "month": str(asked.month),
        "benefits": list(asked.benefits),
        "engine": asked.engine,
        "refuse_weak": asked.refuse_weak,
    }
    # Our own interpreter with nothing of our environment; its input stays open, for it ends when we do.
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "sluis.benefits.grants.apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONUTF8": "1",
            "POLARS_MAX_THREADS": "1",
        },
    ) as process:
        assert process.stdin is not None, "it is a pipe"
        assert process.stdout is not None, "it is a pipe"
        late = threading.Timer(_LONGEST, process.kill)
        late.start()
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
            written = process.stdout.read()
        except BrokenPipeError:  # it ended before it read what was asked
            written = b""
        finally:
            late.cancel()
            process.kill()
    done = (json.loads(line) for line in written.splitlines() if line.endswith(b"]"))
    return {int(part): int(count) for part, count in done}


def _lines(folder: Path, part: int) -> Path:
    return folder / str(part) / f"{_LINES}.ipc"


def main() -> None:
    """Decide the parts that standard input names; write a line `[part, children]` for each that is done."""
    from sluis.benefits.grants.from_law import lines_of_part  # noqa: PLC0415 - it starts us, so it cannot come first

    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(job["folder"])
    for part in job["parts"]:
        lines, children = lines_of_part(
            Parts.of_folder(folder, part, job["present"]),
            Month.parse(job["month"]),
            job["benefits"],
            engine=cast(Engine, job["engine"]),
            refuse_weak=job["refuse_weak"],
        )
        lines.write_ipc(_lines(folder, part), compression="uncompressed")
        sys.stdout.write(json.dumps([part, children]) + "\n")
        sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
