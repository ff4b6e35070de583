"""The demo's births: they go through the gate, the local team finds them, and a second time nothing is added."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sluis.app import Installation
from sluis.authentic.population.generate import generate
from sluis.authentic.store import load
from sluis.births.files.liststore import teams_of
from sluis.channels.demo.maternity import deliver_births
from sluis.channels.demo.people import NURSE, settle_people
from sluis.database import Database
from sluis.settings import Settings

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
NIS = ("37021", "37022")


def test_the_demo_shows_a_local_team_what_came_in_and_keeps_one_file_from_it(
    database: Database, tmp_path: Path
) -> None:
    house = Installation.open(Settings(environment="test", fictitious_insz=True, home=tmp_path), database)
    generate(children=600, seed=1, out=tmp_path / "facts", only=NIS, reference=AT.date())
    with database.owner() as connection:
        load(connection, tmp_path / "facts", at=AT)
    with database.transaction() as connection:
        settle_people(connection, since=(AT - timedelta(days=30)).date())
    first = deliver_births(house, nis=NIS, at=AT)
    assert (first.files, first.incomplete, first.unplaced, first.restricted) == (4, 1, 1, 1)
    assert deliver_births(house, nis=NIS, at=AT + timedelta(hours=1)) == first
    with database.transaction() as connection:
        assert [team.municipalities for team in teams_of(connection, NURSE)] == [NIS]
        refusals = connection.execute("SELECT count(*) FROM birth_refusal").fetchone()
        kept = connection.execute("SELECT count(*) FROM birth_notice").fetchone()
    assert (refusals, kept) == ((1,), (6,))
