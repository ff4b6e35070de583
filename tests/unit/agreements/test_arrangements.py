"""The thirteen real arrangements of the digest are loaded as agreements, and no stated fact is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sluis.agreements.catalogue import offers, templates
from sluis.agreements.missing import what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.reading import check_agreement
from sluis.agreements.text import canonical, from_canonical, plain, policy_of
from sluis.agreements.tree import Tree
from sluis.agreements.vocabulary import NOT_STATED
from tests.unit.agreements.digests import DIGESTS, MORE

UNKNOWN = "Niet vermeld in de geraadpleegde bron."


def leaves(value: object, path: str = "") -> Iterator[str]:
    """Yield the path of every single value; a key without a value is a fact as well."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{number}]")
    else:
        yield path


def said(template: str, path: str) -> Any:
    """Return what our text says at a path; `other:path` is of another text."""
    other, _, rest = path.rpartition(":")
    place = Tree(plain(templates()[other or template])).at(rest)
    assert place is not None, f"{other or template}: {path} is nowhere"
    assert place.there, f"{other or template}: {path} says nothing"
    return place.value


def check_said(template: str, path: str, expected: str) -> None:
    found = said(template, path)
    if expected.startswith("#"):
        assert len(found) == int(expected[1:]), path
    else:
        assert expected.casefold() in str(found).casefold(), (path, found)


@pytest.fixture(scope="module")
def digests(request: pytest.FixtureRequest) -> dict[str, Any]:
    shared = Path(request.getfixturevalue("shared"))
    read = yaml.safe_load((shared / "cases" / "protocols.yaml").read_text(encoding="utf-8"))
    return {digest["id"]: digest for digest in read["protocols"]}


def test_each_arrangement_of_the_digest_has_its_text(digests: dict[str, Any]) -> None:
    assert DIGESTS.keys() == digests.keys()


@pytest.mark.parametrize("name", DIGESTS)
def test_every_stated_fact_of_a_digest_is_in_our_text(name: str, digests: dict[str, Any]) -> None:
    template, facts = DIGESTS[name]
    stated = {path for path in leaves(digests[name]) if not path.startswith("model_demand")}
    assert facts.keys() == stated
    for path, expected in facts.values():
        check_said(template, path, expected)


@pytest.mark.parametrize("name", MORE)
def test_what_one_value_of_a_digest_says_besides_is_there_too(name: str, digests: dict[str, Any]) -> None:
    for source, path, expected in MORE[name]:
        assert source in set(leaves(digests[name]))
        check_said(DIGESTS[name][0], path, expected)


@pytest.mark.parametrize("agreement", templates().values(), ids=lambda found: found.id)
def test_each_text_of_the_catalogue_is_sound(agreement: Agreement) -> None:
    assert check_agreement(agreement) == ()
    assert from_canonical(canonical(agreement)) == agreement


@pytest.mark.parametrize("agreement", templates().values(), ids=lambda found: found.id)
def test_what_a_source_does_not_say_stays_an_open_point(agreement: Agreement) -> None:
    text = Tree(plain(agreement))
    about = [place.path for point in agreement.open_points if (place := text.at(point.about)) is not None]
    silent = [path for path, value in places(text.value) if value in (UNKNOWN, "not-stated")]
    # A code names what was said in words beside it; of an opinion the protocol gives the day only, as it stands.
    silent = [path for path in silent if path[-1] not in ("code", "verdict")]
    assert [path for path in silent if not any(path[: len(one)] == one for one in about)] == []


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))
    else:
        yield path, value


@pytest.mark.parametrize("agreement", templates().values(), ids=lambda found: found.id)
def test_a_leg_of_which_something_is_not_known_opens_nothing(agreement: Agreement) -> None:
    """It lacks what a signature needs, has no day in force, and its leg carries a condition that refuses."""
    missing = {gap.path for gap in what_is_missing(agreement)}
    policy = policy_of(agreement)
    for name, leg in agreement.legs.items():
        anchors = {item.retention.anchor for item in leg.items}
        if NOT_STATED in {*anchors, *leg.channels, *leg.roles, leg.periodicity.kind, leg.subjects.territory}:
            assert NOT_STATED in policy.legs[name].conditions
            assert not {NOT_STATED} & {*policy.legs[name].channels, *policy.legs[name].roles}
            assert any(path.startswith(f"legs.{name}.") for path in missing)


def test_the_catalogue_says_who_may_join_what() -> None:
    assert {(code, kind) for code, offer in offers().items() for kind in offer.kinds} >= {
        ("sociale-toeslag-lijst", "municipality"),
        ("geboorten-materniteit", "hospital"),
        ("toeleiding-kind-en-gezin", "ocmw"),
        ("family-proef-geboortevoordeel", "municipality"),
        ("contact-namens-gemeente", "municipality"),
    }
    for code, offer in offers().items():
        agreement = templates()[code]
        assert agreement.is_template
        assert {gap.code for gap in what_is_missing(agreement)} <= {"blank", "advice"}, f"{code} cannot be completed"
        asked = {blank.who for blank in agreement.to_complete}
        assert offer.to in asked, f"{code}: nothing is left for {offer.to} to complete"
