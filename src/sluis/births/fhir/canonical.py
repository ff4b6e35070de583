"""One name for what we publish: inside the house a stable URN, outside the address where it is served.

A profile is known by its canonical. The house writes a URN, the same in every installation; the door makes an address
of it in whatever leaves, so that each canonical opens, and takes both forms in whatever comes in.
"""

from __future__ import annotations

import re
from typing import Any, Final

from sluis.births.fhir.names import BASE

KINDS: Final = ("StructureDefinition", "ValueSet", "CodeSystem", "MessageDefinition", "Bundle")
"""The kinds of resources that are published; nothing of a person is among them."""

_URN: Final = re.compile(re.escape(BASE).encode() + b":(" + "|".join(KINDS).encode() + b"):")
_SOURCE: Final = f'"{BASE}"'.encode()
_HOLDERS: Final = frozenset({"url", "system", "profile"})


def outward(content: bytes, address: str) -> bytes:
    """Return an answer in which each of our names is an address of this installation."""
    door = f"{address}/fhir".encode()
    return _URN.sub(lambda found: b"%s/%s/" % (door, found[1]), content).replace(_SOURCE, b'"%s"' % door)


def own_name(text: str, address: str) -> str:
    """Return the name in the house of one of our addresses; any other text as it is."""
    kind, _, name = text.removeprefix(f"{address}/fhir/").partition("/")
    is_ours = text.startswith(f"{address}/fhir/") and kind in KINDS and name != "" and "/" not in name
    return f"{BASE}:{kind}:{name}" if is_ours else text


def take_inward(resource: dict[str, Any], address: str) -> None:
    """Put the names of the house in the place of our addresses, wherever a resource names a canonical."""
    waiting: list[Any] = [resource]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            for key in _HOLDERS & node.keys():
                value = node[key]
                if isinstance(value, str):
                    node[key] = own_name(value, address)
                elif key == "profile" and isinstance(value, list):
                    node[key] = [own_name(one, address) if isinstance(one, str) else one for one in value]
            waiting.extend(node.values())
