"""`make bench`: the ratios and figures that the issues ask for, medians of five where a ratio is asked.

uv run python -m bench            all of it, some fifteen minutes on two cores
uv run python -m bench exchange   one of them: benefits, births, dashboard, decision, exchange, ledger,
                                  population, release, rules
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench import benefits, births, dashboard, decision, exchange, ledger, population, release, rules


def _report_exchange() -> None:
    for line in exchange.run_bench():
        print(line)


def _report_release() -> None:
    for line in release.run_bench():
        print(line)


def _report_dashboard() -> None:
    for line in dashboard.run_bench():
        print(line)


def _report_decision() -> None:
    for line in decision.run_bench():
        print(line)


BENCHES: dict[str, tuple[str, Callable[[], object]]] = {
    "benefits": ("A month of the Groeipakket over 1,614,340 children", benefits.main),
    "births": ("A year of births in an hour, from 20 hospitals, over HTTP", births.main),
    "dashboard": ("The dashboard over 285 municipalities and 5,000 agreements", _report_dashboard),
    "decision": ("One decision of the gate from a compiled agreement, without a database", _report_decision),
    "exchange": ("A list of 20,000 rows, encrypted file in to encrypted file out", _report_exchange),
    "release": ("One gated release over HTTP against the bare endpoint", _report_release),
    "ledger": ("The ledger at 1,000,000 entries", ledger.main),
    "population": ("All of Flanders: 1,614,340 children", population.main),
    "rules": ("Ten rules over 1,614,340 children, against Polars by hand and openfisca-core", rules.main),
}


def main() -> int:
    """Run the benches that are named, or all."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; choose from {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names:
        title, report = BENCHES[name]
        print(f"\n== {title}", flush=True)
        report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
