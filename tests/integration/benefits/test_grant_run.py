"""Monthly runs over files: what is decided, paid, corrected and kept, with the law as it stands."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sepaxml
from lxml import etree

from sluis.benefits.grants.book import GrantBook
from sluis.benefits.grants.from_law import deciding
from sluis.benefits.grants.running import GrantRun, Ran
from sluis.benefits.model import Calendar
from sluis.benefits.money.accounts import ACCOUNT, CHOICE, is_iban, sample_iban
from sluis.benefits.money.desk import PayDesk, Payees
from sluis.benefits.money.orders import PLAN
from sluis.benefits.payments import pay_day
from sluis.benefits.tables import tables_of_rows
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month

MAY = Month(2024, 5)
NO_NAMES = pl.DataFrame(schema={"person": pl.String(), "name": pl.String()})


def family(*, kids: Mapping[str, date] | None = None, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    """The facts of a mother, a father and their children, living together in Wingene."""
    born = kids or {"kid": date(2021, 2, 3)}
    begin = date(2015, 1, 1)
    tables: dict[str, list[dict[str, Any]]] = {
        "persons": [
            {"id": "mum", "born": date(1990, 1, 15)},
            {"id": "dad", "born": date(1988, 3, 2)},
            *({"id": kid, "born": day} for kid, day in born.items()),
        ],
        "residences": [
            *({"person": each, "region": "VL", "nis": "37018", "from": begin} for each in ("mum", "dad")),
            *({"person": kid, "region": "VL", "nis": "37018", "from": day} for kid, day in born.items()),
        ],
        "households": [
            *({"person": each, "household": "h1", "from": begin} for each in ("mum", "dad")),
            *({"person": kid, "household": "h1", "from": day} for kid, day in born.items()),
        ],
        "parentage": [
            {"child": kid, "parent": each, "kind": "birth", "from": day}
            for kid, day in born.items()
            for each in ("mum", "dad")
        ],
        "beneficiaries": [
            {"child": kid, "person": "mum", "role": "begunstigde", "from": day} for kid, day in born.items()
        ],
    }
    return {**tables, **changed}


def write(folder: Path, rows: Mapping[str, list[dict[str, Any]]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables_of_rows(rows).frames.items():
        frame.collect().write_parquet(folder / f"{name}.parquet")
    return folder


class House:
    """A book with its pay desk; everyone has a test account."""

    def __init__(self, folder: Path, *, accounts: bool = True) -> None:
        self.book = GrantBook(folder)
        self.desk = PayDesk(
            self.book, Payees(pl.DataFrame(schema=ACCOUNT), pl.DataFrame(schema=CHOICE), NO_NAMES, accounts)
        )

    def run(self, facts: Path, month: Month) -> Ran:
        def settle(folder: Path, decisions: pl.DataFrame, of: Month, number: int) -> None:
            day = pay_day(Calendar.BASE, of)
            assert day is not None
            self.desk.settle(folder, decisions, month=of, run=number, pay_days={}, base_day=day)

        law = deciding(["basisbedrag"])
        return GrantRun(decide=law, law={"rules": "test"}, once=frozenset(), also=settle).run(self.book, facts, month)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "book")


def cents(ran: Ran, column: str = "due_cents") -> int:
    return int(ran.decisions.get_column(column).sum())


def test_a_month_is_decided_paid_and_stated(house: House, tmp_path: Path) -> None:
    ran = house.run(write(tmp_path / "facts", family()), MAY)
    # 176.66 from September 2023 (art. 13 and 4).
    assert cents(ran) == 17666
    paid = house.desk.payments()
    assert paid.select("payer", "payee", "amount_cents", "pay_on").rows() == [("fons", "mum", 17666, date(2024, 6, 7))]
    assert (ran.run.folder / "statement.json").exists()
    house.book.check()


def test_the_orders_are_valid_against_the_schema_of_the_standard(house: House, tmp_path: Path) -> None:
    ran = house.run(write(tmp_path / "facts", family()), MAY)
    schema = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
    valid = etree.XMLSchema(etree.parse(str(schema)))
    files = sorted(ran.run.folder.glob("order-*.xml"))
    assert len(files) == 1
    for file in files:
        valid.assertValid(etree.parse(str(file)))


def test_running_a_month_twice_pays_nobody_twice(house: House, tmp_path: Path) -> None:
    facts = write(tmp_path / "facts", family())
    first, second = house.run(facts, MAY), house.run(facts, MAY)
    assert second.is_repeat
    assert len(house.book.runs()) == 1
    assert first.decisions.equals(second.decisions)


def test_a_run_that_was_killed_half_way_left_nothing_and_runs_again(house: House, tmp_path: Path) -> None:
    facts = write(tmp_path / "facts", family())

    class Killed(BaseException):
        pass

    def stop(*_: object) -> None:
        raise Killed

    dying = GrantRun(decide=deciding(["basisbedrag"]), law={"rules": "test"}, once=frozenset(), also=stop)
    with pytest.raises(Killed):
        dying.run(house.book, facts, MAY)
    assert house.book.runs() == ()
    assert cents(house.run(facts, MAY)) == 17666


def test_the_same_run_on_another_machine_gives_the_same_bytes(tmp_path: Path) -> None:
    facts = write(tmp_path / "facts", family())
    here, there = House(tmp_path / "here"), House(tmp_path / "there")
    one, other = here.run(facts, MAY), there.run(facts, MAY)
    for file in one.run.folder.iterdir():
        assert (
            hashlib.sha256(file.read_bytes()).digest()
            == hashlib.sha256((other.run.folder / file.name).read_bytes()).digest()
        ), file.name


def test_a_birth_that_becomes_known_late_is_paid_for_every_month_since(house: House, tmp_path: Path) -> None:
    for step in range(3):
        house.run(write(tmp_path / f"facts{step}", family()), MAY + step)
    late = family(kids={"kid": date(2021, 2, 3), "baby": date(2024, 6, 20)})
    ran = house.run(write(tmp_path / "late", late), MAY + 3)
    baby = ran.decisions.filter(pl.col("child") == "baby").sort("month")
    assert baby.select("month", "due_cents").rows() == [
        (2024 * 12 + 5, 17666),
        (2024 * 12 + 6, 17666),
        (2024 * 12 + 7, 17666),
    ]
    # The child whose rights did not change has no line about the months gone by.
    assert ran.decisions.filter((pl.col("child") == "kid") & (pl.col("change") == "corrected")).is_empty()


def test_a_move_that_becomes_known_late_is_claimed_and_no_month_is_withheld(house: House, tmp_path: Path) -> None:
    for step in range(3):
        house.run(
            write(tmp_path / f"facts{step}", family(kids={"kid": date(2021, 2, 3), "two": date(2022, 5, 6)})),
            MAY + step,
        )
    moved = family(kids={"kid": date(2021, 2, 3), "two": date(2022, 5, 6)})
    row = next(each for each in moved["residences"] if each["person"] == "two")
    moved["residences"].remove(row)
    moved["residences"] += [
        {**row, "to": date(2024, 5, 15)},
        {"person": "two", "region": "BR", "nis": "21004", "from": date(2024, 5, 16)},
    ]
    ran = house.run(write(tmp_path / "moved", moved), MAY + 3)
    # To the end of the month of the event: May stays due; June and July are asked back.
    back = ran.decisions.filter(pl.col("due_cents") < 0).sort("month")
    assert back.select("child", "month").rows() == [("two", 2024 * 12 + 5), ("two", 2024 * 12 + 6)]
    claims = house.desk.open_claims(house.book.runs())
    assert claims.get_column("cents").sum() == 2 * 17666
    paid = house.desk.payments().filter(pl.col("run") == 4)
    assert paid.get_column("amount_cents").to_list() == [17666]


def test_a_plan_takes_its_part_of_each_month_and_a_waiver_ends_the_rest(house: House, tmp_path: Path) -> None:
    test_a_move_that_becomes_known_late_is_claimed_and_no_month_is_withheld(house, tmp_path)
    claim = house.desk.open_claims(house.book.runs()).get_column("claim")[0]
    decisions = house.book.directory / "decisions"
    decisions.mkdir()
    pl.DataFrame([{"claim": claim, "kind": "plan", "cents": 5000}], schema=PLAN).write_parquet(
        decisions / "plan.parquet"
    )
    house.run(tmp_path / "moved", MAY + 4)
    assert house.desk.payments().filter(pl.col("run") == 5).get_column("amount_cents").to_list() == [18019 - 5000]
    assert house.desk.open_claims(house.book.runs()).get_column("cents").to_list() == [2 * 17666 - 5000]
    pl.DataFrame([{"claim": claim, "kind": "waiver", "cents": 2 * 17666 - 5000}], schema=PLAN).write_parquet(
        decisions / "waiver.parquet"
    )
    assert house.desk.open_claims(house.book.runs()).is_empty()


def test_what_was_known_then_is_never_overwritten(house: House, tmp_path: Path) -> None:
    house.run(write(tmp_path / "facts", family()), MAY)
    house.run(write(tmp_path / "same", family()), MAY + 1)
    gone = family(
        persons=[
            {"id": "mum", "born": date(1990, 1, 15)},
            {"id": "dad", "born": date(1988, 3, 2)},
            {"id": "kid", "born": date(2021, 2, 3), "died": date(2024, 4, 2)},
        ]
    )
    house.run(write(tmp_path / "gone", gone), MAY + 2)
    assert house.book.known(MAY, at_run=2).get_column("amount_cents").to_list() == [17666]
    assert house.book.known(MAY).get_column("amount_cents").to_list() == [0]
    assert [
        run for (run,) in house.book.history("kid").filter(pl.col("month") == 2024 * 12 + 4).select("run").rows()
    ] == [1, 3]


def test_a_month_is_not_skipped_and_not_decided_backwards(house: House, tmp_path: Path) -> None:
    facts = write(tmp_path / "facts", family())
    house.run(facts, MAY)
    for month in (MAY + 2, MAY - 1):
        with pytest.raises(SluisError) as refused:
            house.run(facts, month)
        assert refused.value.code == "month-out-of-order"


def test_a_book_that_somebody_changed_is_refused(house: House, tmp_path: Path) -> None:
    facts = write(tmp_path / "facts", family())
    house.run(facts, MAY)
    ran = house.run(facts, MAY + 1)
    path = house.book.runs()[0].folder / "decisions.parquet"
    pl.read_parquet(path).with_columns(due_cents=pl.lit(1)).write_parquet(path)
    with pytest.raises(SluisError):
        house.book.check()
    shutil.rmtree(ran.run.folder)
    manifest = house.book.runs()[0].folder / "manifest.json"
    house.run(facts, MAY + 1)
    manifest.write_text(manifest.read_text().replace("2024-05", "2024-04"))
    with pytest.raises(SluisError):
        house.book.runs()


def test_who_has_no_known_account_is_held_and_paid_once_it_is_known(tmp_path: Path) -> None:
    house = House(tmp_path / "book", accounts=False)
    facts = write(tmp_path / "facts", family())
    house.run(facts, MAY)
    assert house.desk.payments().get_column("state").to_list() == ["held"]
    known = House(tmp_path / "book", accounts=True)
    known.run(facts, MAY + 1)
    paid = known.desk.payments().filter(pl.col("state") == "ordered")
    assert paid.get_column("amount_cents").to_list() == [2 * 17666]
    known.run(facts, MAY + 2)
    assert known.desk.payments().filter(pl.col("run") == 3).get_column("amount_cents").to_list() == [17666]


def _status(message: str, payment: str, status: str, reason: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>B1</MsgId><CreDtTm>2024-06-08T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>{payment}</OrgnlEndToEndId>
<TxSts>{status}</TxSts><StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>""".encode()


