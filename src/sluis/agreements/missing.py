"""What is still missing before a text can be signed, and who must supply it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sluis.agreements.completion import is_blank
from sluis.agreements.model import Agreement
from sluis.agreements.problems import quoted, written
from sluis.agreements.rules_of_terms import unstated
from sluis.agreements.text import plain
from sluis.agreements.tree import Tree
from sluis.kernel.text import Message, msg


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: a stable code, where it belongs, the party that must act and what is asked."""

    code: str
    path: str
    who: str
    question: Message


def what_is_missing(agreement: Agreement) -> tuple[Missing, ...]:
    """Return everything that stands between this text and its signatures; empty: it can be signed."""
    return (
        *_blanks(agreement),
        *_advices(agreement),
        *_first_day(agreement),
        *_registered_bodies(agreement),
        *_blocking_points(agreement),
        *_unstated(agreement),
    )


def _blanks(agreement: Agreement) -> Iterator[Missing]:
    tree = Tree(plain(agreement))
    for blank in agreement.to_complete:
        if is_blank(tree, blank):
            yield Missing("blank", blank.path, blank.who, quoted(blank.question.nl))


def _advices(agreement: Agreement) -> Iterator[Missing]:
    """Each party that signs a protocol has the opinion of its own officer (art. 8, §1)."""
    if agreement.instrument != "protocol":
        return
    advised = {advice.party for advice in agreement.advices}
    signing = {name for signatory in agreement.signatories for name in signatory.signs_for}
    for party in agreement.parties:
        if party.id in signing and party.id not in advised:
            yield Missing(
                "advice",
                "advices",
                party.id,
                msg("Laat de functionaris voor gegevensbescherming van {party} advies geven.", party=_name(party.name)),
            )


def _name(name: str | None) -> str | Message:
    return name or msg("deze partij")


def _first_day(agreement: Agreement) -> Iterator[Missing]:
    listed = {blank.path for blank in agreement.to_complete}
    if agreement.term.in_force_from is None and "term.in_force_from" not in listed:
        yield Missing(
            "first-day", "term.in_force_from", agreement.parties[0].id, msg("Vanaf welke dag geldt de overeenkomst?")
        )


def _registered_bodies(agreement: Agreement) -> Iterator[Missing]:
    listed = {blank.path for blank in agreement.to_complete}
    for party in agreement.parties:
        path = f"parties[{party.id}].body"
        is_several = party.class_of is not None or party.members or party.beneficiaries is not None
        if party.body is None and not is_several and path not in listed:
            yield Missing("body", path, party.id, msg("Welk bestuur is dit in het register van partijen?"))


def _blocking_points(agreement: Agreement) -> Iterator[Missing]:
    for point in agreement.open_points:
        if point.blocks_signature:
            yield Missing("open-point", point.about, agreement.parties[0].id, quoted(point.text))


def _unstated(agreement: Agreement) -> Iterator[Missing]:
    """What the source of a text does not state must be agreed before anybody signs it."""
    listed = {blank.path for blank in agreement.to_complete}
    for place in unstated(Tree(plain(agreement))):
        if written(place.path) not in listed:
            question = msg("Leg vast wat hier niet vermeld is: {path}", path=written(place.path))
            yield Missing("not-stated", written(place.path), agreement.parties[0].id, question)
