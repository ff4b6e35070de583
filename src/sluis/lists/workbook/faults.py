"""Every way in which a workbook is refused: code, sentence, clause, remedy. Reviewed as one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg
from sluis.lists.workbook.model import Limits, WorkbookFault

SECURITY = Clause("AVG", "art. 32")
MINIMALITY = Clause("AVG", "art. 5, lid 1, c)")
INTEGRITY = Clause("AVG", "art. 5, lid 1, f)")

_PLACES_SHOWN = 10
_AGAIN = msg("Sla het bestand opnieuw op als Excel-werkmap (.xlsx) met wachtwoord en verstuur het nog eens.")
_CLEAN = msg(
    "Kopieer de kolom met INSZ-nummers als waarden naar een nieuwe werkmap, sla die op met wachtwoord en verstuur ze."
)
_ENCRYPT = msg(
    "Kies in Excel: Bestand > Info > Werkmap beveiligen > Versleutelen met wachtwoord."
    " In LibreOffice: Opslaan als > Opslaan met wachtwoord. Gebruik de afgesproken sleutel."
)
_CONTACT = msg("Probeer het opnieuw. Lukt het dan nog niet, verwittig de beheerder van Sluis.")


@dataclass(frozen=True, slots=True)
class _Kind:
    what: Message
    remedy: Message
    clause: Clause | None = None


FAULTS: Mapping[str, _Kind] = {
    # How the file is protected
    "workbook-not-encrypted": _Kind(
        msg("Het bestand is niet versleuteld. Wie het onderweg ziet, kan het lezen."), _ENCRYPT, SECURITY
    ),
    "workbook-default-password": _Kind(
        msg("Het bestand is versleuteld met het ingebouwde wachtwoord van Excel. Dat telt als niet versleuteld."),
        _ENCRYPT,
        SECURITY,
    ),
    "workbook-only-protected": _Kind(
        msg("Alleen het blad of de werkmap is beveiligd tegen wijzigen. Dat is geen versleuteling."),
        _ENCRYPT,
        SECURITY,
    ),
    "workbook-wrong-password": _Kind(
        msg("Het bestand gaat niet open met de afgesproken sleutel."),
        msg(
            "Kijk de sleutel van deze uitwisseling na, ook hoofdletters en spaties, en versleutel het bestand opnieuw."
        ),
        SECURITY,
    ),
    "workbook-encryption-unsupported": _Kind(
        msg("Het bestand is versleuteld op een manier die hier niet wordt aanvaard."),
        msg("Versleutel met een wachtwoord in Excel 2010 of nieuwer, of in LibreOffice, zonder rechtenbeheer (IRM)."),
        SECURITY,
    ),
    "workbook-altered": _Kind(
        msg("De controle van de versleuteling klopt niet: het bestand is onderweg gewijzigd of beschadigd."),
        msg("Verstuur het oorspronkelijke bestand nog eens."),
        INTEGRITY,
    ),
    # What kind of file it is
    "workbook-xls": _Kind(msg("Dit is een oud Excel-bestand (.xls)."), _AGAIN),
    "workbook-xlsb": _Kind(msg("Dit is een binaire Excel-werkmap (.xlsb)."), _AGAIN),
    "workbook-ods": _Kind(msg("Dit is een OpenDocument-rekenblad (.ods)."), _AGAIN),
    "workbook-csv": _Kind(
        msg("Dit is een tekstbestand (zoals .csv), geen versleutelde Excel-werkmap."), _AGAIN, SECURITY
    ),
    "workbook-other-kind": _Kind(msg("Dit is geen Excel-werkmap (.xlsx)."), _AGAIN),
    "workbook-macros": _Kind(msg("Het bestand bevat macro's (zoals .xlsm)."), _CLEAN, SECURITY),
    "workbook-damaged": _Kind(
        msg("Het bestand is beschadigd of onvolledig en kan niet worden gelezen."),
        msg("Open het bestand zelf, sla het opnieuw op met wachtwoord en verstuur het nog eens."),
    ),
    # What is in it
    "workbook-hidden-sheet": _Kind(
        msg("Het bestand heeft een verborgen blad (blad {sheets})."),
        msg("Maak het blad zichtbaar en verwijder het als het niet nodig is."),
        MINIMALITY,
    ),
    "workbook-hidden-cells": _Kind(
        msg("Er staan gegevens in verborgen rijen of kolommen ({places})."),
        msg("Maak alles zichtbaar (ook filters wissen), verwijder wat niet nodig is en verstuur het bestand opnieuw."),
        MINIMALITY,
    ),
    "workbook-second-sheet": _Kind(
        msg("Er staan gegevens op een ander blad dan het eerste (blad {sheets})."),
        msg("Zet de INSZ-nummers op het eerste blad en verwijder de andere bladen."),
        MINIMALITY,
    ),
    "workbook-more-columns": _Kind(
        msg("Er is meer dan één kolom ingevuld (kolommen {columns}). De vraag is één kolom met INSZ-nummers."),
        msg("Verwijder de andere kolommen: alleen het INSZ mag worden doorgegeven."),
        MINIMALITY,
    ),
    "workbook-extra-content": _Kind(
        msg("Het bestand bevat ook opmerkingen, afbeeldingen, grafieken of draaitabellen."), _CLEAN, MINIMALITY
    ),
    "workbook-formulas": _Kind(msg("Er staan formules in het bestand ({places})."), _CLEAN, SECURITY),
    "workbook-external-links": _Kind(
        msg("Het bestand verwijst naar andere bestanden, websites of programma's."), _CLEAN, SECURITY
    ),
    "workbook-connections": _Kind(msg("Het bestand bevat verbindingen met gegevensbronnen."), _CLEAN, SECURITY),
    "workbook-embedded": _Kind(msg("Het bestand bevat ingesloten objecten of bestanden."), _CLEAN, SECURITY),
    "workbook-defined-names": _Kind(
        msg("Het bestand bevat gedefinieerde namen die meer doen dan cellen aanwijzen."), _CLEAN, SECURITY
    ),
    "workbook-merged-cells": _Kind(
        msg("Er zijn cellen van meerdere rijen samengevoegd ({places})."),
        msg("Splits de samengevoegde cellen, zodat elke rij één nummer heeft."),
    ),
    "workbook-error-cells": _Kind(
        msg("Er staan foutwaarden zoals #REF! of #N/B in cellen ({places})."),
        msg("Verbeter of verwijder die cellen."),
    ),
    "workbook-empty": _Kind(
        msg("Er staat geen enkel nummer op het eerste blad."),
        msg("Zet de INSZ-nummers onder elkaar in één kolom op het eerste blad."),
    ),
    # How big it is, and tricks
    "workbook-too-many-rows": _Kind(
        msg("Er staan meer rijen in het bestand dan deze vraag mag hebben (hoogstens {rows})."),
        msg("Vraag alleen de kinderen van 0 tot 25 jaar van uw eigen gemeente."),
        MINIMALITY,
    ),
    "workbook-too-large": _Kind(
        msg("Het bestand is te groot (hoogstens {megabytes} MB, en uitgepakt hoogstens {inflated} MB)."), _CLEAN
    ),
    "workbook-bomb": _Kind(msg("Het bestand is zo samengeperst dat het bij het openen ontploft."), _CLEAN, SECURITY),
    "workbook-package-tricks": _Kind(
        msg("De inhoud van het bestand is op een verdachte manier verpakt (dubbele of vreemde namen)."),
        _CLEAN,
        SECURITY,
    ),
    "workbook-dtd": _Kind(
        msg("Het bestand bevat XML-definities die niet in een werkmap thuishoren."), _CLEAN, SECURITY
    ),
    # How the reading went
    "workbook-reader-time": _Kind(msg("Het lezen van het bestand duurde te lang en is gestopt."), _CLEAN, SECURITY),
    "workbook-reader-memory": _Kind(
        msg("Het lezen van het bestand vroeg te veel geheugen en is gestopt."), _CLEAN, SECURITY
    ),
    "workbook-reader-crashed": _Kind(
        msg("Het bestand kon niet veilig worden gelezen; het lezen is afgebroken."), _CLEAN, SECURITY
    ),
    "workbook-reader-unavailable": _Kind(msg("De lezer van bestanden kon niet starten."), _CONTACT),
}


def fault(
    code: str,
    *,
    limits: Limits,
    rows: tuple[int, ...] = (),
    columns: tuple[str, ...] = (),
    sheets: tuple[int, ...] = (),
) -> WorkbookFault:
    """Return the fault of this code with its places filled in. Raises KeyError for a code that is not in the table."""
    kind = FAULTS[code]
    filled: dict[str, object] = {
        "rows": limits.rows,
        "columns": _some(columns),
        "sheets": _some(sheets),
        "places": _places(rows, columns),
        "megabytes": limits.file_bytes // 1_000_000,
        "inflated": limits.inflated_bytes // 1_000_000,
    }
    what = Message(
        kind.what.text, tuple((name, filled[name]) for name in sorted(filled) if f"{{{name}}}" in kind.what.text)
    )
    return WorkbookFault(code, what, kind.remedy, kind.clause, rows, columns, sheets)


def _places(rows: tuple[int, ...], columns: tuple[str, ...]) -> Message:
    if rows and columns:
        return msg("rij {rows}; kolom {columns}", rows=_some(rows), columns=_some(columns))
    if columns:
        return msg("kolom {columns}", columns=_some(columns))
    if rows:
        return msg("rij {rows}", rows=_some(rows))
    return msg("op een van de bladen")


def _some(places: tuple[int, ...] | tuple[str, ...]) -> str:
    shown = ", ".join(str(place) for place in places[:_PLACES_SHOWN])
    return f"{shown}, …" if len(places) > _PLACES_SHOWN else shown
