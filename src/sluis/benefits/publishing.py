"""A run of the book put before the people who use it: its lines, its figures, and the evidence, in one transaction.

The book on disk stays the source; what stands in the database is a copy that is only added to. Publishing a run twice
changes nothing, and a publication that is killed half way has left nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from sluis.benefits import store
from sluis.benefits.grants.book import GrantBook, Run, digest_of_file
from sluis.benefits.money.accounts import WITHOUT_CHOICE
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry, Ground
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret

LAW: Final = Clause("Groeipakketdecreet", "art. 7")
"""The ground on which a payer holds the file of a family (exchange of personal data inside the Groeipakket)."""

_DIGITS: Final = 11
_TOLD: Final = ("person", "born", "given_name", "family_name", "payer", "nis")
_BESIDE: Final[tuple[tuple[str, str, dict[str, pl.DataType]], ...]] = (
    ("persons", "id", {"born": pl.Date()}),
    ("names", "person", {"given_name": pl.String(), "family_name": pl.String()}),
    ("payers", "person", {"payer": pl.String()}),
    ("residences", "person", {"nis": pl.String()}),
)
"""The tables beside the facts that a file is found by: table, key, columns."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing came to; `is_repeat` when the run was there already."""

    run: int
    lines: int
    persons: int
    is_repeat: bool


def publish(
    connection: Connection,
    book: GrantBook,
    number: int,
    *,
    beside: Path | None = None,
    party: str,
    by: str,
    at: datetime,
    secrets: PersonSecret,
) -> Published:
    """Put one run of the book into the database, with one entry in the ledger about everybody in it.

    `beside` is a folder with `names`, `payers`, `persons` and `residences`, for the search by name. Runs are published
    in their order. Refuses a run that is not in the book, or that was changed after it was written.
    """
    store.hold_publishing(connection, number)
    run = _run(book, number)
    manifest = digest_of_file(run.folder / "manifest.json")
    there = store.find_run(connection, number)
    if there is not None:
        if there.manifest != manifest:
            raise _another(number)
        return Published(number, there.lines, 0, is_repeat=True)
    if number > 1 and store.find_run(connection, number - 1) is None:
        raise SluisError(
            "run-out-of-order",
            msg("Run {before} is nog niet gepubliceerd.", before=number - 1),
            remedy=msg("Publiceer de runs in hun volgorde."),
        )
    decisions = _decisions(run)
    persons = _persons(connection, decisions, beside, number)
    store.copy_lines(connection, decisions)
    store.copy_persons(connection, persons)
    entry = record(
        connection,
        entry=Entry(
            at=at,
            kind="grants-published",
            party=party,
            actor=by,
            correlation=f"grants-{manifest[:32]}",
            outcome="done",
            grounds=(Ground("groeipakket-file", LAW),),
            details={"run": number, "month": str(run.month), "lines": decisions.height},
        ),
        subjects={"decided": _subjects(decisions)},
        secrets=secrets,
    )
    store.insert_run(
        connection,
        run=number,
        month=run.month.year * 12 + run.month.month - 1,
        manifest=manifest,
        at=at,
        by=by,
        entry=entry,
        lines=decisions.height,
        overview=overview_of(decisions, run, store.latest_persons(connection).select("person", "payer", "nis")),
    )
    return Published(number, decisions.height, persons.height, is_repeat=False)


def _run(book: GrantBook, number: int) -> Run:
    found = next((run for run in book.runs() if run.number == number), None)
    if found is None:
        raise SluisError(
            "run-unknown",
            msg("Run {number} staat niet in dit boek.", number=number),
            remedy=msg("Kies een run die in de map runs staat."),
        )
    return found


def _decisions(run: Run) -> pl.DataFrame:
    path = run.folder / "decisions.parquet"
    if digest_of_file(path) != run.manifest["outputs"].get("decisions.parquet"):
        raise _another(run.number)
    return pl.read_parquet(path)


def _another(number: int) -> SluisError:
    return SluisError(
        "run-differs",
        msg("Run {number} is niet meer wat ze was toen ze geschreven werd.", number=number),
        remedy=msg("Er wordt niets gepubliceerd. Zet het boek terug uit een reservekopie."),
    )


