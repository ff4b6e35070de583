"""No national number stands in a log line, however it was written and wherever it hid."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.log import configure_log, log, redact

NUMBER = "85073003328"
MARKS = st.sampled_from(["", ".", "-", " ", "/", " - ", "\u00a0", "\u2013", "..."])


@pytest.fixture(autouse=True)
def configured(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    configure_log()
    yield
    structlog.reset_defaults()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MARKS, min_size=10, max_size=10), st.text(alphabet=NUMBER, max_size=11))
def test_a_number_is_redacted_whatever_stands_between_its_digits(marks: list[str], more: str) -> None:
    written = "".join(digit + mark for digit, mark in zip(NUMBER, [*marks, ""], strict=True))
    assert redact(f"rij {written}{more}!") == "rij [insz]!"


@pytest.mark.parametrize(
    "hidden",
    [
        NUMBER,
        int(NUMBER),
        5_073_003_328,
        NUMBER + NUMBER,
        "\uff18\uff15\uff10\uff17\uff13\uff10\uff10\uff13\uff13\uff12\uff18",
        [f"Key (insz)=({NUMBER})"],
        {"wie": {NUMBER}},
        {NUMBER: 1},
        ValueError(NUMBER),
        NUMBER.encode(),
    ],
)
def test_a_number_is_redacted_wherever_it_hides(hidden: object, capsys: pytest.CaptureFixture[str]) -> None:
    log(bound=hidden).warning("gezien", value=hidden)
    printed = capsys.readouterr()
    line = printed.err
    assert not printed.out
    assert line.count("[insz]") == 2
    assert not any(sign.isdecimal() and not sign.isascii() for sign in line)
    assert "073003328" not in line
    assert set(json.loads(line)) == {"bound", "value", "event", "level", "timestamp"}


def test_times_counts_and_places_stay_readable(capsys: pytest.CaptureFixture[str]) -> None:
    log(count=1_614_340, at=["/sluis/app.py:120", "/sluis/web/site.py:7"]).info("klaar", share=0.5, ok=True, none=None)
    told = json.loads(capsys.readouterr().err)
    assert "[insz]" not in str(told)
    assert told["count"] == 1_614_340
    assert told["timestamp"].startswith("20")
