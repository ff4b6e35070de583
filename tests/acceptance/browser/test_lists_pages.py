"""The lists in a real browser: the whole exchange with real encrypted files, by mouse, by keyboard, without scripts."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import msoffcrypto
import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Page

from sluis.lists.upkeep import remind_overdue
from tests.acceptance.browser.looks import (
    LOOKS,
    WIDTHS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.lists.conftest import furnished, house, population  # noqa: F401 - fixtures are found by name
from tests.integration.lists.houses import AGREEMENT, KEY, WINGENE, House, request_file
from tests.serving import live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]

NEW = f"/lijsten/nieuw/{AGREEMENT}"
KEY_PAGE = f"/lijsten/sleutels/{AGREEMENT}/{WINGENE}"


@pytest.fixture
def site(house: House) -> Iterator[str]:  # noqa: F811 - the fixture of that name
    """The address of the pages of the lists."""
    with live_server(house.app) as served:
        yield served


class Visitor:
    """One person in one browser."""

    def __init__(self, context: BrowserContext, site: str, name: str) -> None:
        self.page, self.site = context.new_page(), site
        self.page.goto(f"{site}/aanmelden")
        self.page.get_by_role("button", name=f"Aanmelden als {name}").click()
        self.page.wait_for_url(f"{site}/start")

    def goto(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def send(self, file: Path) -> str:
        """Send a file and return the path of the exchange that it opened."""
        self.goto(NEW)
        self.page.set_input_files("#file", file)
        self.press("Stuur het bestand")
        self.page.wait_for_selector("h1:has-text('Uitwisseling')")
        return self.page.url.removeprefix(self.site)

    def collect(self) -> bytes:
        with self.page.expect_download() as download:
            self.press("Haal het antwoord op")
        return Path(download.value.path()).read_bytes()


def set_key(dpo: Visitor, other: Visitor) -> str:
    """Let both DPOs set the key that the page suggests, and return it."""
    key = dpo.goto(KEY_PAGE).get_by_label("Sleutel", exact=True).input_value()
    dpo.press("Bewaar de sleutel")
    other.goto(KEY_PAGE).get_by_label("Sleutel", exact=True).fill(key)
    other.press("Bevestig de sleutel")
    other.page.wait_for_selector("text=De sleutel is gezet")
    return key


def opened(content: bytes, key: str) -> list[tuple[object, ...]]:
    office = msoffcrypto.OfficeFile(io.BytesIO(content))
    office.load_key(password=key)
    plain = io.BytesIO()
    office.decrypt(plain)
    return list(load_workbook(plain, read_only=True).worksheets[0].iter_rows(values_only=True))


def a_list(house: House, folder: Path, *, key: str) -> tuple[Path, set[str]]:  # noqa: F811
    """Write a request with some wrong rows; return it and the children who must be in the answer."""
    with_right = house.children(with_right=True)[:12]
    rows = [*with_right, *house.children(with_right=False)[:30], "geen nummer", "85.47.30-033.29", with_right[0]]
    file = folder / "kinderen 2026.xlsx"
    file.write_bytes(request_file([str(row) for row in rows], key=key))
    return file, {str(child) for child in with_right}


@pytest.mark.parametrize("javascript", [True, False])
def test_two_dpos_and_an_officer_exchange_a_list(
    open_context: OpenContext,
    house: House,  # noqa: F811
    site: str,
    tmp_path: Path,
    javascript: bool,
) -> None:
    dpo, other, officer = (
        Visitor(open_context(javascript=javascript), site, name)
        for name in ("Bram Claeys", "Jan Mertens", "An Verhulst")
    )
    key = set_key(dpo, other)
    assert key not in dpo.goto(KEY_PAGE).content()

    file, expected = a_list(house, tmp_path, key=key)
    officer.goto("/lijsten").get_by_role("link", name="Nieuwe uitwisseling").click()
    officer.page.wait_for_url(site + NEW)
    exchange = officer.send(file)
    assert officer.page.get_by_text("3 rijen tellen niet mee").is_visible()
    officer.press("Vraag het antwoord")
    content = officer.collect()
    assert {str(row[0]) for row in opened(content, key)[1:]} == expected

    officer.page.get_by_role("link", name="Hebt u het bestand? Ga dan verder.").click()
    officer.press("Bevestig dat uw kopie vernietigd is")
    officer.page.wait_for_selector("text=Deze uitwisseling is afgesloten")
    assert officer.page.url == site + exchange
    assert_inside_policy(officer.page) if javascript else None


def test_a_second_click_on_the_answer_tells_why_it_is_gone(
    open_context: OpenContext,
    house: House,  # noqa: F811
    site: str,
    tmp_path: Path,
) -> None:
    dpo, other, officer = (
        Visitor(open_context(), site, name) for name in ("Bram Claeys", "Jan Mertens", "An Verhulst")
    )
    officer.send(a_list(house, tmp_path, key=set_key(dpo, other))[0])
    officer.press("Vraag het antwoord")
    officer.collect()
    officer.press("Haal het antwoord op")
    officer.page.wait_for_selector("text=Het antwoord is al opgehaald")
    officer.page.get_by_role("link", name="fr").click()
    officer.page.wait_for_selector("html[lang=fr]")


def test_a_slow_upload_shows_its_progress_and_ends_on_the_exchange(
    open_context: OpenContext,
    house: House,  # noqa: F811
    site: str,
    tmp_path: Path,
) -> None:
    dpo, other = (Visitor(open_context(), site, name) for name in ("Bram Claeys", "Jan Mertens"))
    set_key(dpo, other)
    context = open_context()
    officer = Visitor(context, site, "An Verhulst")
    file = tmp_path / "groot.xlsx"
    file.write_bytes(b"geen werkmap" * 150_000)
    page = officer.goto(NEW)
    page.evaluate("""() => {
      window.told = [];
      const line = document.querySelector("[data-upload-text]");
      new MutationObserver(() => window.told.push(line.textContent)).observe(line, {childList: true});
    }""")
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", speed)
    page.set_input_files("#file", file)
    officer.press("Stuur het bestand")
    page.wait_for_function("() => window.told.length >= 2")
    page.wait_for_selector("text=Waarom dit niet doorging")
    assert "/lijsten/" in page.url
    assert page.url != site + NEW


def look(page: Page, name: str) -> None:
    """Hold a page to what every page must be, at both widths, in light and dark."""
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert_fits(page)
        take_screenshot(page, f"lijsten-{name}", width=width, scheme=scheme)
        assert_accessible(page)


@pytest.mark.usefixtures("axe")
def test_every_page_of_the_lists_is_accessible_and_fits(
    open_context: OpenContext,
    house: House,  # noqa: F811
    site: str,
    tmp_path: Path,
) -> None:
    dpo, other, officer = (
        Visitor(open_context(bypass_csp=True), site, name) for name in ("Bram Claeys", "Jan Mertens", "An Verhulst")
    )

    look(officer.goto("/lijsten"), "zonder-sleutel")
    look(officer.goto("/lijsten/sleutels"), "sleutels-behandelaar")
    look(dpo.goto("/lijsten/sleutels"), "sleutels")
    look(dpo.goto(KEY_PAGE), "sleutel-voorstellen")
    dpo.page.get_by_label("Sleutel", exact=True).fill(KEY)
    dpo.press("Bewaar de sleutel")
    look(dpo.page, "sleutel-voorgesteld")
    look(other.goto(KEY_PAGE), "sleutel-bevestigen")
    other.page.get_by_label("Sleutel", exact=True).fill("een-andere-sleutel")
    other.press("Bevestig de sleutel")
    look(other.page, "sleutel-verschilt")
    other.page.get_by_label("Sleutel", exact=True).fill(KEY)
    other.press("Bevestig de sleutel")
    look(other.page, "sleutel-gezet")

    look(officer.goto(NEW), "nieuw")
    officer.press("Stuur het bestand")
    officer.page.wait_for_selector(".error-summary")
    look(officer.page, "nieuw-leeg")
    unreadable = tmp_path / "lijst.csv"
    unreadable.write_text("insz\n")
    officer.send(unreadable)
    look(officer.page, "geweigerd")
    exchange = officer.send(a_list(house, tmp_path, key=KEY)[0])
    look(officer.page, "gelezen")
    officer.press("Vraag het antwoord")
    look(officer.page, "beantwoord")
    officer.collect()
    look(officer.goto(exchange), "opgehaald")
    house.clock.forward(minutes=1)
    officer.goto(exchange)
    officer.page.evaluate(
        """(path) => {
      const form = document.querySelector("form[action$='/vernietigd']");
      form.action = path + "/antwoord";
      form.submit();
    }""",
        exchange,
    )
    officer.page.wait_for_selector("text=Het antwoord is al opgehaald")
    look(officer.page, "al-opgehaald")
    house.clock.forward(days=100)
    remind_overdue(house.installation.lists, at=house.clock())
    officer = Visitor(open_context(bypass_csp=True), site, "An Verhulst")
    look(officer.goto(exchange), "te-laat")
    look(officer.goto("/lijsten"), "overzicht")
    look(officer.goto(NEW), "nieuw-geweigerd")
    officer.goto(exchange)
    officer.press("Bevestig dat uw kopie vernietigd is")
    look(officer.page, "afgesloten")


@pytest.mark.usefixtures("axe")
def test_the_pages_of_the_lists_fit_in_every_language(
    open_context: OpenContext,
    house: House,  # noqa: F811
    site: str,
    tmp_path: Path,
) -> None:
    dpo, other, officer = (
        Visitor(open_context(width=360, bypass_csp=True), site, name)
        for name in ("Bram Claeys", "Jan Mertens", "An Verhulst")
    )
    exchange = officer.send(a_list(house, tmp_path, key=set_key(dpo, other))[0])
    pages = ((officer, "/lijsten"), (officer, NEW), (officer, exchange), (dpo, "/lijsten/sleutels"), (dpo, KEY_PAGE))
    for language in ("fr", "en", "de"):
        for visitor, path in pages:
            page = visitor.goto(f"{path}?taal={language}")
            assert page.locator("html").get_attribute("lang") == language
            assert_fits(page)
            assert_accessible(page)


def test_the_keyboard_reaches_everything_on_the_pages_of_the_lists(
    open_context: OpenContext,
    house: House,  # noqa: F811
    site: str,
    tmp_path: Path,
) -> None:
    dpo, other, officer = (
        Visitor(open_context(), site, name) for name in ("Bram Claeys", "Jan Mertens", "An Verhulst")
    )
    assert_keyboard(dpo.goto(KEY_PAGE))
    exchange = officer.send(a_list(house, tmp_path, key=set_key(dpo, other))[0])
    for width in WIDTHS:
        officer.page.set_viewport_size({"width": width, "height": 900})
        for path in ("/lijsten", NEW, exchange, "/lijsten/sleutels"):
            assert_keyboard(officer.goto(path))


def test_a_file_above_the_limit_is_told_in_words(open_context: OpenContext, site: str, tmp_path: Path) -> None:
    dpo, other = (Visitor(open_context(), site, name) for name in ("Bram Claeys", "Jan Mertens"))
    set_key(dpo, other)
    file = tmp_path / "groot.xlsx"
    file.write_bytes(bytes(25_000_000))
    for javascript in (True, False):
        officer = Visitor(open_context(javascript=javascript), site, "An Verhulst")
        page = officer.goto(NEW)
        page.set_input_files("#file", file)
        officer.press("Stuur het bestand")
        page.wait_for_selector("text=Wat u stuurde is te groot")
