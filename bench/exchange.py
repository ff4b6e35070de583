"""A 20,000-row exchange against the bare handling of the same files.

    uv run python -m bench.exchange [ROWS]

Whole: encrypted request in, child process, rows read, gate, register, source, ledger, encrypted answer out. Bare: the
same request decrypted (password and integrity verified, as the standard asks) and read, the same answer rows written
and encrypted, in one process with the libraries and no gate or ledger. Both in turn, medians of 5, ratio in one run.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from uuid import UUID

import msoffcrypto
from msoffcrypto.format.ooxml import OOXMLFile
from python_calamine import CalamineWorkbook

from bench.world import AGREEMENT, AT, CITY, World, world
from sluis.lists.collection import finish_collection, open_answer
from sluis.lists.exchange import run
from sluis.lists.passage import Asker
from sluis.lists.workbook import AnswerSheet, make_request, start_reader
from sluis.lists.workbook.writing import workbook

TURNS = 5
KEY = "tulp-regen-brug-9241"
TARGET = 1.5


def whole(here: World, request: bytes) -> bytes:
    """Do the exchange as the command line does, up to the answer's bytes."""
    lists = here.house.lists
    done = run(lists, Asker(AGREEMENT, CITY, "an", "command-line", key=KEY), name="r.xlsx", content=request, at=AT)
    if done.state != "answered":
        raise RuntimeError(f"the exchange ended as {done.state}: {done.reasons}")
    content = open_answer(lists, done.id, party=CITY, at=AT)
    finish_collection(lists, UUID(str(done.id)), by="an", at=AT)
    return content


def _opened(content: bytes) -> bytes:
    office = msoffcrypto.OfficeFile(io.BytesIO(content))
    office.load_key(password=KEY, verify_password=True)
    plain = io.BytesIO()
    office.decrypt(plain, verify_integrity=True)
    return plain.getvalue()


def _rows(content: bytes) -> list[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def bare(request: bytes, answer: AnswerSheet) -> bytes:
    """Decrypt, read, write and encrypt with the libraries, and nothing else."""
    _rows(_opened(request))
    plain = workbook([answer])
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt(KEY, sealed)
    return sealed.getvalue()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run_bench(rows: int = 20_000) -> list[str]:
    """Return the lines of the report."""
    start_reader()
    with world(rows) as here:
        requests = [make_request(here.children[:rows], KEY) for _ in range(TURNS + 1)]
        first = _rows(_opened(whole(here, requests[0])))
        answer = AnswerSheet("antwoord", tuple(first[0]), first[1:])
        bare(requests[0], answer)
        pairs = [(_seconds(partial(whole, here, file)), _seconds(partial(bare, file, answer))) for file in requests[1:]]
    ours, plain = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    verdict = "met" if ratio <= TARGET else "missed"
    return [
        f"exchange of {rows} rows, {len(first) - 1} answer rows: {ours:.3f} s; bare files {plain:.3f} s",
        f"ratio {ratio:.2f} (target {TARGET}: {verdict})",
    ]


if __name__ == "__main__":
    for line in run_bench(*(int(argument) for argument in sys.argv[1:2])):
        print(line)
