"""OpenSSH's own client against our server, and what a test needs to open the door."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sluis.channels.intake.work import take_up_due
from sluis.channels.registration.actions import register_key
from sluis.channels.registration.model import PartyKey
from sluis.channels.sftp.public_keys import read_public_key
from sluis.channels.sftp.server import SftpServer
from sluis.channels.sftp.serving import SftpThread
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.lists.keys import KeyMismatch, set_key
from tests.integration.lists.houses import AGREEMENT, KEY, OPGROEIEN, START, WINGENE, House

MANAGER = {WINGENE: "wingene-access", "gemeente-tielt": "tielt-access"}


@dataclass(frozen=True)
class Door:
    """A house and the port that its SFTP server listens on."""

    house: House
    port: int
    server: SftpServer

    def work(self) -> int:
        """Do what the worker does."""
        return take_up_due(self.house.installation, clock=self.house.clock)


@dataclass(frozen=True)
class Client:
    """OpenSSH's sftp as one party."""

    port: int
    user: str
    key: Path
    folder: Path

    def command(self, *options: str) -> list[str]:
        return [
            "sftp",
            "-b",
            "-",
            "-q",
            "-P",
            str(self.port),
            "-i",
            str(self.key),
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "BatchMode=yes",
            *options,
            f"{self.user}@127.0.0.1",
        ]

    def run(self, *lines: str) -> subprocess.CompletedProcess[str]:
        """Give a batch of commands; the first that fails ends it, unless it begins with a dash."""
        return subprocess.run(
            self.command(),
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder,
            check=False,
        )

    def done(self, *lines: str) -> str:
        """Give a batch that must succeed; return what the client printed."""
        run = self.run(*lines)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def names(self, folder: str) -> set[str]:
        """Return the names in a folder."""
        listed = self.done(f"ls -1 {folder}").splitlines()
        return {line.rsplit("/", 1)[-1] for line in listed if line and not line.startswith("sftp>")}


def new_key(path: Path, kind: str = "ed25519", *more: str) -> Path:
    """Make a key pair with OpenSSH."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *more, "-N", "", "-C", "test", "-f", str(path)], check=True)
    return path


def register_ssh(house: House, party: str, key: Path) -> PartyKey:
    """Register a public key as the access manager of the party."""
    fingerprint, content = read_public_key(key.with_suffix(".pub").read_bytes())
    with house.database.transaction() as connection:
        appoint(house, party)
        return register_key(
            connection,
            kind="ssh",
            party=party,
            fingerprint=fingerprint,
            content=content,
            name="proefserver",
            evidence="brief van 1 maart 2026",
            by=MANAGER[party],
            at=house.clock(),
            secrets=house.installation.gate.secret,
        )


def appoint(house: House, party: str) -> None:
    """Let the party have an access manager."""
    manager = MANAGER[party]
    with house.database.transaction() as connection:
        insert_actor(connection, Actor(manager, "person", "Dirk Wouters", None))
        insert_role(connection, RoleGrant(manager, party, "access-manager", START.date(), None, "head", "proef"))


def agree_key(house: House, agreement: str = AGREEMENT, party: str = WINGENE) -> None:
    """Let both DPOs set the key of the next exchange."""
    for own, by in ((party, "wingene-dpo"), (OPGROEIEN, "opgroeien-dpo")):
        with house.database.transaction() as connection:
            state = set_key(
                connection,
                agreement=agreement,
                party=party,
                own_party=own,
                key=KEY,
                by=by,
                at=house.clock(),
                correlation="proef",
                vault=house.installation.lists.vault,
                secret=house.installation.gate.secret,
            )
            assert not isinstance(state, KeyMismatch)


@contextmanager
def open_door(house: House) -> Iterator[Door]:
    """Serve SFTP while the block runs, on a free port."""
    agree_key(house)
    settings = house.installation.settings.model_copy(update={"sftp_port": 0})
    object.__setattr__(house.installation, "settings", settings)  # the same house, on a port of its own
    thread = SftpThread(house.installation, clock=house.clock)
    port = thread.start()
    assert thread.server is not None
    try:
        yield Door(house, port, thread.server)
    finally:
        thread.stop()
