"""The tokens meet WCAG 2.2 AA in both schemes, whatever page they end up on."""

from __future__ import annotations

import re

import pytest

from sluis.web.rendering import STATIC

_TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TOKENS = {name: (light, dark) for name, light, dark in _TOKEN.findall((STATIC / "tokens.css").read_text())}

GROUNDS = ("ground", "paper", "sunken")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "water", "water-strong", "danger") for ground in GROUNDS),
    ("on-water", "water"),
    ("on-water", "water-strong"),
    ("on-strip", "strip"),
    ("on-focus", "focus"),
    ("water-strong", "water-pale"),
    ("ink", "water-pale"),
    ("ink-soft", "water-pale"),
    ("gate", "ground"),
    *((kind, f"{kind}-pale") for kind in ("success", "warning", "danger")),
    *((ink, f"{kind}-pale") for ink in ("ink", "ink-soft") for kind in ("success", "warning", "danger")),
]
EDGES = [
    *(("line-strong", ground) for ground in GROUNDS),
    *(("ink", ground) for ground in GROUNDS),
    ("water", "paper"),
    ("timber", "paper"),
]


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(front: str, back: str, scheme: int) -> None:
    assert contrast(TOKENS[front][scheme], TOKENS[back][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), EDGES)
def test_edges_and_focus_can_be_seen(front: str, back: str, scheme: int) -> None:
    assert contrast(TOKENS[front][scheme], TOKENS[back][scheme]) >= 3


def test_colours_are_named_in_one_place() -> None:
    for name in ("sluis.css", "components.css", "print.css"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", (STATIC / name).read_text()), name
