"""OperationOutcome: what was refused, where, why and what to do next, in the language of who asks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from sluis.births.fhir.names import REFUSALS
from sluis.births.model import Fault
from sluis.kernel.outcome import Reason
from sluis.kernel.text import Message
from sluis.web.languages import Language, translate

MEDIA_TYPE: Final = "application/fhir+json"

# Our stable codes and the issue types of FHIR R4 (http://hl7.org/fhir/issue-type) that they belong to.
ISSUE_TYPES: Final[Mapping[str, str]] = {
    "not-agreed": "business-rule",
    "required": "required",
    "value": "value",
    "code-invalid": "code-invalid",
    "too-long": "too-long",
    "structure": "structure",
    "not-supported": "not-supported",
    "message-id-reused": "duplicate",
    "version-conflict": "conflict",
    "version-required": "required",
    "not-found": "not-found",
    "not-json": "structure",
    "media-type": "not-supported",
    "too-large": "too-long",
    "too-slow": "timeout",
    "busy": "transient",
    "token-missing": "login",
    "token-invalid": "login",
    "too-many-requests": "throttled",
}


def issue(
    code: str, text: str, *, path: str | None = None, severity: str = "error", diagnostics: str | None = None
) -> dict[str, Any]:
    """Return one issue; `path` is a FHIRPath expression."""
    found: dict[str, Any] = {
        "severity": severity,
        "code": ISSUE_TYPES.get(code, "forbidden"),
        "details": {"coding": [{"system": REFUSALS, "code": code}], "text": text},
    }
    if path is not None and path != "message":
        found["expression"] = [path]
    if diagnostics is not None:
        found["diagnostics"] = diagnostics
    return found


def of_faults(faults: Iterable[Fault], language: Language) -> dict[str, Any]:
    """Return the outcome of a message that was not fit."""
    return _outcome(issue(fault.code, translate(fault.text, language), path=fault.path) for fault in faults)


def of_reasons(reasons: Iterable[Reason], language: Language) -> dict[str, Any]:
    """Return the outcome of what the gate refused: each reason with its clause and what to do next."""
    return _outcome(
        issue(
            reason.code,
            f"{translate(reason.what, language)} ({reason.clause})",
            diagnostics=translate(reason.remedy, language),
        )
        for reason in reasons
    )


def of_one(code: str, text: Message, language: Language, *, remedy: Message | None = None) -> dict[str, Any]:
    """Return an outcome with one issue."""
    told = None if remedy is None else translate(remedy, language)
    return _outcome([issue(code, translate(text, language), diagnostics=told)])


def response(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a resource as an answer."""
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def _outcome(issues: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}
