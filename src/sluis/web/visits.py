"""Where a visitor may be sent after signing in."""

from __future__ import annotations


def local_path(wish: str | None, otherwise: str) -> str:
    """Return a path on this site: `wish` when it is one, for nobody may be sent elsewhere through our address."""
    plain = wish or ""
    is_local = plain.startswith("/") and not plain.startswith(("//", "/\\")) and plain.isprintable()
    return plain if is_local and "\\" not in plain else otherwise
