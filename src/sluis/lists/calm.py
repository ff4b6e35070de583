"""Long lists without the garbage collector: an exchange makes hundreds of thousands of objects, none of them in cycles.

Python's collector walks them all again and again while they come into being: of a list of 20,000 rows it took a third
of the time. It rests while an exchange is answered, in the whole process, and goes on afterwards. Reference counting,
which frees nearly everything, is never off.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_resting = 0


@contextmanager
def without_collector() -> Iterator[None]:
    """Let the collector rest until the last of the blocks that asked for it has ended."""
    global _resting  # noqa: PLW0603 - the collector is one per process, and so is this count
    with _lock:
        _resting += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _resting -= 1
            if _resting == 0:
                gc.enable()
