"""The SSH server: which party comes in by which key, and how many at once. No shell, no tunnel, no password."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncssh
from asyncssh.stream import SSHServerStreamSession

from sluis.app import Installation
from sluis.channels.registration.model import PartyKey
from sluis.channels.registration.store import find_key
from sluis.channels.sftp.host_key import host_key
from sluis.channels.sftp.room import Room
from sluis.channels.sftp.session import Handler, Memory, RoomServer
from sluis.log import log

if TYPE_CHECKING:
    from pathlib import Path

MOST_CONNECTIONS = 200
MOST_OF_A_PARTY = 8
_LOOK_SECONDS = 30.0
_SFTP_VERSION = 3  # OpenSSH's; what the later drafts add is not needed


def _now() -> datetime:
    return datetime.now(UTC)


class SftpServer:
    """The server of one process. `start` and `stop` belong to the event loop that it runs in."""

    def __init__(self, house: Installation, *, clock: Callable[[], datetime] = _now) -> None:
        self._house, self._clock = house, clock
        self.memory = Memory()
        self.connections = 0
        self.parties: Counter[str] = Counter()
        self._sessions: set[RoomServer] = set()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._looking: asyncio.Task[None] | None = None
        self._is_stopping = False

    async def start(self) -> int:
        """Listen; return the port."""
        settings = self._house.settings
        asyncssh.set_log_level("CRITICAL")  # its own lines name users and files; ours say what is needed
        path: Path = settings.sftp_host_key_file or settings.home / "keys" / "sftp-host.key"
        self._acceptor = await asyncssh.listen(
            settings.sftp_host,
            settings.sftp_port,
            server_factory=lambda: _Door(self),
            server_host_keys=[host_key(path)],
            encoding=None,
            allow_scp=False,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            line_editor=False,
            password_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            public_key_auth=True,
            compression_algs=["none"],
            # What OpenSSH 8 and newer, WinSCP and FileZilla speak; nothing with SHA-1, CBC or DSA.
            mac_algs=[
                "hmac-sha2-256-etm@openssh.com",
                "hmac-sha2-512-etm@openssh.com",
                "hmac-sha2-256",
                "hmac-sha2-512",
            ],
            encryption_algs=[
                "chacha20-poly1305@openssh.com",
                "aes256-gcm@openssh.com",
                "aes128-gcm@openssh.com",
                "aes256-ctr",
                "aes128-ctr",
            ],
            signature_algs=[
                "ssh-ed25519",
                "ecdsa-sha2-nistp256",
                "ecdsa-sha2-nistp384",
                "ecdsa-sha2-nistp521",
                "rsa-sha2-256",
                "rsa-sha2-512",
                "sk-ssh-ed25519@openssh.com",
                "sk-ecdsa-sha2-nistp256@openssh.com",
            ],
            server_version="Sluis",
            login_timeout=30,
            keepalive_interval=30,
            keepalive_count_max=4,
        )
        self._looking = asyncio.create_task(self._look_after())
        return self._acceptor.get_port()

    async def stop(self, *, wait_seconds: float = 20.0) -> None:
        """Let nobody in any more, let what runs end, and wait no longer than told."""
        self._is_stopping = True
        if self._looking is not None:
            self._looking.cancel()
        if self._acceptor is None:
            return
        self._acceptor.close()
        until = asyncio.get_running_loop().time() + wait_seconds
        while any(one.is_busy for one in self._sessions) and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.05)
        if self.connections:
            self._acceptor.close()
        for session in list(self._sessions):
            with suppress(OSError, asyncssh.Error):
                session.connection.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._acceptor.wait_closed(), 5)

    def find(self, party: str, fingerprint: str) -> PartyKey | None:
        """Return the registered key of a party."""
        with self._house.database.transaction() as connection:
            return find_key(connection, party=party, kind="ssh", fingerprint=fingerprint)

    async def serve(
        self,
        chan: asyncssh.SSHServerChannel[bytes],
        key: PartyKey,
        reader: asyncssh.SSHReader[bytes],
        writer: asyncssh.SSHWriter[bytes],
    ) -> None:
        """Serve one session to its end."""
        session = RoomServer(chan, Room(self._house, key, self._clock), self.memory)
        self._sessions.add(session)
        try:
            await Handler(session, reader, writer, _SFTP_VERSION).run()
        finally:
            self._sessions.discard(session)

    @property
    def is_stopping(self) -> bool:
        """Whether nobody is let in any more."""
        return self._is_stopping

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            for session in list(self._sessions):
                session.drop_what_stands_still()


class _Session(SSHServerStreamSession[bytes]):
    """A channel that can be SFTP and nothing else: no shell, no command."""

    def __init__(self, server: SftpServer, key: PartyKey) -> None:
        super().__init__(None)
        self._server, self._key = server, key

    def shell_requested(self) -> bool:
        return False

    def exec_requested(self, command: str) -> bool:
        return False

    def subsystem_requested(self, subsystem: str) -> bool:
        return subsystem == "sftp" and not self._server.is_stopping

    def session_started(self) -> None:
        chan, connection = self._chan, self._conn
        assert isinstance(chan, asyncssh.SSHServerChannel)  # a session that started has both
        assert connection is not None
        reader, writer = asyncssh.SSHReader[bytes](self, chan), asyncssh.SSHWriter[bytes](self, chan)
        connection.create_task(self._server.serve(chan, self._key, reader, writer))


class _Door(asyncssh.SSHServer):
    """One connection: the name of the user is the code of the party, the key must be one that the party registered."""

    def __init__(self, server: SftpServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None
        self._party: str | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server.connections += 1
        if self._server.connections > MOST_CONNECTIONS:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections -= 1
        if self._party is not None:
            self._server.parties[self._party] -= 1

    def begin_auth(self, username: str) -> bool:
        return True  # also for a party that is not there: nobody learns which parties come in here

    def public_key_auth_supported(self) -> bool:
        return True

    def session_requested(self) -> SSHServerStreamSession[bytes] | bool:
        key = None if self._connection is None else self._connection.get_extra_info("sluis_key")
        return _Session(self._server, key) if isinstance(key, PartyKey) else False

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        if len(username) > 200 or not username.isprintable():
            return False
        fingerprint = key.get_fingerprint()
        try:
            found = await asyncio.to_thread(self._server.find, username, fingerprint)
        except Exception as error:
            log().error("sftp.sign-in-failed", kind=type(error).__name__)
            return False
        if found is None or self._connection is None:
            return False
        self._connection.set_extra_info(sluis_key=found)
        return True

    def auth_completed(self) -> None:
        connection = self._connection
        key: Any = None if connection is None else connection.get_extra_info("sluis_key")
        if connection is None or not isinstance(key, PartyKey):
            return
        self._party = key.party
        self._server.parties[key.party] += 1
        if self._server.parties[key.party] > MOST_OF_A_PARTY:
            connection.abort()
