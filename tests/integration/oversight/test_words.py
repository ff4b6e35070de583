"""Every code that the house writes into evidence has words for its readers."""

from __future__ import annotations

import ast
from pathlib import Path

import sluis
from sluis.agreements.steps import KINDS
from sluis.ledger.words import GROUND_WORDS, KIND_WORDS, in_words

SOURCE = Path(sluis.__file__).parent


def _calls(folder: str, name: str) -> list[ast.Call]:
    return [
        node
        for path in sorted((SOURCE / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def _codes(value: ast.expr) -> set[str]:
    return {one.value for one in ast.walk(value) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_every_ground_that_the_gate_gives_has_words() -> None:
    given: set[str] = set()
    for call in _calls("gate", "Reason"):
        code = call.args[0]
        given |= _codes(code.body) | _codes(code.orelse) if isinstance(code, ast.IfExp) else _codes(code)
    assert len(given) > 10
    assert given <= GROUND_WORDS.keys()


def test_every_step_of_an_agreement_has_words() -> None:
    assert set(KINDS.values()) <= KIND_WORDS.keys()


def test_every_kind_that_the_gate_names_has_words() -> None:
    named = {
        keyword.value.value
        for call in _calls("gate", "_entry")
        for keyword in call.keywords
        if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
    }
    assert named
    assert named <= KIND_WORDS.keys()


def test_a_code_without_words_is_shown_as_it_is_and_braces_mean_nothing() -> None:
    assert str(in_words(KIND_WORDS, "nieuw-soort")) == "nieuw-soort"
    assert str(in_words(KIND_WORDS, "{kind}")) == "{kind}"
