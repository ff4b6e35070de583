"""A door that listens on a socket, in a process or a thread of its own, with a stop that ends what runs first."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, Protocol, TypeVar

_SECONDS = 30.0


class Door(Protocol):
    """What listens: it is made inside its event loop."""

    async def start(self) -> int:
        """Listen, and return the port."""

    async def stop(self) -> None:
        """Finish what was taken in, then close."""


DoorT = TypeVar("DoorT", bound=Door)


def serve_door(make: Callable[[], Door], *, said: Callable[[int], object] = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT; `said` is told the port."""
    asyncio.run(_serve(make, said))


async def _serve(make: Callable[[], Door], said: Callable[[int], object]) -> None:
    door, stopping = make(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    said(await door.start())
    await stopping.wait()
    await door.stop()


class DoorThread(Generic[DoorT]):
    """The same in a thread of a process that serves other doors too: the demo, a test."""

    def __init__(self, name: str, make: Callable[[], DoorT]) -> None:
        self._make = make
        self.server: DoorT | None = None
        self.port = 0
        self._ready, self._fault = Event(), list[BaseException]()
        self._loop = asyncio.new_event_loop()
        self._stopping: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> int:
        """Serve in the background; return the port. What hinders the door is raised here."""
        self._thread.start()
        self._ready.wait(_SECONDS)
        if self._fault:
            raise self._fault[0]
        return self.port

    def stop(self) -> None:
        """Let what runs end."""
        if self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_SECONDS)

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
