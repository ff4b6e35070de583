"""What the demo's dashboard shows: a few bodies on their way, fictional addresses, a webinar, a campaign to look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sluis.agreements import store
from sluis.agreements.actions import draft_agreement, sign_agreement
from sluis.channels.demo.agreements import TEMPLATE, body_of, completed
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.outreach import campaign_store
from sluis.outreach.campaigns import save_campaign
from sluis.outreach.model import Group, Text
from sluis.outreach.places import places_on

FOLLOWER = "opgroeien-outreach"
_DRAFTS = ("gemeente-aalter", "gemeente-genk", "gemeente-mechelen")
_SIGNING = ("gemeente-leuven", "gemeente-oostende")
_WITH_ADDRESS = ("Limburg", "West-Vlaanderen")


def settle_following(connection: Connection, *, at: datetime) -> None:
    """Put bodies in several stages and something on each page of following; a second time changes nothing."""
    _settle_agreements(connection, at=at)
    for place in places_on(day_of(at)):
        if place.province in _WITH_ADDRESS:
            address = f"{place.id}@bestuur.example"
            campaign_store.put_address(connection, body=place.id, address=address, by=FOLLOWER, at=at)
    campaign_store.add_contact(
        connection,
        contact=uuid5(NAMESPACE_URL, "sluis:demo:webinar"),
        kind="webinar",
        day=day_of(at - timedelta(days=20)),
        title="Webinar over gegevens delen (fictief)",
        note="Veel vragen over de functionaris voor gegevensbescherming.",
        bodies=[place.id for place in places_on(day_of(at)) if place.province == "Limburg"],
        by=FOLLOWER,
        at=at,
    )
    _write_campaign(connection, at=at)


def _settle_agreements(connection: Connection, *, at: datetime) -> None:
    for number, party in enumerate((*_DRAFTS, *_SIGNING)):
        code = f"sociale-toeslag-{party.partition('-')[2]}-onderweg"
        if store.read_state(connection, code) is not None:
            continue
        began = at - timedelta(days=25 - 4 * number)
        agreement = completed(code, body_of(party), day=day_of(at))
        drafted = draft_agreement(connection, agreement=agreement, party=party, by=f"{party}-signatory", at=began)
        if party in _SIGNING:
            sign_agreement(
                connection,
                agreement=code,
                text_hash=drafted.text_hash,
                party=party,
                by=f"{party}-signatory",
                at=began + timedelta(days=1),
            )


def _write_campaign(connection: Connection, *, at: datetime) -> None:
    campaign = uuid5(NAMESPACE_URL, "sluis:demo:campaign")
    if campaign_store.find_campaign(connection, campaign) is not None:
        return
    dutch = "Beste\n\nUw bestuur kan kinderen met een sociale toeslag automatisch iets toekennen.\nKijk op {link}.\n"
    french = "Bonjour\n\nVotre administration peut octroyer automatiquement un avantage.\nVoyez {link}.\n"
    save_campaign(
        connection,
        campaign=campaign,
        title="Uitnodiging Limburg (fictief)",
        offer=TEMPLATE,
        is_reminder=False,
        texts={"nl": Text("Wordt {bestuur} partij?", dutch), "fr": Text("{bestuur} adhère ?", french)},
        group=Group(province="Limburg"),
        by=FOLLOWER,
        at=at,
    )
