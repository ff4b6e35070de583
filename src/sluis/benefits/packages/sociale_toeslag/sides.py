"""The sides of a child: each household that raises it, with the share of its time and the income core there.

A side is decided by itself: two separated parents are two sides with half the supplement each. A row is a side at the
end of the month, or (`at_end` false) as it was before the month began, for families whose core changed in it: a right
that stops runs to the end of the month (art. 5 § 1).

Sources: art. 18, 57-59, 68 and 225; the gpedia themes "wie vormt de inkomstenkern" and "welke kinderen maken deel uit
van het gezin"; explanatory note 7 annex 1 and note 8 annex 1; groeipakket.be, "ik ga scheiden".
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from sluis.benefits.packages.sociale_toeslag.changes import changed_children, changed_households
from sluis.benefits.packages.sociale_toeslag.core import with_core
from sluis.benefits.payees import beneficiaries
from sluis.benefits.reading import Reading, holding
from sluis.benefits.rows import child_rows

WHOLE: Final = 1000
HALF: Final = 500
_RAISES: Final = ("perspective_seeking", "perspective_giving")
_OLD_PAYEE: Final = "bijslagtrekkende"
_CARER: Final = "pleegzorger"
_ITSELF: Final = "zelf"
_ELSEWHERE: Final = "gezin"
_PAYEE: Final = ("child", "person", "role")


def side_rows(r: Reading) -> pl.LazyFrame:
    """Return a row per side, at the end of the month and, for families that changed, before it.

    `side`, `child`, `household`, `share` (of 1,000), `born`; `at_end`; `same_share`: the side has a row for the end of
    the month with the same share; `p1`, `p2`: the persons of the income core (`p2` null for one who lives alone, both
    null where nobody was found); `core` names them; `joined`: the day since which they live together; `payee` and
    `together`.
    """
    return r.kept("sides of the supplement", lambda: _side_rows(r))


def _side_rows(r: Reading) -> pl.LazyFrame:
    after = r.step(_sides_on(r, r.last, _payees_at_end(r)))
    day = r.first - timedelta(days=1)
    before = r.step(_sides_on(r, day, _payees_before(r, day)))
    earlier = before.join(_touched(before, after), on="core", how="semi")
    same = after.select("child", "household", "share", same_share=pl.lit(value=True))
    earlier = earlier.join(same, on=["child", "household", "share"], how="left")
    moments = [
        after.with_columns(same_share=pl.lit(value=True), at_end=pl.lit(value=True), moment=pl.lit("einde")),
        earlier.with_columns(
            pl.col("same_share").fill_null(value=False), at_end=pl.lit(value=False), moment=pl.lit("begin")
        ),
    ]
    rows = pl.concat(moments).join(child_rows(r).select("child", "born"), on="child")
    return rows.with_columns(side=pl.concat_str("child", "household", "moment", separator="|"))


def _touched(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """Return the earlier cores of every child whose sides changed in the month."""
    gone = before.join(after, on=["child", "household", "share", "core"], how="anti").select("child")
    return before.join(gone, on="child", how="semi").select("core").unique()


def _payees_of_month(r: Reading) -> pl.LazyFrame:
    """Return `child`, `person`, `role`: who is paid in the month; a new payee is paid from the next month (note 7).

    In long-term foster care the carer raises the child. A child without a payee before the month has those that came
    in it.
    """
    return r.step(
        _with_carers(r, r.step(_beneficiaries_of_month(r))),
    )


def _beneficiaries_of_month(r: Reading) -> pl.LazyFrame:
    before = r.at("beneficiaries", r.first - timedelta(days=1)).select(_PAYEE)
    during = r.during("beneficiaries").select(_PAYEE)
    return pl.concat([before, during.join(before, on="child", how="anti")]).unique()


def _payees_before(r: Reading, day: date) -> pl.LazyFrame:
    """Return who was paid before the month, for children all of whose payees had a home then.

    Somebody who arrives in the month has no family of before to compare with.
    """
    before = r.step(r.at("beneficiaries", day).select(_PAYEE).unique())
    paid = r.step(_with_carers(r, before))
    paid = paid.join(changed_children(r, day), on="child", how="semi")
    homes = r.kept(f"homes {day}", lambda: homes_on(r, day))
    homeless = paid.join(homes, on="person", how="anti").select("child")
    return paid.join(homeless, on="child", how="anti")


def _with_carers(r: Reading, payees: pl.LazyFrame) -> pl.LazyFrame:
    carers = (
        r.at("placements", r.first - timedelta(days=1))
        .filter((pl.col("kind") == "foster") & pl.col("carer").is_not_null() & pl.col("form").is_in(list(_RAISES)))
        .select("child", pl.col("carer").alias("person"), role=pl.lit(_CARER))
        .unique()
    )
    grown = beneficiaries(r, child_rows(r)).filter(pl.col("payee") == pl.col("child")).select("child")
    themselves = grown.join(carers, on="child", how="anti").select("child", person="child", role=pl.lit(_ITSELF))
    alone = pl.concat([carers, themselves.unique()])
    return pl.concat([payees.join(alone, on="child", how="anti"), alone])


def _payees_at_end(r: Reading) -> pl.LazyFrame:
    """Return the payees of the month that still are so at its end; all of them where none is."""
    payees = _payees_of_month(r)
    still = r.at_end("beneficiaries").select("child", "person").unique()
    alone = payees.filter(pl.col("role").is_in([_CARER, _ITSELF]))
    stayed = r.step(
        pl.concat([payees.join(still, on=["child", "person"], how="semi"), alone]).unique(),
    )
    return pl.concat([stayed, payees.join(stayed, on="child", how="anti")])


def _sides_on(r: Reading, day: date, payees: pl.LazyFrame) -> pl.LazyFrame:
    """Return the sides on a day: `child`, `household`, `share`, `p1`, `p2`, `joined`, `core`, `payee`, `together`.

    Each step is computed once (`step`): a lazy plan would otherwise repeat every earlier step wherever it is read.
    """
    homes = r.kept(f"homes {day}", lambda: homes_on(r, day))
    dead = r["persons"].filter(pl.col("died") <= day).select(pl.col("id").alias("person"))
    named = r.step(_at_home(payees.join(dead, on="person", how="anti"), homes))
    known = r.step(_without_old_payee(named))
    lonely = r.step(_raised_without_payee(r, day, known, homes))
    paid = pl.concat([known, lonely])
    places = r.step(pl.concat([_by_custody(r, day, paid), _by_payee(r, day, paid)]))
    sides = r.step(with_core(r, day, places, paid, homes))
    return _with_account(r, sides, paid)


def _with_account(r: Reading, sides: pl.LazyFrame, paid: pl.LazyFrame) -> pl.LazyFrame:
    """Add `payee` and `together`: those of the child, or, of a child with more sides, those who live on each side.

    Of two who live together the youngest is paid, where no choice is known.
    """
    apart = sides.filter((pl.col("share") == HALF) | (pl.col("payees") == 0)).select("child").unique()
    judged = r["custody"].select("child").unique()
    apart = pl.concat([apart, judged]).unique()
    born = r["persons"].select(pl.col("id").alias("person"), pl.col("born").alias("__born"))
    people = paid.join(apart, on="child", how="semi").filter(pl.col("role") != _ELSEWHERE)
    each = (
        people.join(born, on="person")
        .sort("__born", "person")
        .group_by("child", "household", maintain_order=True)
        .agg(payee=pl.col("person").last(), together=pl.when(pl.len() > 1).then(pl.col("person").first()))
    )
    usual = beneficiaries(r, child_rows(r)).select("child", "payee", "together").unique("child")
    whole = sides.join(apart, on="child", how="anti").join(usual, on="child", how="left")
    split = sides.join(apart, on="child", how="semi").join(each, on=["child", "household"], how="left")
    return pl.concat([whole, split]).drop("payees")


def homes_on(r: Reading, day: date) -> pl.LazyFrame:
    """Return `person`, `household`, `since`: where each person lives on the day, once.

    Before the month only the households of families that changed matter.
    """
    spells = holding(r["households"], day, day).select("person", "household", pl.col("from").alias("since"))
    if day != r.last:
        households = r.kept("changed households", lambda: changed_households(r, day))
        spells = spells.join(households, on="household", how="semi")
    twice = pl.col("person").is_duplicated()
    last = spells.filter(twice).sort("since", "household").unique("person", keep="last", maintain_order=True)
    return pl.concat([spells.filter(~twice), last])


def _at_home(payees: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """Add the household of each payee; one whose home is not known forms a side alone."""
    alone = pl.concat_str(pl.lit("~"), "person")
    found = payees.join(homes.select("person", "household"), on="person", how="left")
    return found.with_columns(pl.coalesce("household", alone).alias("household"))


def _without_old_payee(paid: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out the payee of 2018 of a child that has beneficiaries."""
    old = paid.filter(pl.col("role") == _OLD_PAYEE)
    now = paid.filter(pl.col("role") != _OLD_PAYEE)
    return pl.concat([now, old.join(now, on="child", how="anti")])


