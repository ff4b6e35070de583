"""An answer leaves once: what follows the handing over happens only when the whole file was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

PIECE_BYTES = 64 * 1024
LAST_PIECE_BYTES = 1024

# How long the last piece is held back, so that a connection that broke while the rest was under way is noticed.
PAUSE_SECONDS = 0.1

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class HandedOver(Response):
    """A file that is sent in pieces; `afterwards` runs when the last one went out and the reader was still there.

    A reader who left before that has an incomplete file, and nothing has happened: the file can be fetched again.
    What lies in the network's buffers when a line goes dead without a word cannot be seen from here.
    """

    def __init__(self, content: bytes, *, filename: str, afterwards: Callable[[], object]) -> None:
        super().__init__(
            content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{filename}"'}
        )
        # Without a length the reader knows the file as whole by its last chunk, and that one goes out only after
        # `afterwards` has committed: who saw the end of the file finds the exchange collected.
        del self.headers["content-length"]
        self._afterwards = afterwards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file piece by piece, watching whether the reader is still there."""
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for piece, is_last in _pieces(bytes(self.body)):
                await asyncio.wait({gone}, timeout=PAUSE_SECONDS if is_last else 0)
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await run_in_threadpool(self._afterwards)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()


def _pieces(content: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield the content in pieces, the last one short, each with whether it is the last."""
    head = max(len(content) - LAST_PIECE_BYTES, 0)
    for start in range(0, head, PIECE_BYTES):
        yield content[start : min(start + PIECE_BYTES, head)], False
    yield content[head:], True


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
