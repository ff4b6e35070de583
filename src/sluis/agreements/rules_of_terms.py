"""Rules of the special terms of a text: consent, mandates, pseudonyms, classes, joining, transfers, traces."""

from __future__ import annotations

from collections.abc import Iterator

from sluis.agreements.problems import Problem
from sluis.agreements.rules import AVG, EGOV, Rule, is_left_open, is_said_to_be_open, problem
from sluis.agreements.tree import Tree
from sluis.agreements.vocabulary import NOT_STATED
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

_PROTOCOL = Clause(EGOV, "artikel 8, §1")
_MINIMAL = Clause(AVG, "artikel 5, lid 1, c)")


def consent_comes_from_known_persons(text: Tree) -> Iterator[Problem]:
    """Whoever consents or gives a mandate is one of the persons that the leg is about."""
    for _, leg in text["legs"].entries():
        subjects = leg["subjects"]
        groups = {subjects["category"].text} | {other["group"].text for other in subjects["related"].elements()}
        for giver in (leg["consent"]["given_by"], leg["mandate"]["given_by"]):
            if giver.text is not None and subjects["category"].text is not None and giver.text not in groups:
                yield problem(
                    "consent-of-another",
                    giver,
                    msg("‘{group}’ kan niet toestemmen: deze stroom gaat niet over die groep.", group=giver.text),
                    msg("Noem de categorie van betrokkenen of een verwante groep van deze stroom."),
                    Clause(AVG, "artikel 7"),
                )


def pseudonyms_are_made_by_somebody(text: Tree) -> Iterator[Problem]:
    """Data are pseudonymised only when the text says who does it, how, and that the receiver lacks the key."""
    for _, leg in text["legs"].entries():
        how = leg["pseudonymisation"]
        if leg["form"].text == "pseudonymised" and not how.there and not is_left_open(text, how):
            yield problem(
                "pseudonymised-without-method",
                how,
                msg("De gegevens heten gepseudonimiseerd, maar er staat niet wie dat doet en hoe."),
                msg("Beschrijf in ‘pseudonymisation’ wie pseudonimiseert (by), hoe (method) en wie de sleutel houdt."),
                Clause(AVG, "artikel 4, punt 5)"),
            )
        receivers = leg["receivers"].texts()
        if how["key_holder"].text is not None and how["key_holder"].text in receivers:
            yield problem(
                "pseudonyms-undone",
                how["key_holder"],
                msg("De ontvanger zou de sleutel van de pseudoniemen bewaren."),
                msg("Laat de zender of een derde de sleutel bewaren."),
                Clause(AVG, "artikel 4, punt 5)"),
            )


def research_has_safeguards(text: Tree) -> Iterator[Problem]:
    """Statistics and research come with the safeguards of article 89."""
    for purpose in text["purposes"].elements():
        safeguards = purpose["safeguards"]
        is_research = purpose["use"].text in ("statistics", "research")
        if is_research and not safeguards.there and not is_left_open(text, safeguards):
            yield problem(
                "research-without-safeguards",
                safeguards,
                msg("Het doel ‘{purpose}’ is statistiek of onderzoek zonder waarborgen.", purpose=_code(purpose)),
                msg("Noem in ‘safeguards’ de waarborgen, bijvoorbeeld code: pseudonymised met een zin uitleg."),
                Clause(AVG, "artikel 89, lid 1"),
            )


def _code(part: Tree) -> str:
    return part["code"].text or "…"


def without_a_number_doubt_is_settled(text: Tree) -> Iterator[Problem]:
    """Whoever matches on a name and a date says what happens with a doubtful match."""
    for _, leg in text["legs"].entries():
        subjects = leg["subjects"]
        keys, unsure = subjects["identified_by"].texts(), subjects["when_unsure"]
        if keys and "insz" not in keys and not unsure.there and not is_left_open(text, unsure):
            yield problem(
                "matching-in-doubt",
                unsure,
                msg("Zonder rijksregisternummer is niet gezegd wat er bij twijfel over de persoon gebeurt."),
                msg("Schrijf in ‘when_unsure’ wie nakijkt en wat er intussen niet gebeurt."),
                Clause(AVG, "artikel 5, lid 1, d)"),
            )


