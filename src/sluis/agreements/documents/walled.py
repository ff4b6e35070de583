"""Work on a stranger's file in a process of its own, under limits that the kernel keeps; it ends with its one answer.

A fresh interpreter with nothing of our environment imports the named module, and only then shuts itself in: no new
files, sockets or processes, little time, little memory. Linux only. A module that is run here has `warm_up()` and
`answer(job) -> bytes`. A PDF comes a few times per agreement, so a process per file (half a second) is cheap enough.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from sluis.agreements.documents.model import MEBIBYTE

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_LONGEST_ANSWER: Final = 64 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Wall:
    """What one file may cost."""

    cpu_seconds: int = 20
    wall_seconds: float = 40.0
    memory_bytes: int = 1024 * MEBIBYTE


class OutOfTime(Exception):
    """The work took more than its time."""


class Crashed(Exception):
    """The process ended without an answer."""


def run_walled(module: str, job: bytes, *, wall: Wall) -> bytes:
    """Return what `module.answer(job)` says in a walled-off process. Raises OutOfTime or Crashed."""
    call = f"serve({module!r}, {wall.cpu_seconds}, {wall.memory_bytes})"
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter; the module's name is ours
            [sys.executable, "-P", "-c", f"from sluis.agreements.documents.walled import serve; {call}"],
            input=job,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"},
            timeout=wall.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise OutOfTime from late
    if done.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise OutOfTime
    if done.returncode != 0 or not done.stdout:
        raise Crashed
    return done.stdout


def serve(module: str, cpu_seconds: int, memory_bytes: int) -> None:
    """Answer the one job on standard input, in the child."""
    work = importlib.import_module(module)
    work.warm_up()
    _shut_in(cpu_seconds, memory_bytes)
    try:
        answer: bytes = work.answer(sys.stdin.buffer.read())
        sys.stdout.buffer.write(answer[:_LONGEST_ANSWER])
        sys.stdout.buffer.flush()
    except BaseException:
        os._exit(1)  # no traceback: it may quote the file
    os._exit(0)


def _shut_in(cpu_seconds: int, memory_bytes: int) -> None:
    gc.freeze()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0)
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - a file of the kernel, not a path
        memory = int(statm.read().split()[0]) * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    for nothing in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(nothing, (0, 0))
