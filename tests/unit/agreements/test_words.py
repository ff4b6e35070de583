"""What a reader sees is the whole text, in the reader's language where it can be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from sluis.agreements import words
from sluis.agreements.catalogue import templates
from sluis.agreements.model import Agreement
from sluis.agreements.text import hash_of, plain
from sluis.agreements.wording import Bullets, Paragraph
from sluis.agreements.words import Reading, in_words
from sluis.kernel.text import Message
from sluis.web.languages import Language, translate
from tests.unit.agreements.samples import a_template, an_agreement


def messages(reading: Reading) -> Iterator[Message]:
    yield reading.title
    yield reading.instrument
    for section in reading.sections:
        yield section.heading
        for block in section.blocks:
            if isinstance(block, Paragraph):
                yield block.text
            elif isinstance(block, Bullets):
                yield from block.items
            else:
                yield block.caption
                yield from block.head
                yield from (cell for row in block.rows for cell in row)


def printed(agreement: Agreement, language: Language = "nl") -> str:
    return "\n".join(translate(message, language) for message in messages(in_words(agreement, language=language)))


def prose(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield every piece of text that a person wrote, by its path; codes and hashes are none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("fr", "en", "de", "to_complete", "articles"):
                yield from prose(inner, (*path, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from prose(inner, (*path, str(number)))
    elif isinstance(value, str) and " " in value.strip():
        yield ".".join(path), value


@pytest.mark.parametrize("agreement", [an_agreement(), *templates().values()], ids=lambda found: found.id)
def test_nothing_that_was_agreed_is_missing_from_the_reading(agreement: Agreement) -> None:
    text = printed(agreement)
    missing = [path for path, written in prose(plain(agreement)) if written not in text]
    assert missing == []


def test_the_reading_names_ages_days_and_the_fingerprint() -> None:
    agreement = an_agreement()
    text = printed(agreement)
    for expected in ("0207.495.470", "37021", "2026-01-15", "2026-12-31", "2025-01-01", "90", "25"):
        assert expected in text
    assert in_words(agreement).text_hash == hash_of(agreement)


def test_the_articles_are_those_that_refusals_cite() -> None:
    numbers = {section.anchor: section.number for section in in_words(an_agreement()).sections}
    assert numbers["purposes"] == 1
    assert numbers["items"] == 3
    assert numbers["recipients"] == 4
    assert numbers["term"] == 5
    assert numbers["security"] == 6
    assert numbers["end"] == 11
    assert numbers["duties"] == 14


def sentences_in_the_code() -> set[str]:
    """Return every Dutch sentence that the slice and its commands mark for translation."""
    package = Path(words.__file__).parent
    files = [*package.glob("*.py"), package.parent / "channels" / "commands" / "agreements.py"]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "msg"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_every_sentence_is_translated_with_its_parameters(language: Language) -> None:
    with (Path(words.__file__).parent / "locale" / f"{language}.po").open("rb") as file:
        known = {str(entry.id): str(entry.string) for entry in read_po(file, locale=language) if entry.id}
    assert known.keys() == sentences_in_the_code()
    for dutch, other in known.items():
        assert other
        assert set(re.findall(r"\{\w+\}", dutch)) == set(re.findall(r"\{\w+\}", other)), dutch


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_headings_of_a_text_are_in_the_language_of_the_reader(language: Language) -> None:
    sections = in_words(a_template(), language=language).sections
    assert not [section for section in sections if translate(section.heading, language) == str(section.heading)]


def test_braces_in_a_text_are_only_text() -> None:
    agreement = an_agreement().model_copy(update={"sanction": "Wie {dit} leest, {0} en {x!r}."})
    assert "Wie {dit} leest, {0} en {x!r}." in printed(agreement, "fr")
