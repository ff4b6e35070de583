"""A message is durable with its evidence before it is acknowledged, counts once, and passes under its agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sluis.births.house import Delivery
from sluis.births.intake.actions import refuse
from sluis.births.intake.work import work_due
from sluis.births.model import Absence, Child, Fault, Item, Kind, Mother, Name, Unfit
from sluis.kernel.text import msg
from tests.integration.births.world import MOTHER, NORTH, SOUTH, World, mother, notice
from tests.integration.gate.house import AT


def test_a_birth_becomes_a_file_with_its_evidence(world: World) -> None:
    receipt = world.tell(notice("m-1"))
    assert receipt.outcome == "received"
    (file,) = world.files()
    assert (file.state, file.nis, file.nis_by, file.is_known, file.missing) == ("open", "37021", "address", True, ())
    assert world.told(file).mother.insz == MOTHER
    (entry,) = world.entries("delivery")
    assert (entry["party"], entry["counterparty"], entry["channel"]) == (NORTH, "opgroeien-regie", "fhir")
    assert entry["items"] == sorted(
        str(item) for item in Item if not item.startswith("child-de") and "reli" not in item
    )
    assert world.kinds_of(file.id) == ["opened"]


def test_the_same_message_again_is_acknowledged_and_changes_nothing(world: World) -> None:
    first = world.tell(notice("m-1"))
    again = world.tell(notice("m-1"))
    assert (again.outcome, again.notices) == ("repeated", first.notices)
    assert len(world.entries("delivery")) == 1
    assert len(world.files()) == 1


def test_the_same_content_under_another_id_changes_nothing(world: World) -> None:
    world.tell(notice("m-1"))
    assert world.tell(notice("m-2")).outcome == "received"
    (file,) = world.files()
    assert world.kinds_of(file.id) == ["opened"]


def test_a_message_id_is_not_used_for_two_messages(world: World) -> None:
    world.tell(notice("m-1"))
    with pytest.raises(Unfit) as caught:
        world.tell(notice("m-1", given="Finn"))
    assert [fault.code for fault in caught.value.faults] == ["message-id-reused"]


def test_what_is_not_agreed_does_not_pass_and_leaves_its_evidence(world: World) -> None:
    refused = world.tell(notice("m-1"), agreement="geboorten-ziekenhuis-zuid", purpose="gezin-bereiken")
    assert [reason.code for reason in refused.reasons] == ["party-not-sender", "condition-not-met"]
    unknown = world.tell(notice("m-2"), channel="paper", actor="niemand")
    assert [reason.code for reason in unknown.reasons] == ["actor-without-role", "channel-not-agreed"]
    assert world.files() == []
    assert world.rows("SELECT count(*) FROM birth_notice") == [(0,)]
    assert len(world.entries("refusal")) == 2


def test_after_a_revocation_nothing_comes_in(world: World) -> None:
    with world.database.owner() as connection:
        connection.execute("UPDATE agreement SET state = 'revoked' WHERE id = %s", (f"geboorten-{NORTH}",))
    refused = world.tell(notice("m-1"))
    assert refused.outcome == "refused"
    assert refused.reasons[0].code == "agreement-not-in-force"


def test_a_refused_message_is_kept_by_the_names_of_its_fields_only(world: World) -> None:
    fault = Fault("Patient.gender", "not-agreed", msg("Geslacht: {naam}", naam="x"))
    delivery = Delivery(NORTH, f"{NORTH}-epd", "fhir", world.at)
    with world.database.transaction() as connection:
        refuse(
            world.births,
            connection,
            delivery=delivery,
            unfit=Unfit((fault,)),
            raw_digest=b"d" * 32,
            message_id=f"x-{MOTHER}",
        )
    ((message_id, faults),) = world.rows("SELECT message_id, faults FROM birth_refusal")
    assert message_id is None
    assert faults[0]["path"] == "Patient.gender"
    (entry,) = world.entries("refusal")
    assert [ground["code"] for ground in entry["grounds"]] == ["message-unfit"]


def test_nothing_of_a_person_lies_open_in_the_database(world: World) -> None:
    world.tell(notice("m-1"))
    for table in ("birth_notice", "birth_newborn", "birth_file", "birth_event", "birth_pair"):
        for (row,) in world.rows(f"SELECT to_jsonb(t)::text FROM {table} t"):
            assert not any(word in row for word in (MOTHER, "Vermeersch", "Lotte", "Nore", "Kerkstraat", "example.org"))


def test_a_number_of_a_person_is_no_reference(world: World) -> None:
    with pytest.raises(Unfit) as caught:
        world.tell(notice("m-1", reference=MOTHER))
    assert MOTHER not in str(caught.value) + repr(caught.value.faults)


def test_what_is_missing_is_known_with_its_reason(world: World) -> None:
    world.tell(
        notice(
            "m-1",
            by=Mother(Name("Vermeersch", "Lotte"), date(1994, 5, 6)),
            given=None,
            missing={Item.MOTHER_INSZ: Absence.NOT_APPLICABLE, Item.CHILD_NAME: Absence.NOT_YET},
        )
    )
    (file,) = world.files()
    assert file.missing == ("mother-insz", "mother-address", "mother-contact", "child-name")
    assert (file.nis, file.nis_why) == (None, "no-address")
    assert world.told(file).missing[Item.MOTHER_INSZ] is Absence.NOT_APPLICABLE


def test_a_correction_that_comes_before_its_birth_waits_and_counts(world: World) -> None:
    correction = notice("m-2", kind=Kind.CORRECTION, minutes=5, given="Nora")
    world.tell(replace(correction, child=Child(Name(None, "Nora"))))
    assert world.files() == []
    world.tell(notice("m-1"))
    (file,) = world.files()
    name = world.told(file).child.name
    assert name is not None
    assert (name.family, name.given) == ("Vermeersch", "Nora")


def test_a_cancelled_birth_follows_nothing_and_a_new_birth_reopens_it(world: World) -> None:
    world.tell(notice("m-1"))
    world.tell(replace(notice("m-2", kind=Kind.CANCELLATION, minutes=1), mother=Mother(), child=Child()))
    (file,) = world.files()
    assert file.state == "cancelled"
    assert {row[0] for row in world.rows("SELECT state FROM birth_proposal")} == {"withdrawn"}
    world.tell(notice("m-3", minutes=2))
    assert [one.state for one in world.files()] == ["open"]


def test_a_late_death_restricts_the_file_and_taking_it_back_does_not_lift_it(world: World) -> None:
    world.tell(notice("m-1"))
    assert {row[0] for row in world.rows("SELECT state FROM birth_proposal")} == {"proposed"}
    death = notice("m-2", kind=Kind.CORRECTION, minutes=5, death_date=date(2026, 3, 2))
    world.tell(death)
    (file,) = world.files()
    assert file.restricted
    assert {row[0] for row in world.rows("SELECT state FROM birth_proposal")} == {"held"}
    back = notice("m-3", kind=Kind.CORRECTION, minutes=6, missing={Item.CHILD_DEATH_DATE: Absence.WITHDRAWN})
    world.tell(back)
    (file,) = world.files()
    assert (world.told(file).child.death_date, file.restricted) == (None, True)
    assert world.kinds_of(file.id) == ["opened", "corrected", "restricted", "corrected"]


def test_references_that_are_merged_are_one_newborn(world: World) -> None:
    world.tell(notice("m-1", reference="temporary", given=None))
    world.tell(notice("m-2", reference="baby-1", given=None, minutes=1))
    assert len(world.files()) == 2  # two references, no names: twins for all that is known
    world.tell(notice("m-3", kind=Kind.CORRECTION, reference="baby-1", replaces="temporary", minutes=2))
    assert len(world.files()) == 1
    assert len(world.files(all_of_them=True)) == 2


def test_twins_are_two_files_also_without_names(world: World) -> None:
    world.tell(notice("m#1", reference="a", given=None), notice("m#2", reference="b", given=None))
    assert len(world.files()) == 2
    assert world.rows("SELECT count(*) FROM birth_pair") == [(0,)]


def test_a_mother_is_recognised_in_the_population_under_an_older_number_too(world: World) -> None:
    world.tell(notice("m-1", by=mother(insz=None), missing={Item.MOTHER_INSZ: Absence.UNKNOWN}))
    (file,) = world.files()
    assert not file.is_known
    world.tell(notice("m-2", kind=Kind.CORRECTION, minutes=1))
    (file,) = world.files()
    assert file.is_known


def test_a_row_that_cannot_be_read_does_not_stop_the_others(world: World) -> None:
    world.take_in(notice("m-1"))
    other = notice("m-2", sender=SOUTH, reference="z-1", by=mother(insz=None, birth_date=date(1991, 2, 3)))
    with world.database.transaction() as connection:  # a moment that the database holds and Python cannot
        connection.execute("UPDATE birth_notice SET sent_at = '0001-03-01 12:00:00+00 BC' WHERE message_id = 'm-1'")
    world.take_in(other)
    assert work_due(world.births, clock=lambda: AT) == 2
    assert world.rows("SELECT message_id, worked_at IS NOT NULL, attempts FROM birth_notice ORDER BY message_id") == [
        ("m-1", False, 1),
        ("m-2", True, 0),
    ]


def test_a_moment_long_ago_is_refused_at_every_door(world: World) -> None:
    with pytest.raises(Unfit) as caught:
        world.tell(replace(notice("m-1"), sent_at=datetime(1, 1, 1, 12, tzinfo=UTC)))
    assert [fault.path for fault in caught.value.faults] == ["message"]


def test_two_corrections_of_one_second_count_in_the_order_in_which_they_came(world: World) -> None:
    world.tell(notice("m-1"))
    for seconds, (message, given) in enumerate((("m-99", "Mila"), ("m-100", "Nora"))):
        at = AT + timedelta(seconds=seconds)
        world.tell(notice(message, kind=Kind.CORRECTION, minutes=1, given=given), at=at)
    (file,) = world.files()
    assert world.told(file).child.name == Name("Vermeersch", "Nora")
