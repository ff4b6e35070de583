"""The reasons for which the lists slice itself ends an exchange, and how a kept reason is read back."""

from __future__ import annotations

from collections.abc import Mapping

from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import Message, msg
from sluis.lists.workbook import WorkbookFault

_SECURITY = Clause("AVG", "art. 32")
_MINIMALITY = Clause("AVG", "art. 5, lid 1, c)")


def unreadable(fault: WorkbookFault) -> Reason:
    """Refuse a file that cannot be read as a request, with what the reader found."""
    return Reason(fault.code, fault.what, fault.clause or _SECURITY, fault.remedy)


def too_many(count: int, most: int) -> Reason:
    """Refuse a list with more children than the municipality has."""
    return Reason(
        "too-many-numbers",
        msg(
            "De lijst telt {count} nummers; in uw gemeente wonen {most} personen van deze leeftijd.",
            count=count,
            most=most,
        ),
        _MINIMALITY,
        msg("Vraag alleen kinderen van 0 tot en met 25 jaar die in uw gemeente wonen."),
    )


def no_numbers() -> Reason:
    """Refuse a list in which no number can be read."""
    return Reason(
        "no-numbers",
        msg("In de lijst staat geen enkel bruikbaar INSZ-nummer."),
        _MINIMALITY,
        msg("Zet de INSZ-nummers in één kolom op het eerste blad, en kijk hieronder welke rijen niet gelezen werden."),
    )


def expired() -> Reason:
    """Say that a file was not collected in time."""
    return Reason(
        "not-collected",
        msg("Het antwoord werd niet op tijd opgehaald en is vernietigd."),
        Clause("AVG", "art. 5, lid 1, e)"),
        msg("Sluit een nieuwe overeenkomst als u de gegevens nog nodig hebt."),
    )


def reason_as_json(reason: Reason) -> dict[str, object]:
    """Return a reason as the exchange keeps it: sentences with their parameters, so that any language can read it."""
    return {
        "code": reason.code,
        "what": _message_as_json(reason.what),
        "clause": [reason.clause.instrument, reason.clause.article],
        "remedy": _message_as_json(reason.remedy),
    }


def reason_from_json(kept: Mapping[str, object]) -> Reason:
    """Return a kept reason."""
    clause = kept["clause"]
    assert isinstance(clause, list)
    return Reason(
        str(kept["code"]),
        _message_from_json(kept["what"]),
        Clause(*map(str, clause)),
        _message_from_json(kept["remedy"]),
    )


def _message_as_json(message: Message) -> list[object]:
    parameters = [
        [name, _message_as_json(value) if isinstance(value, Message) else str(value)]
        for name, value in message.parameters
    ]
    return [message.text, parameters]


def _message_from_json(kept: object) -> Message:
    assert isinstance(kept, list)
    text, parameters = kept
    return Message(
        text,
        tuple((name, _message_from_json(value) if isinstance(value, list) else value) for name, value in parameters),
    )
