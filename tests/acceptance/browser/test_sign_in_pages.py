"""The doors in a real browser: the provider and back, a passkey on a virtual authenticator, and the pages of access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sluis.access import store
from sluis.app import Installation
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.site import create_app
from tests.acceptance.browser.looks import (
    SCHEMES,
    WIDTHS,
    assert_accessible,
    assert_fits,
    assert_inside_policy,
    assert_keyboard,
    take_screenshot,
)
from tests.identity import identity_provider, need_node
from tests.integration.signin.conftest import settings_for
from tests.integration.signin.people import PEOPLE
from tests.serving import free_port, fresh_database, live_server

pytestmark = pytest.mark.browser
WINGENE = "gemeente-wingene"
OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def town(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole application with its provider, and people of Wingene who signed in before."""
    need_node()
    folder, port = tmp_path_factory.mktemp("doors"), free_port()
    address = f"http://localhost:{port}"
    with (
        fresh_database(server_url, template) as database,
        identity_provider(folder, port=free_port(), public_address=address, people=PEOPLE) as provider,
    ):
        house = Installation.open(settings_for(folder, provider, address), database)
        with database.transaction() as connection:
            for name, roles in (
                ("hilde", ("head",)), ("mia", ("access-manager",)), ("sam", ("access-manager",)),
                ("olga", ("officer", "team-member")), ("nico", ()),
            ):  # fmt: skip
                insert_actor(connection, Actor(name, "person", f"{name.title()} (fictief)", None))
                store.link_identity(
                    connection, issuer="i", subject=name, party=WINGENE, actor=name, at=datetime.now(UTC)
                )
                for role in roles:
                    grant = RoleGrant(
                        name, WINGENE, role, date(2026, 1, 1), date(2029, 12, 31), "mia2", "voor het werk"
                    )
                    insert_role(connection, grant)
        with live_server(create_app(house), port=port):
            yield address


def sign_in_as(page: Page, address: str, person: str) -> None:
    page.goto(f"{address}/aanmelden")
    page.locator(f"form:has(input[value='{person}']) button").click()
    page.wait_for_url(lambda url: "/aanmelden" not in url)


def test_somebody_walks_to_the_provider_and_back(town: str, open_context: OpenContext) -> None:
    page = open_context().new_page()
    page.goto(f"{town}/aanmelden")
    page.get_by_role("link", name="Naar de aanmelddienst").click()
    page.get_by_role("link", name="Nico Nieuw").click()
    page.wait_for_url(f"{town}/mijn-rollen")
    expect(page.get_by_role("heading", name="U hebt nu geen rol")).to_be_visible()
    assert_inside_policy(page)
    page.get_by_role("button", name="Afmelden").click()
    page.wait_for_url(f"{town}/afgemeld")
    page.get_by_role("link", name="Ook afmelden bij de aanmelddienst").click()
    page.wait_for_url(lambda url: "/session/end" in url)


def test_a_passkey_is_made_used_and_withdrawn(town: str, open_context: OpenContext) -> None:
    context = open_context()
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    sign_in_as(page, town, "olga")
    page.goto(f"{town}/mijn-aanmelding/passkey")
    page.get_by_label("Naam van het toestel").fill("Laptop van het werk")
    page.get_by_role("button", name="Passkey maken").click()
    page.wait_for_url(lambda url: url.endswith("/mijn-aanmelding?bewaard=ja"))
    expect(page.get_by_role("heading", name="Laptop van het werk")).to_be_visible()
    page.get_by_role("button", name="Afmelden").click()
    page.wait_for_url(f"{town}/afgemeld")

    def use_passkey() -> None:
        page.goto(f"{town}/aanmelden/passkey?terug=/mijn-aanmelding")
        page.get_by_role("button", name="Passkey gebruiken").click()

    use_passkey()
    page.wait_for_url(f"{town}/mijn-aanmelding")
    expect(page.get_by_text("passkey", exact=True).first).to_be_visible()
    assert_inside_policy(page)
    # Without a finger or a code the device says nothing, and the page says so.
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    use_passkey()
    expect(page.get_by_text("Dat lukte niet")).to_be_visible()
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.goto(f"{town}/mijn-aanmelding")
    page.get_by_role("button", name="Passkey intrekken").click()
    expect(page.get_by_text("U hebt nog geen passkey.")).to_be_visible()
    use_passkey()
    expect(page.get_by_text("Deze passkey is hier niet bekend")).to_be_visible()


def test_one_click_ends_all_own_sessions(town: str, open_context: OpenContext) -> None:
    one, other = open_context().new_page(), open_context().new_page()
    for page in (one, other):
        sign_in_as(page, town, "olga")
    one.goto(f"{town}/mijn-aanmelding")
    one.get_by_role("button", name="Al mijn sessies beëindigen").click()
    one.wait_for_url(f"{town}/afgemeld")
    other.goto(f"{town}/start")
    assert "/aanmelden" in other.url


def test_an_access_manager_proposes_and_another_confirms(town: str, open_context: OpenContext) -> None:
    mia, sam = open_context(javascript=False).new_page(), open_context(javascript=False).new_page()
    sign_in_as(mia, town, "mia")
    mia.goto(f"{town}/toegang")
    mia.get_by_role("link", name="Nico (fictief)").click()
    mia.get_by_label("Rol", exact=True).select_option("dpo")
    mia.get_by_role("button", name="Toekennen").click()
    expect(mia.locator("#reden-error")).to_be_visible()
    mia.get_by_label("Reden", exact=True).fill("aangesteld op 1 oktober")
    mia.get_by_role("button", name="Toekennen").click()
    expect(mia.get_by_text("De rol is voorgesteld.")).to_be_visible()
    expect(mia.get_by_role("button", name="Bevestigen")).to_have_count(0)
    mia.goto(f"{town}/toegang/mensen/mia")
    expect(mia.get_by_text("U kunt uzelf geen rol toekennen.")).to_be_visible()
    sign_in_as(sam, town, "sam")
    sam.goto(f"{town}/toegang")
    sam.get_by_role("button", name="Bevestigen").click()
    expect(sam.get_by_text("Het is bevestigd.")).to_be_visible()


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("path", ["/aanmelden", "/aanmelden/passkey", "/afgemeld"])
def test_pages_before_signing_in_are_for_everyone(town: str, open_context: OpenContext, path: str) -> None:
    _look(town, open_context, path, None)


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("/mijn-aanmelding", "olga"),
        ("/mijn-aanmelding/passkey", "olga"),
        ("/mijn-rollen", "olga"),
        ("/toegang", "mia"),
        ("/toegang/mensen/olga", "mia"),
    ],
)
def test_pages_of_access_are_for_everyone(town: str, open_context: OpenContext, path: str, person: str) -> None:
    _look(town, open_context, path, person)


def _look(address: str, open_context: OpenContext, path: str, person: str | None) -> None:
    for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
        page = open_context(width=width, scheme=scheme, bypass_csp=True).new_page()
        if person is not None:
            sign_in_as(page, address, person)
        page.goto(address + path)
        take_screenshot(page, "deur-" + path.strip("/").replace("/", "-"), width=width, scheme=scheme)
        assert_accessible(page)
        assert_fits(page)
        assert_keyboard(page)
