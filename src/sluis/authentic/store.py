"""The only SQL of the authentic sources: the load of a whole copy, and what is read from it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import polars as pl
from psycopg import sql

from sluis.database import APP_ROLE, Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.kernel.text import msg

_ROWS_AT_A_TIME: Final = 200_000
_OLDEST: Final = 150  # years: no upper age
_LOAD_LOCK: Final = 7510004  # class of the advisory lock: two loads at once would build the same table twice

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """One table of the copy: where its rows come from and which columns they have there, in the table's order.

    `numbers` are the columns that must hold fictitious INSZ.
    """

    table: str
    columns: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the table in the database."""
        return f"authentic_{self.table}"


COPIED: Final = (
    Loaded("persons", ("id", "born", "died"), ("id",)),
    Loaded("residences", ("person", "region", "nis", "register", "from", "to"), ("person",)),
    Loaded("parentage", ("child", "parent", "kind", "from", "to"), ("child", "parent")),
    Loaded("beneficiaries", ("child", "person", "role", "from", "to"), ("child", "person")),
    Loaded("entitlements", ("person", "benefit", "from", "to"), ("person",)),
    Loaded("names", ("person", "given_name", "family_name"), ("person",)),
    Loaded("insz_replacements", ("old", "new", "since"), ("old", "new")),
)
STEPS: Final = len(COPIED)


def _not_a_population(why: str) -> SluisError:
    return SluisError(
        "not-a-population",
        msg("Deze map bevat geen volledige denkbeeldige bevolking: {why}.", why=why),
        remedy=msg("Maak ze met: sluis population generate --out MAP."),
    )


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _manifest(directory: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((directory / "population.json").read_text(encoding="utf-8"), parse_constant=_refuse)
    except (OSError, ValueError) as error:
        raise _not_a_population("population.json") from error
    if not isinstance(manifest, dict):
        raise _not_a_population("population.json")
    return manifest


def _read(directory: Path, copied: Loaded) -> pl.DataFrame:
    """Return a table's rows; refuse what is not there, not of this form, or holds a number that could be real."""
    file = f"{copied.table}.parquet"
    try:
        frame = pl.read_parquet(directory / file, columns=list(copied.columns))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _not_a_population(file) from error
    month = [pl.col(column).str.slice(2, 2).cast(pl.Int16, strict=False) for column in copied.numbers]
    fictitious = pl.all_horizontal(
        *(number.is_between(60, 72) for number in month),
        *(pl.col(column).str.len_bytes() == 11 for column in copied.numbers),
    )
    if not frame.select(fictitious.fill_null(False).all()).item():
        raise SluisError(
            "not-fictitious",
            msg("{file} bevat nummers buiten de fictieve reeks (maand + 60).", file=file),
            remedy=msg("Laad alleen een bevolking die Sluis zelf maakte; echte nummers horen hier niet."),
        )
    return _with_ages(directory, frame) if copied.table == "residences" else frame


def _with_ages(directory: Path, residences: pl.DataFrame) -> pl.DataFrame:
    """Put birth and death beside each stay, as the table has them."""
    persons = pl.read_parquet(directory / "persons.parquet", columns=["id", "born", "died"])
    together = residences.join(persons, left_on="person", right_on="id", how="left", maintain_order="left")
    if together["born"].null_count():
        raise _not_a_population("persons.parquet")
    return together


def _copy(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv, FREEZE)").format(sql.Identifier(table))
    with connection.cursor().copy(statement) as copy:
        for part in frame.iter_slices(_ROWS_AT_A_TIME):
            buffer = io.BytesIO()
            part.write_csv(buffer, include_header=False)
            copy.write(buffer.getbuffer())


def _definitions(connection: Connection, table: str) -> list[tuple[str, str, str, bool]]:
    """Return each index of a table: its name, its definition, that of its constraint, whether it is one."""
    return connection.execute(
        """SELECT c.relname, pg_get_indexdef(i.indexrelid), coalesce(pg_get_constraintdef(k.oid), ''),
                  k.oid IS NOT NULL
           FROM pg_index i
           JOIN pg_class c ON c.oid = i.indexrelid
           LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
           WHERE i.indrelid = %s::regclass ORDER BY c.relname""",
        (table,),
    ).fetchall()


def _build_indexes(connection: Connection, table: str, beside: str) -> list[tuple[str, str]]:
    """Give the table that was filled beside `table` the same indexes; return their present and final names."""
    renames: list[tuple[str, str]] = []
    for name, definition, constraint, is_constraint in _definitions(connection, table):
        present = f"{name}_next"
        if is_constraint:
            # The text is the catalogue's own, not a sender's.
            statement = f'ALTER TABLE "{beside}" ADD CONSTRAINT "{present}" {constraint}'
        else:
            columns = definition[definition.index(" USING ") :]
            statement = f'CREATE INDEX "{present}" ON "{beside}"{columns}'
        connection.execute(statement.encode())
        renames.append((present, name))
    return renames


def _build(connection: Connection, copied: Loaded, frame: pl.DataFrame) -> list[tuple[str, str]]:
    """Fill a new table beside the old one and index it; return the indexes that are to be renamed."""
    beside = f"{copied.name}_next"
    names = {"table": sql.Identifier(copied.name), "beside": sql.Identifier(beside), "role": sql.Identifier(APP_ROLE)}
    connection.execute(
        sql.SQL("CREATE TABLE {beside} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)").format(**names)
    )
    _copy(connection, beside, frame)
    renames = _build_indexes(connection, copied.name, beside)
    connection.execute(sql.SQL("GRANT SELECT ON {beside} TO {role}").format(**names))
    connection.execute(sql.SQL("ANALYZE {beside}").format(**names))
    return renames


def _put_in_place(connection: Connection, copied: Loaded, renames: list[tuple[str, str]]) -> None:
    """Put the new table in the place of the old one. From here on readers wait, so it comes last."""
    names = {"table": sql.Identifier(copied.name), "beside": sql.Identifier(f"{copied.name}_next")}
    connection.execute(sql.SQL("DROP TABLE {table}").format(**names))
    connection.execute(sql.SQL("ALTER TABLE {beside} RENAME TO {table}").format(**names))
    for present, final in renames:
        connection.execute(
            sql.SQL("ALTER INDEX {} RENAME TO {}").format(sql.Identifier(present), sql.Identifier(final))
        )


def load(connection: Connection, directory: Path, *, at: datetime, told: Told = lambda _: None) -> dict[str, int]:
    """Replace the whole copy by the population in `directory`; return the rows per table.

    The connection is the owner's. Everything or nothing: readers see the old copy until the transaction commits, and
    keep it if anything is wrong. Raises `SluisError` for a folder that is not whole and for numbers that could be real.
    """
    manifest = _manifest(directory)
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOAD_LOCK,))
    rows: dict[str, int] = {}
    renames: dict[str, list[tuple[str, str]]] = {}
    for copied in COPIED:
        frame = _read(directory, copied)
        renames[copied.table] = _build(connection, copied, frame)
        rows[copied.table] = frame.height
        told(copied.table)
    for copied in COPIED:
        _put_in_place(connection, copied, renames[copied.table])
    connection.execute(
        "INSERT INTO authentic_load (loaded_at, manifest) VALUES (%s, %s)"
        " ON CONFLICT (one) DO UPDATE SET loaded_at = excluded.loaded_at, manifest = excluded.manifest",
        (at, json.dumps(manifest)),
    )
    return rows


