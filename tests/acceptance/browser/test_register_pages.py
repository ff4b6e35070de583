"""The public register in a real browser, as somebody who is not signed in sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext

from sluis.database import Database
from tests.acceptance.browser.looks import (
    LOOKS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.accession.world import make_world
from tests.serving import live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]
ID = "sociale-toeslag-wingene-2026"
PAGES = {
    "register": "/register",
    "register-niets": "/register?zoek=nergens",
    "register-overeenkomst": f"/register/{ID}",
    "register-aanbod": "/register/aanbod",
    "register-standaard": "/register/aanbod/sociale-toeslag-lijst",
}


@pytest.fixture
def register(database: Database) -> Iterator[str]:
    """The address of the pages, with one agreement in force."""
    world, _ = make_world(database)
    with live_server(world.application()) as address:
        yield address


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_register_is_accessible_and_fits(open_context: OpenContext, register: str, width: int, scheme: str) -> None:
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    for name, path in PAGES.items():
        page.goto(register + path)
        take_screenshot(page, name, width=width, scheme=scheme)
        assert_fits(page)
        assert_accessible(page)


def test_the_keyboard_reaches_everything_in_the_register(open_context: OpenContext, register: str) -> None:
    page = open_context(width=360).new_page()
    for path in PAGES.values():
        page.goto(register + path)
        assert_keyboard(page)
        assert_inside_policy(page)


def test_a_citizen_finds_an_agreement_without_javascript(open_context: OpenContext, register: str) -> None:
    page = open_context(javascript=False).new_page()
    page.goto(f"{register}/register")
    page.get_by_label("Zoek een overeenkomst").fill("sociale toeslag")
    page.get_by_role("button", name="Zoek").click()
    page.locator(".cards a").first.click()
    assert page.get_by_role("heading", name="Welke gegevens zijn dat?").is_visible()
