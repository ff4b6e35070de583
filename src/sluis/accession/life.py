"""The steps of an agreement's life as a page asks them: what each one does, said before it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sluis.accession.policy import Action
from sluis.agreements import lifestore
from sluis.agreements.actions import complete_agreement, publish_agreement
from sluis.agreements.amendments import withdraw_amendment
from sluis.agreements.endings import (
    DEFAULT_NOTICE,
    Because,
    after_period,
    end_agreement,
    give_notice,
    resume_agreement,
    suspend_agreement,
)
from sluis.agreements.lifecycle import SUSPENDED
from sluis.agreements.model import Agreement
from sluis.agreements.offers import offer_agreement
from sluis.agreements.steps import Done
from sluis.database import Connection
from sluis.kernel.text import Message, msg


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person gave with a step."""

    agreement: str
    party: str
    by: str
    at: datetime
    reason: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class LifeStep:
    """A step with its words: the button, what happens, the last question; and whether it says why."""

    code: Action
    title: Message
    happens: tuple[Message, ...]
    confirm: Message
    done: Message
    needs_reason: bool
    do: Callable[[Connection, Asked], Done]
    asks_cause: bool = False
    is_grave: bool = True


CAUSES: Mapping[str, Message] = {
    "purpose-reached": msg("Het doel is bereikt. (AVG, artikel 5, lid 1, b)"),
    "breach": msg("Een andere partij pleegde een inbreuk. (overeenkomst, artikel 8)"),
}

_STOPS = msg("Elke nieuwe vraag onder deze overeenkomst wordt meteen geweigerd, voor alle partijen.")
_BULK = msg("Een levering die nu bezig is, stopt: er vertrekt niets meer.")
_KEPT = msg("Wat al meegedeeld is, komt niet terug. De afspraken over bewaren en vernietigen blijven gelden.")
_READ = msg("De reden en het tijdstip staan voortaan in de geschiedenis, die alle partijen lezen.")


def _cause(asked: Asked) -> Because:
    return "breach" if asked.because == "breach" else "purpose-reached"