_FEW: Final = 100
_DAY_ZERO: Final = date(2000, 1, 1).toordinal()
_PLACE_AND_PAYEE: Final = itemgetter(0, 1)

# `= ANY (array)` goes through the index once, in its order, where a join over 20,000 numbers tempts the planner to read
# the register of all persons from end to end. An old number never answers for itself. The numbers go as one text and
# each column comes as one, days as whole numbers: of a long list, every value apart would cost more than finding it.
_RESIDENTS = """
SELECT string_agg(person, ','), string_agg((born - '2000-01-01')::text, ','),
       string_agg(coalesce((died - '2000-01-01')::text, ''), ','), string_agg(coalesce(nis, ''), ',')
FROM authentic_residences
WHERE person = ANY (string_to_array(%(asked)s, ','))
  AND valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s)
  AND NOT EXISTS (SELECT FROM authentic_insz_replacements WHERE old = person)
"""

# For the few that the first statement does not find: old numbers, and persons who lived nowhere on that day.
_OTHERS = """
SELECT a.asked, p.insz, p.born, p.died, r.nis
FROM unnest(%(asked)s::text[]) AS a(asked)
LEFT JOIN authentic_insz_replacements x ON x.old = a.asked
JOIN authentic_persons p ON p.insz = coalesce(x.new, a.asked)
LEFT JOIN LATERAL (
    SELECT nis FROM authentic_residences
    WHERE person = p.insz AND valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s)
    LIMIT 1
) r ON true
"""

_ALIVE_AND_OF_AGE = """
    born <= %(on)s::date - make_interval(years => %(age_from)s)
    AND born > %(on)s::date - make_interval(years => %(age_to)s + 1)
    AND (died IS NULL OR died >= %(on)s)
"""

_COUNT_EVERYWHERE = f"SELECT count(*) FROM authentic_persons WHERE {_ALIVE_AND_OF_AGE}"  # noqa: S608 - own text

_COUNT_WITHIN = f"""
SELECT count(*) FROM authentic_residences
WHERE nis = ANY (%(territory)s) AND valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s)
  AND {_ALIVE_AND_OF_AGE}
"""  # noqa: S608 - own text

