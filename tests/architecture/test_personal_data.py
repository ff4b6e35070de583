"""No real person's number is in the repository, and none can end in a log."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sluis.kernel.insz import InszFault, read_insz
from sluis.log import _without_numbers, redact
from sluis.settings import Settings
from tests.architecture.source import text_files

_NUMBER = re.compile(r"(?<![\w.])\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}(?![\w.])")

# The kernel's tests try numbers of every form, made for the purpose: nobody can bear them by more than chance.
_MADE_TO_TRY_FORMS = {
    "tests/unit/kernel/test_insz.py": "all forms, among which unknown dates",
}

# What is refused must look real: these are the published examples of python-stdnum and a number of nobody.
_PUBLISHED_EXAMPLES = {"85073003328", "17073003384", "00000000097"}


def test_every_number_of_a_person_in_the_repository_is_fictitious() -> None:
    found = [
        f"{name}: {number}"
        for name, text in text_files()
        if name not in _MADE_TO_TRY_FORMS
        for number in _NUMBER.findall(text)
        if _could_be_real(number)
    ]
    assert found == [], "use numbers of the official fictitious range: month + 60"


def _could_be_real(number: str) -> bool:
    if re.sub(r"\D", "", number) in _PUBLISHED_EXAMPLES:
        return False
    return not isinstance(read_insz(number, fictitious=False), InszFault)


@given(st.integers(0, 10**11 - 1))
def test_no_number_reaches_a_log_line(number: int) -> None:
    digits = f"{number:011d}"
    card = f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}-{digits[6:9]}.{digits[9:]}"
    for written in (digits, card):
        assert digits not in re.sub(r"\D", "", redact(f"before {written}, after"))
        event = _without_numbers(None, "", {"event": f"x {written}", "path": f"/lijsten/{written}", "count": 3})
        assert written not in json.dumps(event)


def test_production_takes_no_test_numbers() -> None:
    with pytest.raises(ValidationError, match="SLUIS_FICTITIOUS_INSZ is on"):
        Settings(environment="production", fictitious_insz=True)
