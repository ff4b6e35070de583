"""The MLLP server of one process: whose line it is, one message after another, each answered after its commit.

A line belongs to the party for which its client certificate is registered; that is looked up again at every message, so
that a removed certificate opens nothing from the next message on. Half a frame, a slow sender, garbage and too much of
anything cost one line, never the others.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from cryptography import x509

from sluis.births.hl7.door import CHANNEL, Hl7Door, answer, reject
from sluis.births.hl7.framing import BrokenFrame, Frames, framed
from sluis.births.hl7.message import LARGEST_MESSAGE
from sluis.births.hl7.store import note_contact
from sluis.births.house import Delivery
from sluis.births.intake.work import work_now
from sluis.channels.mllp.certificates import fingerprint, tls_context
from sluis.channels.registration.model import PartyKey
from sluis.channels.registration.store import find_client
from sluis.kernel.text import msg
from sluis.log import log
from sluis.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """What one line, one party and all together may take. Seconds and counts."""

    connections: int = 200
    of_a_party: int = 8
    handshake_seconds: float = 10.0
    frame_seconds: float = 15.0
    idle_seconds: float = 3_600.0
    answer_seconds: float = 15.0
    at_once: int = 6
    """How many messages are taken in at one moment: each needs a connection of the database."""


class MllpServer:
    """The server of one process. `start` and `stop` belong to the event loop that it runs in."""

    def __init__(
        self,
        settings: Settings,
        door: Hl7Door,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits | None = None,
    ) -> None:
        self._settings, self._door, self._clock = settings, door, clock
        self._limits = limits or Limits()
        self._parties: Counter[str] = Counter()
        self._lines: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(self._limits.at_once)
        self._server: asyncio.Server | None = None
        self._is_stopping = False

    async def start(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(
            self._accept,
            self._settings.mllp_host,
            self._settings.mllp_port,
            ssl=tls_context(self._settings),
            ssl_handshake_timeout=self._limits.handshake_seconds,
            ssl_shutdown_timeout=2.0,
            limit=64 * 1024,
            backlog=100,
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self, *, wait_seconds: float = 20.0) -> None:
        """Let nobody in any more, answer what was received, and wait no longer than told."""
        self._is_stopping = True
        if self._server is None:
            return
        self._server.close()
        if self._busy:
            await asyncio.wait(self._busy, timeout=wait_seconds)
        for line in list(self._lines):
            line.cancel()
        if self._lines:
            await asyncio.wait(self._lines, timeout=5)

    @property
    def lines(self) -> int:
        """How many lines are open."""
        return len(self._lines)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._is_stopping or len(self._lines) >= self._limits.connections:
            writer.transport.abort()
            return
        self._lines.add(task)
        try:
            await self._serve(reader, writer, task)
        except (BrokenFrame, TimeoutError, OSError, ssl.SSLError, asyncio.IncompleteReadError) as error:
            log().info("mllp.cut", kind=type(error).__name__)
        except asyncio.CancelledError:
            pass
        except Exception as error:
            log().error("mllp.failed", kind=type(error).__name__)
        finally:
            self._lines.discard(task)
            self._busy.discard(task)
            with suppress(OSError, ssl.SSLError):
                writer.transport.abort() if self._is_stopping else writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: asyncio.Task[None]
    ) -> None:
        name = _name_of(writer)
        key = None if name is None else await asyncio.to_thread(self._find, name, is_new=True)
        if name is None or key is None:
            await self._turn_away(reader, writer)
            return
        if self._parties[key.party] >= self._limits.of_a_party:
            log().info("mllp.too-many-lines")
            return
        self._parties[key.party] += 1
        try:
            await self._listen(reader, writer, name, task)
        finally:
            self._parties[key.party] -= 1

    async def _listen(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, task: asyncio.Task[None]
    ) -> None:
        frames = Frames(largest=LARGEST_MESSAGE)
        begun: float | None = None
        loop = asyncio.get_running_loop()
        while not self._is_stopping:
            # The time of a frame counts from its first byte: who sends byte by byte is cut off all the same.
            left = self._limits.idle_seconds if begun is None else begun + self._limits.frame_seconds - loop.time()
            data = await asyncio.wait_for(reader.read(65_536), timeout=max(left, 0.001))
            if not data:
                return
            for raw in frames.feed(data):
                self._busy.add(task)
                try:
                    await self._answer(writer, raw, name)
                finally:
                    self._busy.discard(task)
                begun = None
            begun = (loop.time() if begun is None else begun) if frames.is_inside else None

    async def _answer(self, writer: asyncio.StreamWriter, raw: bytes, name: str) -> None:
        async with self._room:
            content, notices = await asyncio.to_thread(self._answer_of, raw, name)
            writer.write(framed(content))
            await asyncio.wait_for(writer.drain(), timeout=self._limits.answer_seconds)
            if notices:  # the sender has its answer; what fails here a worker does again
                await asyncio.to_thread(work_now, self._door.births, notices, at=self._clock())

    def _answer_of(self, raw: bytes, name: str) -> tuple[bytes, tuple[UUID, ...]]:
        at = self._clock()
        try:
            key = self._find(name)
        except Exception as error:
            log().error("mllp.sign-in-failed", kind=type(error).__name__)
            return reject(_LATER, at=at), ()
        if key is None:
            return reject(_UNKNOWN, at=at), ()
        delivery = Delivery(
            party=key.party,
            actor=key.actor,
            channel=CHANNEL,
            at=at,
            correlation=str(uuid4()),
            evidence={"certificate": name},
        )
        reply = answer(self._door, raw, delivery)
        return reply.content, reply.notices

    async def _turn_away(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one frame without looking at it, and say what to do: a supplier would search for long otherwise."""
        frames = Frames(largest=LARGEST_MESSAGE)
        async with asyncio.timeout(self._limits.frame_seconds):
            while data := await reader.read(65_536):
                if frames.feed(data):
                    writer.write(framed(reject(_UNKNOWN, at=self._clock())))
                    await writer.drain()
                    return

    def _find(self, name: str, *, is_new: bool = False) -> PartyKey | None:
        with self._door.births.database.transaction() as connection:
            key = find_client(connection, name)
            if key is not None and is_new:
                note_contact(connection, key.party, channel=CHANNEL, at=self._clock())
        return None if key is None else replace(key, content=b"")


_UNKNOWN = msg("Dit certificaat is hier niet geregistreerd. Vraag het aan de toegangsbeheerder van het ziekenhuis.")
_LATER = msg("We kunnen nu niet nagaan van wie dit certificaat is. Stuur het bericht straks opnieuw.")


def _name_of(writer: asyncio.StreamWriter) -> str | None:
    connection = writer.get_extra_info("ssl_object")
    shown = None if connection is None else connection.getpeercert(binary_form=True)
    return None if shown is None else fingerprint(x509.load_der_x509_certificate(shown))