def a_stop_is_told_by_an_item(text: Tree) -> Iterator[Problem]:
    """An item that tells the end of a flow is one of its items."""
    for _, leg in text["legs"].entries():
        names = {item["name"].text for item in leg["items"].elements()}
        told = leg["stop"]["told_by"]
        if told.text is not None and told.text not in names:
            yield problem(
                "stop-told-by-nothing",
                told,
                msg("Het gegeven ‘{item}’ dat de stroom zou stoppen, gaat niet mee.", item=told.text),
                msg("Noem een gegeven van deze stroom in ‘told_by’, of laat het weg."),
                _MINIMAL,
            )


def events_are_described(text: Tree) -> Iterator[Problem]:
    """A leg that is part of an event names one that the text describes."""
    known = {event["code"].text for event in text["events"].elements()}
    for _, leg in text["legs"].entries():
        event = leg["event"]
        if event.text is not None and event.text not in known:
            yield problem(
                "unknown-event",
                event,
                msg("De gebeurtenis ‘{event}’ is nergens omschreven.", event=event.text),
                msg("Omschrijf ze in ‘events’, of haal ze hier weg."),
                _MINIMAL,
            )


def who_joins_a_framework_says_so(text: Tree) -> Iterator[Problem]:
    """A framework tells how to join it; an accession tells which framework it joins."""
    instrument = text["instrument"].text
    if instrument == "framework" and not text["joining"].there and not is_left_open(text, text["joining"]):
        yield problem(
            "framework-without-joining",
            text["joining"],
            msg("Het is een kaderprotocol, maar er staat niet hoe men toetreedt."),
            msg("Beschrijf in ‘joining’ wie kan toetreden en welke verklaring daarvoor nodig is."),
            _PROTOCOL,
        )
    if instrument == "accession" and not text["framework"].there:
        yield problem(
            "accession-without-framework",
            text["framework"],
            msg("Het is een toetreding, maar het kaderprotocol is niet genoemd."),
            msg("Noem in ‘framework’ de code van het kaderprotocol en de vingerafdruk van zijn tekst."),
            _PROTOCOL,
        )


def data_leave_europe_on_a_ground_only(text: Tree) -> Iterator[Problem]:
    """A receiver outside the European Economic Area needs a ground of chapter V."""
    receivers = {name for _, leg in text["legs"].entries() for name in leg["receivers"].texts()}
    for party in text["parties"].elements():
        outside = party["jurisdiction"].text == "third-country" and party["id"].text in receivers
        if outside and not party["transfer"].there:
            yield problem(
                "transfer-without-ground",
                party["transfer"],
                msg("‘{party}’ ligt buiten de Europese Economische Ruimte.", party=party["id"].text or "…"),
                msg("Noem in ‘transfer’ het adequaatheidsbesluit of de passende waarborgen, of schrap deze ontvanger."),
                Clause(AVG, "artikel 44"),
            )


def joint_controllers_are_controllers(text: Tree) -> Iterator[Problem]:
    """Article 26 is about two controllers at least."""
    joint = text["joint_control"]
    named = joint["parties"].texts()
    controllers = {party["id"].text for party in text["parties"].elements() if party["controller"].value is not False}
    if joint.there and (len(named) < 2 or not named <= controllers):
        yield problem(
            "joint-control-alone",
            joint["parties"],
            msg("Gezamenlijke verantwoordelijkheid vraagt minstens twee verwerkingsverantwoordelijken."),
            msg("Noem in ‘parties’ twee of meer partijen die zelf verwerkingsverantwoordelijke zijn."),
            Clause(AVG, "artikel 26"),
        )