# range_agg joins years of grant without a gap between them: the right began with the first of them.
_TOESLAG = """
FROM (
    SELECT person, range_agg(daterange(valid_from, valid_to, '[]')) AS spells FROM authentic_entitlements
    WHERE person = ANY (string_to_array(%(asked)s, ',')) AND benefit = 'sociale_toeslag' GROUP BY person
) e
"""

_STARTS = "(SELECT max(lower(s)) FROM unnest(e.spells) AS s WHERE s && daterange(%(since)s, %(on)s, '[]'))"

_PAYEES = """
LEFT JOIN authentic_beneficiaries b
  ON b.child = e.person AND b.role IN ('begunstigde', 'bijslagtrekkende')
 AND b.valid_from <= %(on)s AND (b.valid_to IS NULL OR b.valid_to >= %(on)s)
"""

_WITHIN = "WHERE e.spells && daterange(%(since)s, %(on)s, '[]')"

_COLUMNS = """
SELECT string_agg(child, ','), string_agg(coalesce((began - '2000-01-01')::text, ''), ','),
       string_agg(coalesce(payee, ''), ',')
"""

# (with the start of the right, with the payees) -> statement: the whitelist of what can be read at all.
_TOESLAG_STATEMENTS: Final = {
    which: f"{_COLUMNS} FROM (SELECT e.person, {columns} {rest} {_WITHIN}) AS found (child, began, payee)"
    for which, columns, rest in (
        ((False, False), "NULL::date, NULL::text", _TOESLAG),
        ((True, False), f"{_STARTS}, NULL::text", _TOESLAG),
        ((False, True), "NULL::date, b.person", f"{_TOESLAG} {_PAYEES}"),
        ((True, True), f"{_STARTS}, b.person", f"{_TOESLAG} {_PAYEES}"),
    )
}


def read_facts(
    connection: Connection, asked: Sequence[Insz], reference: date
) -> list[tuple[Insz, Insz, date, date | None, str | None]]:
    """Return number asked, number in force, born, died and municipality on the day; unknown numbers are absent.

    For a few numbers one statement does for all, whether it finds them or not: the time that it takes must not tell
    who is known.
    """
    if len(asked) <= _FEW:
        return connection.execute(_OTHERS, {"asked": list(asked), "on": reference}).fetchall()
    row = connection.execute(_RESIDENTS, {"asked": ",".join(asked), "on": reference}).fetchone()
    persons, born, died, nis = _columns(row, 4)
    found: list[tuple[Insz, Insz, date, date | None, str | None]] = [
        (Insz(person), Insz(person), began, ended, place or None)
        for person, began, ended, place in zip(persons, _days(born), _days(died), nis, strict=True)
        if began is not None
    ]
    seen = set(persons)
    missing = [number for number in asked if number not in seen]
    if missing:
        found += connection.execute(_OTHERS, {"asked": missing, "on": reference}).fetchall()
    return found


def read_count(
    connection: Connection,
    *,
    territory: frozenset[str] | None,
    age_from: int | None,
    age_to: int | None,
    reference: date,
) -> int:
    """Return how many living persons of these ages live in the territory (None: anywhere) on that day."""
    row = connection.execute(
        _COUNT_EVERYWHERE if territory is None else _COUNT_WITHIN,
        {
            "territory": sorted(territory or ()),
            "age_from": age_from or 0,
            "age_to": _OLDEST if age_to is None else age_to,
            "on": reference,
        },
    ).fetchone()
    assert row is not None  # count(*) always gives a row
    return int(row[0])


def read_sociale_toeslag(
    connection: Connection,
    asked: Sequence[Insz],
    *,
    reference: date,
    since: date | None,
    with_start: bool,
    with_beneficiary: bool,
) -> list[tuple[Insz, date | None, Insz | None]]:
    """Return child, first day of the right and payee for the children with the right, in the order of asking.

    What is not asked for is neither read nor returned. The right counts on any day from `since` (absent: the
    reference date) to the reference date; the payees are those of the reference date, by number.
    """
    row = connection.execute(
        _TOESLAG_STATEMENTS[with_start, with_beneficiary],
        {"asked": ",".join(asked), "on": reference, "since": since or reference},
    ).fetchone()
    children, began, payees = _columns(row, 3)
    place = {number: index for index, number in enumerate(asked)}
    rows = set(zip([place[Insz(child)] for child in children], payees, children, _days(began), strict=True))
    return [
        (Insz(child), start, Insz(payee) if payee else None)
        for _, payee, child, start in sorted(rows, key=_PLACE_AND_PAYEE)
    ]


def _columns(row: tuple[Any, ...] | None, count: int) -> list[list[str]]:
    """Return the columns of a statement that gives each as one text; none of our values has a comma."""
    return [[] for _ in range(count)] if row is None or row[0] is None else [column.split(",") for column in row]


def _days(column: list[str]) -> list[date | None]:
    """Return the days that stand there as whole numbers since 2000, each made once; an empty text is none."""
    known = {text: date.fromordinal(_DAY_ZERO + int(text)) if text else None for text in set(column)}
    return [known[text] for text in column]
