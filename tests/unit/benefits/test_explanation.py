"""Reasons of every decision: whole, in four languages, in one stable form, and what would change it is true."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pyhanko.pdf_utils.reader import PdfFileReader

from sluis.benefits import packages
from sluis.benefits.case_files import Case, Expected, read_case
from sluis.benefits.explanation import (
    SCHEMA,
    Explanation,
    Family,
    Teller,
    as_json,
    discreet,
    discreet_changes,
    family_of,
    next_change,
    otherwise,
    with_payment,
)
from sluis.benefits.explanation.origins import tables_of_facts
from sluis.benefits.law import decide, law
from sluis.benefits.letters import Letter, Party, in_parts, letter_pdf
from sluis.benefits.letters.wording import subject
from sluis.benefits.schema import TABLES
from sluis.kernel.month import Month
from sluis.web.languages import LANGUAGES, Language, translate

FOLDER = Path(packages.__file__).parent
OWN = sorted(FOLDER.glob("*/cases/*.yaml"))
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
VALID = Draft202012Validator(SCHEMA)
AT = datetime(2026, 3, 2, tzinfo=UTC)


def month_of(wanted: Expected) -> Month | None:
    if wanted.month or wanted.since:
        return Month.parse(wanted.month or wanted.since or "")
    if wanted.year:
        return Month(wanted.year, 7)
    return Month(int(wanted.school_year[:4]), 9) if wanted.school_year else None


def explained(case: Case, wanted: Expected, month: Month) -> tuple[Family, Explanation | None]:
    decided = decide(case.tables, month, as_of=wanted.as_of or case.as_of, engine="interpreter")
    family = family_of(decided)
    told = Teller().explain(family, wanted.subject, benefits=(wanted.benefit,))
    return family, with_payment(told[0], decided) if told else None


def first_of(path: Path) -> tuple[Case, Expected, Month] | None:
    case = read_case(path)
    for wanted in case.expect:
        month = month_of(wanted)
        if month is not None and wanted.benefit in law().benefits:
            return case, wanted, month
    return None


@pytest.mark.parametrize("place", range(0, len(OWN), 14))
def test_each_fourteenth_own_case_is_explained_in_four_languages_without_a_gap(place: int) -> None:
    for path in OWN[place : place + 1]:
        check(path)


def test_the_given_cases_are_explained_too(shared: Path) -> None:
    for path in sorted((shared / "cases" / "groeipakket").glob("*.yaml"))[::14]:
        check(path)


def check(path: Path) -> None:
    found = first_of(path)
    if found is None:
        return
    family, told = explained(*found)
    if told is None:
        return
    changes = otherwise(family, told.child, told.benefit, budget=8)
    for language in LANGUAGES:
        say = partial(translate, language=language)
        written = as_json(told, say, language=language, changes=changes, next_change=None)
        VALID.validate(written)
        words = json.dumps(written, ensure_ascii=False)
        assert not PLACEHOLDER.search(words), path.name
        assert str(told.article) in words
    assert all(link.title.text and str(link.article) for link in told.chain)
    if told.decision == "undecided":
        assert told.missing, path.name


AGE = FOLDER / "leeftijdsbijslag" / "cases" / "gp-r460-next-oldest.yaml"


def family_in(month: Month, path: Path = AGE) -> Family:
    return family_of(decide(read_case(path).tables, month, engine="interpreter"))


def test_the_interpreted_family_is_what_the_law_decides() -> None:
    case = read_case(AGE)
    decided = decide(case.tables, Month(2020, 4))
    family = family_in(Month(2020, 4))
    for benefit in law().benefits:
        if decided.has(benefit):
            book = law().book_of(benefit)
            expected = dict(decided.values(benefit).select("key", "value").iter_rows())
            assert {key: family.told[book].outcome(key, benefit).value for key in expected} == expected


def test_the_chain_goes_through_every_book_and_names_where_each_fact_came_from() -> None:
    (told,) = Teller().explain(family_in(Month(2020, 4)), "mid", benefits=("leeftijdsbijslag",))
    assert (told.amount_cents, told.decision, str(told.article)) == (2492, "granted", "Groeipakketdecreet, art. 212")
    assert told.chain[0].book == "leeftijd"
    assert {link.book for link in told.chain} == {"leeftijd", "zijde", "kind"}
    facts = {fact.name: fact for link in told.chain for fact in link.facts}
    assert facts["gewest"].tables == ("residences",)
    assert [str(each) for each in facts["gewest"].sources] == ["het Rijksregister"]
    assert facts["sociale_toeslag"].decided_by == "sociale_toeslag"
    assert all(fact.sources or fact.decided_by for fact in facts.values())


def test_every_fact_of_the_law_has_tables_that_exist() -> None:
    named = {each.fact.name for book in law().books for package in book.packages for each in package.facts}
    assert named <= tables_of_facts().keys()
    assert {table for tables in tables_of_facts().values() for table in tables} <= set(TABLES)


def test_what_would_change_the_amount_really_does_also_through_an_earlier_book() -> None:
    family = family_in(Month(2020, 4))
    changes = otherwise(family, "mid", "leeftijdsbijslag", budget=40)
    assert {change.fact.name for change in changes} >= {"verblijfsrecht"}
    for change in changes:
        book = next(name for name, each in family.in_force.items() if change.fact.name in each.book.facts)
        key = family.in_force[book].book.key
        rows = {
            **family.rows,
            book: [
                {**row, change.fact.name: change.after} if row[key] == change.subject else row
                for row in family.rows[book]
            ],
        }
        then = Family(family.law, family.month, family.in_force, rows, family.child_of)
        (told,) = Teller().explain(then, "mid", benefits=("leeftijdsbijslag",))
        assert told.amount_cents == change.amount_cents != 2492


def test_an_explanation_can_carry_the_receipt_of_every_book() -> None:
    family = family_in(Month(2020, 4))
    (told,) = Teller(with_receipts=True).explain(family, "mid", benefits=("leeftijdsbijslag",))
    written = as_json(told, str)
    VALID.validate(written)
    assert written["receipts"].keys() == {"kind", "zijde", "leeftijd"}
    assert dict(family_in(Month(2020, 4)).receipts) == written["receipts"]
    assert dict(family_in(Month(2020, 5)).receipts) != written["receipts"]


def test_nobody_is_told_to_be_born_on_another_day() -> None:
    changes = otherwise(family_in(Month(2020, 4)), "mid", "leeftijdsbijslag", budget=40)
    assert not {change.fact.name for change in changes} & {"born", "died", "household", "share"}


def test_the_next_amount_of_the_law_is_announced() -> None:
    assert next_change(family_in(Month(2020, 4)), "mid", "rangbedrag") == (Month(2020, 9), 9581)


def letter(told: Explanation, **changed: object) -> Letter:
    sender = Party("Infino", contact="hulp@infino.example")
    hostile = Party('#eval("1+1") $x$ *An* \\ _de_ `Wit`', ('#include "/etc/passwd"', "[9000] Gent"))
    return Letter(told, sender, hostile, "Kind {naam} #strong[x]", "GP-1", date(2026, 3, 2), ())


def attached_to(pdf: bytes) -> bytes:
    """Return the explanation that travels inside a letter."""
    names = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    found = names[1]["/EF"]["/F"].data
    assert isinstance(found, bytes)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("child", "benefit", "decision"), [("mid", "rangbedrag", "granted"), ("mid", "basisbedrag", "refused")]
)
def test_a_letter_tells_article_reason_and_the_way_to_appeal(
    language: Language, child: str, benefit: str, decision: str
) -> None:
    say = partial(translate, language=language)
    (told,) = Teller().explain(family_in(Month(2020, 4)), child, benefits=(benefit,))
    assert told.decision == decision
    words = " ".join(
        say(each)
        for part in in_parts(letter(told))
        for each in (part.heading, *part.paragraphs, *part.points, *(cell for row in part.rows for cell in row))
    )
    assert str(told.article) in words
    for sure in ("Geschillencommissie", "art. 115", "art. II.21", "4", "3"):
        assert sure in words
    assert not PLACEHOLDER.search(words + say(subject(letter(told))).replace("{naam}", ""))
    pdf = letter_pdf(letter(told), say, language=language, at=AT)
    assert pdf == letter_pdf(letter(told), say, language=language, at=AT)
    VALID.validate(json.loads(attached_to(pdf)))


def test_an_undecided_right_asks_for_what_is_missing_and_whom_to_ask() -> None:
    family = family_in(Month(2023, 10), FOLDER / "basisbedrag" / "cases" / "gp-r440-account.yaml")
    told = [
        each
        for child in family.children
        for each in Teller().explain(family, child)
        if each.decision == "undecided" and any(lack.ask for lack in each.missing)
    ]
    assert told
    parts = in_parts(letter(told[0]))
    asked = next(part for part in parts if str(part.heading) == "Wat wij nog nodig hebben")
    assert any("Vraag dit aan" in str(point) for point in asked.points)
    assert "nog geen beslissing" in " ".join(str(line) for line in parts[-1].paragraphs)


def test_a_reader_sees_no_fact_of_another_household() -> None:
    path = FOLDER / "sociale_toeslag" / "cases" / "gp-r608-halves-of-unlike-families.yaml"
    found = first_of(path)
    assert found is not None
    family, told = explained(*found)
    assert told is not None
    sides = {link.subject for link in told.chain if link.book == "zijde" and link.child == told.child}
    assert len(sides) == 2
    closed = discreet(told)
    assert all(not link.facts and not link.values for link in closed.chain if link.book == "zijde")
    one = sorted(sides)[0]
    mine = discreet(told, sides=frozenset({one}))
    assert {link.subject for link in mine.chain if link.book == "zijde" and link.facts} == {one}
    assert all(link.subject in {told.child, *sides} for link in closed.chain)
    changes = otherwise(family, told.child, told.benefit, budget=40)
    assert {each.subject for each in discreet_changes(told, changes)} <= {told.child}
