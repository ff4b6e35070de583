"""Campaigns through a real SMTP server: in each body's language, once for the same thing, also when two race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from threading import Barrier
from uuid import uuid4

import psycopg
import pytest

from sluis.channels.demo.agreements import TEMPLATE
from sluis.database import Database
from sluis.deliveries.actions import mark_bounced
from sluis.deliveries.smtp import MailServer, SmtpChannel
from sluis.deliveries.worker import deliver_due
from sluis.kernel.errors import SluisError
from sluis.outreach import campaign_store, store
from sluis.outreach.addresses import import_addresses, set_address
from sluis.outreach.campaigns import QUIET, QUIET_REMINDER, Receiver, receivers, save_campaign, send_campaign
from sluis.outreach.model import Campaign, Group, Text
from tests.integration.deliveries.mail_servers import Mailbox, mail_server
from tests.integration.outreach.world import AALTER, GENT, LINK, NOW, TIELT, TODAY, WINGENE, World, draft

BRUGGE = "gemeente-brugge"


def send(world: World, campaign: Campaign) -> list[Receiver]:
    with world.database.transaction() as connection:
        return list(send_campaign(connection, campaign=campaign.id, link=LINK, by="fien", at=world.at, day=TODAY))


def mailed(found: list[Receiver]) -> list[str]:
    return [one.place.id for one in found if one.skipped is None]


def deliver(world: World, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as port:
        server = MailServer(host="localhost", port=port, security="none", sender="sluis@opgroeien.example")
        deliver_due(world.database, [SmtpChannel(server)], clock=world.clock)


def test_a_campaign_reaches_each_body_that_has_not_joined_in_its_own_language(world: World) -> None:
    for body in (WINGENE, TIELT, AALTER, GENT, BRUGGE):
        world.set_address(body, f"{body}@bestuur.example")
    with world.database.transaction() as connection:
        store.set_language(connection, body=BRUGGE, language="fr")
        store.set_language(connection, body=GENT, language="de")  # nothing was written in German: Dutch
    found = send(world, world.campaign())
    assert sorted(mailed(found)) == [BRUGGE, GENT], "the others have joined or are under way"
    assert {one.skipped for one in found} == {None, "no-address"}
    mailbox = Mailbox()
    deliver(world, mailbox)
    mails = {
        mail.rcpt_tos[0]: message_from_bytes(mail.original_content or b"", policy=default) for mail in mailbox.mails
    }
    assert set(mails) == {f"{BRUGGE}@bestuur.example", f"{GENT}@bestuur.example"}
    french, dutch = mails[f"{BRUGGE}@bestuur.example"], mails[f"{GENT}@bestuur.example"]
    assert (french["Subject"], french["Content-Language"]) == ("Gemeente Brugge adhère ?", "fr")
    assert (dutch["Subject"], dutch["Content-Language"]) == ("Wordt Gemeente Gent partij?", "nl")
    assert LINK in dutch.get_content()


def test_nobody_is_mailed_twice_for_the_same_thing(world: World) -> None:
    world.set_address(GENT, "dienst@gent.example")
    world.set_address("ocmw-gent", "DIENST@gent.example")
    first = send(world, world.campaign())
    assert mailed(first) == [GENT]
    assert {one.skipped for one in first if one.place.id == "ocmw-gent"} == {"same-address"}
    world.at += QUIET - timedelta(hours=1)
    again = send(world, world.campaign(title="Nog eens"))
    assert mailed(again) == []
    assert {one.skipped for one in again if one.address} == {"mailed-before"}
    world.at += timedelta(hours=2)
    assert mailed(send(world, world.campaign(title="Na de rustperiode"))) == [GENT]


def test_a_reminder_must_be_called_one_and_does_not_come_too_soon(world: World) -> None:
    world.set_address(GENT, "dienst@gent.example")
    send(world, world.campaign())
    world.at += timedelta(days=3)
    assert mailed(send(world, world.campaign(is_reminder=True))) == []
    world.at += QUIET_REMINDER
    assert mailed(send(world, world.campaign(is_reminder=True))) == [GENT]
    world.at += timedelta(days=1)
    assert mailed(send(world, world.campaign(is_reminder=True))) == []


def test_a_campaign_is_sent_once_however_often_the_button_is_pressed(world: World) -> None:
    world.set_address(GENT, "dienst@gent.example")
    campaign = world.campaign()
    barrier = Barrier(4)

    def press(_: int) -> str:
        barrier.wait()
        try:
            send(world, campaign)
        except SluisError as error:
            return error.code
        return "sent"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(press, range(4)))
    assert outcomes == ["campaign-sent"] * 3 + ["sent"]
    with pytest.raises(SluisError, match="al verstuurd"), world.database.transaction() as connection:
        save_campaign(
            connection,
            campaign=campaign.id,
            title="Anders",
            offer=TEMPLATE,
            is_reminder=False,
            texts={"nl": Text("a", "b")},
            group=Group(),
            by="fien",
            at=world.at,
        )


def test_two_campaigns_about_one_offer_that_race_mail_each_body_once(world: World) -> None:
    for body in (GENT, BRUGGE, "gemeente-leuven"):
        world.set_address(body, f"{body}@bestuur.example")
    campaigns = [world.campaign(title=f"Campagne {number}") for number in range(4)]
    barrier = Barrier(4)

    def press(campaign: Campaign) -> list[str]:
        barrier.wait()
        return mailed(send(world, campaign))

    with ThreadPoolExecutor(4) as pool:
        sent = [body for found in pool.map(press, campaigns) for body in found]
    assert sorted(sent) == [BRUGGE, GENT, "gemeente-leuven"]
    mailbox = Mailbox()
    deliver(world, mailbox)
    assert sorted(mailbox.receivers) == sorted(f"{body}@bestuur.example" for body in sent)


def test_the_database_itself_refuses_a_second_mail_to_a_body_or_an_address(world: World) -> None:
    world.set_address(GENT, "dienst@gent.example")
    send(world, world.campaign())
    for body, address in ((GENT, "ander@gent.example"), (BRUGGE, "Dienst@Gent.example")):
        other = world.campaign()
        with world.database.transaction() as connection:
            assert not campaign_store.add_mail(
                connection,
                campaign=other,
                body=body,
                address=address,
                language="nl",
                delivery=uuid4(),
                at=world.at + timedelta(days=1),
                quiet=QUIET,
            )
    with pytest.raises(psycopg.errors.InsufficientPrivilege), world.database.transaction() as connection:
        connection.execute("DELETE FROM outreach_mail")


def test_what_became_of_each_mail_is_seen(world: World) -> None:
    for body in (GENT, BRUGGE, "gemeente-leuven"):
        world.set_address(body, f"{body}@bestuur.example")
    campaign = world.campaign()
    send(world, campaign)
    deliver(world, Mailbox())
    world.at += timedelta(days=2)
    with world.database.transaction() as connection:
        sent = {one.body: one for one in campaign_store.mails(connection, campaign.id)}
        assert {one.state for one in sent.values()} == {"delivered"}
        assert not any(one.opened or one.joined for one in sent.values())
        mark_bounced(connection, delivery=sent[BRUGGE].delivery, fault="dsn-5.1.1", at=world.at)
        draft(connection, GENT, at=world.at)
    with world.database.transaction() as connection:
        after = {one.body: one for one in campaign_store.mails(connection, campaign.id)}
        ((_, count, bounced),) = campaign_store.list_campaigns(connection, most=10, skip=0)[1]
    assert (after[BRUGGE].state, after[BRUGGE].fault) == ("bounced", "dsn-5.1.1")
    assert {body for body, one in after.items() if one.opened} == {GENT}
    assert (count, bounced) == (3, 1)


def test_a_mail_that_came_back_counts_no_more_once_the_address_is_corrected(world: World) -> None:
    world.set_address(GENT, "weg@gent.example")
    first = world.campaign()
    send(world, first)
    deliver(world, Mailbox(rcpt="550 5.1.1 unknown"))
    world.at += timedelta(days=1)
    assert mailed(send(world, world.campaign(title="Zelfde adres"))) == []
    world.set_address(GENT, "dienst@gent.example")
    other = world.campaign(title="Ander adres")
    with world.database.transaction() as connection:
        preview = receivers(connection, other, at=world.at, day=TODAY)
    assert mailed(preview) == [GENT], "what is shown before is what is sent"
    assert mailed(send(world, other)) == [GENT]
    assert mailed(send(world, world.campaign(title="Nog eens"))) == []


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"fr": Text("a", "b")},
        {"nl": Text("", "b")},
        {"nl": Text("a", " ")},
        {"nl": Text("a\nBcc: x@y.example", "b")},
        {"nl": Text("a", "Over het kind 15.68.01-001.13")},
        {"nl": Text("a", "b" * 8_001)},
        {"nl": Text("a", "b"), "de": Text("c", "")},
        {"nl": Text("a", "b\x07")},
    ],
)
def test_a_text_that_cannot_be_sent_is_not_even_kept(database: Database, texts: dict[str, Text]) -> None:
    with pytest.raises(SluisError) as caught, database.transaction() as connection:
        save_campaign(
            connection,
            campaign=uuid4(),
            title="t",
            offer=TEMPLATE,
            is_reminder=False,
            texts=texts,
            group=Group(),
            by="fien",
            at=NOW,
        )
    assert caught.value.code == "campaign-wrong"
    assert "15.68" not in str(caught.value)


def test_marks_are_filled_in_and_nothing_else_between_braces_is_touched(world: World) -> None:
    world.set_address(GENT, "dienst@gent.example")
    with world.database.transaction() as connection:
        campaign = save_campaign(
            connection,
            campaign=uuid4(),
            title="t",
            offer=TEMPLATE,
            is_reminder=False,
            texts={"nl": Text("{bestuur} {0} {x.__class__}", "{{bestuur}} %s {link}")},
            group=Group(),
            by="fien",
            at=NOW,
        )
    send(world, campaign)
    mailbox = Mailbox()
    deliver(world, mailbox)
    read = message_from_bytes(mailbox.mails[0].original_content or b"", policy=default)
    assert read["Subject"] == "Gemeente Gent {0} {x.__class__}"
    assert read.get_content().strip() == "{Gemeente Gent} %s " + LINK


def test_addresses_come_from_a_file_whole_or_not_at_all(world: World) -> None:
    def take(text: str, encoding: str = "utf-8") -> tuple[int, list[tuple[int, str]]]:
        with world.database.transaction() as connection:
            done = import_addresses(connection, content=text.encode(encoding), by="fien", at=NOW, day=TODAY)
        return done.kept, [(fault.line, str(fault.what)) for fault in done.faults]

    good = "\ufeffbestuur;e-mail\r\nGemeente Gent;dienst@gent.example\r\n\r\nocmw-gent;ocmw@gent.example\r\n"
    assert take(good) == (2, [])
    assert take("E-mail,KBO\ndienst@wingene.example,0207.463.205\n")[0] in {0, 1}
    kept, faults = take("bestuur;e-mail\nGemeente Brugge;b@brugge.example\nStad Nergens;x@y.example\nocmw-gent;geen\n")
    assert kept == 0
    assert [line for line, _ in faults] == [3, 4]
    assert take("bestuur;e-mail\nGent;a@b.example\ngemeente-gent;c@d.example\n")[1][0][0] == 3
    assert take("naam;iets\n")[1] == [(1, "De eerste regel noemt de kolommen: bestuur en e-mail.")]
    assert take("bestuur;e-mail\nAntwerpen;é@b.example\n", "latin-1")[0] == 0
    assert take("bestuur;e-mail\n" + "Gent;a@b.example\n" * 2_001)[0] == 0
    with world.database.transaction() as connection:
        known = campaign_store.addresses(connection)
        assert known["gemeente-gent"] == "dienst@gent.example"
        assert BRUGGE not in known
        set_address(connection, body=GENT, address="", by="fien", at=NOW, day=TODAY)
        assert GENT not in campaign_store.addresses(connection)


def test_a_body_without_address_is_shown_as_such(world: World) -> None:
    campaign = world.campaign(province="Limburg")
    with world.database.transaction() as connection:
        found = receivers(connection, campaign, at=NOW, day=TODAY)
    assert {one.skipped for one in found} == {"no-address"}
    assert {one.place.province for one in found} == {"Limburg"}
