"""What must agree between the fields of one text; each rule is one function that names its clause.

A rule looks at the tree of the file (see `tree.py`), so it also speaks when other fields are wrong or absent. It must
therefore hold its tongue about what is not there: that is told by the form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from sluis.agreements.problems import Problem, written
from sluis.agreements.tree import Tree
from sluis.agreements.vocabulary import NOT_STATED
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

EGOV = "e-govdecreet 18 juli 2008"
AVG = "AVG"
_PROTOCOL = Clause(EGOV, "artikel 8, §1")

Rule = Callable[[Tree], Iterator[Problem]]


def problem(code: str, where: Tree, what: Message, remedy: Message, clause: Clause) -> Problem:
    """Make a problem at a part of the file."""
    return Problem(code, where.path, what, remedy, clause)


def is_left_open(text: Tree, where: Tree) -> bool:
    """Return whether the text itself says that this field is still to be filled in or is not known."""
    names = [point["about"].text for point in text["open_points"].elements()]
    names += [blank["path"].text for blank in text["to_complete"].elements()]
    places = (text.at(name) for name in names if name)
    return any(place is not None and place.path[: len(where.path)] == where.path for place in places)


def is_said_to_be_open(text: Tree, where: Tree) -> bool:
    """Return whether an open point is about this very field, or about the part in which it stands."""
    names = (point["about"].text for point in text["open_points"].elements())
    places = (text.at(name) for name in names if name)
    return any(place is not None and where.path[: len(place.path)] == place.path for place in places)


def something_is_exchanged(text: Tree) -> Iterator[Problem]:
    """A text without any leg or contact permits nothing."""
    if not text["legs"].there and not text["contacts"].there and not is_said_to_be_open(text, text["legs"]):
        yield problem(
            "no-leg",
            text["legs"],
            msg("De tekst beschrijft geen enkele stroom van gegevens."),
            msg("Beschrijf in ‘legs’ minstens één stroom: wie aan wie, over wie, welke gegevens."),
            _PROTOCOL,
        )


def there_are_two_parties(text: Tree) -> Iterator[Problem]:
    """One cannot agree alone; a class of bodies counts as several."""
    parties = list(text["parties"].elements())
    several = ("class_of", "members", "beneficiaries")
    alone = len(parties) == 1 and not any(parties[0][name].there for name in several)
    if alone and not is_said_to_be_open(text, text["parties"]):
        yield problem(
            "one-party",
            text["parties"],
            msg("Er is maar één partij."),
            msg("Noem minstens een mededelende en een ontvangende partij."),
            _PROTOCOL,
        )


def names_are_used_once(text: Tree) -> Iterator[Problem]:
    """Two parts with one name could not be told apart."""
    lists = [(text[name], key) for name, key in _NAMED_LISTS]
    lists += [(leg["items"], "name") for _, leg in text["legs"].entries()]
    for part, key in lists:
        names = Counter(element[key].text for element in part.elements())
        for element in part.elements():
            name = element[key].text
            if name is not None and names[name] > 1:
                names[name] = 0
                yield problem(
                    "name-twice",
                    element[key],
                    msg("De naam ‘{name}’ komt meer dan eens voor.", name=name),
                    msg("Geef elk deel een eigen naam."),
                    _PROTOCOL,
                )


_NAMED_LISTS = (
    ("parties", "id"),
    ("signatories", "id"),
    ("purposes", "code"),
    ("legal_grounds", "code"),
    ("documents", "code"),
    ("choices", "code"),
    ("events", "code"),
    ("cost_terms", "code"),
    ("full_text", "number"),
)


def parties_are_known(text: Tree) -> Iterator[Problem]:
    """Whoever is named anywhere is one of the parties."""
    known = frozenset(party["id"].text for party in text["parties"].elements())
    for mention in _mentions_of_parties(text):
        if mention.text is not None and mention.text not in known:
            yield problem(
                "unknown-party",
                mention,
                msg("‘{name}’ is geen partij van deze tekst.", name=mention.text),
                msg("Kies uit: {names}.", names=", ".join(sorted(name for name in known if name))),
                _PROTOCOL,
            )


def _mentions_of_parties(text: Tree) -> Iterator[Tree]:
    for _, leg in text["legs"].entries():
        yield from leg["senders"].elements()
        yield from leg["receivers"].elements()
        for item in leg["items"].elements():
            yield item["owner"]
            yield item["retention"]["holder"]
        yield leg["consent"]["recorded_by"]
        yield leg["periodicity"]["chosen_by"]
    for part, key in _MENTIONS:
        yield from (element[key] for element in text[part].elements())
    for onward in text["onward"].elements():
        yield from onward["notice_by"].elements()
        yield from onward["notice_to"].elements()
    yield from (text["offer"]["by"], text["offer"]["to"], text["joining"]["party"])
    yield from text["joint_control"]["parties"].elements()
    for signatory in text["signatories"].elements():
        yield from signatory["signs_for"].elements()
    for contact in text["contacts"].elements():
        yield contact["by"]
        yield from contact["on_behalf_of"].elements()
        yield contact["second_step"]["to"]
    yield from (document["required_from"] for document in text["documents"].elements())
    yield from text["change_notice"]["to"].elements()


_MENTIONS = (
    ("advices", "party"),
    ("duties", "party"),
    ("publication", "by"),
    ("to_complete", "who"),
    ("cost_terms", "payer"),
    ("choices", "by"),
    ("receiver_successions", "by"),
)


def each_party_has_one_who_signs(text: Tree) -> Iterator[Problem]:
    """A party that nobody signs for is not bound."""
    signed = {name for signatory in text["signatories"].elements() for name in signatory["signs_for"].texts()}
    for party in text["parties"].elements():
        binds_itself = not party["class_of"].there and party["controller"].value is not False and _is_mutual(text)
        name = party["id"].text
        if binds_itself and name and name not in signed and not is_said_to_be_open(text, text["signatories"]):
            yield problem(
                "nobody-signs",
                party,
                msg("Niemand tekent voor ‘{party}’.", party=name),
                msg("Voeg in ‘signatories’ iemand toe met ‘{party}’ in signs_for.", party=name),
                _PROTOCOL,
            )


def _is_mutual(text: Tree) -> bool:
    """Deliberations and authorisations are given by an authority, not signed by the parties."""
    return text["instrument"].text in ("protocol", "cooperation-agreement", "accession", "framework")


def an_answer_has_its_question(text: Tree) -> Iterator[Problem]:
    """An answer goes back to who asked, over the leg on which was asked."""
    legs = dict(text["legs"].entries())
    for _, leg in legs.items():
        asked = leg["answers"].text
        if leg["kind"].text == "answer" and (asked is None or asked not in legs or _kind(legs[asked]) != "request"):
            yield problem(
                "answer-without-request",
                leg["answers"],
                msg("Dit is een antwoord, maar de vraag ‘{request}’ staat er niet bij.", request=asked or "…"),
                msg("Beschrijf ook de vraag als stroom (kind: request) en zet haar naam in ‘answers’."),
                _PROTOCOL,
            )
        elif leg["kind"].text == "answer" and asked in legs and not _mirrors(legs[asked], leg):
            yield problem(
                "answer-to-another",
                leg["receivers"],
                msg("Het antwoord gaat niet terug naar wie de vraag stelde."),
                msg("Laat zenders en ontvangers van ‘{request}’ en dit antwoord elkaars spiegel zijn.", request=asked),
                _PROTOCOL,
            )


def _kind(leg: Tree) -> str | None:
    return leg["kind"].text


def _mirrors(request: Tree, answer: Tree) -> bool:
    return (
        answer["receivers"].texts() <= request["senders"].texts()
        and answer["senders"].texts() <= request["receivers"].texts()
    )


def a_leg_has_two_ends(text: Tree) -> Iterator[Problem]:
    """Nobody communicates to itself alone."""
    for _, leg in text["legs"].entries():
        senders = leg["senders"].texts()
        if len(senders) == 1 and senders == leg["receivers"].texts():
            yield problem(
                "leg-to-itself",
                leg["receivers"],
                msg("Zender en ontvanger zijn dezelfde partij."),
                msg("Noem bij ‘receivers’ de partij die de gegevens krijgt."),
                _PROTOCOL,
            )


def used_purposes_are_declared(text: Tree) -> Iterator[Problem]:
    """Data go out for a purpose that the text states."""
    declared = frozenset(purpose["code"].text for purpose in text["purposes"].elements())
    for _, leg in text["legs"].entries():
        for mention in leg["purposes"].elements():
            if mention.text is not None and mention.text not in declared:
                yield problem(
                    "unknown-purpose",
                    mention,
                    msg("Het doel ‘{purpose}’ is nergens omschreven.", purpose=mention.text),
                    msg("Omschrijf het in ‘purposes’, of kies een doel dat er staat."),
                    Clause(AVG, "artikel 5, lid 1, b)"),
                )


def items_belong_to_known_persons(text: Tree) -> Iterator[Problem]:
    """Each item says whose it is: the subject's, or a related person's who is named in the scope."""
    for _, leg in text["legs"].entries():
        subjects = leg["subjects"]
        groups = {subjects["category"].text} | {other["group"].text for other in subjects["related"].elements()}
        for item in leg["items"].elements():
            group = item["group"]
            if group.text is not None and subjects["category"].text is not None and group.text not in groups:
                yield problem(
                    "unknown-group",
                    group,
                    msg("Van ‘{group}’ is niet gezegd wie dat zijn.", group=group.text),
                    msg("Zet de groep bij de betrokkenen, in ‘category’ of in ‘related’."),
                    Clause(AVG, "artikel 5, lid 1, c)"),
                )


def retention_ends(text: Tree) -> Iterator[Problem]:
    """A retention that never ends, or that hangs on an unnamed event, is none."""
    for _, leg in text["legs"].entries():
        for item in leg["items"].elements():
            retention = item["retention"]
            if not retention.there or retention["anchor"].text == NOT_STATED:
                continue
            if (
                not retention["period"].there
                and not retention["at_most_days"].there
                and not is_left_open(text, retention)
            ):
                yield problem(
                    "retention-without-end",
                    retention,
                    msg("De bewaartermijn van ‘{item}’ heeft geen einde.", item=item["name"].text or "…"),
                    msg("Geef een duur (period: P10Y) of een uiterste aantal dagen (at_most_days: 30)."),
                    Clause(AVG, "artikel 5, lid 1, e)"),
                )
            if retention["anchor"].text == "other-event" and not retention["event"].there:
                yield problem(
                    "retention-without-event",
                    retention["event"],
                    msg("De gebeurtenis waarop de bewaartermijn begint, is niet genoemd."),
                    msg("Beschrijf de gebeurtenis in ‘event’."),
                    Clause(AVG, "artikel 5, lid 1, e)"),
                )


def special_categories_have_their_ground(text: Tree) -> Iterator[Problem]:
    """Data of article 9 or 10 go only on a ground that covers them."""
    covered = {kind for ground in text["legal_grounds"].elements() for kind in ground["covers"].texts()}
    for _, leg in text["legs"].entries():
        for item in leg["items"].elements():
            kind = item["special_category"].text
            if kind in ("article-9", "article-10") and kind not in covered:
                article = kind.removeprefix("article-")
                yield problem(
                    "special-without-ground",
                    item["special_category"],
                    msg(
                        "‘{item}’ valt onder artikel {article} AVG, maar geen rechtsgrond dekt dat.",
                        item=item["name"].text or "…",
                        article=article,
                    ),
                    msg("Voeg een rechtsgrond toe met covers: [{kind}], of laat het gegeven weg.", kind=kind),
                    Clause(AVG, f"artikel {article}"),
                )


def a_ground_is_in_force(text: Tree) -> Iterator[Problem]:
    """The text rests on law that holds on its first day; a draft act may stand beside it, not alone."""
    start = text["term"]["in_force_from"].day
    grounds = list(text["legal_grounds"].elements())
    for ground in grounds:
        if ground["status"].text == "repealed" or _is_over(ground, start):
            yield problem(
                "ground-not-in-force",
                ground,
                msg("De rechtsgrond ‘{ground}’ is niet meer van kracht.", ground=ground["instrument"].text or "…"),
                msg("Steun op een grond die van kracht is op de dag van inwerkingtreding."),
                Clause(AVG, "artikel 6, lid 3"),
            )
        elif ground["status"].text != "draft" and _is_still_to_come(ground, start):
            yield problem(
                "ground-not-yet-in-force",
                ground,
                msg("De rechtsgrond ‘{ground}’ is dan nog niet van kracht.", ground=ground["instrument"].text or "…"),
                msg("Laat de overeenkomst ten vroegste beginnen op de dag waarop de grond van kracht wordt."),
                Clause(AVG, "artikel 6, lid 3"),
            )
        elif ground["status"].text == "draft" and ground["required"].value is True:
            yield problem(
                "ground-is-draft",
                ground,
                msg(
                    "De overeenkomst kan niet zonder ‘{ground}’, en dat is nog een ontwerp.",
                    ground=ground["instrument"].text or "…",
                ),
                msg("Wacht tot de tekst van kracht is, of steun op een grond die dat al is."),
                Clause(AVG, "artikel 6, lid 3"),
            )
    if grounds and not {None, "in-force", NOT_STATED} & {ground["status"].text for ground in grounds}:
        yield problem(
            "no-ground-in-force",
            text["legal_grounds"],
            msg("Geen enkele rechtsgrond is al van kracht."),
            msg("Noem minstens één grond die van kracht is; een ontwerp alleen volstaat niet."),
            Clause(AVG, "artikel 6, lid 3"),
        )
    named = any(name.startswith("6.1.") for ground in grounds for name in ground["gdpr"].texts())
    if grounds and not named and not is_said_to_be_open(text, text["legal_grounds"]):
        yield problem(
            "no-gdpr-ground",
            text["legal_grounds"],
            msg("Er staat niet op welk punt van artikel 6, lid 1, AVG de mededeling steunt."),
            msg("Zet bij een rechtsgrond bijvoorbeeld gdpr: [6.1.e] (taak van algemeen belang)."),
            Clause(AVG, "artikel 6, lid 1"),
        )


def _is_still_to_come(ground: Tree, start: date | None) -> bool:
    first = ground["valid_from"].day
    return first is not None and start is not None and start < first


def _is_over(ground: Tree, start: date | None) -> bool:
    last = ground["valid_until"].day
    return last is not None and start is not None and last < start


RULES: tuple[Rule, ...] = (
    something_is_exchanged,
    there_are_two_parties,
    names_are_used_once,
    parties_are_known,
    each_party_has_one_who_signs,
    an_answer_has_its_question,
    a_leg_has_two_ends,
    used_purposes_are_declared,
    items_belong_to_known_persons,
    retention_ends,
    special_categories_have_their_ground,
    a_ground_is_in_force,
)

__all__ = ["RULES", "Rule", "is_left_open", "is_said_to_be_open", "problem", "written"]
