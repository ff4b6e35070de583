"""Another text for what is being prepared: of the agreement itself, or of its next version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sluis.agreements import lifestore, store
from sluis.agreements.model import Agreement
from sluis.agreements.steps import Subject
from sluis.agreements.texts import add_text, registered_bodies
from sluis.database import Connection


def replace_text(connection: Connection, subject: Subject, text: Agreement, *, at: datetime) -> Subject:
    """Let a text count for the subject; its state is left to the step that follows."""
    bodies = registered_bodies(connection, text)
    digest = add_text(connection, text, bodies, at=at)
    if subject.is_next:
        put_next(connection, subject, text, digest, at=at)
    else:
        store.set_text(
            connection,
            agreement=subject.agreement,
            title=text.title.nl,
            digest=digest,
            in_force_from=text.term.in_force_from,
            until=text.term.until,
            at=at,
        )
    store.add_parties(connection, agreement=subject.agreement, digest=digest, parties=bodies)
    return replace(subject, text_hash=digest)


def put_next(connection: Connection, subject: Subject, text: Agreement, digest: str, *, at: datetime) -> None:
    """Write the text of a next version, opened now or before."""
    lifestore.put_amendment(
        connection,
        lifestore.Amendment(
            agreement=subject.agreement,
            number=subject.version,
            state=subject.state,
            text_hash=digest,
            title=text.title.nl,
            in_force_from=text.term.in_force_from,
            until=text.term.until,
            opened_at=at,
            changed_at=at,
        ),
    )
