"""A next version of an agreement: prepared, advised and signed like the first, while the text before it stays in force.

It counts from its own first day. The text before it stays readable for ever: texts and versions are only added.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sluis.agreements import lifestore, store
from sluis.agreements.effects import current, current_preparing, take_next
from sluis.agreements.laws import check_covered
from sluis.agreements.lifecycle import DRAFT, REVOKED, check_transition
from sluis.agreements.model import Agreement
from sluis.agreements.replacing import replace_text
from sluis.agreements.steps import (
    PROTOCOL,
    Done,
    Step,
    Subject,
    check_acts,
    check_names_nobody,
    day_of,
    found,
    locked,
    move,
    preparing,
    tell,
)
from sluis.agreements.text import draft_hash
from sluis.agreements.texts import check_draft
from sluis.agreements.vocabulary import Reference
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg


def amend_agreement(
    connection: Connection, *, agreement: Agreement, party: str, by: str, at: datetime, reason: str | None = None
) -> Done:
    """Open the next version of an agreement on this text; all parties advise on it and sign it anew.

    The text is given its number and the hash of the text that it replaces; both are signed with it. Whoever may act on
    the agreement may propose; a second proposal replaces the first.
    """
    check_names_nobody(reason)
    main = current(connection, agreement.id, at)
    check_acts(connection, main, party, at)
    pending = preparing(connection, agreement.id)
    step = Step("propose", party, by, at, reason=reason)
    if pending.is_next:
        return change_amendment(connection, pending, agreement, replace(step, event="change"))
    check_transition(main.state, "propose", who="party")
    subject = Subject(agreement.id, DRAFT, main.text_hash, main.version + 1, True, main.standing)
    opened = _put(connection, subject, agreement, at=at)
    tell(connection, [(replace(main, text_hash=opened.text_hash, version=opened.version), main.state, step)])
    return Done(agreement.id, opened.text_hash, DRAFT, opened.version)


def change_amendment(connection: Connection, subject: Subject, text: Agreement, step: Step) -> Done:
    """Let another text of the next version count; advices and signatures on the one before lapse."""
    check_transition(subject.state, "change", who="party")
    return move(connection, _put(connection, subject, text, at=step.at), step, who="party")


def withdraw_amendment(
    connection: Connection, *, agreement: str, party: str, by: str, at: datetime, reason: str
) -> Done:
    """Take the next version back before it counts; the agreement goes on as it is."""
    check_names_nobody(reason)
    subject = current_preparing(connection, agreement, at)
    check_acts(connection, subject, party, at)
    if not subject.is_next:
        raise no_amendment()
    done = move(connection, subject, Step("revoke", party, by, at, reason=reason), who="signatory")
    lifestore.forget_next(connection, agreement)
    return replace(done, state=REVOKED)


def publish_amendment(connection: Connection, subject: Subject, step: Step) -> Done:
    """Make the signed next version known; it counts from its first day, at once where that day has come."""
    pending = lifestore.read_amendment(connection, subject.agreement)
    assert pending is not None  # the subject was read from it, under the lock
    day = day_of(step.at)
    first = pending.in_force_from or day
    _check_joins(subject, first)
    check_covered(connection, pending.text_hash, max(first, day))
    lifestore.add_version(
        connection,
        agreement=subject.agreement,
        number=subject.version,
        digest=pending.text_hash,
        valid_from=max(first, day),
        at=step.at,
    )
    lifestore.set_next(
        connection, agreement=subject.agreement, digest=pending.text_hash, first=max(first, day), until=pending.until
    )
    done = move(connection, subject, step, who="party")
    if first > day:
        return done
    return take_next(connection, locked(connection, subject.agreement), replace(step, event="amend"), who="party")


def _put(connection: Connection, subject: Subject, text: Agreement, *, at: datetime) -> Subject:
    main = found(store.read_state(connection, subject.agreement))
    numbered = text.model_copy(
        update={
            "version": subject.version,
            "supersedes": Reference(agreement=subject.agreement, text_hash=main.text_hash),
        }
    )
    # Whoever advised on the text before it was numbered advised on another version.
    version = draft_hash(numbered)
    current = tuple(one for one in numbered.advices if one.draft_hash == version)
    numbered = numbered.model_copy(update={"advices": current})
    check_draft(numbered)
    return replace_text(connection, subject, numbered, at=at)


def _check_joins(subject: Subject, first: date) -> None:
    """Refuse a text that begins after the agreement ends: between the two nothing would be agreed."""
    last = subject.standing.ends_on
    if last is not None and first > last + timedelta(days=1):
        raise SluisError(
            "amendment-too-late",
            msg(
                "De gewijzigde tekst begint pas op {first}; de overeenkomst eindigt op {last}.", first=first, last=last
            ),
            remedy=msg("Laat de gewijzigde tekst vroeger beginnen, of sluit een nieuwe overeenkomst."),
            clause=PROTOCOL,
        )


def no_amendment() -> SluisError:
    """Return the error for a next version that is not there."""
    return SluisError(
        "no-amendment",
        msg("Van deze overeenkomst is geen wijziging in voorbereiding."),
        remedy=msg("Stel een wijziging voor: sluis agreements amend."),
    )
