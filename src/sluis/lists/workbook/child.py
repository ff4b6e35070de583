"""One reading in a process of its own, under limits that the kernel keeps: time, memory, no files, no network.

Runs in a fork of the nursery, once, and never returns. Linux only: RLIMIT_AS and prctl are the walls.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal

from sluis.lists.workbook.model import MEBIBYTE, Limits, Refused
from sluis.lists.workbook.reader import read_file
from sluis.lists.workbook.wire import LENGTH, column_bytes, read_header, refusal_bytes

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38

_LIBC = ctypes.CDLL(None, use_errno=True)
_JOB = 0
_PIECE = MEBIBYTE


def read_and_exit(job: int, *, base_memory_bytes: int) -> None:
    """Read the job from the descriptor `job`, answer on it, and end the process."""
    status = 1
    try:
        _wall_off(job)
        password, limits = read_header(_received(LENGTH.unpack(_received(LENGTH.size))[0]))
        _limit(limits, base_memory_bytes)
        file = _received(LENGTH.unpack(_received(LENGTH.size))[0])
        _send(_reading(file, password, limits))
        status = 0
    finally:
        os._exit(status)  # no clean-up of the nursery's objects, no traceback anywhere


def _reading(file: bytes, password: str, limits: Limits) -> bytes:
    try:
        return column_bytes(read_file(file, password, limits))
    except Refused as refused:
        return refusal_bytes(refused)
    except MemoryError:
        return refusal_bytes(Refused("workbook-reader-memory"))
    except RecursionError:
        return refusal_bytes(Refused("workbook-damaged"))


def _wall_off(job: int) -> None:
    """Keep the one connection to the asker; from here on no file, socket or pipe can be opened, by anyone in here."""
    gc.disable()  # short-lived, and a collection would copy every page that is shared with the nursery
    os.dup2(job, _JOB)
    os.closerange(_JOB + 1, max(map(int, os.listdir("/proc/self/fd"))) + 1)  # noqa: PTH208 -- names only
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _LIBC.prctl(PR_SET_DUMPABLE, 0)
    for nothing in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(nothing, (0, 0))


def _limit(limits: Limits, base_memory_bytes: int) -> None:
    """Set what this job may cost. The alarm has no handler: the kernel ends the process, also inside a C library."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    memory = base_memory_bytes + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _received(size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        piece = os.read(_JOB, min(_PIECE, size - len(received)))
        if not piece:
            raise EOFError
        received += piece
    return bytes(received)


def _send(reply: bytes) -> None:
    view = memoryview(reply)
    while view:
        view = view[os.write(_JOB, view) :]
