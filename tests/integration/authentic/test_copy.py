"""The copy of the authentic sources: loaded whole or not at all, and read by the gate as the files say."""

from __future__ import annotations

import json
import shutil
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sluis.authentic.population.generate import REFERENCE, generate
from sluis.authentic.source import AuthenticRegister, SocialeToeslagSource
from sluis.authentic.store import COPIED, load
from sluis.database import Connection, Database
from sluis.gate.model import Record, Source, SubjectRegister
from sluis.gate.scope import completed_years
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz

AT = datetime(2023, 10, 1, tzinfo=UTC)
ALL = SocialeToeslagSource.items


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("population")
    generate(children=4_000, seed=9, out=made, only=["Gent", "Wingene"])
    return made


@pytest.fixture
def loaded(database: Database, folder: Path) -> Database:
    with database.owner() as connection:
        load(connection, folder, at=AT)
    return database


@pytest.fixture(scope="module")
def standing(server_url: str, template: str, folder: Path) -> Iterator[Database]:
    """One loaded database for all tests that only read it."""
    name = f"authentic_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    parts = conninfo_to_dict(server_url)
    parts["dbname"] = name
    database = Database(make_conninfo("", **parts), pool_size=2)
    with database.owner() as connection:
        load(connection, folder, at=AT)
    yield database
    database.close()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def connection(standing: Database) -> Iterator[Connection]:
    with standing.transaction() as connection:
        yield connection


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def on(frame: pl.DataFrame, when: date) -> pl.DataFrame:
    return frame.filter((pl.col("from") <= when) & (pl.col("to").is_null() | (pl.col("to") >= when)))


def numbers(column: pl.Series) -> list[Insz]:
    return [Insz(number) for number in column.unique(maintain_order=True).to_list()]


def released(
    connection: Connection,
    subjects: list[Insz],
    *,
    items: frozenset[str] = ALL,
    reference: date = REFERENCE,
    since: date | None = None,
    portion: int = 2_000,
) -> list[Record]:
    source = SocialeToeslagSource(portion=portion)
    portions = source.read(connection, subjects=subjects, items=items, reference=reference, since=since)
    return [record for part in portions for record in part]


# --- the load


def test_what_was_loaded_is_what_the_files_hold(standing: Database, folder: Path) -> None:
    with standing.transaction() as connection:
        for copied in COPIED:
            frame = table(folder, copied.table)
            row = connection.execute(f'SELECT count(*) FROM "{copied.name}"').fetchone()
            assert row == (frame.height,)
        names = connection.execute("SELECT person, given_name, family_name FROM authentic_names ORDER BY 1").fetchall()
    assert names == table(folder, "names").sort("person").rows()


def test_loading_again_replaces_everything_and_keeps_the_indexes(
    loaded: Database, folder: Path, tmp_path: Path
) -> None:
    def indexes(connection: Connection) -> list[tuple[str, str]]:
        return connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'authentic%' ORDER BY 1"
        ).fetchall()

    generate(children=50, seed=1, out=tmp_path / "other")
    with loaded.owner() as connection:
        before = indexes(connection)
    with loaded.owner() as connection:
        load(connection, tmp_path / "other", at=AT)
    with loaded.transaction() as connection:
        assert indexes(connection) == before
        count = connection.execute("SELECT count(*) FROM authentic_persons").fetchone()
        assert count == (table(tmp_path / "other", "persons").height,)
        assert connection.execute("SELECT manifest->>'children' FROM authentic_load").fetchall() == [("50",)]
    assert len(before) >= 12


def test_readers_see_the_old_copy_until_the_new_one_is_whole(loaded: Database, folder: Path, tmp_path: Path) -> None:
    generate(children=50, seed=1, out=tmp_path / "other")
    old = table(folder, "persons").height
    seen: list[int] = []
    halfway, go_on = threading.Event(), threading.Event()

    def told(step: str) -> None:
        if step == "persons":
            halfway.set()
            go_on.wait(10)

    def replace() -> None:
        with loaded.owner() as connection:
            load(connection, tmp_path / "other", at=AT, told=told)

    thread = threading.Thread(target=replace)
    thread.start()
    assert halfway.wait(30)
    try:
        with loaded.transaction() as connection:
            row = connection.execute("SELECT count(*) FROM authentic_persons").fetchone()
            seen.append(row[0] if row else 0)
    finally:
        go_on.set()
        thread.join(30)
    assert seen == [old]


