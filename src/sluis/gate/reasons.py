"""Reasons that are found while a release is under way, before or after the checks of the policy."""

from __future__ import annotations

from sluis.agreements.policy import Policy
from sluis.gate.policy import E_GOV, Situation
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg


def no_agreement() -> Reason:
    """Return why nothing passes without an agreement in force."""
    return Reason(
        "agreement-not-in-force",
        msg("De overeenkomst is niet van kracht."),
        Clause(E_GOV, "art. 8, § 1"),
        msg("Kijk op de bladzijde van de overeenkomst welke stap ontbreekt, of sluit een nieuwe overeenkomst."),
    )


def unreadable_text() -> Reason:
    """Return why nothing passes under a text that is not the one that was signed."""
    return Reason(
        "text-altered",
        msg("De tekst van de overeenkomst is niet de tekst die de partijen ondertekenden."),
        Clause(E_GOV, "art. 8, § 1"),
        msg("Verwittig de functionaris voor gegevensbescherming; er gaat niets door de sluis tot dit is opgehelderd."),
    )


def no_leg(policy: Policy) -> Reason:
    """Return why a flow that the text does not know stays closed."""
    return Reason(
        "leg-not-agreed",
        msg("De overeenkomst kent deze uitwisseling niet."),
        Clause(policy.title, "uitwisselingen"),
        msg("Kies een uitwisseling die in de overeenkomst staat."),
    )


def spent(situation: Situation) -> Reason:
    """Return why an agreement whose uses are spent opens no more."""
    return Reason(
        "uses-spent",
        msg("De overeenkomst is opgebruikt: het afgesproken aantal uitwisselingen is bereikt."),
        situation.leg.clauses.get("periodicity", Clause("AVG", "art. 5, lid 1, c)")),
        msg("Sluit een nieuwe overeenkomst als u de gegevens opnieuw nodig hebt."),
    )
