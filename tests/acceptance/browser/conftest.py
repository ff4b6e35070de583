"""A real browser (Debian's Chromium) and the shell served for real."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.acceptance.browser.looks import AXE, watch_policy
from tests.serving import fresh_database, live_server
from tests.unit.web.applications import make_application

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _need(there: bool, what: str) -> None:
    if there:
        return
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file; where it is absent the tests are skipped, and fail when CI is set.

    Not for the run: Playwright keeps an event loop running in the thread that started it, and whatever calls
    `asyncio.run` there later (pyHanko, which signs) cannot.
    """
    _need(CHROMIUM.exists(), f"no browser at {CHROMIUM}: install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a fresh context: `open_context(width=360, scheme="dark", bypass_csp=True)`."""
    opened: list[BrowserContext] = []

    def open_one(
        *, width: int = 1440, scheme: str = "light", javascript: bool = True, bypass_csp: bool = False
    ) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=javascript,
            bypass_csp=bypass_csp,
            locale="nl-BE",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        watch_policy(context)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def axe() -> None:
    """Ask for the accessibility rules: `npm ci --prefix tests/browser-tools` installs them."""
    _need(AXE.exists(), "no axe-core: run npm ci --prefix tests/browser-tools")


@pytest.fixture(scope="session")
def address(server_url: str, template: str) -> Iterator[str]:
    """The address of the shell, served with two fictional people and an upload page."""
    with fresh_database(server_url, template) as database, live_server(make_application(database)) as served:
        yield served
