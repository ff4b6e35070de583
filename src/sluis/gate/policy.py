"""The checks of the gate: each a named function with the clause that it rests on. Pure; nothing is read here.

A check returns the reason for which it refuses, or None. `decide` runs all of them and names every refusal at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sluis.agreements.lifecycle import ENDED, OPEN, PUBLISHED, WAITING
from sluis.agreements.policy import LegPolicy, Policy
from sluis.gate.model import Request, Standing
from sluis.kernel.outcome import Clause, Reason, Refused
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz

E_GOV = "Decreet 18 juli 2008 betreffende het elektronische bestuurlijke gegevensverkeer"
GDPR = "AVG"

# What the gate itself sees to at every release. Every other condition is stated by the signed text itself, or is a
# fact that somebody must have recorded.
KEPT_BY_THE_GATE = frozenset({"answer-only-what-was-asked"})

# The most persons one request may name: every list is bounded, also where an agreement forgot to.
MOST_SUBJECTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision looks at. `receivers` are the leg's receivers and the bodies that succeeded them that day.

    Of a delivery they are its senders: the side on which the asking party must stand.
    """

    request: Request
    state: str
    stored_hash: str
    policy: Policy
    leg: LegPolicy
    receivers: frozenset[str]
    must_sign_anew: frozenset[str]
    standing: Standing
    on: date


Check = Callable[[Situation], Reason | None]


_WORD = re.compile(r"[a-z][a-z0-9:._-]{0,79}")
_MARK = re.compile(r"[!-~]{1,128}")
_MANY_DIGITS = re.compile(r"(?:\d\D?){8}")


def presentable(word: str) -> str:
    """Return a word of a stranger as it may stand in a reason or in evidence: a plain code, or three dots.

    What was sent in the place of a code may be anything, a person's number too; it is never repeated.
    """
    return word if _WORD.fullmatch(word) and not _MANY_DIGITS.search(word) else "…"


def is_mark(correlation: str) -> bool:
    """Say whether a mark that a sender gave to its request may stand in evidence."""
    return _MARK.fullmatch(correlation) is not None and not looks_like_insz(correlation)


def _clause(situation: Situation, what: str, default: Clause) -> Clause:
    return situation.leg.clauses.get(what, default)


def check_agreement_in_force(situation: Situation) -> Reason | None:
    """The agreement is signed by all, published, and neither ended, suspended, waiting nor revoked.

    What the term or a merger says more exactly is not said twice.
    """
    if situation.state in OPEN or _is_told_by_another(situation):
        return None
    return Reason(
        "agreement-not-in-force",
        msg("De overeenkomst is niet van kracht."),
        _clause(situation, "term", Clause(E_GOV, "art. 8, § 1")),
        msg("Kijk op de bladzijde van de overeenkomst welke stap ontbreekt, of sluit een nieuwe overeenkomst."),
    )


def _is_told_by_another(situation: Situation) -> bool:
    if situation.state in (PUBLISHED, ENDED):
        return check_term(situation) is not None
    return situation.state == WAITING and situation.request.party in situation.must_sign_anew


def check_term(situation: Situation) -> Reason | None:
    """The day lies within the term of the agreement."""
    first, last = situation.policy.in_force_from, situation.policy.until
    if first is not None and first <= situation.on and (last is None or situation.on <= last):
        return None
    return Reason(
        "outside-term",
        msg("De dag van de vraag valt buiten de looptijd van de overeenkomst."),
        _clause(situation, "term", Clause(E_GOV, "art. 8, § 1")),
        msg("Vraag opnieuw binnen de looptijd, of verleng de overeenkomst met alle partijen."),
    )


def check_text(situation: Situation) -> Reason | None:
    """The text that the policy was read from is the text that was signed."""
    if situation.policy.text_hash == situation.stored_hash:
        return None
    return Reason(
        "text-altered",
        msg("De tekst van de overeenkomst is niet de tekst die de partijen ondertekenden."),
        Clause(E_GOV, "art. 8, § 1"),
        msg("Verwittig de functionaris voor gegevensbescherming; er gaat niets door de sluis tot dit is opgehelderd."),
    )


