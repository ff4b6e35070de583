"""Why a PDF is not taken: one sentence per code, with its clause and what to do next."""

from __future__ import annotations

from sluis.agreements.documents.model import MEBIBYTE, MOST_BYTES, MOST_PAGES
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import Message, msg

# Evidence that stays readable and cannot be changed unseen: domain/exchange.md B.4 (article 12 of that order).
_EVIDENCE = Clause("BVR Gegevensdeling", "artikel 12")
_PROTOCOL = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")
_SECURITY = Clause("AVG", "artikel 32")

_SAVE_AS_PDF = msg("Bewaar het document als gewone PDF (liefst PDF/A) en laad dat bestand op.")

_FAULTS: dict[str, tuple[Message, Clause, Message]] = {
    "pdf-missing": (msg("Het bestand is leeg."), _PROTOCOL, _SAVE_AS_PDF),
    "not-a-pdf": (msg("Dit bestand is geen PDF."), _PROTOCOL, _SAVE_AS_PDF),
    "pdf-too-large": (
        msg("Het bestand is groter dan {most} MB.", most=MOST_BYTES // MEBIBYTE),
        _PROTOCOL,
        msg("Maak het kleiner, bijvoorbeeld met scans van 150 dpi, of splits de bijlagen."),
    ),
    "pdf-too-many-pages": (
        msg("Het document heeft meer dan {most} bladzijden.", most=MOST_PAGES),
        _PROTOCOL,
        msg("Voeg alleen de beslissing zelf bij."),
    ),
    "pdf-no-pages": (msg("Het document heeft geen bladzijden."), _PROTOCOL, _SAVE_AS_PDF),
    "pdf-encrypted": (
        msg("Het document is versleuteld: wie het later moet lezen, kan dat niet."),
        _EVIDENCE,
        msg("Haal het wachtwoord weg en laad het document opnieuw op."),
    ),
    "pdf-active": (
        msg("Het document bevat iets dat uitgevoerd kan worden, zoals JavaScript of het starten van een programma."),
        _SECURITY,
        msg("Druk het document af naar PDF/A: dan blijft alleen de inhoud over."),
    ),
    "pdf-embedded-files": (
        msg("In het document zitten andere bestanden verborgen."),
        _SECURITY,
        msg("Haal de bijgevoegde bestanden eruit, of druk het document af naar PDF."),
    ),
    "pdf-polyglot": (
        msg("Het bestand is een PDF en tegelijk iets anders, zoals een archief."),
        _SECURITY,
        msg("Druk het document af naar PDF en laad dat bestand op."),
    ),
    "pdf-damaged": (
        msg("Het document is beschadigd of is geen volledige PDF."),
        _EVIDENCE,
        msg("Open het in een leesprogramma, bewaar het opnieuw als PDF en laad dat bestand op."),
    ),
    "pdf-too-costly": (
        msg("Het document vraagt te veel tijd of geheugen om na te kijken."),
        _SECURITY,
        msg("Druk het document af naar PDF en laad dat bestand op."),
    ),
}

CODES = frozenset(_FAULTS)


def reason(code: str) -> Reason:
    """Return the reason with this code."""
    what, clause, remedy = _FAULTS[code]
    return Reason(code, what, clause, remedy)


def refused(code: str) -> SluisError:
    """Return the error with this code."""
    what, clause, remedy = _FAULTS[code]
    return SluisError(code, what, remedy=remedy, clause=clause)
