"""The project's own files, as the tests of the house read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "sluis"
DOCS = ROOT / "docs"


@lru_cache(maxsize=1)
def tracked_files() -> tuple[Path, ...]:
    """Return every file that git keeps; where this is no clone, every file that is not hidden or made by a tool."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())
    made = {"node_modules", "var", "dist", "build", "__pycache__"}
    return tuple(
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and not any(part in made or part.startswith(".") for part in path.relative_to(ROOT).parts)
    )


def text_files() -> Iterator[tuple[str, str]]:
    """Yield path and content of every tracked text file; the lock files of package tools are theirs, not ours."""
    for path in tracked_files():
        name = path.relative_to(ROOT).as_posix()
        if name.endswith(("uv.lock", "package-lock.json")):
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture


@lru_cache(maxsize=1)
def modules() -> tuple[tuple[str, str, ast.Module], ...]:
    """Return path, text and syntax tree of every module of the product."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append((path.relative_to(ROOT).as_posix(), text, ast.parse(text)))
    return tuple(found)


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for such an expression, and nothing for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
