"""No dependency of the product is under a licence of the GPL kind; the few LGPL libraries are named."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires

# Used as unmodified libraries, which the LGPL permits; docs/decisions/house-psycopg.md.
LGPL = {"psycopg", "psycopg-binary", "psycopg-pool", "python-stdnum"}

# Offered under several licences, of which we take this one.
CHOSEN = {"asyncssh": "EPL-2.0"}

# Its package metadata names no licence; the LICENSE in its repository does.
SAID_ELSEWHERE = {"pyrage": "MIT"}

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def needed_packages() -> dict[str, Distribution]:
    """Return what the product needs at run time, and what that needs."""
    found: dict[str, Distribution] = {}
    waiting = [one for one in requires("sluis") or [] if "extra ==" not in one]
    while waiting:
        match = _NAME.match(waiting.pop())
        name = match[0].lower().replace("_", "-") if match else ""
        if not name or name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # of another platform
        waiting += found[name].requires or []
    return found


def licence(package: Distribution) -> str:
    head = package.metadata
    words = [*(head.get_all("License-Expression") or []), *(one[:200] for one in head.get_all("License") or [])]
    words += [one for one in head.get_all("Classifier") or [] if one.startswith("License ::")]
    return " ".join(words)


def test_nothing_that_the_product_needs_is_under_the_gpl() -> None:
    needed = needed_packages()
    assert len(needed) > 20
    strong = {
        name
        for name, package in needed.items()
        if re.search(r"\bA?GPL|Affero|General Public License", licence(package))
        and not re.search(r"LGPL|Lesser|Library General", licence(package))
    }
    assert strong - set(CHOSEN) == set()


def test_a_choice_of_licences_is_really_offered() -> None:
    needed = needed_packages()
    for name, chosen in CHOSEN.items():
        head = needed[name].metadata.json
        assert chosen in (str(head.get("license_expression") or head.get("license"))).split(" OR ")


def test_the_libraries_under_the_lgpl_are_known() -> None:
    weak = {name for name, package in needed_packages().items() if re.search(r"LGPL|Lesser", licence(package))}
    assert weak <= LGPL


def test_the_bill_of_materials_names_everything_with_its_licence() -> None:
    from tests.architecture.sbom import bill

    made = bill()
    components = made["components"]
    assert isinstance(components, list)
    assert {one["name"] for one in components} == set(needed_packages())
    assert [one["name"] for one in components if one["licenses"][0]["license"]["name"] == "not stated"] == []