@pytest.mark.parametrize("fault", ["absent", "cut short", "no manifest", "without a column"])
def test_a_folder_that_is_not_whole_changes_nothing(loaded: Database, folder: Path, tmp_path: Path, fault: str) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    file = broken / "entitlements.parquet"
    if fault == "absent":
        file.unlink()
    elif fault == "cut short":
        file.write_bytes(file.read_bytes()[:-200])
    elif fault == "no manifest":
        (broken / "population.json").unlink()
    else:
        pl.read_parquet(file).drop("from").write_parquet(file)
    with pytest.raises(SluisError) as refused, loaded.owner() as connection:
        load(connection, broken, at=AT)
    assert refused.value.code == "not-a-population"
    with loaded.transaction() as connection:
        count = connection.execute("SELECT count(*) FROM authentic_persons").fetchone()
        assert count == (table(folder, "persons").height,)


@pytest.mark.parametrize("number", ["85073003328", "8507300332", "abc", ""])
def test_a_number_that_could_be_a_real_persons_is_never_loaded(
    loaded: Database, folder: Path, tmp_path: Path, number: str
) -> None:
    foreign = tmp_path / "foreign"
    shutil.copytree(folder, foreign)
    file = foreign / "names.parquet"
    frame = pl.read_parquet(file)
    strange = pl.DataFrame({"person": [number], "given_name": ["Jan"], "family_name": ["Peeters"]})
    pl.concat([frame, strange]).write_parquet(file)
    with pytest.raises(SluisError) as refused, loaded.owner() as connection:
        load(connection, foreign, at=AT)
    assert refused.value.code == "not-fictitious"
    assert not number or number not in str(refused.value)


