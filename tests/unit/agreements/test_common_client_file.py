"""The common client file protocol is there in full, and each paragraph says what the software does about it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from sluis.agreements.arrangement import FullArticle, Trace
from sluis.agreements.catalogue import template
from sluis.agreements.reading import check_agreement
from sluis.agreements.text import plain, policy_of
from sluis.agreements.tree import Tree

CODE = "gemeenschappelijk-klantenbestand"

# What each article of the published text says that must be found again in ours: a word of every paragraph.
WORDS = {
    "1": (
        "voorwaarden",
        "erkennen, subsidiëren of inspecteren",
        "natuurlijke persoon",
        "Departement WVG",
        "webservices",
    ),
    "2": ("artikel 6, lid 1, e)", "taken", "verenigbaar"),
    "3": ("tabel", "artikel 9 of 10", "naam", "rol", "faxnummer", "e-mailadres", "tien jaar", "verantwoord"),
    "4": ("CoBRHA", "functieprofiel", "vooraf", "eigen protocol"),
    "5": ("permanent", "onbepaalde duur"),
    "6": (
        "datacenter",
        "versleuteld",
        "eID",
        "sleutelpaar",
        "gelogd",
        "back-up",
        "aantonen",
        "artikel 28",
        "overzicht",
    ),
    "7": ("actueel", "betrouwbaar", "onmiddellijk", "5 werkdagen", "2 werkdagen"),
    "8": ("eenzijdig", "zonder ingebrekestelling"),
    "9": ("gegevenslek", "artikel 33", "verwerkers"),
    "10": ("Belgische recht", "Brussel"),
    "11": ("1 januari 2021", "3 maanden", "rechtswege"),
}


def articles() -> tuple[FullArticle, ...]:
    return template(CODE).full_text or ()


def traces() -> list[Trace]:
    return [trace for article in articles() for paragraph in article.paragraphs for trace in paragraph.kept_by]


def test_every_article_of_the_published_protocol_is_there(shared: Path) -> None:
    published = next((shared / "seeds").glob("003*")).read_text(encoding="utf-8")
    found = dict(re.findall(r"(?m)^Artikel (\d+)[.:] *(\w+)", published))
    assert list(found) == [str(number) for number in range(1, 12)]
    ours = {article.number: article.title for article in articles()}
    assert ours.keys() == found.keys()
    for number, first_word in found.items():
        assert ours[number].startswith(first_word)


@pytest.mark.parametrize("number", WORDS)
def test_no_paragraph_of_an_article_is_forgotten(number: str) -> None:
    article = next(found for found in articles() if found.number == number)
    text = " ".join(paragraph.text for paragraph in article.paragraphs)
    for word in WORDS[number]:
        assert word in text


def test_the_facts_of_the_published_text_are_the_ones_that_bind(shared: Path) -> None:
    """Days, terms and signatures are held against the published text itself, not against our own rendering."""
    published = " ".join(next((shared / "seeds").glob("003*")).read_text(encoding="utf-8").split())
    agreement = template(CODE)
    months = {"september": 9, "oktober": 10, "januari": 1}
    advised = re.findall(r"heeft op (\d+) (\w+) (2020) advies", published)
    days = sorted(f"{year}-{months[month]:02}-{int(day):02}" for day, month, year in advised)
    assert sorted(str(advice.date) for advice in agreement.advices) == days
    assert "treedt in werking op 1 januari 2021" in published
    assert str(agreement.term.in_force_from) == "2021-01-01"
    assert "opzegtermijn van 3 maanden" in published
    assert agreement.term.notice_period == "P3M"
    assert "10 jaar bewaard" in published
    assert {item.retention.period for item in agreement.legs["delen"].items} == {"P10Y"}
    assert len(re.findall(r"Gegeven \d", published)) == len(agreement.legs["delen"].items)
    for signatory in agreement.signatories:
        assert (signatory.name or "?") in published


def test_every_paragraph_says_what_keeps_it() -> None:
    kinds = {trace.kind for trace in traces()}
    assert {"field", "check", "people"} <= kinds
    assert check_agreement(template(CODE)) == ()


@pytest.mark.parametrize("trace", [one for one in traces() if one.kind == "field"], ids=lambda trace: trace.at)
def test_a_traced_field_is_there_and_filled(trace: Trace) -> None:
    place = Tree(plain(template(CODE))).at(trace.at)
    assert place is not None
    assert place.there


@pytest.mark.parametrize("trace", [one for one in traces() if one.kind == "check"], ids=lambda trace: trace.at)
def test_a_traced_check_exists_and_can_be_called(trace: Trace) -> None:
    module, name = trace.at.rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), name))


def test_the_gate_reads_six_symmetric_parties_and_four_items() -> None:
    leg = policy_of(template(CODE)).legs["delen"]
    assert leg.senders == leg.receivers
    assert len(leg.senders) == 6
    assert set(leg.items) == {"contact-name", "contact-role", "contact-phone", "contact-email"}
    assert leg.clauses["role"].article == "artikel 4"
