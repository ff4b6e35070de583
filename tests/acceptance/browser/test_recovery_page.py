"""Asking back: an officer spreads a claim over months on a page, without JavaScript too, and reads what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sluis.database import Database
from tests.acceptance.browser.looks import WIDTHS
from tests.acceptance.browser.test_benefits_pages import OpenContext, application, looked_at, sign_in
from tests.integration.benefits.family_world import settle
from tests.integration.benefits.test_publishing import KID, MUM
from tests.integration.benefits.test_recovery import a_claim
from tests.serving import live_server

pytestmark = pytest.mark.browser


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[str]:
    settle(
        database,
        {MUM: date(1990, 1, 15), KID: date(2021, 2, 3)},
        officers={"Ine": "infino", "Faas": "fons"},
    )
    book, late = a_claim(database, tmp_path)
    with live_server(application(database, book, late)) as address:
        yield address


@pytest.mark.usefixtures("axe")
def test_an_officer_decides_on_a_claim_and_another_payer_sees_none(open_context: OpenContext, site: str) -> None:
    quiet = open_context(javascript=False).new_page()
    sign_in(quiet, site, "Ine")
    quiet.goto(f"{site}/groeipakket/terugvorderingen")
    quiet.get_by_label("Bedrag in euro").fill("176,67")
    quiet.get_by_role("button", name="Beslis").click()
    quiet.get_by_role("link", name="Het bedrag is hoger dan wat nog open staat").wait_for()
    quiet.get_by_label("Bedrag in euro").fill("25,00")
    quiet.get_by_label("Reden").select_option("agreed")
    quiet.get_by_role("button", name="Beslis").click()
    quiet.get_by_text("Uw beslissing is vastgelegd").wait_for()
    page = open_context(bypass_csp=True).new_page()
    sign_in(page, site, "Ine")
    page.goto(f"{site}/groeipakket/terugvorderingen")
    page.get_by_text("afgesproken met de begunstigde").first.wait_for()
    assert "€ 25,00" in page.locator("dl.facts").inner_text().replace("\xa0", " ")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        looked_at(page, "groeipakket-terugvorderingen", width)
    stranger = open_context().new_page()
    sign_in(stranger, site, "Faas")
    stranger.goto(f"{site}/groeipakket/terugvorderingen")
    stranger.get_by_text("Er is niets terug te vragen").wait_for()
