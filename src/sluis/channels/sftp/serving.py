"""One SFTP process: an event loop, the server, and a stop that lets what runs end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from threading import Event, Thread

from sluis.app import Installation
from sluis.channels.sftp.server import SftpServer
from sluis.lists.workbook import start_reader


def serve_sftp(house: Installation, *, said: Callable[[int], object] = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT; uploads that run are finished first, for at most twenty seconds."""
    asyncio.run(_serve(house, said))


async def _serve(house: Installation, said: Callable[[int], object]) -> None:
    server, stopping = SftpServer(house), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    said(await server.start())
    await stopping.wait()
    await server.stop()


class SftpThread:
    """The same in a thread of a process that serves other doors too: the demo, a test."""

    def __init__(self, house: Installation, **words: object) -> None:
        self.server = SftpServer(house, **words)  # type: ignore[arg-type]  # the server checks its own words
        self.port = 0
        self._ready, self._fault = Event(), list[BaseException]()
        self._loop = asyncio.new_event_loop()
        self._stopping: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name="sftp", daemon=True)

    def start(self) -> int:
        """Serve in the background; return the port."""
        start_reader()
        self._thread.start()
        self._ready.wait(30)
        if self._fault:
            raise self._fault[0]
        return self.port

    def stop(self) -> None:
        """Let what runs end."""
        if self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(30)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._stopping = asyncio.Event()
        try:
            self.port = await self.server.start()
        except BaseException as fault:  # told to who started the thread
            self._fault.append(fault)
            return
        finally:
            self._ready.set()
        await self._stopping.wait()
        await self.server.stop()
