"""What the commands of agreements share: parties by any name, sentences, tables, words that stand for causes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal
from uuid import UUID

from rich.console import Console
from rich.table import Table as TerminalTable

from sluis.agreements import actions, store
from sluis.agreements.advice import Verdict
from sluis.agreements.endings import Because
from sluis.agreements.lifecycle import STATE_WORDS
from sluis.agreements.steps import day_of
from sluis.channels.commands.terminal import language, say
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.web.languages import translate


def party_of(connection: Connection, word: str) -> str:
    """Return the id of a party by id, OVO code or KBO number."""
    row = store.find_party(connection, word)
    if row is None:
        raise SluisError(
            "party-unknown",
            msg("‘{party}’ staat niet in het register van partijen.", party=word),
            remedy=msg("Zoek de partij op met ‘sluis agreements parties’."),
        )
    return row.id


def print_done(done: actions.Done) -> None:
    """Say what a step led to."""
    state = STATE_WORDS.get(done.state, Message(done.state))
    say(
        msg(
            "{agreement} is nu: {state}. Vingerafdruk {hash}",
            agreement=done.agreement,
            state=state,
            hash=done.text_hash,
        )
    )


def print_table(head: tuple[Message, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table as wide as its longest row: a code that is cut off cannot be typed."""
    table = TerminalTable(box=None, pad_edge=False)
    for one in head:
        table.add_column(in_language(one), no_wrap=True)
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    Console(width=1_000, highlight=False).print(table)


def in_language(message: Message) -> str:
    """Return a sentence in the terminal's language."""
    return translate(message, language())


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def today() -> date:
    """Return today in Flanders."""
    return day_of(now())


def because_of(word: str) -> Because:
    """Return the cause that a word names."""
    causes: dict[str, Because] = {"purpose-reached": "purpose-reached", "breach": "breach", "merger": "merger"}
    if word not in causes:
        raise SluisError(
            "cause-unknown",
            msg("‘{word}’ is geen reden om een overeenkomst te beëindigen.", word=word),
            remedy=msg("Kies uit: {names}.", names=", ".join(causes)),
        )
    return causes[word]


def verdict_of(word: str) -> Verdict:
    """Return the verdict that a word names."""
    verdicts: dict[str, Literal["favourable", "with-remarks", "unfavourable"]] = {
        "favourable": "favourable",
        "with-remarks": "with-remarks",
        "unfavourable": "unfavourable",
    }
    if word not in verdicts:
        raise SluisError(
            "verdict-unknown",
            msg("‘{word}’ is geen advies.", word=word),
            remedy=msg("Kies uit: {names}.", names=", ".join(verdicts)),
        )
    return verdicts[word]


def offer_number(text: str) -> UUID:
    """Return the number of an offer."""
    try:
        return UUID(text)
    except ValueError as error:
        raise SluisError(
            "offer-not-open",
            msg("Dit is geen nummer van een aanbod."),
            remedy=msg("Kijk welke aanbiedingen openstaan: sluis agreements offers."),
        ) from error
