"""The pages of the local team in a real browser: new births, a file, a doubt, and a file that most may not open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page

from sluis.app import Installation
from sluis.births.files.liststore import Team, put_team
from sluis.births.model import Absence, Item, Kind, Mother, Name
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.ledger.keys import ledger_keys
from sluis.lists.passage import Lists
from sluis.settings import Settings
from sluis.site import create_app
from tests.acceptance.browser.looks import WIDTHS, assert_accessible, assert_fits, take_screenshot
from tests.integration.births.world import SOUTH, World, build_world, mother, notice
from tests.integration.gate.house import AT
from tests.serving import fresh_database, live_server

pytestmark = pytest.mark.browser

OpenContext = Callable[..., BrowserContext]
NURSE, CONFIDANT = "Nele Verpleegkundige", "Vera Vertrouwd"


@dataclass
class Served:
    address: str
    world: World


@pytest.fixture(scope="module")
def served(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("pages")
    settings = Settings.model_validate({"environment": "test", "fictitious_insz": True, "home": home})
    with fresh_database(server_url, template) as database:
        world = build_world(database)
        _settle(world)
        keys, gate = ledger_keys(settings), world.births.gate
        lists = Lists(database=database, gate=gate, vault=world.births.vault, fictitious=True)  # type: ignore[arg-type] # the vault is one
        house = Installation(settings=settings, database=database, keys=keys, gate=gate, lists=lists)
        with live_server(create_app(house, clock=lambda: AT, threads=())) as address:
            yield Served(address, world)


def _settle(world: World) -> None:
    with world.database.transaction() as connection:
        for code, name, role in (("nele", NURSE, "team-member"), ("vera", CONFIDANT, "birth-confidant")):
            insert_actor(connection, Actor(code, "person", name, None))
            grant = RoleGrant(code, "opgroeien-regie", role, date(2026, 1, 1), None, "toegang", "test")
            insert_role(connection, grant)
        put_team(connection, Team("zandberg", "Lokaal team Zandberg (fictief)", ("37021", "44021"), ("nele", "vera")))
    unknown = {Item.MOTHER_INSZ: Absence.NOT_APPLICABLE}
    world.tell(notice("n-1", reference="whole"))
    parts = Mother(Name("Benali", "Yasmina"), date(1996, 2, 2), address=mother().address)
    world.tell(
        notice("n-2", reference="parts", by=parts, given=None, missing={**unknown, Item.CHILD_NAME: Absence.NOT_YET})
    )
    abroad = replace(parts, name=Name("Dubois", "Claire"), address=replace(mother().address, country="FR"))  # type: ignore[type-var] # it has one
    world.tell(notice("n-3", reference="abroad", by=abroad, given="Léa", missing=unknown))
    one = Mother(Name("Peeters", "An"), date(1988, 8, 8), address=mother().address)
    world.tell(notice("n-4", reference="doubt", by=one, given="Wout", missing=unknown))
    world.tell(
        notice(
            "s-4",
            reference="doubt",
            sender=SOUTH,
            by=replace(one, birth_date=None, name=Name("Peters", "An")),
            given="Wout",
            missing=unknown,
        )
    )
    lost = Mother(Name("Stille", "Marie"), date(1992, 3, 3), address=mother().address)
    world.tell(notice("n-5", reference="lost", by=lost, given="Bas", missing=unknown))
    world.tell(
        notice(
            "n-6", reference="lost", by=lost, given="Bas", kind=Kind.CORRECTION, minutes=5, death_date=date(2026, 3, 2)
        )
    )


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {name}").click()
    page.wait_for_url(f"{address}/start")


def looked_at(page: Page, name: str, width: int) -> None:
    take_screenshot(page, name, width=width, scheme="light")
    assert_fits(page)
    assert_accessible(page)


def test_a_nurse_sees_what_came_in_today_and_decides_what_waits(served: Served, open_context: OpenContext) -> None:
    page = open_context().new_page()
    sign_in(page, served.address, NURSE)
    page.get_by_role("link", name="Geboorten").first.click()
    text = page.inner_text("main")
    assert "Lotte Vermeersch" in text
    assert "naam en voornaam van het kind" in text
    assert "Stille" not in text, "a file under restriction is in nobody's daily list"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        looked_at(page, "births", width)
    page.goto(f"{served.address}/geboorten?ontbreekt=ja&periode=alles")
    assert "Lotte Vermeersch" not in page.inner_text("main")
    page.get_by_role("link", name="Yasmina Benali").click()
    assert "nog niet gekend" in page.inner_text("main")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        looked_at(page, "birth-file", width)
    page.goto(f"{served.address}/geboorten/te-beslissen")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        looked_at(page, "births-waiting", width)
    page.get_by_role("button", name="Hetzelfde kind").click()
    assert "Er is geen twijfel." in page.inner_text("main")
    page.get_by_role("link", name="Claire Dubois", exact=True).click()
    page.get_by_label("Gemeente van dit gezin").select_option("44021")
    page.get_by_role("button", name="Gemeente kiezen").click()
    assert "Elk dossier heeft een gemeente." in page.inner_text("main")


def test_a_file_of_a_family_that_lost_its_child_opens_for_a_confidant_only(
    served: Served, open_context: OpenContext
) -> None:
    ((lost,),) = served.world.rows("SELECT id FROM birth_file WHERE restricted")
    nurse, confidant = open_context().new_page(), open_context().new_page()
    sign_in(nurse, served.address, NURSE)
    answer = nurse.goto(f"{served.address}/geboorten/dossier/{lost}")
    assert answer is not None
    assert answer.status == 403
    assert "Stille" not in nurse.content()
    assert "plan geen huisbezoek" in nurse.inner_text("main")
    looked_at(nurse, "births-closed", 360)
    sign_in(confidant, served.address, CONFIDANT)
    assert not any(one["details"]["restricted"] for one in served.world.entries("birth-file-consulted"))
    confidant.goto(f"{served.address}/geboorten/beperkt")
    confidant.get_by_role("link", name="Marie Stille").click()
    text = confidant.inner_text("main")
    assert re.search(r"Overleden op", text)
    assert "tegengehouden" in text
    for width in WIDTHS:
        confidant.set_viewport_size({"width": width, "height": 900})
        looked_at(confidant, "birth-file-restricted", width)
    looks = served.world.entries("birth-file-consulted")
    assert [one["details"]["restricted"] for one in looks].count(True) == 2
    assert confidant.request.get(f"{served.address}/geboorten/dossier/{lost}", headers={"Accept-Language": "fr"}).ok
