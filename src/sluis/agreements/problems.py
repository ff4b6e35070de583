"""One problem of a file: where it stands, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake that its writer can mend. `line` and `column` count from 1; absent where no file was read."""

    code: str
    path: Path
    what: Message
    remedy: Message
    clause: Clause | None = None
    line: int | None = None
    column: int | None = None

    @property
    def where(self) -> str:
        """Return the path as people write it: `legs.answer.items[2].justification`."""
        return written(self.path)


def written(path: Sequence[str | int]) -> str:
    """Return a path in the form that the messages and the completions use."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def quoted(text: str) -> Message:
    """Return text of an agreement as a message: it is not translated, and braces in it mean nothing."""
    return Message("{text}", (("text", text),))