def _raised_without_payee(r: Reading, day: date, paid: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """Return, for children without a payee, the parent with whom they live, else a payee of another child there.

    Such children are paid elsewhere, or not yet; they count for the size of the family (gpedia, Wannes).
    """
    children = child_rows(r).select("child")
    if day != r.last:
        children = children.join(changed_children(r, day), on="child", how="semi")
    unpaid = children.join(paid, on="child", how="anti")
    lonely = r.step(unpaid.join(homes, left_on="child", right_on="person"))
    parents = r.at("parentage", day).select("child", pl.col("parent").alias("person"))
    own = lonely.join(parents, on="child").join(homes, on=["person", "household"], how="semi")
    others = paid.select("household", "person").unique()
    other = (
        lonely.join(own, on="child", how="anti")
        .join(others, on="household")
        .filter(pl.col("person") != pl.col("child"))
    )
    columns = ["child", "person", pl.lit(_ELSEWHERE).alias("role"), "household"]
    return pl.concat([own.select(columns), other.select(columns)])


def _by_custody(r: Reading, day: date, paid: pl.LazyFrame) -> pl.LazyFrame:
    """Return the sides that a judgment or agreement gives: more than half is the whole, half is half (art. 18).

    Not for the payee of 2018, who keeps the whole (art. 225), nor in foster care.
    """
    ruled = paid.filter(pl.col("role").is_in([_OLD_PAYEE, _CARER, _ITSELF])).select("child").unique()
    shares = r.at("custody", day).join(paid, on="child", how="semi").join(ruled, on="child", how="anti")
    spent = shares.group_by("child", "household").agg((pl.col("share").sum() * WHOLE).round().cast(pl.Int64))
    most = pl.col("share") == pl.col("share").max().over("child")
    whole = (pl.col("share") > HALF) | (most & (pl.col("share").max().over("child") < HALF))
    sided = spent.with_columns(pl.when(whole).then(WHOLE).when(pl.col("share") == HALF).then(HALF).alias("share"))
    return sided.filter(pl.col("share").is_not_null()).select("child", "household", pl.col("share").cast(pl.Int64))


def _by_payee(r: Reading, day: date, paid: pl.LazyFrame) -> pl.LazyFrame:
    """Return one side where the payees live together, else equal sides: without a judgment residence is equal."""
    judged = r.at("custody", day).select("child").unique()
    fixed = paid.filter(pl.col("role").is_in([_OLD_PAYEE, _CARER, _ITSELF])).select("child").unique()
    judged = judged.join(fixed, on="child", how="anti")
    places = paid.join(judged, on="child", how="anti").select("child", "household").unique()
    count = pl.len().over("child")
    return places.select(
        "child", "household", pl.when(count == 1).then(WHOLE).otherwise(HALF).cast(pl.Int64).alias("share")
    )
