"""Texts that the tests of agreements start from."""

from __future__ import annotations

from datetime import date

from sluis.agreements.catalogue import example_completion, template
from sluis.agreements.completion import Completion, complete
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Advice
from sluis.agreements.reading import read_part
from sluis.agreements.text import draft_hash

TEMPLATE = "sociale-toeslag-lijst"


def a_template() -> Agreement:
    return template(TEMPLATE)


def a_completion() -> Completion:
    completion, problems = read_part(Completion, example_completion(TEMPLATE))
    assert problems == ()
    assert isinstance(completion, Completion)
    return completion


def advised(agreement: Agreement) -> Agreement:
    """Return the text with a favourable advice of each party, on this version."""
    current = draft_hash(agreement)
    return agreement.model_copy(
        update={
            "advices": tuple(
                Advice(
                    party=party.id,
                    by=f"functionaris van {party.id}",
                    date=date(2026, 1, 5),
                    verdict="favourable",
                    draft_hash=current,
                )
                for party in agreement.parties
            )
        }
    )


def an_agreement() -> Agreement:
    """Return the example of Wingene, complete and advised: ready to sign."""
    made = complete(a_template(), a_completion())
    assert isinstance(made, Agreement), [str(problem.what) for problem in made]
    return advised(made)
