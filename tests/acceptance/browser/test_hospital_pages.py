"""The pages of hospitals in a real browser, narrow and wide, by day and by night, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from sluis.births.hospitals.conformance import examples
from tests.acceptance.browser.looks import (
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.births.followed import CODE, NOW, make_house
from tests.integration.births.ward import WARD
from tests.serving import fresh_database, live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def address(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with fresh_database(server_url, template) as database:
        app = make_house(database, Path(tmp_path_factory.mktemp("home")))
        with live_server(app) as served:
            yield served


def _sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_url(f"{address}/start")


def _report_of(page: Page, address: str, tmp_path: Path) -> str:
    """Hand in fifty messages of which one differs; return the path of the report."""
    file = tmp_path / "messages.hl7"
    file.write_bytes(examples(NOW.date(), sender=WARD).replace(b"|Peeters^An", b"|Peeters^Ann"))
    page.goto(f"{address}/mijn-ziekenhuis/conformiteit")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Kijk na").click()
    page.wait_for_url("**/conformiteit/*-*")
    return page.url.removeprefix(address)


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_the_pages_of_hospitals_are_accessible_fit_and_work_by_keyboard(
    open_context: OpenContext, address: str, width: int, scheme: str, tmp_path: Path
) -> None:
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    _sign_in(page, address, "Fien Volger")
    _look(page, address, {"ziekenhuizen": "/ziekenhuizen", "ziekenhuis": f"/ziekenhuizen/{CODE}"}, width, scheme)
    own = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    _sign_in(own, address, "AZ Voorbeeld, officer (fictief)")
    report = _report_of(own, address, tmp_path)
    paths = {
        "mijn-ziekenhuis": "/mijn-ziekenhuis",
        "conformiteit": "/mijn-ziekenhuis/conformiteit",
        "conformiteit-verslag": report,
    }
    _look(own, address, paths, width, scheme)


def _look(page: Page, address: str, paths: dict[str, str], width: int, scheme: str) -> None:
    for name, path in paths.items():
        page.goto(address + path)
        assert_fits(page)
        assert_accessible(page)
        take_screenshot(page, name, width=width, scheme=scheme)


def test_the_forms_work_with_the_keyboard_inside_the_policy(open_context: OpenContext, address: str) -> None:
    page = open_context(width=1440, scheme="light").new_page()
    _sign_in(page, address, "Fien Volger")
    for path in ("/ziekenhuizen", f"/ziekenhuizen/{CODE}"):
        page.goto(address + path)
        assert_keyboard(page)
        assert_inside_policy(page)
