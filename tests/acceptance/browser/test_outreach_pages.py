"""The pages of following and of the worklist in a real browser, looked at by day and by night, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page

from sluis.database import Database
from sluis.deliveries.actions import queue_delivery
from sluis.deliveries.mail import mail_payload
from sluis.outreach import campaign_store
from sluis.outreach.campaigns import send_campaign
from tests.acceptance.browser.looks import (
    LOOKS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.integration.outreach.world import GENT, LINK, NOW, TODAY, World, a_duty, make_world
from tests.serving import live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def following(database: Database) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of the pages with something on each, and the paths to look at by name."""
    world = make_world(database)
    world.duties.known = [a_duty("late", due=-3, party="opgroeien-regie", role=None), a_duty("soon", due=1, role=None)]
    for body in (GENT, "gemeente-brugge"):
        world.set_address(body, f"{body}@bestuur.example")
    waiting, sent = world.campaign(title="Uitnodiging Limburg", province="Limburg"), world.campaign()
    with database.transaction() as connection:
        send_campaign(connection, campaign=sent.id, link=LINK, by="fien", at=NOW, day=TODAY)
        payload = mail_payload(to="a@b.example", subject="s", text="t", language="nl")
        delivery = queue_delivery(connection, key="k", channel="mail", receiver=GENT, payload=payload, at=NOW).id
    add_webinar(world, [GENT])
    paths = {
        "opvolging": "/opvolging",
        "opvolging-niets": "/opvolging?zoek=nergens",
        "opvolging-bestuur": f"/opvolging/besturen/{GENT}",
        "opvolging-campagnes": "/opvolging/campagnes",
        "opvolging-campagne-schrijven": "/opvolging/campagnes/nieuw",
        "opvolging-campagne-nakijken": f"/opvolging/campagnes/{waiting.id}",
        "opvolging-campagne": f"/opvolging/campagnes/{sent.id}",
        "opvolging-contacten": "/opvolging/contacten",
        "opvolging-adressen": "/opvolging/adressen",
        "opvolging-zendingen": "/opvolging/zendingen",
        "opvolging-zending": f"/opvolging/zendingen/{delivery}",
        "mijn-werk": "/mijn-werk",
    }
    with live_server(world.application()) as address:
        yield address, paths


def add_webinar(world: World, bodies: list[str]) -> None:
    with world.database.transaction() as connection:
        campaign_store.add_contact(
            connection,
            contact=UUID(int=1),
            kind="webinar",
            day=date(2026, 2, 10),
            title="Webinar met VVSG",
            note="Veel vragen over de functionaris voor gegevensbescherming.",
            bodies=bodies,
            by="fien",
            at=NOW,
        )


def sign_in(page: Page, address: str, name: str = "Fien Volger") -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_of_following_are_accessible_and_fit(
    open_context: OpenContext, following: tuple[str, dict[str, str]], width: int, scheme: str
) -> None:
    address, paths = following
    page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
    sign_in(page, address)
    for name, path in paths.items():
        page.goto(address + path)
        assert_fits(page)
        if (width, scheme) in {(360, "light"), (1440, "dark")}:
            assert_accessible(page)
        take_screenshot(page, name, width=width, scheme=scheme)


def test_the_map_and_the_forms_work_with_the_keyboard_inside_the_policy(
    open_context: OpenContext, following: tuple[str, dict[str, str]]
) -> None:
    address, paths = following
    page = open_context(width=1440, scheme="light").new_page()
    sign_in(page, address)
    for name in ("opvolging-bestuur", "opvolging-campagne-schrijven", "opvolging-zending", "mijn-werk"):
        page.goto(address + paths[name])
        assert_keyboard(page)
        assert_inside_policy(page)
    page.goto(address + paths["opvolging"])
    tile = page.get_by_role("link", name="Tielt: aangeboden of ondertekend")
    tile.focus()
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/opvolging/besturen/gemeente-tielt")
    page.goto(address + paths["opvolging"])
    page.get_by_role("link", name="Sla de kaart over").click()
    assert page.evaluate("() => document.activeElement.id") == "na-de-kaart"
    assert_inside_policy(page)
