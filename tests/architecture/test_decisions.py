"""A decision says what it is worth today and what holds it; a decision without a check decays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import DOCS, ROOT

FOLDER = DOCS / "decisions"
DECISIONS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")

_CONSEQUENCE = re.compile(r"^(\*\*)?Consequences?[.:]", re.MULTILINE)
_HELD = re.compile(r"Held by[:.*]+(.*)", re.DOTALL)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_title_a_status_and_a_consequence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert re.search(r"^(\*\*)?Status[.:]", text, re.MULTILINE), "say accepted, in force, open or replaced by which"
    assert _CONSEQUENCE.search(text), "say what follows from it, also what is worse for it"


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_held_by_something_that_exists(path: Path) -> None:
    held = _HELD.search(path.read_text(encoding="utf-8"))
    assert held, "end with: Held by: `tests/…`"
    names = re.findall(r"`((?:tests|src|bench|pyproject)[\w/.-]*)(?:::\w+)?`", held[1])
    missing = [name for name in names if not (ROOT / name).exists()]
    assert missing == []
    tests = re.findall(r"`[^`]*?((?<![\w/])test_\w+)`", held[1]) + re.findall(r"::(test_\w+)`", held[1])
    known = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    assert [test for test in tests if f"def {test.rstrip('_')}" not in known] == []
    assert names or tests, "name the file of the lint or the test"


def test_every_decision_stands_in_the_index() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in DECISIONS if f"({path.name})" not in index] == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_a_link_between_documents_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []
