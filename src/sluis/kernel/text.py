"""Sentences for people: written in Dutch, translated at the edge.

The kernel knows no catalogue. It carries the Dutch sentence with its parameters; `sluis.web.languages`
turns that into the reader's language. Parameters never hold an INSZ or another value of a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence: the Dutch text is its own key in the catalogues, `{name}` marks a parameter.

    A parameter may itself be a message; it is translated first.
    """

    text: str
    parameters: tuple[tuple[str, object], ...] = field(default=())

    def __str__(self) -> str:
        """Return the Dutch sentence with its parameters filled in."""
        return self.text.format(**{name: str(value) for name, value in self.parameters})


def msg(text: str, **parameters: object) -> Message:
    """Mark a Dutch sentence for translation and bind its parameters.

    `pybabel extract` finds the calls by this name, so `text` must be a literal.
    """
    return Message(text, tuple(sorted(parameters.items())))
