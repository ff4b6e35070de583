"""The reference pages say what the code does, and every setting, command and route is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluis.settings import Settings
from sluis.site import ROLE_NAMES
from tests.architecture.reference import ROLES, pages, routes

REMEDY = "write them anew: uv run python -m tests.architecture.regenerate, then read the difference"


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_page_made_from_the_code_is_the_one_in_the_repository(path: Path) -> None:
    assert path.exists(), REMEDY
    assert path.read_text(encoding="utf-8") == pages()[path](), REMEDY


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_route_names_the_right_that_it_needs() -> None:
    nameless = [f"{route.methods} {route.path}" for route in routes() if not route.right]
    assert nameless == [], "add dependencies=[Depends(public)], Depends(current_person) or Depends(require_role(…))"


def test_every_role_that_a_route_asks_exists() -> None:
    asked = {role for route in routes() for role in _roles(route.right or "")}
    assert asked <= set(ROLE_NAMES)
    assert set(ROLES) == set(ROLE_NAMES), "a new role needs a column in docs/reference/routes.md"


def test_no_route_takes_a_person_in_its_path() -> None:
    wrong = [route.path for route in routes() if any(word in route.path for word in ("insz", "person", "citizen"))]
    assert wrong == [], "a number of a person in an address ends in logs and histories"


def _roles(right: str) -> list[str]:
    return right.removeprefix("role: ").split(" or ") if right.startswith("role: ") else []
