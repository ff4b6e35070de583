"""A national number is put wherever a stranger can put one: it comes back nowhere and is kept nowhere it should not be.

One served process and the command line, on a real database. What is read afterwards: every answer over HTTP, everything
that the processes printed, every entry of the ledger and every column of every table but those that hold numbers by
their purpose.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from psycopg import sql

from sluis.app import Installation
from sluis.authentic.names import beneficiary_with_right, children_of
from sluis.authentic.population.generate import generate
from sluis.authentic.store import load
from sluis.channels.demo.agreements import body_of, bring_into_force, completed
from sluis.channels.demo.people import ASKER, settle_citizen, settle_people
from sluis.database import Database
from sluis.gate.actions import day_of
from sluis.kernel.insz import Insz, format_insz
from sluis.kernel.territory import nis_of
from sluis.ledger.sequencer import Sequencer
from sluis.lists.keys import set_key
from sluis.lists.workbook import make_request
from sluis.settings import Settings
from sluis.site import create_app
from tests.serving import fresh_database
from tests.unit.web.visits import Visit

AGREEMENT, KEY = "sociale-toeslag-proef-1", "tulp-regen-brug-9241"
PEOPLE = ("wingene-officer", "wingene-dpo", "wingene-signatory", "wingene-access", "supervisor", "citizen")

# Tables that hold numbers because that is what they are for; what lists_file holds is sealed.
HOLDS_NUMBERS = re.compile(r"authentic_\w+|actor_insz")

# Whoever asks these is signed out.
ENDINGS = ("/afmelden", "/mijn-aanmelding/sessies/einde")

SLUIS = str(Path(sys.executable).with_name("sluis"))
SECONDS = 60


@dataclass
class Scene:
    """A served installation, and what it said so far."""

    database: Database
    home: Path
    address: str
    child: Insz
    children: list[Insz]
    paths: list[tuple[str, str]]
    log: Path
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def spellings(self) -> tuple[str, ...]:
        dotted = format_insz(self.child)
        return (self.child, dotted, dotted.replace(".", " ").replace("-", " "))

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "SLUIS_HOME": str(self.home),
            "SLUIS_DATABASE_URL": self.database.owner_url,
            "SLUIS_ENVIRONMENT": "demo",
            "SLUIS_FICTITIOUS_INSZ": "1",
            "COLUMNS": "200",
        }

    def holds_number(self, text: str) -> bool:
        return any(spelling in text or quote(spelling) in text for spelling in self.spellings)


@pytest.fixture(scope="module")
def scene(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(environment="demo", fictitious_insz=True, home=home)
    with fresh_database(server_url, template) as database:
        house = Installation.open(settings, database)
        children = _furnish(house, home)
        paths = [
            (method, context.path or "")
            for context in iter_route_contexts(create_app(house).routes)
            for method in sorted(context.methods or ())
            if method in {"GET", "POST"}
        ]
        made = Scene(database, home, "", children[0], children, paths, home / "served.log")
        with made.log.open("wb") as log:
            port = _free_port()
            served = subprocess.Popen(
                [SLUIS, "serve"],
                env={**made.environment, "SLUIS_PORT": str(port)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            made.address = f"http://127.0.0.1:{port}"
            _wait_for(made.address, served)
            yield made
        finally:
            served.terminate()
            served.wait(timeout=SECONDS)


def _furnish(house: Installation, folder: Path) -> list[Insz]:
    at = datetime.now(UTC)
    day, body = day_of(at), body_of(ASKER)
    nis = nis_of(body, day)
    assert nis is not None
    generate(children=200, seed=3, out=folder / "bevolking", only=(nis,), reference=day)
    with house.database.owner() as connection:
        load(connection, folder / "bevolking", at=at)
    with house.database.transaction() as connection:
        settle_people(connection, since=day - timedelta(days=1))
        citizen = beneficiary_with_right(connection, nis)
        assert citizen is not None
        settle_citizen(connection, name="Jan Proef", insz=citizen)
        agreement = completed(AGREEMENT, body, day=day)
        bring_into_force(connection, agreement, body, signatory="wingene-signatory", at=at)
        for own, by in ((ASKER, "wingene-dpo"), ("opgroeien-regie", "opgroeien-dpo")):
            set_key(
                connection,
                agreement=AGREEMENT,
                party=ASKER,
                own_party=own,
                key=KEY,
                by=by,
                at=at,
                correlation="proef",
                vault=house.lists.vault,
                secret=house.gate.secret,
            )
        return children_of(connection, nis, born_after=day - timedelta(days=20 * 365), most=20)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(address: str, served: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            httpx.get(f"{address}/", timeout=5)
            return
        except httpx.TransportError:
            assert served.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)


def _heard(scene: Scene, where: str, response: httpx.Response) -> httpx.Response:
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    scene.said.append((where, f"{headers}\n\n{response.text}"))
    return response


def _fill(path: str, number: str) -> str:
    return re.sub(r"\{\w+(?::\w+)?\}", quote(number), path)


def _ask_everything(scene: Scene, person: str | None) -> None:
    """Put the number into every address, field, header and file name that there is."""
    with httpx.Client(base_url=scene.address, timeout=SECONDS) as client:
        visit = Visit(client)
        if person is not None:
            visit.sign_in(person)
        for index, (method, path) in enumerate(scene.paths):
            number = scene.spellings[index % len(scene.spellings)]
            names = ("zoek", "pagina", "voor", "soort", "overeenkomst", "terug", "taal", "weergave", number)
            if method == "GET":
                answer = client.get(_fill(path, number), params=dict.fromkeys(names, number))
                _heard(scene, f"{person} GET {path}", answer)
            else:
                fields = dict.fromkeys(("person", "terug", "sleutel", "reden", "bevestigd", "x", number), number)
                for token in (visit.token("/start" if person else "/aanmelden"), number):
                    answer = client.post(
                        _fill(path, number),
                        data={**fields, "_sleutel": token},
                        files={"file": (f"{number}.xlsx", number.encode())},
                        headers={"User-Agent": number, "Referer": f"{scene.address}/{quote(number)}"},
                    )
                    _heard(scene, f"{person} POST {path}", answer)
                if person is not None and path in ENDINGS:
                    visit.sign_in(person)
        _heard(scene, f"{person} nowhere", client.get(f"/nergens/{quote(number)}"))
        _heard(scene, f"{person} machine", client.post(f"/api/{quote(number)}", json={number: number}))


def test_a_number_in_an_address_a_field_or_a_header_comes_back_nowhere(scene: Scene) -> None:
    for person in (None, *PEOPLE):
        _ask_everything(scene, person)
    assert len(scene.said) > 7 * len(scene.paths)
    assert [where for where, text in scene.said if scene.holds_number(text)] == []


def test_a_whole_exchange_puts_no_number_on_a_page(scene: Scene) -> None:
    rows = [*scene.children[:5], scene.children[0], "12345678901", "geen nummer"]
    with httpx.Client(base_url=scene.address, timeout=SECONDS) as client:
        visit = Visit(client)
        visit.sign_in("wingene-officer")
        new = f"/lijsten/nieuw/{AGREEMENT}"
        sent = client.post(
            new,
            data={"_sleutel": visit.token("/lijsten")},
            files={"file": (f"kinderen {format_insz(scene.child)} {scene.child}{scene.child}.xlsx", _request(rows))},
        )
        assert sent.status_code == 303, sent.text
        exchange = sent.headers["location"]
        pages = [_heard(scene, "sent", sent), _heard(scene, "read", client.get(exchange))]
        for step in ("vragen", "antwoord", "vernietigd"):
            answer = visit.post(f"{exchange}/{step}", {}, token=visit.token(exchange))
            assert answer.status_code in (200, 303), answer.text
            if step == "antwoord":
                assert "spreadsheetml" in answer.headers["content-type"]  # the one place where numbers leave, encrypted
            pages += [_heard(scene, step, answer), _heard(scene, step, client.get(exchange))]
        pages += [_heard(scene, path, client.get(path)) for path in ("/lijsten", "/grootboek", "/start")]
    texts = [f"{page.headers}{page.text}" for page in pages]
    assert not [text for text in texts if any(child in text or format_insz(child) in text for child in scene.children)]


def _request(rows: list[str]) -> bytes:
    return make_request([str(row) for row in rows], KEY)


def test_a_number_on_the_command_line_comes_back_nowhere(scene: Scene, tmp_path: Path) -> None:
    number, dotted, _ = scene.spellings
    request, key = tmp_path / f"{number}.xlsx", tmp_path / "sleutel.txt"
    request.write_bytes(_request([number, "geen nummer"]))
    key.write_text(KEY)
    ask = ["lists", "exchange", "--request", request, "--password-file", key, "--out", tmp_path / "antwoord.xlsx"]
    commands: list[list[object]] = [
        [*ask, "--agreement", number, "--as", ASKER],
        [*ask, "--agreement", AGREEMENT, "--as", dotted],
        [*ask, "--agreement", AGREEMENT, "--as", ASKER, "--by", number],
        ["lists", "list", "--as", number],
        ["agreements", "show", dotted],
        ["agreements", "sign", AGREEMENT, "--as", ASKER, "--by", f"An {dotted}", "--hash", number],
        ["agreements", "revoke", AGREEMENT, "--as", ASKER, "--by", number, "--reason", "proef"],
        ["agreements", "revoke", AGREEMENT, "--as", ASKER, "--by", "an", "--reason", f"het kind {dotted} is weg"],
        ["agreements", "end", AGREEMENT, "--as", ASKER, "--by", "an", "--reason", f"kind {number}"],
    ]
    running = [
        subprocess.Popen(
            [SLUIS, *map(str, words)],
            env=scene.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            text=True,
        )
        for words in commands
    ]
    told = [one.communicate(timeout=4 * SECONDS)[0] for one in running]
    assert [one.returncode for one in running if one.returncode not in (1, 2)] == [], told
    assert [text for text in told if scene.holds_number(text)] == []
    assert [text for text in told if "Traceback" in text or "unexpected" in text] == []


def test_nothing_that_was_printed_or_kept_holds_a_number(scene: Scene) -> None:
    settings = Settings(environment="demo", fictitious_insz=True, home=scene.home)
    Sequencer(scene.database, Installation.open(settings, scene.database).keys.signer).run_once()
    printed = scene.log.read_text(encoding="utf-8")
    assert not scene.holds_number(printed)
    assert "unexpected-error" not in printed
    assert "Traceback" not in printed
    patterns = [re.escape(one) for child in scene.children for one in (child, format_insz(child))]
    pattern = "|".join([*patterns, *map(re.escape, scene.spellings)])
    with scene.database.owner() as connection:
        columns = connection.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        ).fetchall()
        looked_at = [row for row in columns if not HOLDS_NUMBERS.fullmatch(row[0])]
        assert {"ledger_entry", "lists_exchange", "agreement_event", "session"} <= {row[0] for row in looked_at}
        found = [
            f"{table}.{column}"
            for table, column, kind in looked_at
            if connection.execute(_holding(table, column, kind), (pattern,)).fetchone() != (0,)
        ]
    assert found == []


def _holding(table: str, column: str, kind: str) -> sql.Composed:
    value = "encode({column}, 'escape')" if kind == "bytea" else "{column}::text"
    query = f"SELECT count(*) FROM {{table}} WHERE {value} ~ %s"
    return sql.SQL(query).format(table=sql.Identifier(table), column=sql.Identifier(column))