def test_the_application_may_read_the_copy_and_change_nothing(standing: Database) -> None:
    for copied in COPIED:
        for statement in (f"DELETE FROM {copied.name}", f"TRUNCATE {copied.name}", f"DROP TABLE {copied.name}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), standing.transaction() as connection:
                connection.execute(statement.encode())


# --- who and where


def test_the_register_and_the_source_fit_the_gate() -> None:
    register: SubjectRegister = AuthenticRegister()
    source: Source = SocialeToeslagSource()
    assert register is not None
    assert source.code == "sociale-toeslag"


def test_the_facts_of_a_person_are_those_of_the_files(connection: Connection, folder: Path) -> None:
    persons = table(folder, "persons")
    homes = dict(on(table(folder, "residences"), REFERENCE).select("person", "nis").iter_rows())
    facts = AuthenticRegister().facts(connection, numbers(persons["id"]), REFERENCE)
    assert len(facts) == persons.height
    for number, born, died in persons.iter_rows():
        known = facts[number]
        assert (known.insz, known.born, known.died, known.nis) == (number, born, died, homes.get(number))


def test_an_old_number_gives_the_facts_of_the_one_in_force(connection: Connection, folder: Path) -> None:
    pairs = table(folder, "insz_replacements").select("old", "new").rows()
    facts = AuthenticRegister().facts(connection, [Insz(old) for old, _ in pairs], REFERENCE)
    now = AuthenticRegister().facts(connection, [Insz(new) for _, new in pairs], REFERENCE)
    assert len(pairs) > 5
    for old, new in pairs:
        assert facts[old] == now[new]
        assert facts[old].insz == new


def test_an_old_number_never_answers_for_itself_even_if_the_register_still_holds_it(
    loaded: Database, folder: Path
) -> None:
    number, other = numbers(on(table(folder, "residences"), REFERENCE)["person"])[:2]
    with loaded.owner() as connection:
        connection.execute("INSERT INTO authentic_insz_replacements VALUES (%s, %s, %s)", (number, other, REFERENCE))
    with loaded.transaction() as connection:
        assert AuthenticRegister().facts(connection, [number], REFERENCE)[number].insz == other


def test_an_unknown_number_is_absent(connection: Connection) -> None:
    unknown = [Insz("00000000097"), Insz("99999999999"), Insz("x'; DROP TABLE authentic_persons; --")]
    assert AuthenticRegister().facts(connection, unknown, REFERENCE) == {}
    assert AuthenticRegister().facts(connection, [], REFERENCE) == {}
    assert released(connection, unknown) == []
    assert released(connection, []) == []


def test_a_residence_is_that_of_the_day_asked_about(connection: Connection, folder: Path) -> None:
    moved = table(folder, "residences").filter(pl.col("nis") == "37021")["person"].head(200)
    register = AuthenticRegister()
    before = register.facts(connection, numbers(moved), date(2024, 12, 31))
    after = register.facts(connection, numbers(moved), date(2025, 1, 1))
    assert {facts.nis for facts in before.values()} <= {"37018", "37012"}
    assert {facts.nis for facts in after.values()} == {"37021"}


@pytest.mark.parametrize(
    ("territory", "ages", "day"),
    [
        (frozenset({"44021"}), (0, 25), REFERENCE),
        (frozenset({"44021", "37018"}), (18, 24), date(2022, 2, 28)),
        (frozenset({"37018"}), (None, None), date(2020, 2, 29)),
        (None, (0, 17), REFERENCE),
        (frozenset(), (0, 25), REFERENCE),
    ],
)
def test_the_register_counts_who_lives_somewhere(
    connection: Connection,
    folder: Path,
    territory: frozenset[str] | None,
    ages: tuple[int | None, int | None],
    day: date,
) -> None:
    homes = on(table(folder, "residences"), day)
    people = table(folder, "persons").filter(pl.col("died").is_null() | (pl.col("died") >= day))
    if territory is not None:
        people = people.join(homes.filter(pl.col("nis").is_in(list(territory))), left_on="id", right_on="person")
    low, high = ages[0] or 0, 150 if ages[1] is None else ages[1]
    expected = sum(born <= day and low <= completed_years(born, day) <= high for born in people["born"])
    counted = AuthenticRegister().count(
        connection, territory=territory, age_from=ages[0], age_to=ages[1], reference=day
    )
    assert counted == expected


# --- the right


def spells(folder: Path) -> dict[str, list[tuple[date, date]]]:
    """Rights per child with years of grant without a gap taken together, computed the slow way."""
    rights: dict[str, list[tuple[date, date]]] = {}
    for child, begin, end in (
        table(folder, "entitlements").sort("person", "from").select("person", "from", "to").iter_rows()
    ):
        mine = rights.setdefault(child, [])
        if mine and (begin - mine[-1][1]).days <= 1:
            mine[-1] = (mine[-1][0], end or date.max)
        else:
            mine.append((begin, end or date.max))
    return rights


@pytest.mark.parametrize(
    ("reference", "since"),
    [
        (REFERENCE, None),
        (date(2022, 1, 15), None),
        (date(2021, 3, 31), date(2020, 3, 1)),
        (REFERENCE, date(2020, 3, 1)),
    ],
)
def test_a_child_is_named_with_its_right_and_its_payees(
    connection: Connection, folder: Path, reference: date, since: date | None
) -> None:
    children = numbers(table(folder, "parentage")["child"])
    expected = {
        child: max(begin for begin, end in rights if begin <= reference and end >= (since or reference))
        for child, rights in spells(folder).items()
        if any(begin <= reference and end >= (since or reference) for begin, end in rights)
    }
    payees: dict[str, set[str]] = {}
    for child, payee in on(table(folder, "beneficiaries"), reference).select("child", "person").iter_rows():
        payees.setdefault(child, set()).add(payee)
    found = released(connection, children, reference=reference, since=since)
    got: dict[str, set[str]] = {}
    for record in found:
        assert record.values["child-insz"] == record.subject
        assert record.values["right-since"] == expected[record.subject].isoformat()
        assert record.others == tuple(number for number in [record.values.get("beneficiary-insz")] if number)
        got.setdefault(record.subject, set()).update(record.others)
    assert got == {child: payees.get(child, set()) for child in expected}
    assert len(found) == len({(record.subject, record.others) for record in found})
    assert len(got) > 200


def test_the_answer_follows_the_order_of_asking_whatever_the_portions(connection: Connection, folder: Path) -> None:
    children = numbers(table(folder, "parentage")["child"])[:3_000][::-1]
    whole = released(connection, children)
    assert released(connection, children, portion=7) == whole
    order = [children.index(record.subject) for record in whole[:200]]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "items", [frozenset({"child-insz"}), frozenset({"right-since"}), frozenset({"beneficiary-insz"})]
)
def test_only_the_items_that_are_asked_are_given(connection: Connection, folder: Path, items: frozenset[str]) -> None:
    children = numbers(table(folder, "parentage")["child"])[:1_000]
    found = released(connection, children, items=items)
    assert found
    assert {frozenset(record.values) for record in found} == {items}
    if "beneficiary-insz" not in items:
        assert {record.others for record in found} == {()}


def test_an_item_that_is_not_permitted_is_not_even_read(loaded: Database, folder: Path) -> None:
    """Without the right to read payees, children are still answered: their table is not touched."""
    children = numbers(table(folder, "parentage")["child"])[:500]
    with loaded.owner() as connection:
        connection.execute("REVOKE SELECT ON authentic_beneficiaries FROM sluis_app")
    with loaded.transaction() as connection:
        assert released(connection, children, items=frozenset({"child-insz", "right-since"}))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), loaded.transaction() as connection:
        released(connection, children)


def test_an_item_of_another_source_is_a_mistake_of_the_caller(connection: Connection) -> None:
    with pytest.raises(ValueError, match="income"):
        released(connection, [Insz("00000000097")], items=frozenset({"income"}))


def test_the_manifest_is_kept_with_the_copy(connection: Connection, folder: Path) -> None:
    kept = connection.execute("SELECT manifest, loaded_at FROM authentic_load").fetchone()
    assert kept is not None
    assert kept[0] == json.loads((folder / "population.json").read_text(encoding="utf-8"))
    assert kept[1] == AT
