"""The kernel is pure: no clock, no library beside the standard one and stdnum, and every sentence in four languages."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import sluis.kernel

KERNEL = Path(sluis.kernel.__file__).parent
MODULES = sorted(KERNEL.glob("*.py"))
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]


def calls() -> Iterator[ast.Call]:
    return (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call))


def imported() -> Iterator[str]:
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""


def sentences() -> set[str]:
    """Every literal that the kernel gives to msg()."""
    found = set()
    for call in calls():
        if isinstance(call.func, ast.Name) and call.func.id == "msg" and isinstance(call.args[0], ast.Constant):
            found.add(str(call.args[0].value))
    return found


def test_the_kernel_imports_the_standard_library_and_stdnum_only() -> None:
    allowed = sys.stdlib_module_names | {"stdnum"}
    strangers = {
        name for name in imported() if name.split(".")[0] not in allowed and not name.startswith("sluis.kernel")
    }
    assert not strangers
    assert not {"time", "random", "os", "socket"} & set(imported())


def test_the_kernel_has_no_clock() -> None:
    asked = {call.func.attr for call in calls() if isinstance(call.func, ast.Attribute)}
    assert not asked & {"today", "now", "utcnow", "time", "monotonic", "localtime"}


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_every_sentence_is_translated_with_the_same_parameters(language: str) -> None:
    with (KERNEL / "locale" / f"{language}.po").open("rb") as file:
        catalogue = {str(entry.id): str(entry.string) for entry in read_po(file, locale=language) if entry.id}
    assert catalogue.keys() == sentences()
    for dutch, translated in catalogue.items():
        assert translated
        assert sorted(re.findall(r"{\w+}", dutch)) == sorted(re.findall(r"{\w+}", translated))
