"""Write the pages of docs/reference anew from the code: `uv run python -m tests.architecture.regenerate`."""

from __future__ import annotations

from tests.architecture.reference import pages
from tests.architecture.source import ROOT


def main() -> None:
    """Write every page whose text changed and say which."""
    for path, make in pages().items():
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