def check_party(situation: Situation) -> Reason | None:
    """The party is a receiver on the leg, or the successor of one."""
    party = situation.request.party
    if party in situation.receivers:
        return None
    if party in situation.must_sign_anew:
        return Reason(
            "successor-must-sign",
            msg("Uw bestuur ontstond door een fusie en nam deze overeenkomst niet over."),
            _clause(situation, "party", Clause(E_GOV, "art. 8, § 1")),
            msg("Onderteken de standaardovereenkomst opnieuw namens het nieuwe bestuur."),
        )
    return Reason(
        "party-not-receiver",
        msg("Uw organisatie is volgens deze overeenkomst geen ontvanger van deze gegevens."),
        _clause(situation, "party", Clause(E_GOV, "art. 8, § 1")),
        msg("Sluit een eigen overeenkomst, of vraag namens de partij die ontvanger is."),
    )


def check_actor(situation: Situation) -> Reason | None:
    """The actor is a person with a role that the party's access manager granted, or a machine of the party."""
    standing = situation.standing
    if standing.actor_kind is not None and standing.roles & situation.leg.roles:
        return None
    return Reason(
        "actor-without-role",
        msg("U hebt bij deze partij geen rol waarmee u deze gegevens mag vragen."),
        _clause(situation, "role", Clause(GDPR, "art. 32")),
        msg("Vraag de toegangsbeheerder van uw organisatie om de rol toe te kennen."),
    )


def check_purpose(situation: Situation) -> Reason | None:
    """The purpose is one of the leg's."""
    if situation.request.purpose in situation.leg.purposes:
        return None
    return Reason(
        "purpose-not-agreed",
        msg("Dit doel staat niet in de overeenkomst."),
        _clause(situation, "purpose", Clause(GDPR, "art. 5, lid 1, b)")),
        msg("Kies een doel dat in de overeenkomst staat."),
    )


def check_items(situation: Situation) -> Reason | None:
    """Every item asked is one of the leg's."""
    asked = situation.request.items
    if asked and asked <= situation.leg.items.keys():
        return None
    surplus = ", ".join(sorted({presentable(name) for name in asked - situation.leg.items.keys()})[:20])
    return Reason(
        "items-not-agreed",
        msg("Deze gegevens staan niet in de overeenkomst: {items}.", items=surplus)
        if surplus
        else msg("De vraag noemt geen enkel gegeven."),
        _clause(situation, "items", Clause(GDPR, "art. 5, lid 1, c)")),
        msg("Vraag alleen gegevens die in de overeenkomst staan."),
    )


def check_subjects(situation: Situation) -> Reason | None:
    """The request names persons, and not more than a list may hold.

    Age and territory are judged per person in `sluis.gate.scope`: to refuse a request over one person's residence
    would tell where that person lives, so who is out of scope is silently absent.
    """
    count = len(situation.request.subjects)
    if 0 < count <= MOST_SUBJECTS:
        return None
    return Reason(
        "no-subjects" if count == 0 else "too-many-subjects",
        msg("De vraag noemt geen personen.") if count == 0 else msg("De vraag noemt te veel personen."),
        _clause(situation, "subjects", Clause(GDPR, "art. 5, lid 1, c)")),
        msg("Vraag alleen de personen voor wie u de gegevens nodig hebt."),
    )


def check_channel(situation: Situation) -> Reason | None:
    """The channel is one of the leg's."""
    if situation.request.channel in situation.leg.channels:
        return None
    return Reason(
        "channel-not-agreed",
        msg("Langs deze weg mogen de gegevens volgens de overeenkomst niet gaan."),
        _clause(situation, "channels", Clause(GDPR, "art. 32")),
        msg(
            "Gebruik een kanaal dat in de overeenkomst staat: {channels}.",
            channels=", ".join(sorted(situation.leg.channels)),
        ),
    )


def check_periodicity(situation: Situation) -> Reason | None:
    """The agreed number of uses is not used up."""
    periodicity = situation.leg.periodicity
    if periodicity.kind == "unlimited" or situation.standing.uses < (periodicity.times or 1):
        return None
    return Reason(
        "uses-spent",
        msg("De overeenkomst is opgebruikt: het afgesproken aantal uitwisselingen is bereikt."),
        _clause(situation, "periodicity", Clause(GDPR, "art. 5, lid 1, c)")),
        msg("Sluit een nieuwe overeenkomst als u de gegevens opnieuw nodig hebt."),
    )


