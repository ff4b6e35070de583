"""More rules of one text: days, ages, places, numbers and further recipients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from sluis.agreements.problems import Problem
from sluis.agreements.rules import AVG, EGOV, Rule, is_left_open, problem
from sluis.agreements.tree import Tree
from sluis.kernel.kbo import KboFault, read_kbo
from sluis.kernel.nis import municipality, nis_on
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg


def ages_run_upwards(text: Tree) -> Iterator[Problem]:
    """The lowest age is not above the highest."""
    for _, leg in text["legs"].entries():
        age = leg["subjects"]["age"]
        lowest, highest = age["from"].number, age["to"].number
        if lowest is not None and highest is not None and lowest > highest:
            yield problem(
                "ages-upside-down",
                age,
                msg("De leeftijden staan omgekeerd: van {lowest} tot {highest}.", lowest=lowest, highest=highest),
                msg("Zet de laagste leeftijd bij ‘from’ en de hoogste bij ‘to’."),
                Clause(AVG, "artikel 5, lid 1, c)"),
            )


def territory_has_a_meaning(text: Tree) -> Iterator[Problem]:
    """Only on a question and its answer is there somebody who asks."""
    for _, leg in text["legs"].entries():
        territory = leg["subjects"]["territory"]
        if territory.text == "asker" and leg["kind"].text == "delivery":
            yield problem(
                "no-asker",
                territory,
                msg("Bij een levering zonder vraag is er geen vrager."),
                msg("Kies receiver (het grondgebied van de ontvanger), everywhere of een lijst NIS-codes."),
                Clause(AVG, "artikel 5, lid 1, c)"),
            )


def periodicity_counts(text: Tree) -> Iterator[Problem]:
    """A number of times goes with once and per_year only."""
    for _, leg in text["legs"].entries():
        kind, times = leg["periodicity"]["kind"].text, leg["periodicity"]["times"]
        if (kind == "per_year") != times.there and kind in ("per_year", "unlimited"):
            yield problem(
                "periodicity-unclear",
                times,
                msg("Hoe vaak deze stroom gebruikt mag worden, is niet duidelijk."),
                msg("Zet bij per_year het aantal keren per jaar in ‘times’; laat ‘times’ weg bij unlimited."),
                Clause(EGOV, "artikel 8, §1"),
            )


def term_runs_forward(text: Tree) -> Iterator[Problem]:
    """A fixed term has a last day, after its first; an indefinite one has none."""
    term = text["term"]
    start, last, kind = term["in_force_from"].day, term["until"], term["kind"].text
    if kind == "fixed" and not last.there and not term["at_most"].there and not is_left_open(text, last):
        yield problem(
            "term-without-end",
            last,
            msg("De duur is bepaald, maar de laatste dag ontbreekt."),
            msg("Zet de laatste dag van kracht in ‘until’, of kies kind: indefinite."),
            Clause(EGOV, "artikel 8, §1"),
        )
    if kind == "indefinite" and last.there:
        yield problem(
            "term-with-end",
            last,
            msg("De duur is onbepaald, maar er staat een laatste dag."),
            msg("Kies kind: fixed, of haal ‘until’ weg."),
            Clause(EGOV, "artikel 8, §1"),
        )
    if start is not None and last.day is not None and last.day < start:
        yield problem(
            "term-upside-down",
            last,
            msg("De laatste dag ligt voor de eerste."),
            msg("Zet bij ‘until’ een dag op of na {start}.", start=start.isoformat()),
            Clause(EGOV, "artikel 8, §1"),
        )


def in_force_after_what_it_rests_on(text: Tree) -> Iterator[Problem]:
    """It cannot be in force before it could be signed: not before the advices and decisions that it names."""
    start = text["term"]["in_force_from"]
    days = [advice["date"].day for advice in text["advices"].elements()]
    days += [party["decision"]["date"].day for party in text["parties"].elements()]
    latest = max((day for day in days if day is not None), default=date.min)
    if start.day is not None and start.day < latest:
        yield problem(
            "in-force-too-early",
            start,
            msg(
                "De tekst zou gelden vanaf {start}, voor het advies of de beslissing van {latest}.",
                start=start.day.isoformat(),
                latest=latest.isoformat(),
            ),
            msg("Kies een dag van inwerkingtreding op of na {latest}.", latest=latest.isoformat()),
            Clause(EGOV, "artikel 8, §1"),
        )


def kbo_numbers_are_right(text: Tree) -> Iterator[Problem]:
    """The last two digits of a KBO number check the first eight."""
    for party in text["parties"].elements():
        for number in (party["kbo"], *(processor["kbo"] for processor in party["processors"].elements())):
            fault = read_kbo(number.text) if number.text else None
            # A number of another form is told by the form.
            if fault is KboFault.WRONG_CHECK_DIGITS:
                yield problem("kbo-check-digits", number, fault.what, fault.remedy, Clause(EGOV, "artikel 8, §1"))


def nis_codes_exist_on_the_day(text: Tree) -> Iterator[Problem]:
    """A NIS code stands for a municipality on the first day; after a merger the new code does."""
    start = text["term"]["in_force_from"].day
    mentions = [party["nis"] for party in text["parties"].elements()]
    for _, leg in text["legs"].entries():
        mentions += leg["subjects"]["territory"].elements()
    for mention in mentions:
        nis = mention.text or ""
        if start is not None and _FLEMISH.fullmatch(nis) and municipality(nis, start) is None:
            today = nis_on(nis, date.min, start)
            yield problem(
                "nis-unknown",
                mention,
                msg("NIS-code {nis} bestaat niet op {day}.", nis=nis, day=start.isoformat()),
                msg("Gebruik {nis}, de code van na de fusie.", nis=today)
                if today is not None
                else msg("Zoek de NIS-code van de gemeente op bij Statbel."),
                Clause(EGOV, "artikel 8, §1"),
            )


# The provinces of the Flemish Region; of other codes the register in the kernel knows nothing.
_FLEMISH = re.compile(r"(1|23|24|3|4|7)[0-9]*")


def further_recipients_have_their_own_ground(text: Tree) -> Iterator[Problem]:
    """Onward communication needs a protocol of its own and a notice to the others beforehand."""
    for onward in text["onward"].elements():
        recipient = onward["recipient"].text or "…"
        if not onward["own_protocol"].there and not is_left_open(text, onward["own_protocol"]):
            yield problem(
                "onward-without-protocol",
                onward,
                msg("De verdere mededeling aan ‘{recipient}’ heeft geen eigen protocol.", recipient=recipient),
                msg("Noem in ‘own_protocol’ het protocol of de grond van die mededeling, of haal de ontvanger weg."),
                Clause(EGOV, "artikel 8, §1"),
            )
        if not onward["notice"].there:
            yield problem(
                "onward-without-notice",
                onward,
                msg(
                    "Van de verdere mededeling aan ‘{recipient}’ worden de partijen niet verwittigd.",
                    recipient=recipient,
                ),
                msg("Schrijf in ‘notice’ hoe de andere partijen vooraf verwittigd worden."),
                Clause(AVG, "artikel 5, lid 1, b)"),
            )


def blanks_lead_somewhere(text: Tree) -> Iterator[Problem]:
    """A blank or an open point that names a field which does not exist would never be filled."""
    for mention in _written_paths(text):
        if mention.text is not None and text.at(mention.text) is None:
            yield problem(
                "path-to-nowhere",
                mention,
                msg("Het pad ‘{path}’ bestaat niet in deze tekst.", path=mention.text),
                msg("Schrijf het zoals parties[naam].veld of legs.naam.items[0].veld."),
                Clause(EGOV, "artikel 8, §1"),
            )


def _written_paths(text: Tree) -> Iterator[Tree]:
    yield from (blank["path"] for blank in text["to_complete"].elements())
    yield from (point["about"] for point in text["open_points"].elements())


SCOPE_RULES: tuple[Rule, ...] = (
    ages_run_upwards,
    territory_has_a_meaning,
    periodicity_counts,
    term_runs_forward,
    in_force_after_what_it_rests_on,
    kbo_numbers_are_right,
    nis_codes_exist_on_the_day,
    further_recipients_have_their_own_ground,
    blanks_lead_somewhere,
)
