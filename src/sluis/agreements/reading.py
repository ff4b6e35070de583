"""Reading an agreement: every mistake at once, each with its line, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError

from sluis.agreements.mending import problems_of_form
from sluis.agreements.model import Agreement
from sluis.agreements.problems import Problem
from sluis.agreements.rules import RULES
from sluis.agreements.rules_of_scope import SCOPE_RULES
from sluis.agreements.rules_of_terms import TERM_RULES
from sluis.agreements.text import draft_hash, plain
from sluis.agreements.tree import Tree
from sluis.agreements.yamlfile import Document, read_yaml
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says; `agreement` is there only when there are no problems."""

    agreement: Agreement | None
    problems: tuple[Problem, ...]


def read_agreement(source: bytes) -> Reading:
    """Read an agreement or a standard agreement from YAML (JSON is YAML too)."""
    document, problems = read_yaml(source)
    agreement, found = _read(Agreement, document, problems)
    if isinstance(document.value, dict):
        found = (*found, *rule_problems(Tree(document.value)))
    if agreement is not None and isinstance(agreement, Agreement):
        found = (*found, *advice_problems(agreement))
    ordered = _placed(document, found)
    return Reading(agreement if not ordered and isinstance(agreement, Agreement) else None, ordered)


def read_part(model: type[BaseModel], source: bytes) -> tuple[BaseModel | None, tuple[Problem, ...]]:
    """Read another file of the same kind (a completion) with the same care for its writer."""
    document, problems = read_yaml(source)
    part, found = _read(model, document, problems)
    ordered = _placed(document, found)
    return (part if not ordered else None), ordered


def check_agreement(agreement: Agreement) -> tuple[Problem, ...]:
    """Return what the rules have against a text that was not read from a file."""
    return (*rule_problems(Tree(plain(agreement))), *advice_problems(agreement))


def rule_problems(tree: Tree) -> tuple[Problem, ...]:
    """Return what every rule between the fields finds."""
    return tuple(problem for rule in (*RULES, *SCOPE_RULES, *TERM_RULES) for problem in rule(tree))


def advice_problems(agreement: Agreement) -> tuple[Problem, ...]:
    """Return the advices that were given on another version than this one."""
    current = draft_hash(agreement)
    return tuple(
        Problem(
            "advice-on-another-version",
            ("advices", number, "draft_hash"),
            msg("Het advies van {party} gaat over een andere versie van de tekst.", party=advice.party),
            msg("Vraag het advies opnieuw op deze tekst ({hash}…).", hash=current[:16]),
            Clause("e-govdecreet 18 juli 2008", "artikel 8, §1"),
        )
        for number, advice in enumerate(agreement.advices)
        if advice.draft_hash is not None and advice.draft_hash != current
    )


def _read(
    model: type[BaseModel], document: Document, problems: tuple[Problem, ...]
) -> tuple[BaseModel | None, tuple[Problem, ...]]:
    if document.value is None and problems:
        return None, problems
    if not isinstance(document.value, dict):
        empty = Problem(
            "file-empty",
            (),
            msg("Er staat geen overeenkomst in dit bestand."),
            msg("Begin met een standaardovereenkomst: sluis agreements templates."),
        )
        return None, (*problems, empty)
    try:
        return model.model_validate(document.value), problems
    except ValidationError as error:
        return None, (*problems, *problems_of_form(model, document.value, error))


def _placed(document: Document, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    placed = []
    for problem in problems:
        line, column = document.place(problem.path)
        placed.append(problem if problem.line is not None else replace(problem, line=line, column=column))
    return tuple(sorted(placed, key=lambda problem: (problem.line or 0, problem.column or 0, problem.code)))
