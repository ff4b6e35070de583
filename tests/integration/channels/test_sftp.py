"""SFTP with OpenSSH's own client: an exchange from upload to answer, and whatever a client may try."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.channels.clients import Client, Door
from tests.integration.lists.houses import AGREEMENT, WINGENE, request_file
from tests.integration.lists.test_kill import _rows as rows_of


def _request(door: Door, folder: Path, name: str = "vraag.xlsx", count: int = 10) -> tuple[Path, set[str]]:
    asked = door.house.children(with_right=True)[:count]
    path = folder / name
    path.write_bytes(request_file([*asked, *door.house.children(with_right=False)[:count]]))
    return path, {str(number) for number in asked}


def test_a_list_goes_in_and_its_answer_comes_out_unattended(door: Door, wingene: Client, tmp_path: Path) -> None:
    _, expected = _request(door, tmp_path)
    assert wingene.names("/") == {"in", "out"}
    wingene.done("put vraag.xlsx in/")
    assert wingene.names("in") == {AGREEMENT, "vraag.xlsx", "vraag.xlsx.ontvangst.txt", "vraag.xlsx.ontvangst.json"}
    assert wingene.names("out") == set()

    assert door.work() == 1
    assert wingene.names("in") == {AGREEMENT, "vraag.xlsx.ontvangst.txt", "vraag.xlsx.ontvangst.json"}
    wingene.done("get out/*")
    answer = tmp_path / "vraag.antwoord.xlsx"
    assert rows_of(answer.read_bytes()) == expected
    receipt = json.loads((tmp_path / "vraag.antwoord.xlsx.ontvangst.json").read_text(encoding="utf-8"))
    assert receipt["state"] == "answered"
    assert receipt["answered"] == len(expected)
    assert receipt["agreement"] == AGREEMENT
    assert "beantwoord" in (tmp_path / "vraag.antwoord.xlsx.ontvangst.txt").read_text(encoding="utf-8")

    wingene.done("rm out/vraag.antwoord.xlsx")
    assert "vraag.antwoord.xlsx" not in wingene.names("out")
    with door.house.database.transaction() as connection:
        states = connection.execute("SELECT state, channel, party FROM lists_exchange").fetchall()
        kept = connection.execute("SELECT count(*) FROM lists_file").fetchone()
        sealed = connection.execute("SELECT count(*) FROM channel_file WHERE ciphertext IS NOT NULL").fetchone()
    assert states == [("collected", "sftp", WINGENE)]
    assert kept == (0,)
    assert sealed == (0,)
