"""Names and former numbers of a person, by the person's own number. Only what a page about that person needs."""

from __future__ import annotations

from datetime import date

from sluis.database import Connection
from sluis.kernel.insz import Insz, check_digits


def read_name(connection: Connection, insz: Insz) -> str | None:
    """Return given name and family name, or None for an unknown number."""
    row = connection.execute(
        "SELECT given_name || ' ' || family_name FROM authentic_names WHERE person = %s", (insz,)
    ).fetchone()
    return None if row is None else str(row[0])


def numbers_of(connection: Connection, insz: Insz) -> list[Insz]:
    """Return the number itself and all that it replaced or that replaced it, for whoever looks up own evidence.

    However often a number was replaced: evidence stands under the number that was asked at the time.
    """
    rows = connection.execute(
        'WITH RECURSIVE own (number) AS (SELECT %(insz)s::text COLLATE "C" UNION'
        " SELECT CASE WHEN r.old = own.number THEN r.new ELSE r.old END"
        " FROM own JOIN authentic_insz_replacements r ON own.number IN (r.old, r.new))"
        " SELECT number FROM own",
        {"insz": insz},
    ).fetchall()
    return list(dict.fromkeys([insz, *(Insz(row[0]) for row in rows)]))


def beneficiary_with_right(connection: Connection, nis: str) -> Insz | None:
    """Return a beneficiary in a municipality whose child gives right to a sociale toeslag, the lowest number of all.

    For the demo and the tests, which need such a person to sign in as: of two parents the youngest, who is paid where
    nobody chose.
    """
    row = connection.execute(
        "SELECT min(b.person) FROM authentic_beneficiaries b"
        " JOIN authentic_entitlements e ON e.person = b.child AND e.benefit = 'sociale_toeslag' AND e.valid_to IS NULL"
        " JOIN authentic_residences r ON r.person = b.child AND r.nis = %s AND r.valid_to IS NULL"
        " JOIN authentic_persons p ON p.insz = b.person"
        " WHERE b.valid_to IS NULL AND NOT EXISTS (SELECT FROM authentic_beneficiaries o"
        " JOIN authentic_persons q ON q.insz = o.person"
        " WHERE o.child = b.child AND o.valid_to IS NULL AND q.born > p.born)",
        (nis,),
    ).fetchone()
    return None if row is None or row[0] is None else Insz(row[0])


def children_of(connection: Connection, nis: str, *, born_after: date, most: int) -> list[Insz]:
    """Return persons born after a day who live in a municipality now, for the requests of demo and tests."""
    rows = connection.execute(
        "SELECT person FROM authentic_residences WHERE nis = %s AND valid_to IS NULL AND born > %s AND died IS NULL"
        " AND NOT EXISTS (SELECT FROM authentic_insz_replacements WHERE old = person) ORDER BY person LIMIT %s",
        (nis, born_after, most),
    )
    return [Insz(row[0]) for row in rows]


def adult_of(connection: Connection, nis: str, *, born_before: date, most: int) -> list[Insz]:
    """Return persons born before a day who live in a municipality now, for the requests of demo and tests."""
    rows = connection.execute(
        "SELECT person FROM authentic_residences WHERE nis = %s AND valid_to IS NULL AND born < %s AND died IS NULL"
        " ORDER BY person LIMIT %s",
        (nis, born_before, most),
    )
    return [Insz(row[0]) for row in rows]


def unknown_number(connection: Connection) -> Insz:
    """Return a well-formed fictitious number that nobody has, for the requests of demo and tests."""
    nines = (f"6561{day:02}{serial:03}" for day in range(31, 0, -1) for serial in range(997, 0, -2))
    for nine in nines:
        number = Insz(f"{nine}{check_digits(int(nine), from_2000=False):02}")
        known = connection.execute("SELECT 1 FROM authentic_persons WHERE insz = %s", (number,)).fetchone()
        if known is None:
            return number
    raise LookupError("every number of that month is taken")


def children_to_try(connection: Connection, *, born_after: date, most: int) -> list[Insz]:
    """Return fictional persons born after a day whoever they are, first those who give a right: for the sandbox."""
    rows = connection.execute(
        "(SELECT DISTINCT e.person FROM authentic_entitlements e JOIN authentic_residences r ON r.person = e.person"
        " WHERE e.benefit = 'sociale_toeslag' AND e.valid_to IS NULL AND r.valid_to IS NULL AND r.born > %(born)s"
        " AND r.died IS NULL ORDER BY e.person LIMIT %(most)s) UNION ALL"
        " (SELECT person FROM authentic_residences WHERE valid_to IS NULL AND born > %(born)s AND died IS NULL"
        " ORDER BY person LIMIT %(most)s)",
        {"born": born_after, "most": most},
    )
    return list(dict.fromkeys(Insz(row[0]) for row in rows))[:most]
