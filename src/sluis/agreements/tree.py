"""A read file as a tree that answers politely: what is absent or of another kind is simply not there.

The rules of `rules.py` walk this tree and not the finished model, so that one reading finds the mistakes of form and
the mistakes of content together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sluis.agreements.problems import Path


@dataclass(frozen=True, slots=True)
class Tree:
    """A value of the file with the path to it."""

    value: object
    path: Path = ()

    def __getitem__(self, key: str) -> Tree:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Tree(value, (*self.path, key))

    def entries(self) -> Iterator[tuple[str, Tree]]:
        """Yield the named parts; none where this is no mapping."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                if isinstance(key, str):
                    yield key, Tree(value, (*self.path, key))

    def elements(self) -> Iterator[Tree]:
        """Yield the listed parts; none where this is no list."""
        if isinstance(self.value, (list, tuple)):
            for number, value in enumerate(self.value):
                yield Tree(value, (*self.path, number))

    @property
    def there(self) -> bool:
        """Whether something was written: no value and an empty list or text are nothing."""
        return self.value not in (None, "", [], (), {})

    @property
    def text(self) -> str | None:
        """The value as text, where it is one; a number without quotation marks counts."""
        if isinstance(self.value, str):
            return self.value.strip()
        return str(self.value) if isinstance(self.value, int) and not isinstance(self.value, bool) else None

    @property
    def number(self) -> int | None:
        """The value as a whole number, where it is one."""
        return self.value if isinstance(self.value, int) and not isinstance(self.value, bool) else None

    @property
    def day(self) -> date | None:
        """The value as a day, where it is one."""
        try:
            return date.fromisoformat(self.value) if isinstance(self.value, str) else None
        except ValueError:
            return None

    def texts(self) -> frozenset[str]:
        """Return the listed texts."""
        return frozenset(element.text for element in self.elements() if element.text is not None)

    def at(self, path: str) -> Tree | None:
        """Return the part at a written path; a list's part may be named by its id, code or name.

        `parties[lokaal-bestuur].dpo` and `legs.antwoord.items[2]` are such paths. Absent fields of a part that is
        there are an empty tree; None where the way itself does not exist.
        """
        found: Tree | None = self
        for name, place in _STEP.findall(path):
            if found is None:
                return None
            found = found._named(place) if place else found[name] if isinstance(found.value, dict) else None
        return found

    def _named(self, place: str) -> Tree | None:
        for number, element in enumerate(self.elements()):
            names = (str(number), element["id"].text, element["code"].text, element["name"].text)
            if place in names:
                return element
        return None


_STEP = re.compile(r"([A-Za-z0-9_-]+)|\[([^\]]+)\]")
