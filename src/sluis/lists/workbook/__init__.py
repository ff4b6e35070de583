"""Workbooks of strangers and our own: requests are read in a walled-off child process, answers written as text only.

`read_request` gives the one column of an encrypted .xlsx or a `WorkbookFault` with a stable code; `write_answer` and
`write_answer_sheets` give encrypted files; `make_request` makes requests for demo, tests and bench.
"""

from __future__ import annotations

from sluis.lists.workbook.encryption import AnswerKey
from sluis.lists.workbook.model import Limits, RequestColumn, WorkbookFault
from sluis.lists.workbook.reading import read_request, start_reader
from sluis.lists.workbook.writing import AnswerSheet, make_request, write_answer, write_answer_sheets

__all__ = [
    "AnswerKey",
    "AnswerSheet",
    "Limits",
    "RequestColumn",
    "WorkbookFault",
    "make_request",
    "read_request",
    "start_reader",
    "write_answer",
    "write_answer_sheets",
]