def _subjects(decisions: pl.DataFrame) -> list[Insz]:
    """Return everybody about whom the run decided or who is paid, as far as they have a national number."""
    found = _people(decisions)["person"].sort()
    return [Insz(each) for each in found if len(each) == _DIGITS and looks_like_insz(each)]


def _people(decisions: pl.DataFrame) -> pl.DataFrame:
    """Return everybody of the run once: the children and the persons who are paid."""
    payees = decisions.filter((pl.col("payee_kind") == "person") & (pl.col("payee") != ""))
    both = [decisions.select(person="child"), payees.select(person="payee")]
    return pl.concat(both).unique()


def _persons(connection: Connection, decisions: pl.DataFrame, beside: Path | None, number: int) -> pl.DataFrame:
    """Return the persons of the run of whom nothing or something else was known."""
    found = _described(_people(decisions), beside)
    found = _with_payer_of_payee(found, decisions)
    known = store.latest_persons(connection)
    fresh = found.join(known, on=found.columns, how="anti", nulls_equal=True)
    return fresh.with_columns(run=pl.lit(number, dtype=pl.Int32))


def _described(people: pl.DataFrame, beside: Path | None) -> pl.DataFrame:
    told = people.lazy()
    for name, key, columns in _BESIDE:
        path = None if beside is None else beside / f"{name}.parquet"
        if path is None or not path.is_file():
            told = told.with_columns(pl.lit(None, dtype=kind).alias(column) for column, kind in columns.items())
            continue
        spells = pl.scan_parquet(path)
        if "from" in spells.collect_schema():
            spells = spells.sort("from")
        last = spells.select(pl.col(key).alias("person"), *columns).unique("person", keep="last", maintain_order=True)
        told = told.join(last, on="person", how="left")
    return told.with_columns(pl.col("given_name", "family_name").fill_null("")).select(_TOLD).collect()


def _with_payer_of_payee(people: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Give each child the payer of who is paid for it; without a choice that is Fons, the public payer."""
    paid = decisions.filter(pl.col("payee_kind") == "person").select("child", "payee").unique().sort("child", "payee")
    by_payee = people.select(payee="person", of_payee="payer")
    of_child = paid.join(by_payee, on="payee").drop_nulls().unique("child", keep="first", maintain_order=True)
    joined = people.join(of_child.select(person="child", of_payee="of_payee"), on="person", how="left")
    return joined.with_columns(payer=pl.coalesce("of_payee", "payer", pl.lit(WITHOUT_CHOICE))).drop("of_payee")


def overview_of(decisions: pl.DataFrame, run: Run, people: pl.DataFrame) -> dict[str, Any]:
    """Return the figures of a run's page: by benefit, change, payer and municipality, and what its statement says."""
    own = decisions.filter(pl.col("month") == run.month.year * 12 + run.month.month - 1)
    paid = decisions.join(people.rename({"person": "child"}), on="child", how="left")
    sums = [pl.col("due_cents").sum(), pl.col("child").n_unique().alias("children")]
    status = pl.col("status")
    return {
        "benefits": own.group_by("benefit")
        .agg(
            pl.col("amount_cents").sum(),
            pl.col("child").n_unique().alias("children"),
            (status == "provisional").sum().alias("provisional"),
            (status == "undecided").sum().alias("undecided"),
        )
        .sort("amount_cents", "benefit", descending=[True, False])
        .to_dicts(),
        "changes": own.group_by("benefit", "change").len().sort("benefit", "change").to_dicts(),
        "corrected": int((decisions["change"] == "corrected").sum()),
        "payers": paid.group_by("payer").agg(sums).sort("payer", nulls_last=True).to_dicts(),
        "municipalities": paid.group_by("nis").agg(sums).sort("nis", nulls_last=True).to_dicts(),
        "statement": _statement(run),
        "inputs": dict(run.inputs),
        "law": hashlib.sha256(json.dumps(dict(run.manifest["law"]), sort_keys=True).encode()).hexdigest(),
    }


def _statement(run: Run) -> dict[str, Any] | None:
    path = run.folder / "statement.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
