"""Reading a request: the asker's side. Safe from any thread; the nursery starts with the first file."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Final

from sluis.lists.workbook.faults import fault
from sluis.lists.workbook.model import MEBIBYTE, Limits, RequestColumn, WorkbookFault
from sluis.lists.workbook.wire import ASSIGNMENT, READY, exit_status, job_bytes, longest_reply, parse_reply, reply_body

_START_SECONDS: Final = 30.0
_GRACE_SECONDS: Final = 5.0
_OUT_OF_TIME: Final = {-signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL}


def read_request(file: bytes, password: str, *, limits: Limits) -> RequestColumn | WorkbookFault:
    """Return the one column of an encrypted workbook, or why it was not read; never raises for what is in the file.

    Decryption and reading happen in a child process under `limits`. Nothing of the file's content is in a fault.
    """
    if len(file) > limits.file_bytes:
        return fault("workbook-too-large", limits=limits)
    try:
        reply = _NURSERY.ask(job_bytes(file, password, limits), limits)
    except TimeoutError:
        return fault("workbook-reader-time", limits=limits)
    except OSError:
        return fault("workbook-reader-unavailable", limits=limits)
    body = reply_body(reply)
    if body is None:
        code = "workbook-reader-time" if exit_status(reply) in _OUT_OF_TIME else "workbook-reader-crashed"
        return fault(code, limits=limits)
    try:
        return parse_reply(body, limits)
    except ValueError:
        return fault("workbook-reader-crashed", limits=limits)


def start_reader() -> None:
    """Start the nursery ahead of the first file (0.2 s); a server does so when it starts. Raises OSError."""
    _NURSERY.start()


class _Nursery:
    """The running nursery of this process: one, started when needed, started again when it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._inherited: list[object] = []

    def start(self) -> None:
        with self._lock:
            self._running()

    def ask(self, job: bytes, limits: Limits) -> bytes:
        """Send the job to a fresh child and return everything that comes back. Raises OSError.

        A nursery says of each child how it ended. Where nothing at all was said it was the nursery that ended, and
        the job is worth a second try; a file that ends its child is not tried again.
        """
        reply = self._asked(job, limits)
        told = reply_body(reply) is not None or exit_status(reply) is not None
        return reply if told else self._asked(job, limits)

    def _asked(self, job: bytes, limits: Limits) -> bytes:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._assign(theirs, limits)
            ours.settimeout(limits.wall_seconds + _GRACE_SECONDS)
            with suppress(BrokenPipeError, ConnectionResetError):  # it ended early: how is still to be read
                ours.sendall(job)
            return _received(ours, longest_reply(limits))

    def _assign(self, asker: socket.socket, limits: Limits) -> None:
        message = ASSIGNMENT.pack(limits.wall_seconds)
        with self._lock:
            try:
                socket.send_fds(self._running(), [message], [asker.fileno()])
            except (BrokenPipeError, ConnectionResetError):
                self._stop()
                socket.send_fds(self._running(), [message], [asker.fileno()])

    def _running(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        if self._control is None:
            self._control = self._started()
        return self._control

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", "from sluis.lists.workbook.nursery import main; main()"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                # Nothing of our environment: it may hold the address of the database.
                env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"},
                start_new_session=True,  # Ctrl-C is for us; the nursery ends when we do
            )
        ours.settimeout(_START_SECONDS)
        try:
            if ours.recv(len(READY)) != READY:
                raise ConnectionError("the reading process did not start")
        except OSError:
            ours.close()
            self._bury()
            raise
        ours.settimeout(None)
        return ours

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        self._bury()

    def _bury(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop(self) -> None:
        """End the nursery and its children."""
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """After a fork: this process has no nursery yet. The parent's must see the parent's end as the last one."""
        self._lock = threading.Lock()
        if self._control is not None:
            self._control.close()
        self._inherited += [self._process]  # kept: its finaliser would wait for a process that is not our child
        self._control = self._process = None


def _received(connection: socket.socket, most: int) -> bytes:
    received = bytearray()
    with suppress(ConnectionResetError):  # it ended with part of the job unread
        while len(received) <= most:
            piece = connection.recv(MEBIBYTE)
            if not piece:
                break
            received += piece
    return bytes(received)


_NURSERY: Final = _Nursery()
atexit.register(_NURSERY.stop)
os.register_at_fork(after_in_child=_NURSERY.forget)
