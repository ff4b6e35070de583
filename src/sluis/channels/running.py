"""What runs beside a door in its process: the threads that are its own, and the page of its health and metrics."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event
from types import FrameType

from sluis.app import Installation
from sluis.background import Repeating
from sluis.channels.intake.actions import tidy
from sluis.channels.intake.work import take_up_due
from sluis.channels.mail.identity import MailIdentity, mail_identity
from sluis.channels.mail.incoming import read_folder
from sluis.channels.mail.outgoing import EncryptedMail, queue_result
from sluis.channels.monitoring import Beats, monitor
from sluis.deliveries.model import Channel
from sluis.deliveries.smtp import MailServer, SmtpChannel
from sluis.deliveries.worker import deliver_due
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.site import Thread

_INTAKE_SECONDS = 1.0
_TIDY_SECONDS = 300.0
_MAIL_SECONDS = 5.0


def _now() -> datetime:
    return datetime.now(UTC)


def intake_worker(house: Installation) -> Repeating:
    """Return the thread that takes up what came in; what came by mail it queues the answer of."""
    return Repeating(
        lambda: take_up_due(
            house, clock=_now, settled=lambda connection, file: queue_result(connection, file, at=_now())
        ),
        every_seconds=_INTAKE_SECONDS,
        name="intake",
    )


def tidying(house: Installation) -> Repeating:
    """Return the thread that collects answers that were fetched and forgets half uploads."""
    return Repeating(lambda: tidy(house, at=_now()), every_seconds=_TIDY_SECONDS, name="intake-tidying")


def intake_threads(house: Installation) -> tuple[Repeating, ...]:
    """Return what a worker does for the intake."""
    return (intake_worker(house), tidying(house))


def encrypted_mail(house: Installation) -> EncryptedMail | None:
    """Return the channel of encrypted mail; None where its certificate or the mail server is not set."""
    identity, server = mail_identity(house.settings), MailServer.from_settings(house.settings)
    return None if identity is None or server is None else EncryptedMail(house, identity, SmtpChannel(server))


def encrypted_courier(house: Installation) -> tuple[Repeating, ...]:
    """Return the thread that sends encrypted mail, where that can be sent."""
    channel = encrypted_mail(house)
    if channel is None:
        return ()
    channels: tuple[Channel, ...] = (channel,)
    return (
        Repeating(
            lambda: deliver_due(house.database, channels, clock=_now),
            every_seconds=_MAIL_SECONDS,
            name="courier-encrypted",
        ),
    )


def mail_reader(house: Installation) -> Repeating:
    """Return the thread that reads the maildir; refused where the settings do not say which, or without certificate."""
    identity, folder = mail_identity(house.settings), house.settings.mail_in_folder
    if identity is None or folder is None:
        raise SluisError(
            "mail-in-not-set-up",
            msg("De deur voor versleutelde e-mail is niet ingesteld."),
            remedy=msg("Zet SLUIS_MAIL_IN_FOLDER, SLUIS_MAIL_CERTIFICATE_FILE en SLUIS_MAIL_KEY_FILE."),
        )
    known: MailIdentity = identity
    return Repeating(
        lambda: read_folder(house, known, folder, at=_now()), every_seconds=_MAIL_SECONDS, name="mail-reader"
    )


def mail_threads(house: Installation) -> tuple[Repeating, ...]:
    """Return what the mail process does: read what came, send what is encrypted."""
    return (mail_reader(house), *encrypted_courier(house))


@contextmanager
def beside(house: Installation, process: str, threads: Sequence[Thread]) -> Iterator[None]:
    """Run threads while the block runs, with the page of health where asked; at its end each finishes its turn."""
    with ExitStack() as stack:
        stack.callback(house.database.close)
        beats = Beats(process)
        stack.enter_context(monitor(house, beats))
        for thread in threads:
            thread.start()
            stack.callback(thread.stop)
        yield


def wait_until_told(*, said: Callable[[], object] = lambda: None) -> None:
    """Wait for SIGTERM or SIGINT."""
    stopping = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    said()
    stopping.wait()
