"""The SQL of addresses, campaigns and contacts. Of a mail only its quiet period ever changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange

from sluis.agreements.lifecycle import RUNNING
from sluis.database import Connection
from sluis.outreach.model import Campaign, Contact, Group, Mailed, Text

_OFFER_LOCK = 7510012


def addresses(connection: Connection) -> dict[str, str]:
    """Return the mail address of each body that has one."""
    return {
        str(body): str(address) for body, address in connection.execute("SELECT body, address FROM outreach_address")
    }


def put_address(connection: Connection, *, body: str, address: str | None, by: str, at: datetime) -> None:
    """Keep the mail address of a body; None takes it away."""
    if address is None:
        connection.execute("DELETE FROM outreach_address WHERE body = %s", (body,))
        return
    connection.execute(
        "INSERT INTO outreach_address VALUES (%s, %s, %s, %s) ON CONFLICT (body) DO UPDATE"
        " SET address = EXCLUDED.address, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at",
        (body, address, by, at),
    )


def put_campaign(connection: Connection, campaign: Campaign) -> bool:
    """Keep a campaign that was not sent yet; False where it was."""
    return bool(
        connection.execute(
            "INSERT INTO outreach_campaign (id, title, offer, is_reminder, texts, chosen, made_by, made_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title,"
            " offer = EXCLUDED.offer, is_reminder = EXCLUDED.is_reminder, texts = EXCLUDED.texts,"
            " chosen = EXCLUDED.chosen, made_by = EXCLUDED.made_by, made_at = EXCLUDED.made_at"
            " WHERE outreach_campaign.sent_at IS NULL",
            (
                campaign.id,
                campaign.title,
                campaign.offer,
                campaign.is_reminder,
                Jsonb({language: asdict(text) for language, text in campaign.texts.items()}),
                Jsonb(asdict(campaign.group)),
                campaign.made_by,
                campaign.made_at,
            ),
        ).rowcount
    )


_CAMPAIGN = (
    "SELECT id, title, offer, is_reminder, texts, chosen, made_by, made_at, sent_by, sent_at FROM outreach_campaign"
)

_CAMPAIGNS = f"""
    SELECT c.*, m.sent, m.bounced FROM ({_CAMPAIGN} ORDER BY made_at DESC, id LIMIT %s OFFSET %s) c
    LEFT JOIN LATERAL (
        SELECT count(*)::int AS sent, count(*) FILTER (WHERE d.state IN ('bounced', 'dead'))::int AS bounced
        FROM outreach_mail o JOIN delivery d ON d.id = o.delivery WHERE o.campaign = c.id) m ON true
    ORDER BY c.made_at DESC, c.id
"""  # noqa: S608 - our own words


def find_campaign(connection: Connection, campaign: UUID, *, lock: bool = False) -> Campaign | None:
    """Return one campaign, kept from changing until the transaction ends where asked."""
    row = connection.execute(_CAMPAIGN + " WHERE id = %s" + (" FOR UPDATE" if lock else ""), (campaign,)).fetchone()
    return _campaign(row) if row else None


def list_campaigns(connection: Connection, *, most: int, skip: int) -> tuple[int, list[tuple[Campaign, int, int]]]:
    """Return how many campaigns there are, and a page of them with the mails sent and come back, newest first."""
    total = connection.execute("SELECT count(*) FROM outreach_campaign").fetchone()
    rows = connection.execute(_CAMPAIGNS, (most, skip)).fetchall()
    return (int(total[0]) if total else 0), [(_campaign(row[:10]), row[10], row[11]) for row in rows]


def _campaign(row: tuple[Any, ...]) -> Campaign:
    texts: Mapping[str, Mapping[str, str]] = row[4]
    by_language = {language: Text(**text) for language, text in texts.items()}
    return Campaign(row[0], row[1], row[2], row[3], by_language, Group(**row[5]), row[6], row[7], row[8], row[9])


def lock_offer(connection: Connection, offer: str) -> None:
    """Keep every other campaign about this offer from being sent until this transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_OFFER_LOCK, offer))


def forget_returned(connection: Connection, offer: str) -> None:
    """Let a mail that came back count no more where the body has another address now: it never reached the body."""
    connection.execute(
        "UPDATE outreach_mail m SET quiet = tstzrange(m.sent_at, m.sent_at + interval '1 microsecond')"
        " FROM delivery d, outreach_address a WHERE d.id = m.delivery AND d.state IN ('bounced', 'dead')"
        " AND a.body = m.body AND lower(a.address) <> lower(m.address) AND m.offer = %s",
        (offer,),
    )


