"""Structured logs in which no national number can stand: every value passes the filter below."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# Eleven digits with the usual separators. Wider than a valid INSZ on purpose: a malformed one is personal data too.
_NUMBER = re.compile(r"(?<!\d)\d{2}[.\s/-]?\d{2}[.\s/-]?\d{2}[.\s/-]?\d{3}[.\s/-]?\d{2}(?!\d)")


def redact(text: str) -> str:
    """Replace whatever looks like an INSZ."""
    return _NUMBER.sub("[insz]", text)


def _without_numbers(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


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
        ]
    )


def log(**context: object) -> structlog.stdlib.BoundLogger:
    """Return a logger bound to the given context."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(**context)
    return bound
