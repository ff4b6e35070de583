"""Names of facts and rules: words that every engine can carry as a column, and that it tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.rules.faults import Unbuildable, in_rule, malformed
from sluis.rules.rule import Rule

LONGEST: Final = 48
"""PostgreSQL cuts names at 63 bytes without a word; masks add up to 10 to a name."""


def check_names(facts: Iterable[str], rules: Mapping[str, tuple[Rule, ...]]) -> list[Unbuildable]:
    """Return a fault for each name that an engine could not carry or would take for another."""
    articles = {name: regimes[0].article for name, regimes in rules.items()} | dict.fromkeys(facts, Clause("-", "-"))
    faults, seen = [], set[str]()
    for name, article in articles.items():
        plain = name.isascii() and name.isidentifier() and not name.startswith("_") and "__" not in name
        if not plain or len(name) > LONGEST or name.casefold() in seen:
            fault = malformed(
                "name-unfit",
                msg("de naam past niet bij alle machines."),
                msg("Neem letters, cijfers en enkele liggende strepen, ten hoogste {most} tekens.", most=LONGEST),
            )
            faults.append(in_rule(fault, name, article))
        seen.add(name.casefold())
    return faults
