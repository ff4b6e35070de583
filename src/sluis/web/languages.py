"""The reader's language: Dutch sentences from the code, French, English and German from the slices' catalogues.

Catalogues are the reviewed `.po` files themselves, read once; there is no compiled copy that could differ from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from babel.messages.pofile import read_po

from sluis.kernel.text import Message

Language = Literal["nl", "fr", "en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_PACKAGE = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: Language) -> Mapping[str, str]:
    """Return Dutch sentence -> sentence in `language`, from every slice's `locale/<language>.po`."""
    sentences: dict[str, str] = {}
    for path in sorted(_PACKAGE.glob(f"**/locale/{language}.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if isinstance(entry.id, str) and entry.id and isinstance(entry.string, str) and entry.string:
                    sentences[entry.id] = entry.string
    return sentences


def translate(message: Message | str, language: Language) -> str:
    """Return the sentence in the reader's language; Dutch where no translation is there."""
    if isinstance(message, str):
        return catalogue(language).get(message, message) if language != "nl" else message
    text = translate(message.text, language)
    return text.format(
        **{
            name: translate(value, language) if isinstance(value, Message) else str(value)
            for name, value in message.parameters
        }
    )
