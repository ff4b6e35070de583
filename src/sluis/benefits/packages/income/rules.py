"""The family income of a year (BVR Sociale Toeslagen art. 4) and the test of the cadastral income (art. 5).

The same rules for each year that a benefit looks at: `add_income_rules(rules, "school", ...)` makes `school_inkomen`
(exact, not rounded: the law compares, it does not pay it) and `school_ki_test` from the facts with that prefix.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Final

from sluis.benefits.packages.income.facts import PARTS
from sluis.kernel.text import Message, msg
from sluis.rules import NOTHING, Money, Rules, Scaled, Share, Truth, Value, Whole, any_of, when

INSTRUMENT: Final = "BVR Sociale Toeslagen"


def times(amount: Scaled, count: int) -> Scaled:
    """Return an exact amount added to itself, so that 70 % or a fifth is compared without a division."""
    total = amount
    for _ in range(count - 1):
        total = total + amount
    return total


def add_income_rules(rules: Rules, prefix: str, year: str, what: Message, *, since: str = "2019-01") -> None:
    """Add the rules of one income year; `year` names the fact or rule with that year, `what` tells it in a sentence."""

    def add(output: str, inputs: dict[str, type[Value]], result: type[Value], article: str, title: Message) -> _Adding:
        def register(body: Callable[..., Value]) -> None:
            rules.rule(article, since=since, output=f"{prefix}_{output}", title=title, instrument=INSTRUMENT)(
                renamed(
                    body, {f"{prefix}_{name}" if name != year else name: kind for name, kind in inputs.items()}, result
                )
            )

        return register

    add(
        "inkomen_zonder_ki",
        dict.fromkeys([part for part in PARTS if not part.startswith("ki")], Money),
        Scaled,
        "art. 4",
        msg("het gezinsinkomen van {year} zonder kadastraal inkomen", year=what),
    )(_without_ki)
    add(
        "ki_vreemd",
        {"ki": Money, "ki_geindexeerd": Money, year: Whole},
        Scaled,
        "art. 4",
        msg("het geïndexeerde kadastraal inkomen vreemd gebruik van {year}", year=what),
    )(_ki_of_others)
    add(
        "ki_vreemd_geteld",
        {"ki": Money, "ki_geindexeerd": Money, "ki_vreemd": Scaled},
        Scaled,
        "art. 4",
        msg("driemaal het kadastraal inkomen vreemd gebruik van {year}", year=what),
    )(_ki_three_times)
    add(
        "inkomen",
        {"inkomen_zonder_ki": Scaled, "ki_vreemd_geteld": Scaled, "ki_beroep": Money},
        Scaled,
        "art. 4",
        msg("het gezinsinkomen van {year}", year=what),
    )(_income)
    add(
        "ki_test_vrijgesteld",
        {
            **dict.fromkeys(["leefloon", "onderhoud_ontvangen", "vervanging", "overleving", "ivt"], Money),
            "inkomen": Scaled,
        },
        Truth,
        "art. 5",
        msg("het inkomen van {year} leefloon bevat of voor 70 % uit uitkeringen bestaat", year=what),
    )(_ki_exempt)
    add(
        "ki_test",
        {"ki_vreemd": Scaled, "ki_vreemd_geteld": Scaled, "inkomen_zonder_ki": Scaled, "ki_test_vrijgesteld": Truth},
        Truth,
        "art. 5",
        msg("het gezin voor de KI-test van {year} slaagt", year=what),
    )(_ki_test)


_Adding = Callable[[Callable[..., Value]], None]


def renamed(body: Callable[..., Value], inputs: dict[str, type[Value]], result: type[Value]) -> Callable[..., Value]:
    """Return the rule under the names of one year: what the book reads are the signature and the annotations."""

    def rule(*given: Value) -> Value:
        return body(*given)

    kinds = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY, annotation=kind) for name, kind in inputs.items()
    ]
    rule.__signature__ = inspect.Signature(kinds, return_annotation=result)  # type: ignore[attr-defined]  # as inspect reads it
    rule.__annotations__ = {**inputs, "return": result}
    rule.__doc__ = body.__doc__
    return rule


def _without_ki(
    loon_en_pensioen: Money,
    zelfstandig: Money,
    vervanging: Money,
    overleving: Money,
    onderhoud_ontvangen: Money,
    onderhoud_betaald: Money,
    leefloon: Money,
    ivt: Money,
) -> Scaled:
    """Everything but the cadastral income: self-employed x 100/80, 80 % of maintenance received, less 80 % of paid."""
    maintenance = Share.parameter("inkomen_onderhoud_aandeel")
    whole = loon_en_pensioen + vervanging + overleving + leefloon + ivt
    return (
        whole.exact()
        + zelfstandig.share(Share.parameter("inkomen_zelfstandige_factor"))
        + onderhoud_ontvangen.share(maintenance)
        - onderhoud_betaald.share(maintenance)
    )


def _ki_of_others(ki: Money, ki_geindexeerd: Money, year: Whole) -> Scaled:
    """The indexed cadastral income for use by others; not rounded: no rule read so far says so."""
    indexed = when(year == 2025, ki.share(Share.parameter("ki_coefficient_2025"))).otherwise(
        ki.share(Share.table("ki_coefficient", year))
    )
    return when(ki > NOTHING, indexed + ki_geindexeerd).otherwise(ki_geindexeerd.exact())


def _ki_three_times(ki: Money, ki_geindexeerd: Money, ki_vreemd: Scaled) -> Scaled:
    """Three times that income; an income that is not indexed yet is first indexed."""
    thrice = ki_geindexeerd.share(Share.parameter("ki_factor"))
    return when(ki > NOTHING, times(ki_vreemd, 3)).otherwise(thrice)


def _income(inkomen_zonder_ki: Scaled, ki_vreemd_geteld: Scaled, ki_beroep: Money) -> Scaled:
    """The family income: with 3 x the cadastral income for others and 1 x that for the own profession."""
    return inkomen_zonder_ki + ki_vreemd_geteld + ki_beroep


def _ki_exempt(
    leefloon: Money,
    onderhoud_ontvangen: Money,
    vervanging: Money,
    overleving: Money,
    ivt: Money,
    inkomen: Scaled,
) -> Truth:
    """No test with any leefloon, or when at least 70 % is alimony, replacement income, survivor's pension and IVT."""
    part = (vervanging + overleving + ivt).exact() + onderhoud_ontvangen.share(
        Share.parameter("inkomen_onderhoud_aandeel")
    )
    mostly = (times(part, 10) >= times(inkomen, 7)) & (part > NOTHING)
    return any_of(leefloon > NOTHING, mostly)


def _ki_test(
    ki_vreemd: Scaled, ki_vreemd_geteld: Scaled, inkomen_zonder_ki: Scaled, ki_test_vrijgesteld: Truth
) -> Truth:
    """Passed at most at the threshold, when exempt, or when the tripled income is at most a fifth of the rest."""
    return any_of(
        ki_vreemd <= Money.parameter("ki_drempel"),
        times(ki_vreemd_geteld, 5) <= inkomen_zonder_ki,
        ki_test_vrijgesteld,
    )


__all__ = ["add_income_rules", "renamed", "times"]
