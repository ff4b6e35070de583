"""What passes between us and the reading process: length-prefixed JSON, bounded and checked on arrival.

Never pickle: the child has read a stranger's file, so what it says is as suspect as the file. Codes must be in the
table of faults, places must be numbers and column letters, texts have a longest length.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import asdict
from typing import Any, Final

from sluis.lists.workbook.faults import FAULTS, fault
from sluis.lists.workbook.model import LONGEST_TEXT, Limits, Refused, RequestColumn, WorkbookFault

LENGTH: Final = struct.Struct("<I")
STATUS: Final = struct.Struct("<ci")
STATUS_MARK: Final = b"S"
REPLY_MARK: Final = b"R"
READY: Final = b"ready"
ASSIGNMENT: Final = struct.Struct("<d")
"""What goes with the descriptor of a job to the nursery: after how many seconds its child must be gone."""

_LETTERS: Final = re.compile(r"[A-Z]{1,3}")
_MOST_PLACES: Final = 20_000
_BYTES_OF_A_ROW: Final = 12 + 12 * LONGEST_TEXT  # JSON writes a rare character as a pair of \uXXXX
_BYTES_BESIDE_ROWS: Final = 1024 * 1024


def job_bytes(file: bytes, password: str, limits: Limits) -> bytes:
    """Return the job for a child: header and file, each with its length before it."""
    header = json.dumps({"password": password, "limits": asdict(limits)}).encode("ascii")
    return b"".join((LENGTH.pack(len(header)), header, LENGTH.pack(len(file)), file))


def read_header(header: bytes) -> tuple[str, Limits]:
    """Return the password and limits of a job; the child trusts its parent."""
    job = json.loads(header)
    return job["password"], Limits(**job["limits"])


def column_bytes(column: RequestColumn) -> bytes:
    """Return the reply with a column."""
    rows, texts = [row for row, _ in column.rows], [text for _, text in column.rows]
    reply = {"rows": rows, "texts": texts, "column": column.column, "heading_row": column.heading_row}
    return _framed({"column": reply})


def refusal_bytes(refused: Refused) -> bytes:
    """Return the reply with a refusal."""
    places = {"rows": refused.rows, "columns": refused.columns, "sheets": refused.sheets}
    return _framed({"refused": {"code": refused.code, **places}})


def _framed(reply: dict[str, Any]) -> bytes:
    body = json.dumps(reply, separators=(",", ":"), check_circular=False).encode("ascii")
    return REPLY_MARK + LENGTH.pack(len(body)) + body


def longest_reply(limits: Limits) -> int:
    """Return how many bytes a child may say at most."""
    return limits.rows * _BYTES_OF_A_ROW + _BYTES_BESIDE_ROWS


def reply_body(reply: bytes) -> bytes | None:
    """Return the JSON of a complete reply, None where the child ended before it."""
    start = len(REPLY_MARK) + LENGTH.size
    if not reply.startswith(REPLY_MARK) or len(reply) < start:
        return None
    (length,) = LENGTH.unpack_from(reply, len(REPLY_MARK))
    return reply[start : start + length] if len(reply) >= start + length else None


def exit_status(reply: bytes) -> int | None:
    """Return how the child ended, negative for the signal that killed it; the parent of the child wrote it last."""
    if len(reply) < STATUS.size:
        return None
    mark, status = STATUS.unpack_from(reply, len(reply) - STATUS.size)
    return int(status) if mark == STATUS_MARK else None


def parse_reply(body: bytes, limits: Limits) -> RequestColumn | WorkbookFault:
    """Return what a child said; raises ValueError for anything that an honest child does not say."""
    try:
        reply = json.loads(body)
        if set(reply) == {"column"}:
            return _column(reply["column"], limits)
        if set(reply) == {"refused"}:
            return _refusal(reply["refused"], limits)
    except (KeyError, TypeError, AttributeError, RecursionError) as strange:
        raise ValueError("not a reply") from strange
    raise ValueError("not a reply")


def _column(reply: dict[str, Any], limits: Limits) -> RequestColumn:
    rows, texts, column, heading = reply["rows"], reply["texts"], reply["column"], reply["heading_row"]
    if not (isinstance(rows, list) and isinstance(texts, list) and 0 < len(rows) == len(texts) <= limits.rows):
        raise ValueError("rows")
    if set(map(type, rows)) != {int} or set(map(type, texts)) != {str} or max(map(len, texts)) > LONGEST_TEXT:
        raise ValueError("cells")
    if not (isinstance(column, str) and _LETTERS.fullmatch(column) and (heading is None or type(heading) is int)):
        raise ValueError("column")
    return RequestColumn(list(zip(rows, texts, strict=True)), column, heading)


def _refusal(reply: dict[str, Any], limits: Limits) -> WorkbookFault:
    code, rows, columns, sheets = (reply[name] for name in ("code", "rows", "columns", "sheets"))
    if code not in FAULTS or not all(isinstance(places, list) for places in (rows, columns, sheets)):
        raise ValueError("code")
    if max(len(rows), len(columns), len(sheets)) > _MOST_PLACES:
        raise ValueError("places")
    if not all(type(number) is int for number in (*rows, *sheets)):
        raise ValueError("numbers")
    if not all(isinstance(letters, str) and _LETTERS.fullmatch(letters) for letters in columns):
        raise ValueError("letters")
    return fault(code, limits=limits, rows=tuple(rows), columns=tuple(columns), sheets=tuple(sheets))
