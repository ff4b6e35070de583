"""The page that explains rules is run."""

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "rules.md"


def test_the_code_of_the_page_holds():
    text = PAGE.read_text(encoding="utf-8")
    blocks = list(re.finditer(r"```python\n(.*?)```", text, re.DOTALL))
    assert len(blocks) > 8
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks:
        above = "\n" * text.count("\n", 0, block.start(1))  # so that a failure names the line of the page
        exec(compile(above + block[1], str(PAGE), "exec"), names)
