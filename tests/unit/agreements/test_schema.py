"""The documents that are made from the code are the ones in the repository."""

from __future__ import annotations

import json
from pathlib import Path

from sluis.agreements.schema import json_schema, life_page

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
REMAKE = "remake it: uv run python -c 'from sluis.agreements.schema import {0}; print({0}(), end=\"\")' > {1}"


def test_the_schema_in_the_repository_is_the_models() -> None:
    path = REFERENCE / "agreement.schema.json"
    assert path.read_text(encoding="utf-8") == json_schema(), REMAKE.format("json_schema", path.name)


def test_the_drawing_of_the_life_is_the_tables() -> None:
    path = REFERENCE / "agreement-life.md"
    assert path.read_text(encoding="utf-8") == life_page(), REMAKE.format("life_page", path.name)


def test_every_field_of_the_schema_says_what_it_is() -> None:
    schema = json.loads(json_schema())
    silent = [
        f"{kind}.{name}"
        for kind, part in (*schema["$defs"].items(), ("Agreement", schema))
        for name, field in part.get("properties", {}).items()
        if not field.get("description")
    ]
    assert silent == []


def test_the_schema_allows_nothing_that_it_does_not_name() -> None:
    schema = json.loads(json_schema())
    parts = [*schema["$defs"].values(), schema]
    assert all(part.get("additionalProperties") is False for part in parts if part.get("type") == "object")
