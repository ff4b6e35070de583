"""What a citizen should know about an agreement, in short plain sentences around the parties' own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sluis.agreements.legs import Leg
from sluis.agreements.model import Agreement
from sluis.kernel.text import Message, msg

_ORDER = {"request": 0, "answer": 1, "delivery": 2}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that a citizen has, with its answer: sentences, and lists under some of them."""

    question: Message
    lines: tuple[Message, ...]
    items: tuple[str, ...] = ()


def told_to_citizen(text: Agreement, *, language: str) -> tuple[Answer, ...]:
    """Return the questions with their answers; `language` chooses the reading versions of the parties' own words."""
    return tuple(answer for answer in _answers(text, language) if answer.lines or answer.items)


def _answers(text: Agreement, language: str) -> Iterator[Answer]:
    if text.summary:
        yield Answer(msg("Wat is dit?"), (_own(text.summary.in_language(language)),))
    yield Answer(msg("Wie deelt gegevens met wie?"), tuple(_flows(text)))
    yield Answer(msg("Over wie gaan de gegevens?"), tuple(dict.fromkeys(_own(leg.subjects.text) for leg in _out(text))))
    yield Answer(
        msg("Welke gegevens zijn dat?"),
        (msg("Alleen deze gegevens, en geen andere:"),) if _out(text) else (),
        tuple(dict.fromkeys(item.label.in_language(language) for leg in _out(text) for item in leg.items)),
    )
    yield Answer(msg("Waarvoor dienen ze?"), tuple(_own(one.text.in_language(language)) for one in text.purposes))
    yield Answer(
        msg("Van welke regels mag dat?"),
        (),
        tuple(", ".join(part for part in (one.instrument, one.article) if part) for one in text.legal_grounds),
    )
    yield Answer(
        msg("Hoe lang worden ze bewaard?"),
        tuple(dict.fromkeys(_own(item.retention.text) for leg in text.legs.values() for item in leg.items)),
    )
    yield Answer(msg("Gaan ze nog naar iemand anders?"), tuple(_onward(text)))
    yield Answer(
        msg("Wat kunt u zelf doen?"),
        (
            _own(text.rights.text),
            msg(
                "Bent u het niet eens met wat er met uw gegevens gebeurt? U kunt klagen bij: {supervisor}.",
                supervisor=text.rights.supervisor,
            ),
        ),
    )


def _out(text: Agreement) -> tuple[Leg, ...]:
    """Return the flows that tell something about people; of a question alone where there is nothing else."""
    telling = tuple(leg for leg in text.legs.values() if leg.kind != "request")
    return telling or tuple(text.legs.values())


def _flows(text: Agreement) -> Iterator[Message]:
    names = {party.id: party.name or party.id for party in text.parties}
    # The question first: canonical texts keep their flows by name.
    for leg in sorted(text.legs.values(), key=lambda leg: _ORDER[leg.kind]):
        senders, receivers = (", ".join(names[one] for one in side) for side in (leg.senders, leg.receivers))
        sentence = {
            "request": msg("{senders} stuurt een vraag aan {receivers}.", senders=senders, receivers=receivers),
            "answer": msg("{senders} antwoordt aan {receivers}.", senders=senders, receivers=receivers),
            "delivery": msg("{senders} bezorgt gegevens aan {receivers}.", senders=senders, receivers=receivers),
        }
        yield sentence[leg.kind]
        yield _own(leg.text)
    for contact in text.contacts:
        writer, others = names[contact.by], ", ".join(names[one] for one in contact.on_behalf_of)
        yield msg(
            "{writer} schrijft u aan namens {others}, dat daarbij niets over u te weten komt.",
            writer=writer,
            others=others,
        )


def _onward(text: Agreement) -> Iterator[Message]:
    if not text.onward:
        yield msg("Nee.")
    for one in text.onward:
        yield msg("Ja, naar {recipient}: {purpose}", recipient=one.recipient, purpose=one.purpose)
    yield _own(text.onward_rule)


def _own(words: str) -> Message:
    # What the parties wrote is quoted as it stands.
    return Message("{words}", (("words", words),))
