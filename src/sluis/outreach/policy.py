"""Who may follow, and what may be written to a body: checked before anything is kept or sent."""

from __future__ import annotations

from collections.abc import Mapping

from sluis.deliveries.mail import LONGEST_SUBJECT, is_address, mail_payload
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz
from sluis.outreach.model import CONTACT_WORDS, Text

FOLLOWER = "outreach"
LANGUAGES = ("nl", "fr", "en", "de")
LONGEST_TITLE = 200
LONGEST_NOTE = 2_000
LONGEST_TEXT = 8_000
BODY_MARK, LINK_MARK = "{bestuur}", "{link}"

# Whoever holds one of these may open the page of an agreement: a follower without them sees its code only.
_AGREEMENT_READERS = frozenset({"officer", "dpo", "signatory", "access-manager", "supervisor"})


def may_open_agreements(roles: frozenset[str]) -> bool:
    """Return whether links to agreements lead somewhere for who holds these roles."""
    return bool(roles & _AGREEMENT_READERS)


def wrong_address(address: str) -> Message | None:
    """Return what is wrong with the mail address of a body; None where nothing is."""
    return None if is_address(address) else msg("Dit is geen e-mailadres: {address}", address=address[:100])


def wrong_title(title: str) -> Message | None:
    """Return what is wrong with the title of a campaign or a contact."""
    if not title.strip() or len(title) > LONGEST_TITLE:
        return msg("Geef een titel van ten hoogste {most} tekens.", most=LONGEST_TITLE)
    if looks_like_insz(title):
        return _names_a_person()
    return None


def wrong_note(note: str) -> Message | None:
    """Return what is wrong with the note of a contact."""
    if len(note) > LONGEST_NOTE:
        return msg("Maak de nota korter: ten hoogste {most} tekens.", most=LONGEST_NOTE)
    return _names_a_person() if looks_like_insz(note) else None


def wrong_kind(kind: str) -> Message | None:
    """Return what is wrong with the kind of a contact."""
    return None if kind in CONTACT_WORDS else msg("Kies een soort contact uit de lijst.")


def check_texts(texts: Mapping[str, Text]) -> Mapping[str, Message]:
    """Return what is wrong with the texts of a campaign, by language. Dutch must be there: it stands in for others."""
    wrong: dict[str, Message] = {}
    if "nl" not in texts:
        wrong["nl"] = msg("Schrijf het bericht in elk geval in het Nederlands.")
    for language, text in texts.items():
        if not text.subject.strip() or not text.text.strip():
            wrong[language] = msg("Geef een onderwerp en een tekst, of laat beide leeg.")
        elif len(text.text) > LONGEST_TEXT or len(text.subject) > LONGEST_SUBJECT // 2:
            wrong[language] = msg(
                "Maak het korter: een onderwerp van ten hoogste {subject} tekens, een bericht van ten hoogste {most}.",
                subject=LONGEST_SUBJECT // 2,
                most=LONGEST_TEXT,
            )
        elif looks_like_insz(text.subject) or looks_like_insz(text.text):
            wrong[language] = _names_a_person()
        elif (fault := _unsendable(text)) is not None:
            wrong[language] = fault
    return wrong


def _unsendable(text: Text) -> Message | None:
    try:
        mail_payload(to="dienst@bestuur.example", subject=text.subject, text=text.text, language="nl")
    except SluisError as error:
        return error.what
    return None


def filled(text: Text, *, body: str, link: str) -> Text:
    """Return a text for one body: two marks are filled in, anything else between braces stays what it is."""
    return Text(
        text.subject.replace(BODY_MARK, body).replace(LINK_MARK, link),
        text.text.replace(BODY_MARK, body).replace(LINK_MARK, link),
    )


def _names_a_person() -> Message:
    return msg("Hier staat iets dat op een rijksregisternummer lijkt. Laat dat weg.")
