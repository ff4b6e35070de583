"""The receipt beside a file: what came in, when, and what came of it; for people as text, for machines as JSON.

It is made from the row each time it is read. It names rows of a list by their number in the sheet, never a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sluis.channels.intake.model import IntakeFile
from sluis.kernel.text import Message, msg
from sluis.lists.model import Exchange
from sluis.lists.reasons import reason_from_json
from sluis.lists.rows import describe
from sluis.log import redact
from sluis.web.languages import Language, translate

_MOST_ROWS = 1_000

STATE_WORDS: Mapping[str, Message] = {
    "staged": msg("nog niet volledig: geef het bestand zijn laatste naam"),
    "received": msg("ontvangen, wordt behandeld"),
    "answered": msg("beantwoord, het antwoord ligt klaar"),
    "collected": msg("beantwoord en opgehaald"),
    "refused": msg("geweigerd"),
    "double": msg("hetzelfde bestand kwam eerder al binnen; er is één antwoord"),
}


def receipt_fields(file: IntakeFile, exchange: Exchange | None, language: Language) -> dict[str, Any]:
    """Return the receipt as plain values, in the party's language."""
    problems = exchange.row_problems if exchange is not None else ()
    reasons = [reason_from_json(kept) for kept in file.reasons]
    return {
        "schema": "sluis-receipt-1",
        "language": language,
        "file": file.name,
        "agreement": file.agreement,
        "received_at": file.received_at.astimezone(UTC).isoformat(timespec="seconds"),
        "bytes": file.size,
        "sha256": file.digest.hex(),
        "state": file.state,
        "state_text": translate(STATE_WORDS[file.state], language),
        "same_as": None if file.same_as is None else str(file.same_as),
        "exchange": None if exchange is None else str(exchange.id),
        "evidence": None if exchange is None or exchange.entry is None else str(exchange.entry),
        "asked": None if exchange is None else exchange.asked,
        "answered": None if exchange is None else exchange.released,
        "answer": file.answer_name if file.state == "answered" else None,
        "collect_before": (
            exchange.collect_before.astimezone(UTC).isoformat(timespec="seconds")
            if exchange is not None and exchange.collect_before is not None and file.state == "answered"
            else None
        ),
        "reasons": [
            {
                "code": reason.code,
                "what": redact(translate(reason.what, language)),
                "clause": str(reason.clause),
                "remedy": redact(translate(reason.remedy, language)),
            }
            for reason in reasons
        ],
        "rows": [
            {"row": one.row, "code": one.code, "what": translate(describe(one.code), language)}
            for one in problems[:_MOST_ROWS]
        ],
        "rows_not_shown": max(len(problems) - _MOST_ROWS, 0),
    }


def as_json(fields: Mapping[str, Any]) -> bytes:
    """Return the receipt for machines."""
    return (json.dumps(fields, ensure_ascii=False, indent=2) + "\n").encode()


def as_text(fields: Mapping[str, Any]) -> bytes:
    """Return the receipt for people; with Windows line ends, which every editor opens."""
    language: Language = fields["language"]

    def say(message: Message) -> str:
        return translate(message, language)

    lines = [
        say(msg("Ontvangstbewijs van Sluis")),
        "",
        say(msg("Bestand: {file}", file=fields["file"])),
        say(msg("Overeenkomst: {agreement}", agreement=fields["agreement"] or "—")),
        say(msg("Ontvangen: {moment} (UTC)", moment=fields["received_at"][:19].replace("T", " "))),
        say(msg("Grootte: {size} bytes; SHA-256: {digest}", size=fields["bytes"], digest=fields["sha256"])),
        say(msg("Toestand: {state}", state=fields["state_text"])),
    ]
    if fields["exchange"]:
        lines.append(say(msg("Uitwisseling: {exchange}", exchange=fields["exchange"])))
    if fields["evidence"]:
        lines.append(say(msg("Bewijs in het grootboek: {entry}", entry=fields["evidence"])))
    if fields["asked"] is not None and fields["answered"] is not None:
        answered = msg(
            "Gevraagd: {asked} kinderen; beantwoord: {answered}.", asked=fields["asked"], answered=fields["answered"]
        )
        lines.append(say(answered))
    if fields["answer"]:
        lines.append(say(msg("Antwoord: {file}", file=fields["answer"])))
    if fields["collect_before"]:
        lines.append(
            say(msg("Op te halen voor: {moment} (UTC)", moment=fields["collect_before"][:19].replace("T", " ")))
        )
    for reason in fields["reasons"]:
        lines += ["", f"- {reason['what']}", f"  {reason['clause']}", f"  {reason['remedy']}"]
    if fields["rows"]:
        lines += ["", say(msg("Rijen die aandacht vragen:"))]
        lines += [say(msg("Rij {row}: {what}", row=one["row"], what=one["what"])) for one in fields["rows"]]
    if fields["rows_not_shown"]:
        lines.append(say(msg("En nog {count} rijen.", count=fields["rows_not_shown"])))
    return ("\r\n".join(lines) + "\r\n").encode()
