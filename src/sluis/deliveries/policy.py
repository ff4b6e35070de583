"""What may be queued and what may be offered again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz

if TYPE_CHECKING:
    from sluis.deliveries.model import Delivery, JsonValue, Payload


def check_payload(payload: Payload, key: str) -> None:
    """Refuse what looks like an INSZ anywhere in what is sent or in its key; the error repeats nothing of it."""
    if any(looks_like_insz(text) for text in (key, *_texts(payload))):
        raise SluisError(
            "delivery-names-a-person",
            msg("Dit bericht wordt niet verstuurd: er staat een nummer in dat op een rijksregisternummer lijkt."),
            remedy=msg("Noem in een bericht alleen een code. De ontvanger vraagt de rest via de sluis."),
            clause=Clause("AVG", "artikel 5, lid 1, c)"),
        )


def can_redeliver(delivery: Delivery) -> bool:
    """Return whether the button belongs on the page: it ended, and no agreement forbids it."""
    return delivery.state in {"delivered", "bounced", "dead"} and delivery.killed_at is None


def check_redeliver(delivery: Delivery) -> None:
    """Refuse to offer again what is still under way, or what was stopped with its agreement."""
    if delivery.killed_at is not None:
        raise SluisError(
            "delivery-killed",
            msg("Deze zending is gestopt omdat haar overeenkomst niet meer geldt. Ze kan niet opnieuw vertrekken."),
            remedy=msg("Vraag de gegevens opnieuw als er weer een overeenkomst van kracht is."),
            clause=Clause("overeenkomst", "artikel 8 (sanctie)"),
        )
    if not can_redeliver(delivery):
        raise SluisError(
            "delivery-under-way",
            msg("Deze zending is nog onderweg."),
            remedy=msg("Wacht tot ze aangekomen of opgegeven is."),
        )


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)
