"""The letter in sentences: parts with a heading, each a list of paragraphs, points or rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sluis.benefits.explanation.model import Explanation, Link, UsedFact
from sluis.benefits.letters.model import Appeal, Letter
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules.units import CENTS, DAY
from sluis.rules.wording import value_in_words

_MOST_RULES: Final = 8
_MOST_FACTS: Final = 24
_MOST_CHANGES: Final = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter: a heading, paragraphs, points, and a table with its head."""

    heading: Message
    paragraphs: tuple[Message, ...] = ()
    points: tuple[Message, ...] = ()
    head: tuple[Message, ...] = ()
    rows: tuple[tuple[Message, ...], ...] = field(default=())
    is_warning: bool = False


def subject(letter: Letter) -> Message:
    """Return what the letter is about, in one line."""
    told = letter.told
    names = {"benefit": told.title, "child": plain(letter.child_name), "month": month_in_words(told.month)}
    match told.decision:
        case "granted":
            return msg("U krijgt {benefit} voor {child} in {month}", **names)
        case "refused":
            return msg("U krijgt {benefit} niet voor {child} in {month}", **names)
        case "undecided":
            return msg("Wij kunnen nog niet beslissen over {benefit} voor {child} in {month}", **names)


def in_parts(letter: Letter) -> tuple[Part, ...]:
    """Return the parts of the letter, in their order."""
    told = letter.told
    parts = [_decision(letter)]
    if told.decision == "undecided":
        parts.append(_asked(told))
    if told.is_provisional:
        parts.append(_provisional(told))
    parts += _why(told)
    if letter.changes:
        parts.append(_otherwise(letter))
    parts.append(_wrong(letter))
    parts.append(_appeal(letter.appeal, is_decision=told.decision != "undecided"))
    return tuple(parts)


def _decision(letter: Letter) -> Part:
    told = letter.told
    amount = value_in_words(told.amount_cents, CENTS)
    article = plain(str(told.article))
    if told.decision == "undecided":
        return Part(
            msg("Waarom u deze brief krijgt"),
            (
                msg("Er ontbreekt iets om te kunnen beslissen. Wat ontbreekt, betekent niet dat u geen recht hebt."),
                msg("De regel is: {rule} ({article}).", rule=told.chain[0].title, article=article),
            ),
        )
    if told.decision == "refused":
        return Part(
            msg("Wat wij beslisten"),
            (
                msg("Voor deze maand is er geen recht. Het bedrag is {amount}.", amount=amount),
                msg("Dat volgt uit {article}.", article=article),
            ),
        )
    lines = [
        msg("Het bedrag voor deze maand is {amount}.", amount=amount),
        msg("Dat volgt uit {article}.", article=article),
    ]
    if told.pay_day is not None:
        lines.append(msg("Wij betalen ten laatste op {day}.", day=day_in_words(told.pay_day)))
    else:
        lines.append(msg("De regels die wij kennen, noemen voor deze betaling geen vaste dag."))
    lines += [_share(each.kind, each.amount_cents) for each in told.payees if each.of > 1]
    return Part(msg("Wat wij beslisten"), tuple(lines))


def _share(kind: str, cents: int) -> Message:
    amount = value_in_words(cents, CENTS)
    if kind == "organisation":
        return msg("Daarvan gaat {amount} naar de instelling waar het kind verblijft.", amount=amount)
    if kind == "savings_account":
        return msg("Daarvan gaat {amount} naar een spaarrekening op naam van het kind.", amount=amount)
    return msg("Daarvan gaat {amount} naar u.", amount=amount)


def _asked(told: Explanation) -> Part:
    return Part(
        msg("Wat wij nog nodig hebben"),
        (msg("Weet u dit, of hebt u er een bewijs van? Stuur het naar ons op. Dan beslissen wij opnieuw."),),
        tuple(
            msg("{what}. {remedy}", what=each.what, remedy=each.remedy)
            if each.lack == "fact"
            else msg("{what}: dit bedrag of deze grens is nog niet bekend. U hoeft niets te doen.", what=each.what)
            for each in told.missing
        ),
    )


def _provisional(told: Explanation) -> Part:
    points = [
        msg(
            "“{name}” ({article}), {value} vanaf {since}: {reason}",
            name=each.title,
            article=plain(str(each.article)),
            value=each.shown,
            since=month_in_words(each.since),
            reason=each.reason,
        )
        for each in told.weak
    ]
    if told.provisional_because is not None:
        points.append(msg("{reason}.", reason=told.provisional_because))
    return Part(
        msg("Dit is een voorlopige beslissing"),
        (msg("Zodra het onderstaande zeker is, berekenen wij het bedrag opnieuw. U krijgt dan een nieuwe brief."),),
        tuple(points),
        is_warning=True,
    )


