"""The walls around a reading: time, memory, files, network, orphans. The children here are real ones."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from sluis.lists.workbook import Limits, RequestColumn, WorkbookFault, make_request, read_request, start_reader
from sluis.lists.workbook.model import MEBIBYTE
from sluis.lists.workbook.wire import (
    LENGTH,
    REPLY_MARK,
    exit_status,
    job_bytes,
    longest_reply,
    parse_reply,
    reply_body,
)
from tests.integration.lists.workbook.hostile import NUMBERS, PASSWORD, Book, column, encrypted

LIMITS = Limits(rows=100)


def _code(outcome: object) -> object:
    return outcome.code if isinstance(outcome, WorkbookFault) else outcome


def _in_the_walls(body: str) -> dict[str, object]:
    """Run `body` in a process that walled itself off as a child does; it fills `told`."""
    script = f"""
import json, os, resource, socket
from sluis.lists.workbook import child
from sluis.lists.workbook.model import Limits
from sluis.lists.workbook.nursery import _virtual_memory
job = int(os.sys.argv[1])
memory = _virtual_memory()
child._wall_off(job)
child._limit(Limits(rows=1, memory_bytes=64 * 1024 * 1024, cpu_seconds=5, wall_seconds=10.0), memory)
told = {{}}
{textwrap.dedent(body)}
os.write(0, json.dumps(told).encode())
os._exit(0)
"""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        run = subprocess.run(
            [sys.executable, "-c", script, str(theirs.fileno())], check=False, pass_fds=[theirs.fileno()], timeout=60
        )
        theirs.close()
        assert run.returncode == 0
        answer: dict[str, object] = json.loads(ours.recv(100_000))
        return answer


def test_inside_the_walls_no_file_socket_process_or_memory_can_be_had():
    told = _in_the_walls(
        """
        for name, attempt in {
            "read a file": lambda: open("/etc/passwd"),
            "write a file": lambda: open("/tmp/sluis-must-not-exist", "w"),
            "open a socket": lambda: socket.socket(),
            "open a pipe": os.pipe,
            "raise the limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (0, 0)) or bytearray(2**28),
            "take memory": lambda: bytearray(256 * 1024 * 1024),
        }.items():
            try:
                attempt()
                told[name] = "done"
            except (OSError, MemoryError, ValueError) as refused:
                told[name] = type(refused).__name__
        def is_open(number):
            try:
                return bool(os.fstat(number))
            except OSError:
                return False

        told["held"] = [number for number in range(300) if is_open(number)]
        told["descriptors"] = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        told["file size"] = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        told["core"] = resource.getrlimit(resource.RLIMIT_CORE)[1]
        """
    )
    assert told == {
        "read a file": "OSError",
        "write a file": "OSError",
        "open a socket": "OSError",
        "open a pipe": "OSError",
        "raise the limit": "MemoryError",
        "take memory": "MemoryError",
        "held": [0],
        "descriptors": 0,
        "file size": 0,
        "core": 0,
    }


def test_a_reading_that_takes_too_long_is_stopped_and_said_so():
    slow = encrypted(Book().zipped(), "anders", spins=900_000)
    limits = Limits(rows=10, wall_seconds=0.15)
    started = time.monotonic()
    assert _code(read_request(slow, PASSWORD, limits=limits)) == "workbook-reader-time"
    assert time.monotonic() - started < 3
    assert isinstance(read_request(Book().encrypted(), PASSWORD, limits=LIMITS), RequestColumn)


def test_a_reading_that_asks_for_too_much_memory_is_stopped_and_said_so():
    many = Book(sheets=(column(("1",) * 300_000),)).encrypted()
    limits = Limits(rows=400_000, memory_bytes=24 * MEBIBYTE)
    assert _code(read_request(many, PASSWORD, limits=limits)) in {"workbook-reader-memory", "workbook-reader-crashed"}
    assert isinstance(read_request(Book().encrypted(), PASSWORD, limits=LIMITS), RequestColumn)


def _nurseries(of: int) -> list[int]:
    """The processes that `of` started, by /proc: nurseries are the ones whose command names them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == of and "workbook.nursery" in (process / "cmdline").read_text():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _children(nursery: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{nursery}/task/{nursery}/children").read_text().split()]


def test_a_killed_nursery_is_replaced_at_the_next_file_whenever_it_was_killed():
    for pause in (0.0, 0.0, 0.0, 0.05):
        start_reader()
        (nursery,) = _nurseries(os.getpid())
        os.kill(nursery, signal.SIGKILL)
        time.sleep(pause)
        assert isinstance(read_request(Book().encrypted(), PASSWORD, limits=LIMITS), RequestColumn)
        (replacement,) = _nurseries(os.getpid())
        assert replacement != nursery


def test_a_nursery_that_is_killed_while_its_child_reads_costs_a_second_try_only():
    slow = encrypted(Book().zipped(), spins=700_000)
    start_reader()
    (nursery,) = _nurseries(os.getpid())
    outcome: list[object] = []
    asking = threading.Thread(target=lambda: outcome.append(read_request(slow, PASSWORD, limits=LIMITS)))
    asking.start()
    until = time.monotonic() + 10
    while not _children(nursery) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(nursery, signal.SIGKILL)
    asking.join(30)
    assert [type(said).__name__ for said in outcome] == ["RequestColumn"]


def test_a_child_that_is_killed_from_outside_is_a_fault_and_not_a_hang():
    slow = encrypted(Book().zipped(), "anders", spins=900_000)
    start_reader()
    (nursery,) = _nurseries(os.getpid())
    outcome: list[object] = []
    asking = threading.Thread(target=lambda: outcome.append(read_request(slow, PASSWORD, limits=LIMITS)))
    asking.start()
    children: list[int] = []
    until = time.monotonic() + 10
    while not children and time.monotonic() < until:
        children = _children(nursery)
    for pid in children:
        os.kill(pid, signal.SIGSEGV)
    asking.join(20)
    assert [_code(said) for said in outcome] == ["workbook-reader-crashed"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nursery_and_children_die_with_the_program_that_started_them(how):
    script = """
import os, sys, threading, time
from tests.integration.lists.workbook.hostile import Book, encrypted
from tests.integration.lists.workbook.test_process import _children, _nurseries
from sluis.lists.workbook import Limits, read_request, start_reader
def start(): start_reader()
starter = threading.Thread(target=start)   # the thread that starts it ends at once
starter.start(); starter.join()
slow = encrypted(Book().zipped(), "anders", spins=999_999)
for _ in range(2):
    threading.Thread(target=lambda: read_request(slow, "x", limits=Limits(rows=1)), daemon=True).start()
time.sleep(0.3)
nursery, = _nurseries(os.getpid())
print(nursery, *_children(nursery), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        started = [int(pid) for pid in program.stdout.readline().split()]
        assert len(started) == 3
        program.send_signal(how)
        program.wait(10)
    until = time.monotonic() + 10
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in started):
        time.sleep(0.05)
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def test_many_threads_read_at_once():
    files = {rows: make_request(NUMBERS * rows, PASSWORD) for rows in (1, 5, 50)}
    outcomes: list[tuple[int, object]] = []

    def ask(rows: int) -> None:
        outcomes.append((rows, read_request(files[rows], PASSWORD, limits=Limits(rows=1000))))

    threads = [threading.Thread(target=ask, args=(rows,)) for rows in files for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 12
    assert all(isinstance(said, RequestColumn) and len(said.rows) == 3 * rows for rows, said in outcomes)


def test_a_forked_program_reads_with_a_nursery_of_its_own():
    start_reader()
    file = Book().encrypted()
    script = f"""
import os
from sluis.lists.workbook import Limits, RequestColumn, read_request, start_reader
start_reader()
file = bytes.fromhex("{file.hex()}")
pid = os.fork()
fine = isinstance(read_request(file, {PASSWORD!r}, limits=Limits(rows=9)), RequestColumn)
if pid == 0:
    os._exit(0 if fine else 3)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 and fine
"""
    subprocess.run([sys.executable, "-W", "error", "-"], input=script, text=True, check=True, timeout=60)


def test_a_program_that_reads_ends_without_a_warning_or_a_process_left():
    script = f"""
from sluis.lists.workbook import Limits, read_request
print(read_request({Book().encrypted()!r}, "x", limits=Limits(rows=9)).code)
"""
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-"],
        check=False,
        input=script,
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "workbook-wrong-password", "")


def test_the_nursery_has_nothing_of_our_environment():
    start_reader()
    (nursery,) = _nurseries(os.getpid())
    environment = Path(f"/proc/{nursery}/environ").read_text()
    names = {entry.partition("=")[0] for entry in environment.split("\0") if entry}
    assert names == {"PYTHONPATH", "PYTHONUTF8"}
    held = [descriptor.readlink() for descriptor in Path(f"/proc/{nursery}/fd").iterdir()]
    assert all(str(name).startswith(("socket:", "pipe:", "/dev/null")) for name in held)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"column": {}},
        {"refused": {"code": "x", "rows": [], "columns": [], "sheets": []}},
        {"refused": {"code": "workbook-empty", "rows": ["85670112345"], "columns": [], "sheets": []}},
        {"refused": {"code": "workbook-empty", "rows": [], "columns": ["85670112345"], "sheets": []}},
        {"refused": {"code": "workbook-empty", "rows": [1.5], "columns": [], "sheets": []}},
        {"column": {"rows": [1], "texts": ["a", "b"], "column": "A", "heading_row": None}},
        {"column": {"rows": [1], "texts": ["a" * 101], "column": "A", "heading_row": None}},
        {"column": {"rows": [True], "texts": ["a"], "column": "A", "heading_row": None}},
        {"column": {"rows": [], "texts": [], "column": "A", "heading_row": None}},
        {"column": {"rows": [1], "texts": ["a"], "column": "a;", "heading_row": None}},
        {"column": {"rows": list(range(101)), "texts": ["a"] * 101, "column": "A", "heading_row": None}},
        [],
        7,
        None,
    ],
)
def test_a_child_that_says_something_strange_is_not_believed(said):
    with pytest.raises(ValueError):
        parse_reply(json.dumps(said).encode(), LIMITS)


def test_a_reply_that_ends_early_is_no_reply():
    whole = REPLY_MARK + LENGTH.pack(5) + b"abcde"
    assert reply_body(whole) == b"abcde"
    assert all(reply_body(whole[:length]) is None for length in range(len(whole)))
    assert exit_status(b"") is None
    assert exit_status(whole) is None
    assert longest_reply(LIMITS) > 0
    assert PASSWORD.encode() in job_bytes(b"", PASSWORD, LIMITS)