def last_mailed(connection: Connection, offer: str) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """Return when each body, and each address in lower case, was last mailed about an offer."""
    rows = connection.execute(
        "SELECT m.body, lower(m.address), max(m.sent_at) FROM outreach_mail m JOIN delivery d ON d.id = m.delivery"
        " LEFT JOIN outreach_address a ON a.body = m.body"
        " WHERE m.offer = %s AND upper(m.quiet) > m.sent_at + interval '1 second'"
        # What came back counts no more where the body has another address now: see forget_returned.
        " AND NOT (d.state IN ('bounced', 'dead') AND coalesce(lower(a.address) <> lower(m.address), false))"
        " GROUP BY m.body, lower(m.address)",
        (offer,),
    ).fetchall()
    bodies: dict[str, datetime] = {}
    by_address: dict[str, datetime] = {}
    for body, address, at in rows:
        bodies[body] = max(at, bodies.get(body, at))
        by_address[address] = max(at, by_address.get(address, at))
    return bodies, by_address


def add_mail(
    connection: Connection,
    *,
    campaign: Campaign,
    body: str,
    address: str,
    language: str,
    delivery: UUID,
    at: datetime,
    quiet: timedelta,
) -> bool:
    """Keep that a body is mailed; False where the database knows of a mail about the same thing: nothing is sent."""
    return bool(
        connection.execute(
            "INSERT INTO outreach_mail"
            " (campaign, body, offer, address, language, is_reminder, delivery, sent_at, quiet)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                campaign.id,
                body,
                campaign.offer,
                address,
                language,
                campaign.is_reminder,
                delivery,
                at,
                TimestamptzRange(at, at + quiet),
            ),
        ).rowcount
    )


def mark_sent(connection: Connection, *, campaign: UUID, by: str, at: datetime) -> None:
    """Write down that a campaign was sent."""
    connection.execute("UPDATE outreach_campaign SET sent_by = %s, sent_at = %s WHERE id = %s", (by, at, campaign))


def mails(connection: Connection, campaign: UUID, *, most: int = 1_000) -> list[Mailed]:
    """Return the mails of a campaign with what became of them: taken, come back, a draft opened, joined."""
    rows = connection.execute(
        """
        SELECT m.body, m.address, m.language, m.sent_at, m.delivery, d.state, d.fault,
               bool_or(a.opened_at >= m.sent_at) IS TRUE, bool_or(a.state = ANY(%s)) IS TRUE
        FROM outreach_mail m
        JOIN delivery d ON d.id = m.delivery
        LEFT JOIN agreement_party p ON p.party = m.body
        LEFT JOIN agreement a ON a.id = p.agreement AND a.text_hash = p.text_hash AND a.template = m.offer
        WHERE m.campaign = %s
        GROUP BY m.campaign, m.body, d.id ORDER BY m.body LIMIT %s
        """,
        (list(RUNNING), campaign, most),
    )
    return [Mailed(*row) for row in rows]


def mails_to(connection: Connection, body: str, *, most: int = 100) -> list[tuple[datetime, str, UUID, str]]:
    """Return the campaigns that a body was mailed in, newest first: when, the title, the campaign, the state."""
    rows = connection.execute(
        "SELECT m.sent_at, c.title, c.id, d.state FROM outreach_mail m JOIN outreach_campaign c ON c.id = m.campaign"
        " JOIN delivery d ON d.id = m.delivery WHERE m.body = %s ORDER BY m.sent_at DESC LIMIT %s",
        (body, most),
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def add_contact(
    connection: Connection,
    *,
    contact: UUID,
    kind: str,
    day: date,
    title: str,
    note: str,
    bodies: Sequence[str],
    by: str,
    at: datetime,
) -> bool:
    """Keep a contact with the bodies that it was for; the same contact a second time is there already."""
    added = connection.execute(
        "INSERT INTO outreach_contact VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (contact, kind, day, title, note, by, at),
    ).rowcount
    if added:
        connection.execute(
            "INSERT INTO outreach_contact_body SELECT %s, unnest(%s::text[]) ON CONFLICT DO NOTHING",
            (contact, list(bodies)),
        )
    return bool(added)


def list_contacts(
    connection: Connection, *, kind: str | None, body: str | None, most: int, skip: int
) -> tuple[int, list[Contact]]:
    """Return how many contacts there are of a kind and with a body, and a page of them, latest day first."""
    rows = connection.execute(
        """
        SELECT count(*) OVER (), c.id, c.kind, c.day, c.title, c.note, c.recorded_by,
               (SELECT count(*) FROM outreach_contact_body b WHERE b.contact = c.id)::int
        FROM outreach_contact c
        WHERE (%(kind)s::text IS NULL OR c.kind = %(kind)s)
          AND (%(body)s::text IS NULL OR EXISTS (
                SELECT FROM outreach_contact_body b WHERE b.contact = c.id AND b.body = %(body)s))
        ORDER BY c.day DESC, c.id LIMIT %(most)s OFFSET %(skip)s
        """,
        {"kind": kind, "body": body, "most": most, "skip": skip},
    ).fetchall()
    return (int(rows[0][0]) if rows else 0), [Contact(*row[1:]) for row in rows]


def last_contacts(connection: Connection) -> dict[str, date]:
    """Return the latest day on which each body was reached by a contact."""
    rows = connection.execute(
        "SELECT b.body, max(c.day) FROM outreach_contact_body b JOIN outreach_contact c ON c.id = b.contact GROUP BY 1"
    )
    return {str(body): day for body, day in rows}
