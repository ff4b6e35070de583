"""The database serves under a role of its own."""

from sluis.database import Database


def test_the_application_serves_as_its_own_role(database: Database) -> None:
    with database.transaction() as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("sluis_app",)
