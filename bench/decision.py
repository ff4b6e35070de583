"""One decision of the gate from a compiled agreement, without a database: at most 50 microseconds are asked.

    uv run python -m bench decision

Measured is the pure part (`sluis.gate.policy.decide`: all checks, none skipped) for a request that is permitted and one
that every check refuses, for the smallest and the largest text of the catalogue and for an agreement among 285 that are
looked up by name. Time is the processor's: what others do on the machine meanwhile does not count. Compiling a text
happens once per text and process; it is printed beside it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter_ns, process_time_ns

from sluis.agreements.catalogue import example_completion, template, templates
from sluis.agreements.completion import Completion, complete
from sluis.agreements.model import Agreement
from sluis.agreements.policy import Policy, compile_policy
from sluis.agreements.reading import read_part
from sluis.agreements.text import canonical
from sluis.gate.model import Request, Standing
from sluis.gate.policy import Situation, decide
from sluis.kernel.insz import Insz

MOST_MICROSECONDS = 50.0
_ROUNDS, _DECISIONS = 5, 5_000
_CODE = "sociale-toeslag-lijst"
_DAY = date(2026, 6, 1)


def signed_example() -> Agreement:
    """Return the completed example of Wingene."""
    part, problems = read_part(Completion, example_completion(_CODE))
    if not isinstance(part, Completion):
        raise TypeError(f"the example does not read: {problems}")
    made = complete(template(_CODE), part)
    if not isinstance(made, Agreement):
        raise TypeError(f"the example does not complete: {made}")
    return made


def permitted(policy: Policy, leg_name: str) -> Situation:
    """Return a situation in which every check holds."""
    leg = policy.legs[leg_name]
    party = min(leg.receivers)
    request = Request(
        actor="actor-1",
        party=party,
        agreement=policy.agreement,
        leg=leg_name,
        purpose=min(leg.purposes),
        items=frozenset(leg.items),
        # Month 61: a number that nobody can bear.
        subjects=(Insz("01610100176"),),
        channel=min(leg.channels, default=""),
        at=datetime(2026, 6, 1, 9, tzinfo=UTC),
        reference=_DAY,
    )
    standing = Standing("person", leg.roles, 0, frozenset(leg.conditions))
    return Situation(
        request=request,
        state="in_force",
        stored_hash=policy.text_hash,
        policy=replace(policy, in_force_from=min(policy.in_force_from, _DAY)),
        leg=leg,
        receivers=leg.receivers,
        must_sign_anew=frozenset(),
        standing=standing,
        on=_DAY,
    )


def refused(situation: Situation) -> Situation:
    """Return a situation in which every check that can fail does."""
    request = replace(
        situation.request, party="nobody", purpose="none", items=frozenset({"income"}), subjects=(), channel="fax"
    )
    standing = Standing(None, frozenset(), 1_000, frozenset())
    return replace(situation, request=request, state="suspended", stored_hash="", standing=standing)


def microseconds(decision: Callable[[], object]) -> float:
    """Return the median over rounds of one decision, in microseconds."""
    rounds = []
    for _ in range(_ROUNDS):
        gc.collect()
        start = process_time_ns()
        for _ in range(_DECISIONS):
            decision()
        rounds.append((process_time_ns() - start) / _DECISIONS / 1_000)
    return median(rounds)


def run_bench() -> list[str]:
    """Measure, and return the lines to print."""
    example = signed_example()
    text = canonical(example)
    start = perf_counter_ns()
    policy = compile_policy(text)
    compiled_in = (perf_counter_ns() - start) / 1_000
    whole = permitted(policy, "answer")
    among = {f"agreement-{number}": policy for number in range(285)}
    largest = max(templates().values(), key=lambda found: len(canonical(found)))
    big = permitted(compile_policy(canonical(largest)), next(iter(largest.legs)))
    if decide(whole) is not None or decide(big) is not None or decide(refused(whole)) is None:
        raise AssertionError("the bench measures another decision than it says")
    nothing_holds = refused(whole)
    figures = {
        "permitted": microseconds(lambda: decide(whole)),
        "refused by every check": microseconds(lambda: decide(nothing_holds)),
        f"permitted, largest text ({largest.id}, {len(canonical(largest)) // 1000} kB)": microseconds(
            lambda: decide(big)
        ),
        "permitted, looked up among 285": microseconds(
            lambda: decide(replace(whole, policy=among["agreement-200"], leg=among["agreement-200"].legs["answer"]))
        ),
    }
    lines = [f"{what}: {figure:.1f} microseconds" for what, figure in figures.items()]
    slowest = max(figures.values())
    lines.append(f"slowest {slowest:.1f} of at most {MOST_MICROSECONDS:.0f} microseconds")
    lines.append(f"compiling a text of {len(text) // 1000} kB, once: {compiled_in / 1000:.1f} milliseconds")
    lines.append("within what is asked" if slowest <= MOST_MICROSECONDS else "MORE THAN IS ASKED")
    return lines
