"""Which bodies a page is about, as its address and its form say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import get_args

from sluis.agreements.catalogue import templates
from sluis.kernel.territory import BodyKind
from sluis.kernel.text import Message, msg
from sluis.outreach.model import STAGE_WORDS, STAGES, Group
from sluis.outreach.places import provinces_on
from sluis.web.languages import Language, translate

_LONGEST_SEARCH = 100
_LONGEST_WORD = 64

KIND_WORDS: Mapping[BodyKind, Message] = {"municipality": msg("gemeenten"), "ocmw": msg("OCMW's")}


class GroupQuery:
    """The filters of an address; what is none of the choices leaves that side open."""

    def __init__(
        self, provincie: str = "", soort: str = "", stand: str = "", aanbod: str = "", zoek: str = "", pagina: int = 1
    ) -> None:
        self.pagina = pagina
        self.group = as_group(provincie=provincie, kind=soort, stage=stand, template=aanbod, words=zoek)

    def as_query(self) -> dict[str, str]:
        """Return the filters as the parameters of an address."""
        group = self.group
        return {
            "provincie": group.province or "",
            "soort": group.kind or "",
            "stand": group.stage or "",
            "aanbod": group.template or "",
            "zoek": group.words,
        }


def as_group(*, provincie: str, kind: str, stage: str, template: str, words: str) -> Group:
    """Return the group that a form describes."""
    return Group(
        province=provincie[:_LONGEST_WORD] or None,
        kind=next((known for known in get_args(BodyKind) if known == kind), None),
        stage=next((known for known in STAGES if known == stage), None),
        template=template if template in templates() else None,
        words=" ".join(words[:_LONGEST_SEARCH].split()),
    )


def group_words(day: date, language: Language) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the choices of each filter: value and words."""
    every = translate(msg("alle"), language)
    return {
        "provincie": [("", every), *((name, name) for name in provinces_on(day))],
        "soort": [("", every), *((kind, translate(words, language)) for kind, words in KIND_WORDS.items())],
        "stand": [("", every), *((stage, translate(STAGE_WORDS[stage], language)) for stage in STAGES)],
        "aanbod": [("", every), *((code, text.title.in_language(language)) for code, text in templates().items())],
    }
