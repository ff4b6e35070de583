"""Order of arrival does not matter, nor does repetition: the same messages always end in the same files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluis.births.folding import told_as_json
from sluis.births.model import Absence, Child, Item, Kind, Mother, Name, Notice
from tests.integration.births.world import BORN, SOUTH, World, mother, notice

OTHER = replace(mother(insz=None), name=Name("De Wilde", "Aïsha"), birth_date=date(1990, 1, 2))
NO_NUMBER = {Item.MOTHER_INSZ: Absence.NOT_APPLICABLE}

# One story: a birth told by two hospitals, twins whose names come later, a mother without a number at both hospitals,
# a death that comes late, a birth that is cancelled, a date that was wrong, references that are merged.
STORY: tuple[Notice, ...] = (
    notice("n-1", reference="single"),
    notice("n-2", reference="single", kind=Kind.CORRECTION, minutes=9, given="Nora"),
    notice("s-1", reference="here", sender=SOUTH, minutes=3, given=None),
    notice("n-3", reference="t-1", by=OTHER, given=None, missing=NO_NUMBER),
    notice("n-4", reference="t-2", by=OTHER, given=None, missing=NO_NUMBER),
    notice("n-5", reference="t-1", by=OTHER, kind=Kind.CORRECTION, minutes=5, given="Noé", missing=NO_NUMBER),
    notice("n-6", reference="t-2", by=OTHER, kind=Kind.CORRECTION, minutes=6, given="Zoë", missing=NO_NUMBER),
    notice("n-7", reference="t-2", by=OTHER, kind=Kind.CORRECTION, minutes=8, given="Zoë", death_date=BORN),
    notice("s-2", reference="gone", sender=SOUTH, by=OTHER, given="Zoë", missing=NO_NUMBER),
    replace(notice("s-3", reference="gone", sender=SOUTH, kind=Kind.CANCELLATION, minutes=4), mother=Mother()),
    notice("n-8", reference="old", by=OTHER, given="Ada", born=BORN - timedelta(days=40)),
    notice("n-9", reference="new", by=OTHER, kind=Kind.CORRECTION, minutes=2, given="Ada", replaces="old", born=None),
)


def final_state(world: World) -> list[Any]:
    """Return what stands in the files, without the numbers that chance gave them."""
    return sorted(
        (
            str(told_as_json(world.told(file))),
            file.state,
            file.restricted,
            file.nis,
            file.missing,
            sorted(world.rows("SELECT benefit, state, why FROM birth_proposal WHERE file = %s", file.id)),
            sorted(world.rows("SELECT sender, state FROM birth_newborn WHERE file = %s", file.id)),
        )
        for file in world.files()
    )


def empty(world: World) -> None:
    with world.database.owner() as connection:
        connection.execute(
            "TRUNCATE birth_notice, birth_refusal, birth_newborn, birth_reference, birth_file, birth_pair, birth_event,"
            " birth_proposal"
        )


def told_in_order(world: World, story: list[Notice]) -> list[Any]:
    empty(world)
    for one in story:
        world.tell(one)
    return final_state(world)


def test_every_order_with_repetitions_ends_in_the_same_files(world: World) -> None:
    expected = told_in_order(world, list(STORY))
    assert len(expected) == 5
    assert [row[1] for row in expected].count("cancelled") == 1
    assert [row[2] for row in expected].count(True) == 1

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.permutations(STORY), st.lists(st.sampled_from(STORY), max_size=4))
    def holds(story: list[Notice], again: list[Notice]) -> None:
        assert told_in_order(world, [*story, *again]) == expected

    holds()


def test_names_decide_where_a_number_is_missing_and_a_person_in_doubt(world: World) -> None:
    world.tell(notice("n-1", by=OTHER, missing=NO_NUMBER, given="Zoë"))
    alike = replace(OTHER, name=Name("Dewilde", "Aisha"), contact=None)
    world.tell(notice("s-1", sender=SOUTH, by=alike, missing=NO_NUMBER, given="Zoe"))
    assert len(world.files()) == 1
    stranger = Mother(Name("Peeters", "An"), date(1988, 8, 8))
    world.tell(notice("s-2", reference="x", sender=SOUTH, by=stranger, missing=NO_NUMBER, given="Wout"))
    assert len(world.files()) == 2
    doubtful = Mother(Name("Peters", "An"), None, address=OTHER.address)
    world.tell(notice("n-2", reference="y", by=doubtful, missing=NO_NUMBER, given="Wout"))
    assert len(world.files()) == 3
    assert [row[0] for row in world.rows("SELECT verdict FROM birth_pair ORDER BY verdict")] == ["doubt", "same"]


def test_a_birth_and_its_correction_at_once_end_the_same(world: World) -> None:
    later = notice("n-2", kind=Kind.CORRECTION, minutes=1)
    world.take_in(replace(later, child=Child(Name(None, "Nora"), BORN)))
    world.take_in(notice("n-1"))
    for (id_,) in world.rows("SELECT id FROM birth_notice ORDER BY written"):
        from sluis.births.intake.work import work_now

        work_now(world.births, [id_], at=world.at)
    (file,) = world.files()
    name = world.told(file).child.name
    assert name is not None
    assert name.given == "Nora"
