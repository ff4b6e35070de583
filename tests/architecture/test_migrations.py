"""There is one migration line for the whole system; `sluis.database` finds its end by the names of the files."""

from __future__ import annotations

import ast
from pathlib import Path

from sluis.database import _newest_revision
from tests.architecture.source import SOURCE

VERSIONS = SOURCE / "migrations" / "versions"


def _constants(path: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found.update({target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)})
    return found


LINE = {path: _constants(path) for path in sorted(VERSIONS.glob("*.py")) if path.name != "__init__.py"}


def test_a_file_is_named_after_its_revision() -> None:
    assert [path.name for path, said in LINE.items() if path.name[:5] != f"{said['revision']}_"] == []


def test_each_revision_follows_the_one_before_it_without_branches() -> None:
    revisions = [said["revision"] for said in LINE.values()]
    assert [said["down_revision"] for said in LINE.values()] == [None, *revisions[:-1]]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


def test_the_newest_revision_is_the_end_of_the_line() -> None:
    assert _newest_revision() == list(LINE.values())[-1]["revision"]
