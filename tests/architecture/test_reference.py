"""The reference pages say what the code does, and every setting, command and route is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sluis.settings import Settings
from sluis.site import ROLE_NAMES
from sluis.web.rights import RIGHTS
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


MACHINES = ("/api/", "/fhir", "/hl7")  # their doors are keys and tokens of machines


def test_every_route_names_a_right_of_the_one_table() -> None:
    open_to_all = {"public", "signed in"}
    stray = {route.right for route in routes() if not route.path.startswith(MACHINES)} - open_to_all - set(RIGHTS)
    assert stray == set(), "name a right of src/sluis/web/rights.py with require_right(…)"
    assert set(RIGHTS) <= {route.right for route in routes()}, "a right that no route names protects nothing"


def test_every_role_that_a_standard_agreement_names_is_in_the_table() -> None:
    texts = (Path(__file__).parents[2] / "src" / "sluis" / "agreements" / "templates").glob("*.yaml")
    legs = [leg for text in texts for leg in yaml.safe_load(text.read_text(encoding="utf-8")).get("legs", {}).values()]
    named = {role for leg in legs for role in leg.get("roles", ())}
    assert {"officer", "system", "team-member", "social-worker"} <= named
    assert named - {"not-stated"} <= set(ROLE_NAMES), "an agreement names a role that nobody can be granted"


def test_no_route_takes_a_person_in_its_path() -> None:
    wrong = [route.path for route in routes() if any(word in route.path for word in ("insz", "person", "citizen"))]
    assert wrong == [], "a number of a person in an address ends in logs and histories"


def _roles(right: str) -> list[str]:
    if right in RIGHTS:
        return sorted(RIGHTS[right].roles)
    return right.removeprefix("role: ").split(" or ") if right.startswith("role: ") else []
