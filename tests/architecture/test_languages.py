"""Every sentence for people is there in four languages, with the same parameters, and nothing is said outside them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast

SOURCE = Path(__file__).resolve().parents[2] / "src" / "sluis"
TRANSLATIONS = ("fr", "en", "de")

# Names that are the same in every language.
_NAMES = {"Sluis"}


def _templates() -> list[Path]:
    return sorted(SOURCE.glob("**/templates/**/*.html"))


def _parse(path: Path) -> nodes.Template:
    return Environment(autoescape=True).parse(path.read_text(encoding="utf-8"), filename=str(path))


def _slice(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first if (SOURCE / first).is_dir() else "sluis"


def _msg_calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(SOURCE.glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "msg":
                yield path, node


def _sentences() -> Iterator[tuple[Path, str]]:
    for path, call in _msg_calls():
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            yield path, call.args[0].value
    for path in _templates():
        for _line, _function, found in extract_from_ast(_parse(path), gettext_functions=("_",)):
            # A sentence with parameters comes with a place for each of them.
            sentence = found[0] if isinstance(found, tuple) else found
            if isinstance(sentence, str):
                yield path, sentence


def _catalogues(language: str) -> Iterator[tuple[Path, str, str]]:
    for path in sorted(SOURCE.glob(f"**/locale/{language}.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if isinstance(entry.id, str) and entry.id:
                    yield path, entry.id, entry.string if isinstance(entry.string, str) else ""


def _parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_sentence_is_a_literal() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}:{call.lineno}"
        for path, call in _msg_calls()
        if not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert wrong == [], "use {name} parameters; to bind new ones to a known sentence, make a Message of its text"


def test_a_sentence_gets_exactly_the_parameters_that_it_names() -> None:
    wrong = []
    for path, call in _msg_calls():
        given = {keyword.arg for keyword in call.keywords}
        if None in given or not (call.args and isinstance(call.args[0], ast.Constant)):
            continue
        # A table of sentences is written without parameters; they are bound when the sentence is used.
        if given and given != _parameters(str(call.args[0].value)):
            wrong.append(
                f"{path.relative_to(SOURCE)}:{call.lineno}: {call.args[0].value!r} gets {sorted(map(str, given))}"
            )
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_sentence_is_translated(language: str) -> None:
    known = {dutch for _, dutch, translated in _catalogues(language) if translated.strip()}
    missing: dict[str, set[str]] = defaultdict(set)
    for path, sentence in _sentences():
        if sentence not in known:
            missing[_slice(path)].add(sentence)
    report = "\n".join(
        f"{name}: {len(found)} missing\n  " + "\n  ".join(sorted(found)) for name, found in sorted(missing.items())
    )
    assert not missing, f"not in any {language}.po:\n{report}"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_names_the_same_parameters(language: str) -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}: {dutch!r} -> {translated!r}"
        for path, dutch, translated in _catalogues(language)
        if translated and _parameters(dutch) != _parameters(translated)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_one_dutch_sentence_has_one_translation(language: str) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for _, dutch, translated in _catalogues(language):
        if translated:
            found[dutch].add(translated)
    assert {dutch: several for dutch, several in found.items() if len(several) > 1} == {}


@pytest.mark.parametrize("path", _templates(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_template_says_nothing_outside_its_sentences(path: Path) -> None:
    pieces = [
        part.data if isinstance(part, nodes.TemplateData) else "\N{OBJECT REPLACEMENT CHARACTER}"
        for output in _parse(path).find_all(nodes.Output)
        for part in output.nodes
    ]
    # What a reader types into a terminal is the same in every language.
    prose = re.sub(r"<code[^>]*>.*?</code>", " ", "".join(pieces), flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", re.sub(r'[\w-]+="[^"]*"', " ", prose))
    words = set(re.findall(r"[A-Za-zÀ-ÿ]{3,}", text)) - _NAMES
    assert words == set(), f"put these in _(…): {sorted(words)}"