def a_chain_of_processors_holds(text: Tree) -> Iterator[Problem]:
    """A sub-processor is engaged by a processor of the same party."""
    for party in text["parties"].elements():
        names = {processor["name"].text for processor in party["processors"].elements()}
        for processor in party["processors"].elements():
            engaged_by = processor["engaged_by"]
            if engaged_by.text is not None and engaged_by.text not in names - {processor["name"].text}:
                yield problem(
                    "processor-of-nobody",
                    engaged_by,
                    msg("‘{name}’ is geen verwerker van deze partij.", name=engaged_by.text),
                    msg("Zet ook de verwerker die de subverwerker inschakelt in ‘processors’."),
                    Clause(AVG, "artikel 28, lid 2 en 4"),
                )


def an_offer_is_completed_by_another(text: Tree) -> Iterator[Problem]:
    """Only a standard agreement is offered, by one party to another."""
    offer = text["offer"]
    if offer.there and text["is_template"].value is not True:
        yield problem(
            "offer-of-no-template",
            offer,
            msg("Alleen een standaardovereenkomst kan aangeboden worden."),
            msg("Haal ‘offer’ weg uit deze ingevulde overeenkomst."),
            _PROTOCOL,
        )


def traces_lead_to_fields(text: Tree) -> Iterator[Problem]:
    """A paragraph that is said to be held by a field names one that is filled."""
    for article in text["full_text"].elements():
        for paragraph in article["paragraphs"].elements():
            for trace in paragraph["kept_by"].elements():
                found = text.at(trace["at"].text or "")
                if trace["kind"].text == "field" and (found is None or not found.there):
                    yield problem(
                        "trace-to-nowhere",
                        trace["at"],
                        msg("Het veld ‘{path}’ dat dit lid zou houden, is er niet.", path=trace["at"].text or "…"),
                        msg("Schrijf het pad van een ingevuld veld, of zeg openlijk dat mensen het doen (people)."),
                        _PROTOCOL,
                    )


def what_is_not_stated_is_left_open(text: Tree) -> Iterator[Problem]:
    """What a text does not state stays visible as an open point; it is never silently filled in."""
    for place in unstated(text):
        if not is_said_to_be_open(text, place):
            yield problem(
                "not-stated-nor-open",
                place,
                msg("Hier staat dat het niet vermeld is, maar geen open punt zegt wie het nagaat."),
                msg("Voeg in ‘open_points’ een punt toe over dit veld, of vul het in."),
                _PROTOCOL,
            )


def unstated(text: Tree) -> Iterator[Tree]:
    """Yield every field that says "not-stated", and every term that is absent."""
    grounds = (ground["status"] for ground in text["legal_grounds"].elements())
    legs = (part for _, leg in text["legs"].entries() for part in _of_leg(leg))
    for place in (text["term"]["kind"], *grounds, *legs):
        if place.text == NOT_STATED:
            yield place
    quality = text["quality"]
    for whole, place in (
        (text["term"], text["term"]["notice_period"]),
        (quality, quality["correct_within"]),
        (quality, quality["feedback_within"]),
    ):
        if whole.there and not place.there:
            yield place


def _of_leg(leg: Tree) -> Iterator[Tree]:
    yield leg["subjects"]["territory"]
    yield leg["periodicity"]["kind"]
    yield from leg["channels"].elements()
    yield from leg["roles"].elements()
    yield from (item["retention"]["anchor"] for item in leg["items"].elements())


TERM_RULES: tuple[Rule, ...] = (
    consent_comes_from_known_persons,
    pseudonyms_are_made_by_somebody,
    research_has_safeguards,
    without_a_number_doubt_is_settled,
    a_stop_is_told_by_an_item,
    events_are_described,
    who_joins_a_framework_says_so,
    data_leave_europe_on_a_ground_only,
    joint_controllers_are_controllers,
    a_chain_of_processors_holds,
    an_offer_is_completed_by_another,
    traces_lead_to_fields,
    what_is_not_stated_is_left_open,
)