def test_a_payment_that_the_bank_refused_is_ordered_again_once(house: House, tmp_path: Path) -> None:
    facts = write(tmp_path / "facts", family())
    house.run(facts, MAY)
    payment = house.desk.payments().get_column("end_to_end_id")[0]
    answer = _status("GP202405-0001-fons-0607-001", payment, "RJCT", "AC01")
    assert house.desk.take_bank_file(answer)[1]
    assert not house.desk.take_bank_file(answer)[1]
    known = house.desk.payments()
    assert known.select("bank", "reason").rows() == [("rejected", "AC01")]
    house.run(facts, MAY + 1)
    house.run(facts, MAY + 2)
    amounts = house.desk.payments().sort("run").get_column("amount_cents").to_list()
    assert amounts == [17666, 2 * 17666, 17666]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>',
    ],
)
def test_a_file_that_is_not_of_a_bank_is_refused_with_a_sentence(house: House, content: bytes) -> None:
    with pytest.raises(SluisError) as refused:
        house.desk.take_bank_file(content)
    assert refused.value.code == "bank-file-unreadable"
    assert not (house.book.directory / "bank").exists()


def test_test_accounts_have_right_check_digits_and_no_country() -> None:
    for number in (1, 7, 999_999_999_999):
        assert is_iban(sample_iban(number))
        assert sample_iban(number).startswith("XX")
    assert is_iban("BE68 5390 0754 7034")  # the example of the banking standard itself
    assert not is_iban("BE68 5390 0754 7035")
