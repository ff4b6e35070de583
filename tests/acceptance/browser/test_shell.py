"""The shell in a real browser: accessible, usable by keyboard, within its policy, and right without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.acceptance.browser.looks import (
    LOOKS,
    WIDTHS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]

PUBLIC = {"home": "/", "ontwerp": "/ontwerp", "aanmelden": "/aanmelden", "niet-gevonden": "/nergens"}
SIGNED_IN = {"start": "/start", "lijsten": "/proef/lijsten", "geweigerd": "/proef/geweigerd", "mislukt": "/proef/fout"}


def sign_in(page: Page, address: str, name: str = "Noor Verlinden") -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_is_accessible_and_fits(open_context: OpenContext, address: str, width: int, scheme: str) -> None:
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    for name, path in (*PUBLIC.items(), ("", ""), *SIGNED_IN.items()):
        if not name:
            sign_in(page, address)
            continue
        page.goto(address + path)
        assert_fits(page)
        take_screenshot(page, name, width=width, scheme=scheme)
        assert_accessible(page)


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_pages_are_accessible_and_fit_in_every_language(
    open_context: OpenContext, address: str, language: str
) -> None:
    page = open_context(width=360, bypass_csp=True).new_page()
    for path in ("/", "/ontwerp", "/aanmelden"):
        page.goto(f"{address}{path}?taal={language}")
        assert page.locator("html").get_attribute("lang") == language
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_reaches_everything_with_a_visible_focus(
    open_context: OpenContext, address: str, width: int
) -> None:
    page = open_context(width=width).new_page()
    sign_in(page, address)
    for path in ("/", "/ontwerp", "/aanmelden", "/start", "/proef/lijsten"):
        page.goto(address + path)
        assert_keyboard(page)


def test_the_skip_link_comes_first_and_leads_to_the_content(open_context: OpenContext, address: str) -> None:
    page = open_context().new_page()
    page.goto(f"{address}/ontwerp")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip-link"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0  # type: ignore[index] # it is shown
    page.keyboard.press("Enter")
    page.wait_for_url("**#inhoud")
    page.wait_for_function("() => document.activeElement.id === 'inhoud'")


def test_no_page_breaks_its_own_policy(open_context: OpenContext, address: str) -> None:
    page = open_context().new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    sign_in(page, address)
    for path in (*PUBLIC.values(), *SIGNED_IN.values()):
        page.goto(address + path)
        assert_inside_policy(page)
    assert refused == []


@pytest.mark.parametrize("javascript", [True, False])
def test_an_upload_works_with_and_without_javascript(
    open_context: OpenContext, address: str, tmp_path: Path, javascript: bool
) -> None:
    file = tmp_path / "lijst.xlsx"
    file.write_bytes(b"x" * 3_000_000)
    page = open_context(javascript=javascript).new_page()
    sign_in(page, address)
    page.goto(f"{address}/proef/lijsten")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Verstuur").click()
    page.wait_for_selector("#size")
    assert page.locator("#size").text_content() == "3000000"
    if javascript:
        assert_inside_policy(page)
        assert "Gelukt" in page.evaluate("() => document.activeElement.textContent")
        page.set_input_files("#file", file)
        page.get_by_role("button", name="Verstuur").click()
        page.wait_for_selector("#size")
        page.evaluate("() => { history.go(-2); }")
        page.wait_for_selector("#size", state="detached")


def test_a_slow_upload_shows_how_far_it_is(open_context: OpenContext, address: str, tmp_path: Path) -> None:
    file = tmp_path / "lijst.xlsx"
    file.write_bytes(b"x" * 3_500_000)
    context = open_context()
    page = context.new_page()
    sign_in(page, address)
    page.goto(f"{address}/proef/lijsten")
    page.evaluate("""() => {
      window.percents = [];
      const line = document.querySelector("[data-upload-text]");
      new MutationObserver(() => window.percents.push(line.textContent)).observe(line, {childList: true});
    }""")
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", speed)
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Verstuur").click()
    page.wait_for_function("() => window.percents.length >= 2")
    assert page.evaluate("() => window.percents[0]").startswith("Bezig met versturen: ")
    page.wait_for_selector("#size")


def test_a_refused_upload_puts_the_focus_on_what_went_wrong(
    open_context: OpenContext, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "leeg.xlsx"
    file.write_bytes(b"")
    for javascript in (True, False):
        page = open_context(javascript=javascript).new_page()
        sign_in(page, address)
        page.goto(f"{address}/proef/lijsten")
        page.set_input_files("#file", file)
        page.get_by_role("button", name="Verstuur").click()
        page.wait_for_selector(".error-summary")
        if javascript:
            assert "error-summary" in page.evaluate("() => document.activeElement.className")
        page.locator(".error-summary a").click()
        page.wait_for_url("**#file")
        assert page.locator(".error-summary").is_visible()


def test_the_reader_chooses_light_or_dark_without_javascript(open_context: OpenContext, address: str) -> None:
    page = open_context(javascript=False).new_page()
    page.goto(address)
    page.get_by_role("link", name="Donker").click()
    page.goto(f"{address}/ontwerp")
    assert page.locator("html").get_attribute("data-scheme") == "dark"


def test_signing_out_ends_the_session_for_every_tab(open_context: OpenContext, address: str) -> None:
    context = open_context()
    first, second = context.new_page(), context.new_page()
    sign_in(first, address)
    second.goto(f"{address}/start")
    first.get_by_role("button", name="Afmelden").click()
    first.wait_for_url(f"{address}/afgemeld")
    second.reload()
    assert "/aanmelden" in second.url
