"""The whole exchange of lists by a machine, under the standard agreement as it stands."""

from __future__ import annotations

import io

import httpx
from msoffcrypto import OfficeFile
from openpyxl import load_workbook

from sluis.lists.keys import set_key
from sluis.machines.actions import confirm_key, register_machine
from sluis.machines.keys import described
from sluis.machines.web_lists import XLSX
from tests.integration.lists.houses import AGREEMENT, KEY, OPGROEIEN, WINGENE, House, request_file
from tests.integration.machines.client import System, new_key
from tests.integration.machines.world import manager

PLACE = "/api/v1/list-exchanges"


def opened(content: bytes) -> list[tuple[object, ...]]:
    office, plain = OfficeFile(io.BytesIO(content)), io.BytesIO()
    office.load_key(password=KEY)
    office.decrypt(plain)
    return list(load_workbook(plain, read_only=True).worksheets[0].iter_rows(values_only=True))


def connected(house: House, http: httpx.Client) -> System:
    """Return a machine of Wingene with its token, and the key of the files set by both officers."""
    key, at, secret = new_key(), house.clock(), house.installation.gate.secret
    with house.database.transaction() as connection:
        made = register_machine(
            connection,
            party=WINGENE,
            name="Sociaal dossier",
            key=described(key),
            by=manager(connection, WINGENE),
            at=at,
            secrets=secret,
        )
        second = manager(connection, WINGENE, second=True)
        where = {"machine": made.machine.id, "thumbprint": made.thumbprint, "party": WINGENE}
        confirm_key(connection, by=second, at=at, secrets=secret, **where)
        for party, by in ((WINGENE, "wingene-dpo"), (OPGROEIEN, "opgroeien-dpo")):
            set_key(
                connection,
                agreement=AGREEMENT,
                party=WINGENE,
                own_party=party,
                key=KEY,
                by=by,
                at=at,
                correlation="proef",
                vault=house.installation.lists.vault,
                secret=secret,
            )
    system = System(http, house.installation.settings.public_address, made.machine.id, key, house.clock)
    system.sign_in(agreement=AGREEMENT, scope="ledger")
    return system


def test_a_machine_takes_a_list_from_its_request_to_the_confirmed_destruction(house: House, address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as http:
        system = connected(house, http)
        with_right, without = house.children(with_right=True)[:10], house.children(with_right=False)[:20]
        made = system.post(PLACE, request_file([*with_right, *without]), content_type=XLSX)
        assert made.status_code == 201, made.text
        told, place = made.json(), made.headers["location"]
        assert (told["state"], told["asked"]) == ("answered", 30)
        assert not set(map(str, [*with_right, *without])) & set(made.text.split('"'))
        file = system.get(f"{place}/answer")
        assert file.headers["content-type"] == XLSX
        assert {str(row[0]) for row in opened(file.content)[1:]} == {str(number) for number in with_right}
        assert system.get(f"{place}/answer").status_code == 200, "until it is confirmed, it can be taken again"
        assert system.post(f"{place}/collection", b"{}").json()["state"] == "collected"
        assert system.get(f"{place}/answer").status_code >= 400
        assert system.post(f"{place}/destruction", b"{}").json()["state"] == "closed"
        entry = system.get(f"/api/v1/ledger/entries/{told['entry']}").json()
        assert (entry["channel"], entry["actor"], entry["leg"]) == ("api", system.id, "answer")
        assert [one["id"] for one in system.get(PLACE).json()["exchanges"]] == [told["id"]]
        again = system.post(PLACE, request_file(with_right[:3]), content_type=XLSX)
        assert again.status_code >= 400 or again.json()["state"] == "refused", "the text allows one list"
