"""Joining in a real browser: the whole way in one sitting, by keyboard and without JavaScript, seen at every width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from sluis.database import Database
from sluis.gate.actions import Gate
from sluis.gate.model import Released, Request
from tests.acceptance.browser.looks import (
    LOOKS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.accession.joining import ANSWERS, CODE, OWN, PATH, STANDARD, STANDING, make_town
from tests.integration.accession.world import NOW, WINGENE, World
from tests.integration.gate.house import Population, Register, Source, number
from tests.serving import live_server
from tests.unit.agreements.documents.test_inspection import a_decision

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def town(database: Database) -> Iterator[tuple[World, str]]:
    world = make_town(database)
    with live_server(world.application()) as address:
        yield world, address


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


def fill(page: Page, answers: Mapping[str, Any]) -> None:
    for name, value in answers.items():
        field = page.locator(f"[name='{name}']")
        if isinstance(value, list):
            for box in field.all():
                box.set_checked(box.get_attribute("value") in value)
        else:
            field.fill(value)


def click(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page, address: str) -> None:
    page.goto(f"{address}/toetreden")
    card = page.locator("section.card", has=page.locator(f"input[value='{STANDARD}']"))
    with page.expect_navigation():
        card.get_by_role("button", name="Begin hiermee").click()


def join(page: Page, address: str, decision: Path) -> None:
    """Fill in every step as a municipal officer does, and say that the text is ready."""
    begin(page, address)
    for step, answers in ANSWERS.items():
        fill(page, answers)
        if step == "bewijsstukken":
            page.locator(f"[name='{OWN}.decision.sha256']").set_input_files(decision)
        page.get_by_role("button", name="Bewaar en ga verder").click()
        page.wait_for_url(f"{address}{PATH}/*")
        page.wait_for_function("(step) => !location.pathname.endsWith(step)", arg=step)
    click(page, "De tekst is klaar")


def test_a_municipality_is_in_force_the_same_day_and_the_gate_opens(
    open_context: OpenContext, town: tuple[World, str], tmp_path: Path
) -> None:
    world, address = town
    decision = tmp_path / "besluit.pdf"
    decision.write_bytes(a_decision())
    names = ("Wim Officier", "Dirk Waker", "Carine Maes", "Odette Waker", "Karen Lemmens")
    pages = {name: open_context().new_page() for name in names}
    for name, page in pages.items():
        sign_in(page, address, name)
    officer = pages["Wim Officier"]

    pages["Odette Waker"].goto(f"{address}/toetreden/aanbod/{STANDARD}")
    fill(pages["Odette Waker"], STANDING)
    click(pages["Odette Waker"], "Bewaar")
    join(officer, address, decision)

    for name in ("Dirk Waker", "Odette Waker"):
        pages[name].goto(f"{address}/overeenkomsten/{CODE}")
        pages[name].get_by_role("link", name="Geef advies").click()
        pages[name].get_by_label("gunstig", exact=True).check()
        click(pages[name], "Geef dit advies")
    officer.goto(f"{address}/overeenkomsten/{CODE}")
    officer.get_by_role("link", name="Bied de tekst aan ter ondertekening").click()
    click(officer, "Ja, bied de tekst aan")
    for name in ("Carine Maes", "Karen Lemmens"):
        pages[name].goto(f"{address}/overeenkomsten/{CODE}")
        pages[name].get_by_role("link", name="Onderteken", exact=True).click()
        click(pages[name], "Onderteken nu met het testcertificaat")
    officer.goto(f"{address}/overeenkomsten/{CODE}")
    with officer.expect_download() as taken:
        officer.get_by_role("link", name="Ondertekende PDF").last.click()
    assert Path(taken.value.path()).read_bytes().count(b"/ETSI.CAdES.detached") == 2
    officer.get_by_role("link", name="Maak de overeenkomst bekend").click()
    click(officer, "Ja, maak ze bekend")
    assert "De overeenkomst is bekendgemaakt" in officer.locator("main").inner_text()
    take_screenshot(officer, "toetreden-van-kracht", width=1440, scheme="light")

    population = Population()
    child, parent = population.add(number(1), parents=[number(2)]), number(2)
    gate = Gate(register=Register(population), sources={Source.code: Source(population)}, secret=world.secret)
    request = Request(
        actor="wim",
        party=WINGENE,
        agreement=CODE,
        leg="answer",
        purpose="automatic-allowance",
        items=frozenset({"child-insz", "right-since", "beneficiary-insz"}),
        subjects=(child,),
        channel="web",
        at=NOW,
        reference=NOW.date(),
    )
    with world.database.transaction() as connection:
        released = gate.release(connection, request)
    assert isinstance(released, Released), released
    assert [(one.subject, one.values["beneficiary-insz"]) for one in released.records] == [(child, parent)]


STEPS = ("gegevens", "beperken", "gebruik", "bewijsstukken", "overzicht")


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_of_joining_are_accessible_and_fit(
    open_context: OpenContext, town: tuple[World, str], width: int, scheme: str
) -> None:
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    address = town[1]
    sign_in(page, address, "Wim Officier")
    begin(page, address)
    paths = {"aanbod": "/toetreden", "weggooien": f"{PATH}/weggooien", **{step: f"{PATH}/{step}" for step in STEPS}}
    for name, path in paths.items():
        page.goto(address + path)
        take_screenshot(page, f"toetreden-{name}", width=width, scheme=scheme)
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.usefixtures("axe")
def test_a_page_with_errors_is_accessible(open_context: OpenContext, town: tuple[World, str]) -> None:
    page = open_context(width=360, bypass_csp=True).new_page()
    sign_in(page, town[1], "Wim Officier")
    begin(page, town[1])
    page.goto(f"{town[1]}{PATH}/beperken")
    fill(page, {"term.in_force_from": "morgen", "legs.answer.age.to": "99", "legs.answer.items": []})
    click(page, "Bewaar en ga verder")
    assert "Kijk dit na" in page.evaluate("() => document.activeElement.textContent")
    assert page.locator("[name='term.in_force_from']").input_value() == "morgen"
    take_screenshot(page, "toetreden-fouten", width=360, scheme="light")
    assert_fits(page)
    assert_accessible(page)


def test_the_keyboard_reaches_everything_on_the_pages_of_joining(
    open_context: OpenContext, town: tuple[World, str]
) -> None:
    page = open_context(width=360).new_page()
    sign_in(page, town[1], "Wim Officier")
    begin(page, town[1])
    for path in ("/toetreden", *(f"{PATH}/{step}" for step in STEPS)):
        page.goto(town[1] + path)
        assert_keyboard(page)
        assert_inside_policy(page)


def test_a_draft_is_filled_in_without_javascript(
    open_context: OpenContext, town: tuple[World, str], tmp_path: Path
) -> None:
    decision = tmp_path / "besluit.pdf"
    decision.write_bytes(a_decision())
    page = open_context(javascript=False).new_page()
    sign_in(page, town[1], "Wim Officier")
    begin(page, town[1])
    page.goto(f"{town[1]}{PATH}/bewijsstukken")
    fill(page, ANSWERS["bewijsstukken"])
    page.locator(f"[name='{OWN}.decision.sha256']").set_input_files(decision)
    click(page, "Bewaar")
    assert page.get_by_role("link", name="Bekijk het document").count() == 1
    assert page.locator(f"[name='{OWN}.processors']").input_value().startswith("Drukkerij Voorbeeld")
