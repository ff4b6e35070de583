"""SFTP with OpenSSH's own client: an exchange from upload to answer, and whatever a client may try."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sluis.channels.intake.actions import tidy
from sluis.channels.intake.model import LARGEST_FILE, MOST_WAITING_FILES
from sluis.channels.registration.actions import register_key, remove_key
from sluis.channels.sftp.public_keys import read_public_key
from sluis.kernel.errors import SluisError
from tests.integration.channels.clients import Client, Door, new_key, register_ssh
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


def test_the_same_file_again_is_answered_once(door: Door, wingene: Client, tmp_path: Path) -> None:
    path, expected = _request(door, tmp_path)
    (tmp_path / "nogmaals.xlsx").write_bytes(path.read_bytes())
    wingene.done("put vraag.xlsx in/", "put nogmaals.xlsx in/")
    assert door.work() == 1
    wingene.done("put vraag.xlsx in/")
    assert door.work() == 0
    assert [name for name in wingene.names("out") if name.endswith("xlsx")] == ["vraag.antwoord.xlsx"]
    wingene.done("get in/nogmaals.xlsx.ontvangst.json")
    receipt = json.loads((tmp_path / "nogmaals.xlsx.ontvangst.json").read_text(encoding="utf-8"))
    assert receipt["state"] == "answered"
    assert receipt["first_name"] == "vraag.xlsx"
    assert _releases(door) == 1
    wingene.done("get out/vraag.antwoord.xlsx")
    assert rows_of((tmp_path / "vraag.antwoord.xlsx").read_bytes()) == expected


def test_a_refusal_says_why_in_the_partys_language_and_never_names_a_child(
    door: Door, wingene: Client, tmp_path: Path
) -> None:
    number = door.house.children()[0]
    (tmp_path / "leesbaar.xlsx").write_bytes(f"INSZ\r\n{number}\r\n".encode())
    wingene.done("put leesbaar.xlsx in/")
    door.work()
    wingene.done("get out/*")
    text = (tmp_path / "leesbaar.xlsx.ontvangst.txt").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "leesbaar.xlsx.ontvangst.json").read_text(encoding="utf-8"))
    assert told["state"] == "refused"
    assert told["reasons"][0]["what"] in text
    assert told["reasons"][0]["clause"]
    assert "geweigerd" in text
    assert str(number) not in text + json.dumps(told)
    assert _releases(door) == 0


def test_an_upload_that_breaks_off_is_not_taken_up(door: Door, wingene: Client, tmp_path: Path) -> None:
    (tmp_path / "groot.xlsx").write_bytes(os.urandom(20_000_000))
    for signal_name in (signal.SIGKILL, signal.SIGTERM):
        process = subprocess.Popen(
            wingene.command("-l", "20000"),  # kilobit a second: the upload lasts longer than this test
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tmp_path,
        )
        assert process.stdin is not None
        process.stdin.write(b"put groot.xlsx in/\n")
        process.stdin.flush()
        _until(lambda: door.server.memory.held > 100_000)
        process.send_signal(signal_name)
        process.stdin.close()
        process.wait(20)
        _until(lambda: door.server.memory.held == 0)
    assert wingene.names("in") == {AGREEMENT}
    assert door.work() == 0


def test_a_half_name_waits_for_its_last_name(door: Door, wingene: Client, tmp_path: Path) -> None:
    _request(door, tmp_path, "vraag.xlsx.part")
    wingene.done("put vraag.xlsx.part in/")
    assert door.work() == 0
    wingene.done("rename in/vraag.xlsx.part in/vraag.xlsx")
    assert door.work() == 1
    assert "vraag.antwoord.xlsx" in wingene.names("out")


def test_the_folder_or_the_beginning_of_the_name_says_which_agreement(
    door: Door, wingene: Client, tmp_path: Path
) -> None:
    path, _ = _request(door, tmp_path)
    wingene.done(f"put vraag.xlsx in/{AGREEMENT}/")
    assert door.work() == 1
    assert wingene.names("out") == {AGREEMENT}
    assert "vraag.antwoord.xlsx" in wingene.names(f"out/{AGREEMENT}")
    assert wingene.run("put vraag.xlsx in/een-andere-overeenkomst/").returncode != 0
    assert path.exists()


def test_paths_and_links_lead_nowhere_else(door: Door, wingene: Client, tmp_path: Path) -> None:
    _request(door, tmp_path)
    secret = door.house.installation.settings.home / "keys" / "files.age-identity"
    assert secret.exists()
    assert wingene.names("/../../..") == {"in", "out"}
    for command in (
        f"get {secret} gestolen",
        f"get ../../../../../../../..{secret} gestolen",
        f"ln -s {secret} in/koppeling",
        f"ln {secret} in/koppeling",
        "ln in/vraag.xlsx in/koppeling",
        "put vraag.xlsx /etc/cron.d/vraag",
        "put vraag.xlsx ../../vraag.xlsx",
        "put vraag.xlsx out/vraag.xlsx",
        "put vraag.xlsx in/.verborgen",
        "put vraag.xlsx in/vraag.xlsx.ontvangst.txt",
        "put vraag.xlsx in/a/b/c/vraag.xlsx",
        "put vraag.xlsx in/85073003328.xlsx",
        "mkdir in/map",
        "rmdir in",
        "chmod 777 in/niets",
        "rm in/niets",
        "rename out in",
        "!true",
    ):
        run = wingene.run(command)
        assert (run.returncode != 0) != command.startswith("!") or command.startswith(("chmod",)), command
    assert not (tmp_path / "gestolen").exists()
    assert not (tmp_path / "koppeling").exists()
    assert wingene.names("in") == {AGREEMENT}
    assert door.work() == 0


def test_a_party_sees_its_own_room_only_and_with_its_own_key(
    door: Door, wingene: Client, ssh_key: Path, tmp_path: Path
) -> None:
    _request(door, tmp_path)
    wingene.done("put vraag.xlsx in/")
    door.work()
    other = new_key(tmp_path / "tielt")
    register_ssh(door.house, "gemeente-tielt", other)
    tielt = Client(door.port, "gemeente-tielt", other, tmp_path)
    assert tielt.names("in") == set()
    assert tielt.names("out") == set()
    assert tielt.run("get out/vraag.antwoord.xlsx").returncode != 0
    assert tielt.run(f"put vraag.xlsx in/{AGREEMENT}/").returncode != 0
    for user, key in (("gemeente-tielt", ssh_key), (WINGENE, other), ("nergens", other), ("' OR 1=1 --", other)):
        refused = Client(door.port, user, key, tmp_path).run("ls")
        assert refused.returncode != 0
        # Quiet OpenSSH says no more of a key that is refused; a name like the last it may not even send.
        said = refused.stderr.split("\n")
        assert "Connection closed" in said or "Permission denied (publickey)." in said, refused.stderr


def test_nothing_but_sftp_is_given(door: Door, wingene: Client) -> None:
    ssh = ["ssh", "-p", str(door.port), "-i", str(wingene.key), *wingene.command()[8:-1], f"{WINGENE}@127.0.0.1"]
    for more in (["id"], ["-T"], ["-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:22"]):
        run = subprocess.run([*ssh, *more], capture_output=True, text=True, timeout=20, check=False, input="id\n")
        assert run.returncode != 0
        assert "uid=" not in run.stdout


def test_a_removed_key_opens_nothing_also_in_a_session_that_runs(door: Door, ssh_key: Path, tmp_path: Path) -> None:
    registered = register_ssh(door.house, WINGENE, ssh_key)
    client = Client(door.port, WINGENE, ssh_key, tmp_path)
    process = subprocess.Popen(
        [one for one in client.command() if one not in ("-b", "-", "-q")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("ls /\n")
    process.stdin.flush()
    _until(lambda: door.server.connections == 1)
    with door.house.database.transaction() as connection:
        remove_key(
            connection,
            party=WINGENE,
            key=registered.id,
            because="proef",
            by="wingene-access",
            at=door.house.clock(),
            secrets=door.house.installation.gate.secret,
        )
    _request(door, tmp_path)
    told, _ = process.communicate("put vraag.xlsx in/\nls in\n", timeout=30)
    assert "ermission denied" in told
    assert client.run("ls").returncode != 0
    with door.house.database.transaction() as connection:
        kinds = connection.execute(
            "SELECT convert_from(canonical, 'UTF8')::jsonb ->> 'kind' FROM ledger_entry ORDER BY 1"
        ).fetchall()
        roles = connection.execute(
            "SELECT count(*) FROM actor_role WHERE starts_with(actor, 'machine:sftp:') AND valid @> %s::date",
            (door.house.clock().date(),),
        ).fetchone()
    assert ("channel-key-added",) in kinds
    assert ("channel-key-removed",) in kinds
    assert roles == (0,)


def test_only_the_access_manager_registers_a_key(door: Door, ssh_key: Path) -> None:
    register_ssh(door.house, WINGENE, ssh_key)
    fingerprint, content = read_public_key(ssh_key.with_suffix(".pub").read_bytes())
    for by in ("wingene-officer", "wingene-dpo", "tielt-access", "niemand"):
        with door.house.database.transaction() as connection, pytest.raises(SluisError) as refused:
            register_key(
                connection,
                kind="ssh",
                party=WINGENE,
                fingerprint=fingerprint,
                content=content,
                name="proef",
                evidence="geen",
                by=by,
                at=door.house.clock(),
                secrets=door.house.installation.gate.secret,
            )
        assert refused.value.code == "not-access-manager"


def test_what_is_too_large_or_too_much_is_refused_and_the_rest_goes_on(
    door: Door, wingene: Client, tmp_path: Path
) -> None:
    (tmp_path / "reus.xlsx").write_bytes(bytes(LARGEST_FILE + 1))
    run = wingene.run("put reus.xlsx in/")
    assert run.returncode != 0
    (tmp_path / "klein.xlsx").write_bytes(b"x")
    with door.house.database.transaction() as connection:
        connection.execute(
            "INSERT INTO channel_file (id, channel, party, actor, folder, name, digest, size, received_at, state,"
            " due_at, ciphertext) SELECT gen_random_uuid(), 'sftp', %s, 'm', '', 'f' || n || '.part',"
            " sha256(n::text::bytea), 1,"
            " now(), 'staged', now(), 'x' FROM generate_series(1, %s) n",
            (WINGENE, MOST_WAITING_FILES),
        )
    run = wingene.run("put klein.xlsx in/")
    assert run.returncode != 0
    wingene.done("rm in/f1.part")
    wingene.done("put klein.xlsx in/")
    assert door.server.memory.held == 0


def test_an_answer_that_was_fetched_and_not_removed_counts_as_collected_a_day_later(
    door: Door, wingene: Client, tmp_path: Path
) -> None:
    _request(door, tmp_path)
    wingene.done("put vraag.xlsx in/")
    door.work()
    house = door.house.installation
    door.house.clock.forward(hours=30)
    assert tidy(house, at=door.house.clock()) == 0  # nobody fetched it yet
    wingene.done("get out/vraag.antwoord.xlsx")
    assert tidy(house, at=door.house.clock()) == 0
    door.house.clock.forward(hours=25)
    assert tidy(house, at=door.house.clock()) == 1
    assert "vraag.antwoord.xlsx" not in wingene.names("out")


def test_after_a_revocation_nothing_can_be_fetched_any_more(door: Door, wingene: Client, tmp_path: Path) -> None:
    _request(door, tmp_path)
    wingene.done("put vraag.xlsx in/")
    door.work()
    door.house.revoke()
    run = wingene.run("get out/vraag.antwoord.xlsx")
    assert run.returncode != 0
    assert not (tmp_path / "vraag.antwoord.xlsx").exists()


def test_what_was_sent_is_on_disk_only_sealed(door: Door, wingene: Client, tmp_path: Path) -> None:
    path, _ = _request(door, tmp_path)
    wingene.done("put vraag.xlsx in/")
    with door.house.database.transaction() as connection:
        row = connection.execute("SELECT ciphertext FROM channel_file").fetchone()
    assert row is not None
    assert bytes(row[0]).startswith(b"age-encryption.org/v1")
    assert path.read_bytes()[:64] not in bytes(row[0])
    assert wingene.run("get in/vraag.xlsx").returncode != 0  # and nobody reads it back


def _releases(door: Door) -> int:
    with door.house.database.transaction() as connection:
        row = connection.execute(
            "SELECT count(*) FROM ledger_entry WHERE convert_from(canonical, 'UTF8')::jsonb ->> 'kind' = 'release'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
