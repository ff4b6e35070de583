"""The verbs of campaigns: write, look, send. Nobody is mailed twice for the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sluis.agreements.catalogue import template
from sluis.database import Connection
from sluis.deliveries.actions import queue_delivery
from sluis.deliveries.mail import CHANNEL, mail_payload
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.outreach import campaign_store, store
from sluis.outreach.following import standings_of
from sluis.outreach.model import NOT_JOINED, Campaign, Group, Place, Text
from sluis.outreach.policy import check_texts, filled, wrong_title

QUIET = timedelta(days=90)
"""How long a body is not invited again to the same offer. Our own choice, not from a text."""

QUIET_REMINDER = timedelta(days=14)
"""How long after a mail about an offer a reminder of it may follow. Our own choice, not from a text."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A body of a campaign's group: where it is written to and how, or why it is not."""

    place: Place
    address: str | None
    language: str
    skipped: str | None
    """"no-address", "mailed-before", "too-soon", "same-address", or None where it will be mailed."""


def save_campaign(
    connection: Connection,
    *,
    campaign: UUID,
    title: str,
    offer: str,
    is_reminder: bool,
    texts: Mapping[str, Text],
    group: Group,
    by: str,
    at: datetime,
) -> Campaign:
    """Keep a campaign before it is sent; raise for a text that cannot be sent, or one that was."""
    template(offer)
    wrong = wrong_title(title) or next(iter(check_texts(texts).values()), None)
    if wrong is not None:
        raise SluisError("campaign-wrong", wrong, remedy=msg("Verbeter het bericht en bewaar het opnieuw."))
    kept = Campaign(campaign, title.strip(), offer, is_reminder, dict(texts), group, by, at, None, None)
    if not campaign_store.put_campaign(connection, kept):
        raise _sent_already()
    return kept


def receivers(connection: Connection, campaign: Campaign, *, at: datetime, day: date) -> list[Receiver]:
    """Return every body of the campaign's group that has not joined, with whether it will be mailed and why not."""
    group = campaign.group
    asked = Group(group.province, group.kind, None, campaign.offer, group.words)
    chosen = [
        one
        for one in standings_of(connection, asked, day=day)
        if one.stage in NOT_JOINED and group.stage in (None, one.stage)
    ]
    addresses = campaign_store.addresses(connection)
    languages = store.languages(connection, [one.place.id for one in chosen])
    by_body, by_address = campaign_store.last_mailed(connection, campaign.offer)
    taken: set[str] = set()
    found = []
    for place in (one.place for one in chosen):
        address = addresses.get(place.id)
        mailed = [when for when in (by_body.get(place.id), by_address.get((address or "").lower())) if when]
        skipped = _skipped(campaign, address, max(mailed, default=None), taken, at=at)
        if skipped is None and address is not None:
            taken.add(address.lower())
        found.append(Receiver(place, address, languages.get(place.id, "nl"), skipped))
    return found


def _skipped(
    campaign: Campaign, address: str | None, last: datetime | None, taken: set[str], *, at: datetime
) -> str | None:
    if address is None:
        return "no-address"
    if address.lower() in taken:
        return "same-address"
    if last is not None and not campaign.is_reminder and at < last + QUIET:
        return "mailed-before"
    if last is not None and campaign.is_reminder and at < last + QUIET_REMINDER:
        return "too-soon"
    return None


def text_for(campaign: Campaign, language: str, *, body: str, link: str) -> tuple[str, Text]:
    """Return the language in which a body is written to, Dutch where the campaign has none of its own, and the text."""
    spoken = language if language in campaign.texts else "nl"
    return spoken, filled(campaign.texts[spoken], body=body, link=link)


def send_campaign(
    connection: Connection, *, campaign: UUID, link: str, by: str, at: datetime, day: date
) -> Sequence[Receiver]:
    """Queue a mail to each body of the group that may have one; return the group with who was skipped and why.

    All campaigns about one offer are sent one after the other, and the database itself refuses a second mail to a body
    or an address within the quiet period. A second click finds the campaign sent and does nothing.
    """
    found = campaign_store.find_campaign(connection, campaign)
    if found is None:
        raise SluisError(
            "campaign-unknown", msg("Deze campagne bestaat niet."), remedy=msg("Kies een campagne uit de lijst.")
        )
    campaign_store.lock_offer(connection, found.offer)
    found = campaign_store.find_campaign(connection, campaign, lock=True)
    if found is None or found.sent_at is not None:
        raise _sent_already()
    campaign_store.forget_returned(connection, found.offer)
    group = receivers(connection, found, at=at, day=day)
    quiet = QUIET_REMINDER if found.is_reminder else QUIET
    for one in group:
        if one.skipped is None and one.address is not None:
            _queue(connection, found, one, one.address, link=link, at=at, quiet=quiet)
    campaign_store.mark_sent(connection, campaign=campaign, by=by, at=at)
    return group


def _queue(
    connection: Connection,
    campaign: Campaign,
    receiver: Receiver,
    address: str,
    *,
    link: str,
    at: datetime,
    quiet: timedelta,
) -> None:
    language, text = text_for(campaign, receiver.language, body=receiver.place.name, link=link)
    queued = queue_delivery(
        connection,
        key=f"campaign:{campaign.id}:{receiver.place.id}",
        channel=CHANNEL,
        receiver=receiver.place.id,
        payload=mail_payload(to=address, subject=text.subject, text=text.text, language=language),
        at=at,
    )
    added = campaign_store.add_mail(
        connection,
        campaign=campaign,
        body=receiver.place.id,
        address=address,
        language=language,
        delivery=queued.id,
        at=at,
        quiet=quiet,
    )
    if not added:
        # The last guard: the database knows a mail that the look before did not see. Nothing of the campaign leaves.
        raise SluisError(
            "mailed-meanwhile",
            msg("Intussen is over hetzelfde aanbod al geschreven aan {body}.", body=receiver.place.name),
            remedy=msg("Kijk de campagne opnieuw na en verstuur ze dan."),
        )


def _sent_already() -> SluisError:
    return SluisError(
        "campaign-sent",
        msg("Deze campagne is al verstuurd. Ze kan niet meer veranderen en vertrekt geen tweede keer."),
        remedy=msg("Maak een nieuwe campagne, en duid aan dat het een herinnering is."),
    )
