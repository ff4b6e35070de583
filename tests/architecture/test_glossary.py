"""Whoever meets a code in an agreement, in the ledger or on a page finds it in the glossary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

import pytest

from sluis.agreements.lifecycle import STATES
from sluis.agreements.phrases import INSTRUMENTS
from sluis.agreements.vocabulary import Channel, Condition, LegKind
from sluis.ledger.words import GROUP_WORDS, KIND_WORDS, OUTCOME_WORDS
from sluis.lists.model import STATE_NAMES
from sluis.site import ROLE_NAMES
from tests.architecture.source import ROOT, modules

GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
CODES = set(re.findall(r"`([^`]+)`", GLOSSARY))
ROWS = [line for line in GLOSSARY.splitlines() if line.startswith("| ") and "---" not in line]


@pytest.mark.parametrize(
    ("what", "codes"),
    [
        ("roles", ROLE_NAMES),
        ("states of an agreement", STATES),
        ("states of an exchange", STATE_NAMES),
        ("kinds of entry", KIND_WORDS),
        ("outcomes", OUTCOME_WORDS),
        ("groups of persons", GROUP_WORDS),
        ("kinds of leg", get_args(LegKind)),
        ("channels", get_args(Channel)),
        ("conditions", get_args(Condition)),
        ("instruments", INSTRUMENTS),
    ],
)
def test_every_code_stands_in_the_glossary(what: str, codes: Iterable[str]) -> None:
    assert sorted(set(codes) - CODES) == [], f"add these {what} to GLOSSARY.md"


def test_every_kind_of_entry_that_the_code_writes_has_its_words() -> None:
    kind = re.compile(r'"((?:agreement|condition|key|file|copy|person)-\w+ed)"')
    written = {found for _, text, _ in modules() for found in kind.findall(text)}
    assert sorted(written - set(KIND_WORDS) - _NO_ENTRY) == [], "give it words in sluis/ledger/words.py"


# Codes of refusals and conditions that are written the same way.
_NO_ENTRY = {"decision-attached", "consent-recorded", "citizens-informed"}


def test_every_row_says_what_it_means() -> None:
    empty = [row for row in ROWS if not any(cell.strip() for cell in row.split("|")[2:-1])]
    assert empty == []
