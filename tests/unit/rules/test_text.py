"""Rules in words."""

import pytest

from sluis.rules import RuleBook
from sluis.rules.text import told
from sluis.web.languages import translate
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
