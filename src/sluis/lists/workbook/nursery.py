"""The process that children are forked from: started once, small, single-threaded, with every import done.

Forking a threaded web server is unsafe and starting an interpreter per file costs more than reading one. So a fresh
interpreter imports the reader, waits, and forks a child per file. It has
neither the environment nor the descriptors of the program that started it, and ends when that program does: its
standard input is one end of a socket pair whose other end nobody else holds.
"""

from __future__ import annotations

import codecs
import gc
import os
import resource
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sluis.lists.workbook.child import read_and_exit
from sluis.lists.workbook.encryption import SMALLEST_PACKAGE, AnswerKey, decrypt, encrypt
from sluis.lists.workbook.model import Limits, Refused
from sluis.lists.workbook.reader import read_file
from sluis.lists.workbook.wire import ASSIGNMENT, READY, STATUS, STATUS_MARK

_GRACE_SECONDS: Final = 1.0
_CODECS: Final = ("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp437", "idna")


@dataclass(frozen=True, slots=True)
class _Child:
    asker: socket.socket
    until: float


def main() -> None:
    """Serve until the program that started us closes its end."""
    control = socket.socket(fileno=0)
    _warm_up()
    awake, wake = os.pipe()
    for end in (awake, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    control.send(READY)
    _serve(control, awake)


def _warm_up() -> None:
    """Import and initialise all that a child needs: a child cannot open a file any more, not even of a module."""
    for name in _CODECS:
        codecs.lookup(name)
    file = encrypt(bytes(SMALLEST_PACKAGE), AnswerKey.derive("warm"))
    decrypt(file, "warm")
    for content in (file, b"PK\x03\x04", b"a,b"):
        try:
            read_file(content, "warm", Limits(rows=1))
        except Refused:
            continue
    gc.collect()
    gc.freeze()


def _serve(control: socket.socket, awake: int) -> None:
    children: dict[int, _Child] = {}
    memory = _virtual_memory()
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(awake, select.POLLIN)
    while True:
        soonest = min((child.until for child in children.values()), default=None)
        wait = None if soonest is None else max(0.0, soonest - time.monotonic()) * 1000
        ready = {descriptor for descriptor, _ in poll.poll(wait)}
        if awake in ready:
            os.read(awake, 4096)
        _bury(children)
        if control.fileno() in ready and not _adopt(control, children, memory):
            return


def _adopt(control: socket.socket, children: dict[int, _Child], memory: int) -> bool:
    """Fork a child for the next asker; False when there will be no more."""
    message, descriptors, _, _ = socket.recv_fds(control, ASSIGNMENT.size, 1)
    if not message:
        return False
    if not descriptors:
        return True
    (wall_seconds,) = ASSIGNMENT.unpack(message)
    asker = socket.socket(fileno=descriptors[0])
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        read_and_exit(asker.fileno(), base_memory_bytes=memory)
    children[child] = _Child(asker, time.monotonic() + wall_seconds + _GRACE_SECONDS)
    return True


def _bury(children: dict[int, _Child]) -> None:
    """Kill those that outlived their time (their own alarm should have), and tell the askers of the dead."""
    now = time.monotonic()
    for pid, child in children.items():
        if child.until < now:
            os.kill(pid, signal.SIGKILL)
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        asker = children.pop(pid).asker
        asker.setblocking(False)  # an asker who does not listen must not hold up the others
        with suppress(OSError):
            asker.send(STATUS.pack(STATUS_MARK, os.waitstatus_to_exitcode(status)))
        asker.close()


def _virtual_memory() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 -- a file of the kernel, not a path
        return int(statm.read().split()[0]) * resource.getpagesize()
