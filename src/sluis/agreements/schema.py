"""The JSON Schema of an agreement, made from the model: documentation for people, help in their editors."""

from __future__ import annotations

import json

from sluis.agreements.lifecycle import TRANSITIONS, diagram
from sluis.agreements.model import Agreement

_ID = "https://sluis.example/schema/agreement.schema.json"


def json_schema() -> str:
    """Return the schema as `docs/reference/agreement.schema.json` holds it."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID,
        **Agreement.model_json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def life_page() -> str:
    """Return the page `docs/reference/agreement-life.md`: the diagram and the table of transitions."""
    rows = "\n".join(
        f"| {row.source} | {row.event} | {row.target} | {', '.join(sorted(row.who))} | {row.clause} |"
        for row in TRANSITIONS
    )
    return (
        "# The life of an agreement\n\n"
        "Made from `sluis.agreements.lifecycle.TRANSITIONS`; do not edit by hand.\n\n"
        f"```mermaid\n{diagram()}```\n\n"
        "| From | Event | To | Who may | Clause |\n|---|---|---|---|---|\n"
        f"{rows}\n"
    )
