"""Structured logs in which no national number can stand: every value passes the filter below."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence, Set
from typing import Any

import structlog

# Eleven digits or more with up to three marks between two of them, as in "85.07.30 - 033.28" or two numbers in a row.
# Wider than a valid INSZ on purpose: a malformed one is personal data too. A colon or comma begins something else.
_NUMBER = re.compile(r"\d(?:[^0-9A-Za-z,;:()]{0,3}\d){10,}")
# A number that lost its leading zeros on the way still has nine digits.
_NINE_DIGITS = 10**8


def redact(text: str) -> str:
    """Replace whatever looks like an INSZ."""
    return _NUMBER.sub("[insz]", text)


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, int):
        return value if abs(value) < _NINE_DIGITS else "[insz]"
    if isinstance(value, Mapping):
        return {_redacted(name): _redacted(one) for name, one in value.items()}
    if isinstance(value, Sequence | Set) and not isinstance(value, bytes):
        return [_redacted(one) for one in value]
    # What the renderer would write of anything else is its repr: write that here, so that it is looked at too.
    return value if value is None or isinstance(value, float) else redact(repr(value))


def _without_numbers(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value if name == "timestamp" else _redacted(value) for name, value in event.items()}


def configure_log() -> None:
    """Send events to standard error as one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_numbers,
            structlog.processors.JSONRenderer(),
        ],
        # Unasked, structlog writes to standard output, where a command's own answer stands.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )


def log(**context: object) -> structlog.stdlib.BoundLogger:
    """Return a logger bound to the given context."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(**context)
    return bound
