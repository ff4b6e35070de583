"""Mail that leaves: results of the intake, signed and encrypted; and the one sentence for whoever is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from cryptography import x509

from sluis.agreements.store import find_party, hold_agreement
from sluis.app import Installation
from sluis.channels.intake import actions
from sluis.channels.intake import store as intake
from sluis.channels.intake.model import IntakeFile
from sluis.channels.intake.receipts import as_json, as_text, receipt_fields
from sluis.channels.mail.certificates import is_valid
from sluis.channels.mail.identity import MailIdentity
from sluis.channels.mail.smime import seal
from sluis.channels.registration.store import certificates_at
from sluis.database import Connection
from sluis.deliveries.actions import queue_delivery
from sluis.deliveries.mail import mail_payload, message_id
from sluis.deliveries.model import Answer, Bounced, Delivery, Sent
from sluis.deliveries.smtp import SmtpChannel
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.lists.store import find_exchange
from sluis.web.languages import LANGUAGES, Language, translate

CHANNEL = "encrypted-mail"
_SUBJECT = "Sluis"
_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")

SENTENCE: Message = msg(
    "Dit bericht kon niet behandeld worden. Stuur een lijst alleen versleuteld en ondertekend, vanaf het adres dat uw"
    " toegangsbeheerder liet registreren."
)


def queue_result(connection: Connection, file: IntakeFile, *, at: datetime) -> None:
    """Queue what came of a file for the address that sent it; files of other channels are passed over.

    An answer hangs on its agreement: it dies with it. A refusal does not, so that it is told in any case.
    """
    if file.channel != CHANNEL:
        return
    agreement = file.agreement if file.state == "answered" else None
    if agreement is not None:
        hold_agreement(connection, agreement)
    queue_delivery(
        connection,
        key=result_key(file.id),
        channel=CHANNEL,
        receiver=file.party,
        payload={"to": file.folder, "file": str(file.id)},
        at=at,
        agreement=agreement,
        ordered=True,
    )


def result_key(file: UUID) -> str:
    """Return the key of the one delivery about a file."""
    return f"intake:{file}"


def queue_sentence(connection: Connection, *, address: str, key: str, at: datetime) -> None:
    """Queue the one sentence, in every language: it tells nothing, not even which one the receiver speaks."""
    text = "\n\n".join(translate(SENTENCE, language) for language in LANGUAGES)
    queue_delivery(
        connection,
        key=f"mail-refused:{key}:{at.date().isoformat()}",
        channel="mail",
        receiver=f"address:{key}",
        payload=mail_payload(to=address, subject=_SUBJECT, text=text, language="nl"),
        at=at,
    )


@dataclass(frozen=True, slots=True)
class EncryptedMail:
    """The channel of deliveries that signs, encrypts and hands to the mail server."""

    house: Installation = field(repr=False)
    identity: MailIdentity
    smtp: SmtpChannel
    code: str = CHANNEL

    def send(self, delivery: Delivery) -> Answer:
        """Send one result; the plain form exists in memory only, and never without its receiver's certificate."""
        at, address = datetime.now(UTC), str(delivery.payload["to"])
        with self.house.database.transaction() as connection:
            file = intake.find(connection, UUID(str(delivery.payload["file"])))
            keys = [key for key in certificates_at(connection, address) if file and key.party == file.party]
        certificates = [one for key in keys if is_valid(one := x509.load_der_x509_certificate(key.content), at)]
        if file is None or not certificates:
            return Bounced("certificate-gone")
        try:
            entity = self._entity(file, at)
        except SluisError as error:
            return Bounced(error.code)
        content = self._mail(delivery, address, seal(entity, self.identity, certificates[0]))
        answer = self.smtp.send_content(delivery, content)
        if isinstance(answer, Sent):
            with self.house.database.transaction() as connection:
                intake.mark_fetched(connection, file.id, at=at)
        return answer

    def _entity(self, file: IntakeFile, at: datetime) -> bytes:
        """Return what is signed: the receipt as text and as JSON, and the answer, still under the DPOs' key."""
        with self.house.database.transaction() as connection:
            told = (file.same_as and intake.find(connection, file.same_as)) or file
            exchange = find_exchange(connection, told.exchange) if told.exchange is not None else None
            party = find_party(connection, file.party)
        spoken = party.language if party is not None else "nl"
        language: Language = next((known for known in LANGUAGES if known == spoken), "nl")
        fields = receipt_fields(told, exchange, language) | {"file": file.name}
        message = EmailMessage(policy=SMTP)
        message.set_content(as_text(fields).decode(), subtype="plain", charset="utf-8", cte="quoted-printable")
        message.add_attachment(as_json(fields), maintype="application", subtype="json", filename="ontvangst.json")
        if file.state == "answered" and file.answer_name is not None:
            answer = actions.answer_content(self.house, file, at=at)
            message.add_attachment(answer, maintype=_XLSX[0], subtype=_XLSX[1], filename=file.answer_name)
        return message.as_bytes()

    def _mail(self, delivery: Delivery, address: str, body: bytes) -> bytes:
        sender = self.smtp.server.sender
        queued = delivery.queued_at.replace(microsecond=0)
        headers = {
            "From": sender,
            "To": address,
            "Subject": _SUBJECT,
            "Date": format_datetime(queued),
            "Message-ID": message_id(delivery, sender.rpartition("@")[2]),
            "Auto-Submitted": "auto-replied",
            "MIME-Version": "1.0",
            "Content-Type": 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
            "Content-Transfer-Encoding": "base64",
            "Content-Disposition": 'attachment; filename="smime.p7m"',
        }
        return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii") + b"\r\n" + body
