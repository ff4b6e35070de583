"""A body stays the same body through mergers, and a place is found back under every code that it ever had."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.kbo import format_kbo, read_kbo
from sluis.kernel.nis import mergers, rows
from sluis.kernel.territory import (
    Body,
    Continues,
    MustSignAnew,
    PassesTo,
    bodies,
    find_body,
    municipalities,
    municipality,
    nis_of,
    nis_on,
    succession,
    territory,
)

BEFORE, AFTER = date(2024, 12, 31), date(2025, 1, 1)
BODIES = st.sampled_from(bodies())
DAYS = st.sampled_from([date(2018, 12, 31), date(2019, 1, 1), BEFORE, AFTER]) | st.dates(
    date(2000, 1, 1), date(2040, 12, 31)
)
CODES = st.sampled_from([row["nis"] for row in rows("municipalities.csv")])


def body(text: str) -> Body:
    found = find_body(text)
    assert found is not None
    return found


def test_antwerpen_keeps_its_code_and_gains_the_territory_of_borsbeek() -> None:
    antwerpen = body("gemeente-antwerpen")
    assert nis_of(antwerpen, BEFORE) == nis_of(antwerpen, AFTER) == "11002"
    assert territory(antwerpen, BEFORE) == {"11002"}
    assert territory(antwerpen, AFTER) == {"11002", "11007"}
    assert succession(antwerpen, AFTER) == Continues(antwerpen)


def test_wingene_changes_its_code_and_stays_the_same_body() -> None:
    wingene = body("Wingene")
    assert (nis_of(wingene, BEFORE), nis_of(wingene, AFTER)) == ("37018", "37021")
    assert territory(wingene, BEFORE) == {"37018"}
    assert territory(wingene, AFTER) == {"37012", "37018", "37021"}
    assert succession(wingene, AFTER) == Continues(wingene)


def test_tielt_has_37022_from_2025() -> None:
    assert nis_of(body("Tielt"), AFTER) == "37022"
    assert municipality("37022", BEFORE) is None


@pytest.mark.parametrize(
    ("ended", "heir"),
    [
        ("gemeente-ruiselede", "gemeente-wingene"),
        ("ocmw-ruiselede", "ocmw-wingene"),
        ("gemeente-borsbeek", "gemeente-antwerpen"),
        ("gemeente-tessenderlo", "gemeente-tessenderlo-ham"),
        ("ocmw-moerbeke", "ocmw-lokeren"),
    ],
)
def test_agreements_of_an_absorbed_body_pass_to_the_one_that_stays(ended: str, heir: str) -> None:
    assert succession(body(ended), AFTER) == PassesTo(body(heir), AFTER)
    assert succession(body(ended), BEFORE) == Continues(body(ended))


@pytest.mark.parametrize(
    ("ended", "new"),
    [
        ("gemeente-kruibeke", "gemeente-beveren-kruibeke-zwijndrecht"),
        ("ocmw-zwijndrecht", "ocmw-beveren-kruibeke-zwijndrecht"),
        ("gemeente-merelbeke", "gemeente-merelbeke-melle"),
        ("gemeente-nazareth", "gemeente-nazareth-de-pinte"),
        ("ocmw-herne", "ocmw-pajottegem"),
    ],
)
def test_a_new_body_must_sign_anew(ended: str, new: str) -> None:
    assert succession(body(ended), AFTER) == MustSignAnew(body(new), AFTER)
    assert not body(new).lives_on(BEFORE)


def test_an_ended_body_has_no_code_and_no_territory_any_more() -> None:
    kruibeke = body("Kruibeke")
    assert nis_of(kruibeke, BEFORE) == "46013"
    assert nis_of(kruibeke, AFTER) is None
    assert territory(kruibeke, AFTER) == frozenset()


def test_a_new_body_has_no_territory_before_it_begins() -> None:
    assert territory(body("Pajottegem"), BEFORE) == frozenset()
    assert territory(body("Pajottegem"), AFTER) == {"23023", "23024", "23032", "23106"}


def test_a_body_of_2019_reaches_the_codes_of_before_2019() -> None:
    assert territory(body("Deinze"), date(2023, 4, 1)) == {"44011", "44049", "44083"}


@pytest.mark.parametrize("text", ["gemeente-wingene", "OVO002277", "ovo002277", "0207495470", "0207.495.470"])
@pytest.mark.parametrize("blank", ["{}", "  {}\u00a0"])
def test_a_body_is_found_by_any_of_its_numbers(text: str, blank: str) -> None:
    assert body(blank.format(text)).id == "gemeente-wingene"


@pytest.mark.parametrize("text", ["Gemeente Wingene", "gemeente  wingene", "Wingene", "WINGENE", "Stad Wingene"])
def test_a_body_is_found_by_its_exact_name(text: str) -> None:
    assert body(text).id == "gemeente-wingene"


def test_an_ocmw_is_only_found_with_the_word() -> None:
    assert body("OCMW Wingene").id == "ocmw-wingene"
    assert body("Wingene").kind == "municipality"


@pytest.mark.parametrize(
    "text", ["", "Wing", "Wingenee", "Brussel", "gemeente", "OVO", "11002", "0692793497", "x" * 9999]
)
def test_what_is_not_exactly_a_body_finds_none(text: str) -> None:
    assert find_body(text) is None


def test_a_name_from_before_a_merger_finds_the_body_that_bore_it() -> None:
    ham = body("gemeente-ham")
    assert ham is body("Gemeente Ham") is body("Tessenderlo-Ham")
    assert (ham.id, ham.name) == ("gemeente-tessenderlo-ham", "Gemeente Tessenderlo-Ham")
    assert (ham.name_on(BEFORE), ham.name_on(AFTER)) == ("Gemeente Ham", "Gemeente Tessenderlo-Ham")
    assert body("Tessenderlo") is not ham


def test_a_new_body_bears_its_name_even_for_a_day_before_it_began() -> None:
    assert body("OCMW Pajottegem").name_on(BEFORE) == "OCMW Pajottegem"


@pytest.mark.parametrize(
    ("nis", "recorded", "day", "expected"),
    [
        ("11007", BEFORE, AFTER, "11002"),
        ("37018", BEFORE, AFTER, "37021"),
        ("37018", BEFORE, BEFORE, "37018"),
        ("44040", date(2026, 5, 1), date(2026, 5, 1), "44088"),  # registers that keep an old code
        ("37021", AFTER, BEFORE, None),  # Wingene or Ruiselede: the code does not say
        ("37021", BEFORE, AFTER, "37021"),  # written down before it was in use
        ("11002", AFTER, BEFORE, None),  # Antwerpen or Borsbeek
        ("11002", AFTER, AFTER, "11002"),
        ("11001", AFTER, BEFORE, "11001"),
        ("44021", AFTER, date(1980, 1, 1), "44021"),
        ("12030", date(2018, 1, 1), AFTER, "12041"),
        ("21004", AFTER, AFTER, None),  # Brussel is not Flemish
        ("", AFTER, AFTER, None),
    ],
)
def test_a_code_of_one_day_is_the_code_of_another(nis: str, recorded: date, day: date, expected: str | None) -> None:
    assert nis_on(nis, recorded, day) == expected


@given(CODES, DAYS, DAYS)
def test_a_code_that_is_resolved_is_in_use_on_the_day(nis: str, recorded: date, day: date) -> None:
    found = nis_on(nis, recorded, day)
    assert found is None or municipality(found, day) is not None
    written_too_early = municipality(nis, recorded) is None
    assert found is not None or day < recorded or written_too_early


@given(BODIES, DAYS)
def test_a_place_lies_in_the_territory_exactly_if_its_code_resolves_to_the_body(one: Body, day: date) -> None:
    nis = nis_of(one, day)
    reach = {row["nis"] for row in rows("municipalities.csv") if nis and nis_on(row["nis"], date.min, day) == nis}
    assert territory(one, day) == reach


@given(DAYS)
def test_no_place_lies_in_two_municipalities_on_one_day(day: date) -> None:
    reached = [nis for one in bodies() if one.kind == "municipality" for nis in territory(one, day)]
    assert len(reached) == len(set(reached))
    if day >= date(2019, 1, 1):
        assert {m.nis for m in municipalities(day)} <= set(reached)


@given(BODIES, DAYS)
def test_succession_ends_in_a_body_that_lives_on_the_day(one: Body, day: date) -> None:
    outcome = succession(one, day)
    assert outcome.body.lives_on(day) or (outcome == Continues(one) and one.began_on is not None and day < one.began_on)
    assert outcome.body.kind == one.kind
    if isinstance(outcome, PassesTo):
        assert outcome.body.lives_on(outcome.since - timedelta(days=1))


@given(DAYS)
def test_a_municipality_and_its_ocmw_share_one_territory(day: date) -> None:
    def by_name(kind: str) -> dict[str, frozenset[str]]:
        return {one.name.split(" ", 1)[1]: territory(one, day) for one in bodies() if one.kind == kind}

    assert by_name("municipality") == by_name("ocmw")


@pytest.mark.parametrize(
    ("day", "count"), [(date(2018, 12, 31), 308), (date(2019, 1, 1), 300), (BEFORE, 300), (AFTER, 285)]
)
def test_flanders_counts_its_municipalities(day: date, count: int) -> None:
    assert len(municipalities(day)) == count
    living = [one for one in bodies() if one.kind == "municipality" and one.lives_on(day)]
    assert len(living) == count or day < date(2019, 1, 1)


def test_no_number_is_shared_by_two_bodies() -> None:
    for number in ("kbo", "ovo", "id"):
        assert len({getattr(one, number) for one in bodies()}) == len(bodies()) == 608


def test_every_body_is_found_by_its_own_numbers_and_name() -> None:
    for one in bodies():
        for call in (one.id, one.ovo, one.kbo, format_kbo(one.kbo), one.name, one.name_on(BEFORE)):
            assert find_body(call) is one
        assert read_kbo(one.kbo) == one.kbo


def test_every_ended_body_has_a_successor_of_its_kind_and_every_chain_ends() -> None:
    for one in bodies():
        assert (one.ended_on is None) == (one.successor is None)
        seen = [one]
        while seen[-1].successor:
            seen.append(body(seen[-1].successor))
            assert seen[-1] not in seen[:-1]
        assert seen[-1].ended_on is None


def test_agreements_need_a_new_signature_exactly_where_the_successor_is_a_new_body() -> None:
    for one in bodies():
        if one.successor:
            lived_before = one.ended_on is not None and body(one.successor).lives_on(one.ended_on)
            assert one.successor_signs_anew == (not lived_before)


def test_the_codes_of_a_body_follow_each_other_without_gap() -> None:
    for one in bodies():
        assert one.spans[0].valid_from == one.began_on
        assert one.spans[-1].valid_to == one.ended_on
        for earlier, later in zip(one.spans, one.spans[1:], strict=False):
            assert earlier.valid_to is not None
            assert earlier.valid_to + timedelta(days=1) == later.valid_from


def test_every_merger_ends_the_old_code_and_leads_to_one_in_use() -> None:
    olds = [merger.nis_old for merger in mergers()]
    assert len(olds) == len(set(olds)) == 42
    for merger in mergers():
        day_before = merger.effective_on - timedelta(days=1)
        assert municipality(merger.nis_old, day_before)
        assert municipality(merger.nis_old, merger.effective_on) is None
        assert municipality(merger.nis_new, merger.effective_on)
    assert {row["nis"] for row in rows("municipalities.csv") if row["valid_to"]} == set(olds)


def test_the_tables_say_what_the_reference_material_says(shared: Path) -> None:
    with (shared / "data/local_authorities.csv").open(encoding="utf-8") as file:
        register = [row for row in csv.DictReader(file) if row["type"] != "province"]
    assert len(register) == len(bodies())
    for row in register:
        one = body(row["ovo"])
        assert one.kbo == row["kbo"]
        assert (one.ended_on.isoformat() if one.ended_on else "") == row["valid_to"]
        if not row["valid_to"]:
            assert nis_of(one, AFTER) == row["nis_2025"]
        if row["nis_2019"]:
            assert nis_of(one, BEFORE) == row["nis_2019"]
    with (shared / "data/municipalities_2025.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = municipality(row["nis"], AFTER)
            assert place is not None
            assert (place.name, place.province) == (row["name"], row["province"])
            assert body(row["ovo_ocmw"]).name == f"OCMW {row['name']}"
            assert (body(row["kbo_municipality"]).id, body(row["kbo_ocmw"]).id) == (
                body(f"Gemeente {row['name']}").id,
                body(f"OCMW {row['name']}").id,
            )