def _why(told: Explanation) -> Iterator[Part]:
    chosen = told.chain[:_MOST_RULES]
    yield Part(
        msg("Waarom"),
        (msg("Deze regels hebben wij toegepast, de belangrijkste eerst."),),
        tuple(_rule(link) for link in chosen),
    )
    facts = list(_facts(told.chain))[:_MOST_FACTS]
    if facts:
        yield Part(
            msg("Met welke gegevens"),
            head=(msg("Gegeven"), msg("Waarde"), msg("Van wie")),
            rows=tuple((fact.what, fact.shown, _from(fact)) for fact in facts),
        )
    values = {(each.name, each.since): each for link in told.chain for each in link.values}
    if values:
        yield Part(
            msg("Met welke bedragen en grenzen van de wet"),
            head=(msg("Bedrag of grens"), msg("Waarde"), msg("Vanaf"), msg("Artikel")),
            rows=tuple(
                (each.title, each.shown, month_in_words(each.since), plain(str(each.article)))
                for each in list(values.values())[:_MOST_FACTS]
            ),
        )


def _rule(link: Link) -> Message:
    return msg("{title}: {value} ({article})", title=link.title, value=link.shown, article=plain(str(link.article)))


def _facts(chain: tuple[Link, ...]) -> Iterator[UsedFact]:
    """Give each fact once."""
    seen: set[str] = set()
    for link in chain:
        for fact in link.facts:
            if not fact.is_group and not fact.decided_by and fact.name not in seen:
                seen.add(fact.name)
                yield fact


def _from(fact: UsedFact) -> Message:
    joined = fact.sources[0]
    for each in fact.sources[1:]:
        joined = msg("{one}, {other}", one=joined, other=each)
    return joined


def _otherwise(letter: Letter) -> Part:
    return Part(
        msg("Wat het bedrag zou veranderen"),
        (msg("Met één ander gegeven was het bedrag anders geweest. Klopt zo'n gegeven niet? Laat het ons weten."),),
        tuple(each.sentence for each in letter.changes[:_MOST_CHANGES]),
    )


def _wrong(letter: Letter) -> Part:
    contact = letter.sender.contact
    ask = (
        msg(
            "Vragen? Neem contact op met {sender}: {contact}.", sender=plain(letter.sender.name), contact=plain(contact)
        )
        if contact
        else msg("Vragen? Neem contact op met {sender}.", sender=plain(letter.sender.name))
    )
    return Part(
        msg("Klopt er iets niet?"),
        (
            msg("Is een gegeven fout? Laat het verbeteren. Wij berekenen dan elke maand opnieuw die het raakt."),
            ask,
        ),
    )


def _appeal(appeal: Appeal, *, is_decision: bool) -> Part:
    """The way to appeal as the law names it; what no source tells is said to be open (Bestuursdecreet, art. II.21)."""
    lines = (
        [] if is_decision else [msg("Deze brief is nog geen beslissing. Over de beslissing krijgt u een nieuwe brief.")]
    )
    lines.append(
        msg(
            "Bent u het niet eens met de beslissing? Ga eerst naar de Geschillencommissie van het Groeipakket "
            "(Groeipakketdecreet, art. 115)."
        )
    )
    lines.append(_commission(appeal))
    lines.append(
        msg(
            "Daarna kunt u naar {court}, binnen {months} maanden (Groeipakketdecreet, art. 115).",
            court=plain(appeal.court) if appeal.court else msg("de rechtbank"),
            months=appeal.court_months,
        )
    )
    lines.append(
        msg(
            "Staat in een beslissing niet of u beroep kunt instellen, bij wie en binnen welke termijn? "
            "Dan begint de termijn pas {months} maanden later (Bestuursdecreet, art. II.21).",
            months=appeal.later_months,
        )
    )
    points = []
    if appeal.commission_address is None:
        points.append(msg("Nog open: het adres van de Geschillencommissie. Onze bronnen noemen het niet."))
    if appeal.commission_months is None:
        points.append(msg("Nog open: binnen welke termijn u naar de Geschillencommissie gaat."))
    if appeal.court is None:
        points.append(msg("Nog open: welke rechtbank bevoegd is."))
    if points:
        points.append(
            msg("Zolang dit open staat, begint de termijn dus pas {months} maanden later.", months=appeal.later_months)
        )
    return Part(msg("Bent u het niet eens?"), tuple(lines), tuple(points), is_warning=bool(points))


def _commission(appeal: Appeal) -> Message:
    where = (
        plain(", ".join(appeal.commission_address))
        if appeal.commission_address
        else msg("het adres vult de uitbetaler hier aan")
    )
    if appeal.commission_months is None:
        return msg("Geschillencommissie: {where}.", where=where)
    return msg("Geschillencommissie: {where}, binnen {months} maanden.", where=where, months=appeal.commission_months)


def day_in_words(day: date) -> Message:
    """Return a day with figures."""
    return value_in_words(day, DAY)


def month_in_words(month: Month) -> Message:
    """Return a month as people write it."""
    return msg("{name} {year}", name=_MONTHS[month.month - 1], year=month.year)


def plain(text: str) -> Message:
    """Return words of somebody else as a sentence that no parameter can be read into."""
    return Message("{text}", (("text", text),))


_MONTHS: Final = (
    msg("januari"), msg("februari"), msg("maart"), msg("april"), msg("mei"), msg("juni"),
    msg("juli"), msg("augustus"), msg("september"), msg("oktober"), msg("november"), msg("december"),
)  # fmt: skip
