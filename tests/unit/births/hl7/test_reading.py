"""From a message to the nine items: nothing more is taken, nothing is dropped in silence, nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from sluis.births.folding import Told
from sluis.births.hl7.mapping import FOLDER, HospitalMapping, mapping_for, read_mapping
from sluis.births.hl7.message import Unreadable, parse, write
from sluis.births.hl7.reading import Taken, read_notice
from sluis.births.hl7.writing import as_message
from sluis.births.model import Absence, Item, Kind, Notice, Unfit
from tests.unit.births.hl7.strategies import AT, MOTHER, notices

_SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "data" / "hl7v2"
STANDARD = mapping_for("az-voorbeeld", on=AT.date())
HEAD = "MSH|^~\\&|EPD|AZ|SLUIS|OPG|20261120093000+0100||{event}|M1|P|2.5.1||||||UNICODE UTF-8\r"
CHILD = "PID|1||K-77^^^^MR||Peeters^Lotte||20261119"
MOTHER_LINE = (
    f"NK1|1|Janssens^An|MTH|&Kerkstraat&12^^Wingene^^8750^BE|0470 12 34 56~^NET^Internet^an@post.example|||||||||||"
    f"19920815|||||||||||||||||{MOTHER}^^^^NNBEL"
)


def _read(*lines: str, event: str = "ADT^A28", mapping: HospitalMapping = STANDARD, at: datetime = AT) -> Taken:
    raw = (HEAD.format(event=event) + "\r".join(lines)).encode()
    return read_notice(parse(raw), mapping, sender="az-voorbeeld", fictitious=True, at=at)


def _refused(*lines: str, event: str = "ADT^A28", mapping: HospitalMapping = STANDARD) -> dict[str, str]:
    with pytest.raises(Unfit) as refused:
        _read(*lines, event=event, mapping=mapping)
    return {fault.path: str(fault.text) for fault in refused.value.faults}


def _with(extra: str, *, events: str = "") -> HospitalMapping:
    text = (FOLDER / "standard.yaml").read_text(encoding="utf-8")
    made, problems = read_mapping(text.replace("not_read: []", f"not_read: [{extra}]").encode(), on=AT.date())
    assert not problems
    assert made is not None
    return made


def test_nine_items_are_read_from_pid_and_nk1() -> None:
    taken = _read(CHILD + "|" * 22 + "20261120", MOTHER_LINE, "ZAD|J")
    notice = taken.notice
    assert notice.items == frozenset(Item)
    assert (notice.message_id, notice.reference, notice.kind, notice.replaces) == ("M1", "K-77", Kind.BIRTH, None)
    assert notice.sent_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert notice.mother.insz == MOTHER
    assert notice.mother.contact is not None
    assert (notice.mother.contact.mobile, notice.mother.contact.email) == ("+32470123456", "an@post.example")
    assert notice.mother.address is not None
    assert (notice.mother.address.street, notice.mother.address.number) == ("Kerkstraat", "12")
    assert taken.not_read == ()


@settings(max_examples=60)
@given(notices())
def test_a_notice_that_is_written_is_read_back_the_same(notice: Notice) -> None:
    raw = write(as_message(notice))
    taken = read_notice(parse(raw), STANDARD, sender=notice.sender, fictitious=True, at=AT)
    assert taken.notice == notice
    assert taken.notice.missing == notice.missing
    assert taken.not_read == ()


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ((CHILD + "|F", MOTHER_LINE), "PID-8"),
        ((CHILD.replace("20261119", "202611190152"), MOTHER_LINE), "PID-7.time"),
        ((CHILD + "|" * 17 + "2", MOTHER_LINE), "PID-24"),
        ((CHILD, MOTHER_LINE, "NK1|2|Peeters^Jan|FTH"), "NK1[others]"),
        ((CHILD, MOTHER_LINE, "OBX|1|NM|8339-4^Birth weight^LN||3120|g"), "OBX"),
        ((CHILD, MOTHER_LINE, "DG1|1||Z38.0"), "DG1"),
        ((CHILD, MOTHER_LINE, "PV1|1|I|A^12^1"), "PV1-3"),
        ((CHILD.replace("K-77^^^^MR", f"K-77^^^^MR~{MOTHER}^^^^NNBEL"), MOTHER_LINE), "PID-3"),
        ((CHILD, MOTHER_LINE.replace("0470 12 34 56", "^PRN^PH^^32^51^554433")), "NK1-5.landline"),
        ((CHILD, MOTHER_LINE.replace("^^^^NNBEL", "^^^^NNBEL~88^^^^MR")), "NK1-33.MR"),
    ],
)
def test_anything_more_than_nine_is_refused_by_its_name_and_never_by_its_value(
    lines: tuple[str, ...], path: str
) -> None:
    faults = _refused(*lines)
    assert list(faults) == [path]
    assert str(MOTHER) not in faults[path]


def test_all_that_is_wrong_is_told_at_once() -> None:
    faults = _refused(
        CHILD.replace("20261119", "19.11.2026") + "|F", MOTHER_LINE.replace(str(MOTHER), "92601500159"), "OBX|1"
    )
    assert set(faults) == {"PID-8", "PID-7", "NK1-33", "OBX"}


def test_what_the_mapping_bears_is_named_and_not_read() -> None:
    borne = "{field: PID-8, because: 'HL7 asks it in each PID.'}, {field: PID-7.time, because: 'It is always sent.'}"
    taken = _read(CHILD.replace("20261119", "202611190152") + "|F", MOTHER_LINE, mapping=_with(borne))
    assert taken.not_read == ("PID-8", "PID-7.time")
    assert taken.notice.child.birth_date == date(2026, 11, 19)


def test_a_segment_about_health_is_borne_until_its_day_only() -> None:
    text = (FOLDER / "standard.yaml").read_text(encoding="utf-8")
    forever = text.replace("not_read: []", "not_read: [{field: OBX, because: 'It hangs on each order.'}]")
    assert read_mapping(forever.encode(), on=AT.date())[0] is None
    until = text.replace("not_read: []", "not_read: [{field: OBX, because: 'It hangs on it.', until: 2026-11-20}]")
    made, problems = read_mapping(until.encode(), on=date(2026, 11, 20))
    assert made is not None
    assert made.not_read == {"OBX"}
    assert problems == ()
    later, _ = read_mapping(until.encode(), on=date(2026, 11, 21))
    assert later is not None
    assert later.not_read == frozenset()


@pytest.mark.parametrize(
    "given_name",
    [
        "GIRL",
        "Baby",
        "BB SARAH",
        "B/O Janssens",
        "baby girl",
        "TWIN A",
        "BabyBoy",
        "meisje",
        "Bébé",
        "Meisje 1",
        "GIRL 2",
    ],
)
def test_a_child_without_a_name_is_known_to_have_none_yet(given_name: str) -> None:
    notice = _read(CHILD.replace("Lotte", given_name), MOTHER_LINE).notice
    assert notice.child.name is None
    assert notice.missing == {Item.CHILD_NAME: Absence.NOT_YET}


def test_a_whole_placeholder_in_the_family_name_is_nobodys_name() -> None:
    notice = _read(CHILD.replace("Peeters^Lotte", "GIRL BEAKER"), MOTHER_LINE).notice
    assert (notice.child.name, notice.missing) == (None, {Item.CHILD_NAME: Absence.NOT_YET})


def test_a_type_that_is_none_is_not_repeated_for_it_may_be_a_name() -> None:
    assert list(_refused(CHILD.replace("^^^^MR", "^^^^MR~X^^^^GEHEIM"), MOTHER_LINE)) == ["PID-3"]


def test_an_nk1_that_is_not_called_mother_says_how_to_call_her_so() -> None:
    assert "MTH" in _refused(CHILD, MOTHER_LINE.replace("|MTH|", "|MOTHER|"))["NK1[others]"]


@pytest.mark.parametrize("name", ["^^^^^^TEMP", "Peeters^X^^^^^NAV", "Peeters^X^^^^^S"])
def test_a_name_of_a_type_that_is_nobodys_name_is_none(name: str) -> None:
    assert _read(CHILD.replace("Peeters^Lotte", name), MOTHER_LINE).notice.child.name is None


@pytest.mark.parametrize(
    ("sent", "absence"), [("UNK", Absence.UNKNOWN), ("GEWEIGERD", Absence.REFUSED), ('""', Absence.UNKNOWN)]
)
def test_an_item_that_is_not_there_is_missing_for_the_reason_that_was_given(sent: str, absence: Absence) -> None:
    notice = _read(CHILD, MOTHER_LINE.replace(f"{MOTHER}^^^^NNBEL", sent)).notice
    assert notice.mother.insz is None
    assert notice.missing == {Item.MOTHER_INSZ: absence}


def test_a_null_in_a_correction_takes_back_and_an_empty_field_says_nothing() -> None:
    taken = _read("PID|1||K-77" + "|" * 26 + '""', "ZAD|N", event="ADT^A31")
    assert taken.notice.missing == {Item.CHILD_DEATH_DATE: Absence.WITHDRAWN}
    assert taken.notice.items == frozenset()


def test_a_null_where_nothing_applies_is_no_death() -> None:
    assert _read(CHILD + "|" * 22 + '""', MOTHER_LINE).notice.missing == {}


def test_a_death_without_its_day_is_told_as_missing_and_asks_care() -> None:
    told = Told("born", missing={Item.CHILD_DEATH_DATE: Absence.UNKNOWN})
    assert told.is_delicate
    assert _read(CHILD + "|" * 23 + "Y", MOTHER_LINE).notice.missing == {Item.CHILD_DEATH_DATE: Absence.UNKNOWN}


@pytest.mark.parametrize(
    ("event", "kind"),
    [("ADT^A01", Kind.BIRTH), ("ADT^A04", Kind.BIRTH), ("ADT^A28", Kind.BIRTH), ("ADT^A08", Kind.CORRECTION),
     ("ADT^A31", Kind.CORRECTION), ("ADT^A11", Kind.CANCELLATION)],
)  # fmt: skip
def test_an_event_means_what_the_mapping_says(event: str, kind: Kind) -> None:
    assert _read(CHILD, MOTHER_LINE, event=event).notice.kind is kind


def test_a_cancellation_needs_and_keeps_the_reference_only() -> None:
    notice = _read(CHILD, MOTHER_LINE, event="ADT^A11").notice
    assert (notice.reference, notice.items) == ("K-77", frozenset())


def test_a_merge_names_the_reference_that_is_taken_over() -> None:
    notice = _read(CHILD, "MRG|K-78^^^^MR", event="ADT^A40").notice
    assert (notice.reference, notice.replaces, notice.kind) == ("K-77", "K-78", Kind.CORRECTION)
    assert set(_refused(CHILD, event="ADT^A40")) == {"MRG"}


def test_a_mother_is_found_in_pid_6_and_pid_21_where_there_is_no_nk1() -> None:
    notice = _read(f"PID|1||K-77||Peeters^Lotte|Janssens^An|20261119||||||||||||||{MOTHER}^^^^NNBEL").notice
    assert notice.mother.insz == MOTHER
    assert notice.mother.name is not None
    assert notice.mother.name.family == "Janssens"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("20261119", "19610615"), "PID-7"),
        (("20261119", "20271119"), "PID-7"),
        (("20261119", "20261131"), "PID-7"),
        (("|20261119", ""), "PID-7"),
        (("K-77^^^^MR", ""), "PID-3"),
        (("K-77^^^^MR", str(MOTHER)), "PID-3"),
        (("Lotte", "ZoÃ«"), "PID-5"),
        (("Lotte", "L" * 300), "PID-5"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(change: tuple[str, str], path: str) -> None:
    assert path in _refused(CHILD.replace(*change), MOTHER_LINE)


@pytest.mark.parametrize(
    ("header", "path"),
    [
        (HEAD.replace("|P|", "|T|"), "MSH-11"),
        (HEAD.replace("2.5.1", "3.0"), "MSH-12"),
        (HEAD.replace("|M1|", "||"), "MSH-10"),
        (HEAD.replace("|M1|", f"|{MOTHER}|"), "MSH-10"),
        (HEAD.replace("20261120093000+0100", "gisteren"), "MSH-7"),
        (HEAD.replace("20261120093000+0100", "20291120093000"), "MSH-7"),
        (HEAD.replace("{event}", "SIU^S12"), "MSH-9"),
        (HEAD.replace("{event}", "ORM^O01"), "MSH-9"),
        (HEAD.replace("{event}", ""), "MSH-9"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(header: str, path: str) -> None:
    raw = (header.format(event="ADT^A28") + f"{CHILD}\r{MOTHER_LINE}").encode()
    with pytest.raises(Unfit) as refused:
        read_notice(parse(raw), STANDARD, sender="az-voorbeeld", fictitious=True, at=AT)
    assert [fault.path for fault in refused.value.faults] == [path]


def test_no_fictional_number_passes_where_they_do_not_count() -> None:
    raw = (HEAD.format(event="ADT^A28") + f"{CHILD}\r{MOTHER_LINE}").encode()
    with pytest.raises(Unfit) as refused:
        read_notice(parse(raw), STANDARD, sender="az-voorbeeld", fictitious=False, at=AT)
    assert [fault.path for fault in refused.value.faults] == ["NK1-33"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("PID-8", "PID-8 and more"), "not_read"),
        (("ADT^A01: birth", "ADT^A99: birth"), "events"),
        (("mother-name: [NK1-2, PID-6]", "mother-name: [NK1-2, PID-5]"), "items"),
        (("mother-name:", "mother-shoe-size:"), "items"),
        (("charset: null", "charset: klingon"), "charset"),
        (("format: sluis-hl7-mapping/1", "format: other/1"), "format"),
    ],
)
def test_a_wrong_mapping_is_told_field_by_field(change: tuple[str, str], word: str) -> None:
    text = (FOLDER / "standard.yaml").read_text(encoding="utf-8")
    text = text.replace("not_read: []", "not_read:\n  - {field: PID-8, because: 'It is always sent.'}").replace(*change)
    made, problems = read_mapping(text.encode(), on=AT.date())
    assert made is None
    assert problems
    assert word in {str(problem.path[0]) for problem in problems if problem.path} | {"items"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mapping_of_ours_is_right(path: Path) -> None:
    assert read_mapping(path.read_bytes(), on=AT.date())[1] == ()


# Of each sample what becomes of it under the standard mapping, on a day on which its child was just born.
_STANDARD = {
    "cdc__MN_005_MN_ADT_A01.hl7": {
        "EVN-5",
        "PID-7.time",
        "PID-8",
        "PID-11",
        "PID-24",
        "PID-25",
        "NK1[others]",
        "PV1-7",
        "PV1-42",
        "OBX",
    },
    "cdc__Other_001_ADT_A01.hl7": {"PID-3", "PID-8", "PID-10", "PID-11", "PID-19", "NK1[others]", "PV1-3"},
}


def _judged(path: Path, mapping: HospitalMapping, at: datetime) -> Taken | set[str]:
    try:
        return read_notice(
            parse(path.read_bytes()), mapping, sender="x", fictitious=True, at=at, processing=frozenset("DPT")
        )
    except Unreadable as unreadable:
        return {unreadable.fault.path}
    except Unfit as unfit:
        return {fault.path for fault in unfit.faults}


@pytest.mark.skipif(not _SAMPLES.is_dir(), reason="the samples of HL7 (../shared) are not beside this checkout")
@pytest.mark.parametrize("name", [path.name for path in sorted(_SAMPLES.glob("*.hl7"))] or ["none"])
def test_every_sample_is_refused_under_the_standard_mapping_by_the_names_of_its_fields(name: str) -> None:
    found = _judged(_SAMPLES / name, STANDARD, datetime(2024, 7, 3, tzinfo=UTC))
    assert isinstance(found, set)
    assert found >= _STANDARD.get(
        name, {"MSH"} if "msh-2" in name or "empty" in name or "all_fields" in name else {"MSH-9"}
    )


_ORDERS = {
    "cdc__LA_001_LA_ORM_O01_NBS.hl7": datetime(2024, 7, 3, tzinfo=UTC),
    "cdc__MN_002_MN_OML_O21_NBS.hl7": datetime(2023, 5, 6, 12, tzinfo=UTC),
    "cdc__MN_003_MN_ORM_O01_NBS_extended.hl7": datetime(2023, 5, 6, 12, tzinfo=UTC),
    "cdc__MN_003_MN_ORM_O01_NBS.hl7": datetime(2023, 5, 6, 12, tzinfo=UTC),
    "cdc__CA_001_CA_OML_O21.hl7": datetime(2022, 2, 8, tzinfo=UTC),
    "cdc__Test_Orders_003_AL_ORM_O01_NBS_Fully_Populated_0_initial_message.hl7": datetime(2024, 2, 25, tzinfo=UTC),
}


@pytest.mark.skipif(not _SAMPLES.is_dir(), reason="the samples of HL7 (../shared) are not beside this checkout")
def test_orders_of_real_systems_are_read_where_a_reviewed_mapping_bears_the_rest() -> None:
    mapping = read_mapping((FOLDER / "newborn-orders.yaml").read_bytes(), on=date(2024, 1, 1))[0]
    assert mapping is not None
    for name, at in _ORDERS.items():
        taken = _judged(_SAMPLES / name, mapping, at)
        assert isinstance(taken, Taken), (name, taken)
        assert taken.notice.items >= {Item.CHILD_BIRTH_DATE, Item.MOTHER_NAME}
        assert {"PID-8", "OBX", "ORC", "OBR"} <= set(taken.not_read)
        assert taken.notice.missing[Item.CHILD_NAME] is Absence.NOT_YET  # "BB SARAH", "BABYBOY"


def test_a_second_name_is_told_as_not_read() -> None:
    taken = _read(CHILD.replace("Peeters^Lotte", "Peeters^Lotte~Ander^Naam"), MOTHER_LINE)
    assert taken.not_read == ("PID-5.SECOND",)
