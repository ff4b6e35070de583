"""Rules in words."""

import ast
from pathlib import Path

import pytest

import sluis.rules
from sluis.rules import RuleBook
from sluis.rules.text import told
from sluis.web.languages import catalogue, translate
from tests.unit.rules.waterland import MARCH_2023, waterland

BOOK = waterland()
LAW = BOOK.at(MARCH_2023)


def lines(output: str, language: str = "nl", book: RuleBook = BOOK) -> list[str]:
    text = told(book, LAW.rules[output], LAW)
    return ["  " * line.depth + translate(line.text, language) for line in text.lines]  # type: ignore[arg-type]  # a language


def test_a_rule_reads_as_dutch_with_its_article_and_values():
    assert lines("tide_allowance") == [
        "Als niet geldt dat het kind recht heeft: € 0,00.",
        "Anders, als het inkomen van het huis niet hoger is dan “de inkomensgrens” (€ 30.000,00; Getijdenwet, art. 4): "
        "“het volle bedrag” (€ 102,50; Getijdenwet, art. 3).",
        "Anders, als het inkomen van het huis niet lager is dan “het inkomensplafond” "
        "(€ 45.000,00; Getijdenwet, art. 4): € 0,00.",
        "Anders: “het volle bedrag” (€ 102,50; Getijdenwet, art. 3) maal (“het inkomensplafond” "
        "(€ 45.000,00; Getijdenwet, art. 4) min het inkomen van het huis) gedeeld door (“het inkomensplafond” "
        "(€ 45.000,00; Getijdenwet, art. 4) min “de inkomensgrens” (€ 30.000,00; Getijdenwet, art. 4)), "
        "afgerond op de cent.",
    ]
    assert str(told(BOOK, LAW.rules["tide_allowance"]).article) == "Getijdenwet, art. 4"


def test_a_change_of_what_is_counted_is_not_told():
    assert "€ 0,00" not in lines("polder_supplement")[0]
    assert lines("polder_supplement")[0].endswith("voor de polder maal het aantal kinderen in het huis.")


def test_every_operation_has_words():
    for output in LAW.outputs:
        assert all(line.strip() for line in lines(output))


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_rules_speak_every_language(language):
    assert lines("storm_bonus", language) != lines("storm_bonus")


def sentences() -> set[str]:
    found = set()
    for path in Path(sluis.rules.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "msg"
            if named and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]  # a call
                found.add(str(node.args[0].value))  # type: ignore[attr-defined]  # a call with a literal
    return found


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_every_sentence_of_the_engine_is_translated_with_the_same_parameters(language):
    words = catalogue(language)
    wordless = {sentence for sentence in sentences() if not any(part.isalpha() for part in _without_names(sentence))}
    missing = sorted(sentences() - set(words) - wordless)
    assert missing == []
    for sentence in sentences() & set(words):
        assert _names(words[sentence]) == _names(sentence), sentence


def _without_names(sentence: str) -> str:
    parts = sentence.split("{")
    return parts[0] + "".join(part.partition("}")[2] for part in parts[1:])


def _names(sentence: str) -> set[str]:
    return {part.partition("}")[0] for part in sentence.split("{")[1:]}
