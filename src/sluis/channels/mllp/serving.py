"""One MLLP process: an event loop, the server, and a stop that answers what was received."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from threading import Event, Thread

from sluis.app import Installation
from sluis.births.hl7.door import Hl7Door
from sluis.channels.mllp.server import MllpServer


def door_of(house: Installation) -> Hl7Door:
    """Return the door of HL7 v2 of an installation."""
    settings = house.settings
    return Hl7Door(house.births, settings.hl7_mapping_folder, is_live=settings.environment == "production")


def serve_mllp(server: Callable[[], MllpServer], *, said: Callable[[int], object] = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT."""
    asyncio.run(_serve(server, said))


async def _serve(server: Callable[[], MllpServer], said: Callable[[int], object]) -> None:
    made, stopping = server(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    said(await made.start())
    await stopping.wait()
    await made.stop()


class MllpThread:
    """The same in a thread of a process that serves other doors too: the demo, a test."""

    def __init__(self, server: Callable[[], MllpServer]) -> None:
        self._make = server
        self.server: MllpServer | None = None
        self.port = 0
        self._ready, self._fault = Event(), list[BaseException]()
        self._loop = asyncio.new_event_loop()
        self._stopping: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name="mllp", daemon=True)

    def start(self) -> int:
        """Serve in the background; return the port."""
        self._thread.start()
        self._ready.wait(30)
        if self._fault:
            raise self._fault[0]
        return self.port

    def stop(self) -> None:
        """Answer what was received, then close."""
        if self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(30)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._stopping = asyncio.Event()
        try:
            self.server = self._make()
            self.port = await self.server.start()
        except BaseException as fault:  # told to who started the thread
            self._fault.append(fault)
            return
        finally:
            self._ready.set()
        await self._stopping.wait()
        await self.server.stop()
