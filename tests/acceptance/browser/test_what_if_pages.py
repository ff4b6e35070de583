"""What if: a family that nobody is, a payer's file and the reader's own, each with other facts; nothing is kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from sluis.database import Database
from sluis.ledger.reading import entries_of_person
from tests.acceptance.browser.looks import WIDTHS
from tests.acceptance.browser.test_benefits_pages import OpenContext, looked_at, sign_in, site  # noqa: F401 - fixture
from tests.integration.benefits.test_publishing import KID, SECRET

pytestmark = pytest.mark.browser


def part(page: Page, title: str) -> None:
    page.locator("summary", has_text=title).click()


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("width", WIDTHS)
def test_a_family_that_nobody_is_gets_a_child_and_reads_the_difference_without_javascript(
    open_context: OpenContext,
    site: str,  # noqa: F811
    width: int,
) -> None:
    quiet = open_context(width=width, javascript=False).new_page()
    sign_in(quiet, site, "Ine")
    quiet.goto(f"{site}/wat-als")
    quiet.get_by_label("Vanaf welke maand?").fill("2024-05")
    part(quiet, "Er wordt een kind geboren")
    quiet.locator("#geboorte").fill("2024-06-11")
    quiet.get_by_role("button", name="Bereken").click()
    row = quiet.get_by_role("row", name="juni 2024")
    assert "€ 247,16" in row.inner_text().replace("\xa0", " ")
    quiet.get_by_role("heading", name="het startbedrag bij geboorte: het kind dat geboren wordt").wait_for()
    loud = open_context(width=width, bypass_csp=True).new_page()
    sign_in(loud, site, "Ine")
    loud.goto(f"{site}/wat-als")
    looked_at(loud, "wat-als", width)
    loud.get_by_label("Vanaf welke maand?").fill("2024-05")
    loud.locator("#scheiding_wie").select_option("1")
    loud.locator("#ouder1").fill("dertig")
    loud.get_by_role("button", name="Bereken").click()
    loud.get_by_role("alert").get_by_text("Geef een bedrag in euro per jaar").wait_for()
    loud.locator("#ouder1").fill("30000")
    part(loud, "Iemand heeft een ander inkomen")
    loud.locator("#inkomen_wie").select_option("1")
    loud.locator("#inkomen_bedrag").fill("60000")
    loud.get_by_role("button", name="Bereken").click()
    loud.get_by_text("Vul ook dit in").first.wait_for()
    loud.locator("#scheiding_wie").select_option("")
    loud.get_by_role("button", name="Bereken").click()
    loud.get_by_text("€ 60.000,00 in plaats van € 30.000,00").first.wait_for()
    looked_at(loud, "wat-als-uitkomst", width)


def test_an_officer_changes_a_file_and_a_mother_her_own_and_each_look_is_told(
    open_context: OpenContext,
    site: str,  # noqa: F811
    database: Database,
) -> None:
    page = open_context().new_page()
    sign_in(page, site, "Ine")
    page.goto(f"{site}/groeipakket")
    page.get_by_label("Rijksregisternummer").fill(KID)
    page.get_by_role("button", name="Zoek het dossier").click()
    page.get_by_role("button", name="Wat als er iets verandert?").click()
    part(page, "Het gezin verhuist")
    page.locator("#verhuis_dag").fill("2024-07-02")
    page.get_by_role("button", name="Bereken").click()
    page.get_by_text("het gewest waar het kind woont").first.wait_for()
    assert KID not in page.url
    mother = open_context().new_page()
    sign_in(mother, site, "An")
    mother.goto(f"{site}/mijn-groeipakket")
    mother.get_by_role("button", name="Wat als er iets verandert?").click()
    part(mother, "Een ouder overlijdt")
    mother.locator("#overlijden_wie").select_option("1")
    mother.locator("#overlijden_dag").fill("2024-06-15")
    mother.get_by_role("button", name="Bereken").click()
    mother.get_by_role("heading", name="de wezentoeslag").wait_for()
    with database.transaction() as connection:
        told = [each.recorded.entry for each in entries_of_person(connection, KID, secrets=SECRET)]
    tried = [(entry.kind, entry.party, entry.actor) for entry in told if entry.kind in ("what-if-tried", "release")]
    assert sorted(tried) == [("release", "infino", "ine")] * 2 + [("what-if-tried", "citizen", "an")] * 2
