"""What one text says otherwise than another, sentence by sentence, under the heading where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from sluis.agreements.model import Agreement
from sluis.agreements.wording import Block, Bullets, Paragraph
from sluis.agreements.words import in_words
from sluis.kernel.text import Message
from sluis.web.languages import Language, translate

# A reading has a few hundred sentences; more than this is no text that people read.
_MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Under one heading: the sentences that went and those that came in their place."""

    heading: Message
    before: tuple[str, ...]
    after: tuple[str, ...]


def differences(before: Agreement, after: Agreement, *, language: Language) -> tuple[Difference, ...]:
    """Return where `after` reads otherwise than `before`, in the order of the text."""
    old, new = _sections(before, language), _sections(after, language)
    found: list[Difference] = []
    for anchor in dict.fromkeys([*new, *old]):
        heading = (new.get(anchor) or old[anchor])[0]
        left = old[anchor][1] if anchor in old else []
        right = new[anchor][1] if anchor in new else []
        for tag, i1, i2, j1, j2 in SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
            if tag != "equal":
                found.append(Difference(heading, tuple(left[i1:i2]), tuple(right[j1:j2])))
    return tuple(found)


def _sections(text: Agreement, language: Language) -> dict[str, tuple[Message, list[str]]]:
    return {
        section.anchor: (
            section.heading,
            [line for block in section.blocks for line in _lines(block, language)][:_MOST_LINES],
        )
        for section in in_words(text, language=language).sections
    }


def _lines(block: Block, language: Language) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield translate(block.text, language)
    elif isinstance(block, Bullets):
        yield from (translate(item, language) for item in block.items)
    else:
        for row in block.rows:
            yield " · ".join(translate(cell, language) for cell in row)