STEPS_OF_LIFE: Mapping[str, LifeStep] = {
    "volledig": LifeStep(
        "complete",
        msg("De tekst is klaar"),
        (msg("De functionaris voor gegevensbescherming van elke partij geeft dan advies over precies deze tekst."),),
        msg("Ja, de tekst is klaar"),
        msg("De tekst is klaar. Nu geven de functionarissen advies."),
        needs_reason=False,
        is_grave=False,
        do=lambda c, a: complete_agreement(c, agreement=a.agreement, party=a.party, by=a.by, at=a.at),
    ),
    "aanbieden": LifeStep(
        "offer",
        msg("Bied de tekst aan ter ondertekening"),
        (msg("De ondertekenaar van elke partij kan deze tekst dan ondertekenen."),),
        msg("Ja, bied de tekst aan"),
        msg("De tekst is aangeboden. De ondertekenaars zijn aan de beurt."),
        needs_reason=False,
        is_grave=False,
        do=lambda c, a: offer_agreement(c, agreement=a.agreement, party=a.party, by=a.by, at=a.at),
    ),
    "bekendmaken": LifeStep(
        "publish",
        msg("Maak de overeenkomst bekend"),
        (
            msg("De tekst komt in het openbare register."),
            msg("Ze is van kracht vanaf de eerste dag die in de tekst staat, of meteen als die dag al gekomen is."),
        ),
        msg("Ja, maak ze bekend"),
        msg("De overeenkomst is bekendgemaakt."),
        needs_reason=False,
        is_grave=False,
        do=lambda c, a: publish_agreement(c, agreement=a.agreement, party=a.party, by=a.by, at=a.at),
    ),
    "schorsen": LifeStep(
        "suspend",
        msg("Schors de overeenkomst"),
        (_STOPS, _BULK, msg("U kunt de schorsing later opheffen. De looptijd loopt intussen door."), _READ),
        msg("Ja, schors de overeenkomst nu"),
        msg("De overeenkomst is geschorst. De sluis is dicht."),
        needs_reason=True,
        do=lambda c, a: suspend_agreement(c, agreement=a.agreement, party=a.party, by=a.by, at=a.at, reason=a.reason),
    ),
    "hervatten": LifeStep(
        "resume",
        msg("Hef de schorsing op"),
        (msg("Vragen onder deze overeenkomst worden weer behandeld, tenzij een andere partij ze ook schorste."), _READ),
        msg("Ja, hef de schorsing op"),
        msg("De schorsing van uw bestuur is opgeheven."),
        needs_reason=True,
        is_grave=False,
        do=lambda c, a: resume_agreement(c, agreement=a.agreement, party=a.party, by=a.by, at=a.at, reason=a.reason),
    ),
    "opzeggen": LifeStep(
        "give_notice",
        msg("Zeg de overeenkomst op"),
        (msg("De overeenkomst blijft van kracht tot de opzegtermijn voorbij is. Daarna eindigt ze vanzelf."), _READ),
        msg("Ja, zeg de overeenkomst op"),
        msg("De overeenkomst is opgezegd."),
        needs_reason=True,
        do=lambda c, a: give_notice(c, agreement=a.agreement, party=a.party, by=a.by, at=a.at, reason=a.reason),
    ),
    "beeindigen": LifeStep(
        "end",
        msg("Beëindig de overeenkomst"),
        (_STOPS, _BULK, _KEPT, msg("U kunt dit niet ongedaan maken."), _READ),
        msg("Ja, beëindig de overeenkomst nu"),
        msg("De overeenkomst is beëindigd. De sluis is dicht."),
        needs_reason=True,
        asks_cause=True,
        do=lambda c, a: end_agreement(
            c, agreement=a.agreement, party=a.party, by=a.by, at=a.at, reason=a.reason, because=_cause(a)
        ),
    ),
    "wijziging-terugtrekken": LifeStep(
        "withdraw",
        msg("Trek de wijziging terug"),
        (msg("De overeenkomst gaat verder zoals ze is."), _READ),
        msg("Ja, trek de wijziging terug"),
        msg("De wijziging is teruggetrokken."),
        needs_reason=True,
        do=lambda c, a: withdraw_amendment(c, agreement=a.agreement, party=a.party, by=a.by, at=a.at, reason=a.reason),
    ),
}

_TURNS: Mapping[str, tuple[Message, Message]] = {
    "draft": (msg("Vul de tekst verder in."), msg("dossierbehandelaar")),
    "completed": (msg("Geef advies over de tekst."), msg("functionaris voor gegevensbescherming")),
    "advised": (msg("Bied de tekst aan ter ondertekening."), msg("dossierbehandelaar")),
    "offered": (msg("Onderteken de tekst."), msg("ondertekenaar")),
    "signing": (msg("Onderteken de tekst."), msg("ondertekenaar")),
    "signed": (msg("Maak de overeenkomst bekend."), msg("dossierbehandelaar")),
    "waiting": (msg("Onderteken de tekst namens het nieuwe bestuur."), msg("ondertekenaar")),
    "suspended": (msg("Hef de schorsing op, of beëindig de overeenkomst."), msg("ondertekenaar")),
}


def turn(state: str) -> tuple[Message, Message] | None:
    """Return what comes next in a state and which role does it; None where nobody is awaited."""
    return _TURNS.get(state)


def notice_ends_on(text: Agreement, day: date) -> date:
    """Return the last day in force if notice is given on this day."""
    return after_period(day, text.term.notice_period or DEFAULT_NOTICE)


def is_suspended_by(connection: Connection, agreement: str, parties: frozenset[str]) -> bool:
    """Return whether one of these parties suspends the agreement: only that one can lift it."""
    return any(one.party in parties for one in lifestore.suspensions(connection, agreement))


__all__ = ["CAUSES", "STEPS_OF_LIFE", "SUSPENDED", "Asked", "LifeStep", "is_suspended_by", "notice_ends_on", "turn"]