def check_conditions(situation: Situation) -> Reason | None:
    """Every condition of the leg is recorded (consent, information, secrecy, decision of the college, …)."""
    met = situation.standing.conditions | KEPT_BY_THE_GATE | situation.leg.stated
    missing = [code for code in situation.leg.conditions if code not in met]
    if not missing:
        return None
    return Reason(
        "condition-not-met",
        msg("Aan deze voorwaarden van de overeenkomst is niet voldaan: {conditions}.", conditions=", ".join(missing)),
        _clause(situation, "conditions", Clause(E_GOV, "art. 8, § 1")),
        msg("Laat de verantwoordelijke partij deze voorwaarden vastleggen en vraag dan opnieuw."),
    )


def check_reference(situation: Situation) -> Reason | None:
    """The day on which persons are judged lies in the term, and not after the day of asking."""
    first, reference = situation.policy.in_force_from, situation.request.reference
    if first is None or min(first, situation.on) <= reference <= situation.on:
        return None
    return Reason(
        "reference-outside-term",
        msg("De gevraagde dag valt voor het begin van de overeenkomst of na vandaag."),
        _clause(situation, "term", Clause(E_GOV, "art. 8, § 1")),
        msg("Kies een dag binnen de looptijd van de overeenkomst, ten laatste vandaag."),
    )


def check_correlation(situation: Situation) -> Reason | None:
    """The sender's own mark of the request is short, printable and no person's number: it stands in the evidence."""
    if not situation.request.correlation or is_mark(situation.request.correlation):
        return None
    return Reason(
        "correlation-unfit",
        msg("Het kenmerk van de vraag is te lang, heeft andere tekens of lijkt op een nummer van een persoon."),
        Clause(GDPR, "art. 5, lid 1, c)"),
        msg("Gebruik als kenmerk een UUID, of hoogstens 128 letters, cijfers en leestekens zonder spaties."),
    )


def check_sender(situation: Situation) -> Reason | None:
    """The leg is a delivery, and the party is a sender on it, or the successor of one."""
    if situation.leg.kind == "delivery" and situation.request.party in situation.receivers:
        return None
    return Reason(
        "party-not-sender",
        msg("Uw organisatie levert deze gegevens niet volgens deze overeenkomst."),
        _clause(situation, "party", Clause(E_GOV, "art. 8, § 1")),
        msg("Sluit een eigen overeenkomst, of lever namens de partij die er als verzender in staat."),
    )


def check_delivered_items(situation: Situation) -> Reason | None:
    """Every item that is delivered is one of the leg's. A delivery without items takes an earlier one back."""
    surplus = situation.request.items - situation.leg.items.keys()
    if not surplus:
        return None
    return Reason(
        "items-not-agreed",
        msg(
            "Deze gegevens staan niet in de overeenkomst: {items}.",
            items=", ".join(sorted({presentable(name) for name in surplus})[:20]),
        ),
        _clause(situation, "items", Clause(GDPR, "art. 5, lid 1, c)")),
        msg("Lever alleen gegevens die in de overeenkomst staan."),
    )


CHECKS: tuple[Check, ...] = (
    check_agreement_in_force,
    check_term,
    check_text,
    check_party,
    check_actor,
    check_purpose,
    check_items,
    check_subjects,
    check_channel,
    check_periodicity,
    check_conditions,
    check_reference,
    check_correlation,
)


# A delivery names persons where the sender knows their number, and says of nobody that they must be in scope.
DELIVERY_CHECKS: tuple[Check, ...] = (
    check_agreement_in_force,
    check_term,
    check_text,
    check_sender,
    check_actor,
    check_purpose,
    check_delivered_items,
    check_channel,
    check_periodicity,
    check_conditions,
    check_reference,
    check_correlation,
)


def decide(situation: Situation, checks: tuple[Check, ...] = CHECKS) -> Refused | None:
    """Return every refusal at once, or None when all checks hold."""
    reasons = tuple(reason for check in checks if (reason := check(situation)) is not None)
    return Refused(reasons) if reasons else None
