"""`POST /hl7`: the answers of MLLP over HTTPS, by a machine's token; the body is always an acknowledgement."""

from __future__ import annotations

import time

import httpx
import pytest

from sluis.births.hl7.ack import code_in
from sluis.births.hl7.framing import framed
from sluis.births.hl7.message import LARGEST_MESSAGE, write
from sluis.births.hl7.writing import as_message
from tests.integration.births.test_fhir import Ward, ward  # noqa: F401 - the same house, served for real
from tests.integration.births.world import MOTHER, NORTH, notice

TYPE = "application/hl7-v2"


def _bytes(number: int, **words: str) -> bytes:
    return write(as_message(notice(f"H-{number}", reference=f"hl7-{number}", **words), processing="T"))  # type: ignore[arg-type]


def _send(served: Ward, raw: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: httpx.Response = served.send(raw, path="/hl7", **({"Content_Type": TYPE} | named))
    assert answer.headers["content-type"].startswith(TYPE)
    assert MOTHER not in answer.text
    return answer


def test_a_birth_comes_in_is_answered_aa_and_becomes_a_file(ward: Ward) -> None:  # noqa: F811
    answers = [_send(ward, raw) for raw in (_bytes(1), framed(_bytes(1)))]
    assert [(one.status_code, code_in(one.content)) for one in answers] == [(200, "AA")] * 2
    until = time.monotonic() + 10
    while (kept := _kept(ward)) != [(NORTH, "hl7", True)] and time.monotonic() < until:
        time.sleep(0.05)  # it is worked after the answer
    assert kept == [(NORTH, "hl7", True)]


def _kept(served: Ward) -> list[tuple[str, str, bool]]:
    with served.world.database.transaction() as connection:
        return connection.execute(
            "SELECT sender, channel, worked_at IS NOT NULL FROM birth_notice WHERE message_id = 'H-1'"
        ).fetchall()


@pytest.mark.parametrize(
    ("change", "status", "code", "told"),
    [
        ((b"\rNK1|1|", b"\rOBX|1|NM|8339-4||3120\rNK1|1|"), 422, "AE", "OBX"),
        ((b"|ADT^A28^ADT_A05|", b"|ORU^R01|"), 422, "AR", "ADT A01"),
        ((b"MSH|", b"HSM|"), 422, "AE", "MSH"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    ward: Ward,  # noqa: F811
    change: tuple[bytes, bytes],
    status: int,
    code: str,
    told: str,
) -> None:
    answer = _send(ward, _bytes(2).replace(*change))
    assert (answer.status_code, code_in(answer.content)) == (status, code)
    assert told in answer.text
    assert "3120" not in answer.text


def test_nobody_delivers_without_a_token_and_only_hl7_within_its_size(ward: Ward) -> None:  # noqa: F811
    assert [
        (answer.status_code, code_in(answer.content))
        for answer in (
            _send(ward, _bytes(3), Authorization="Bearer x.y.z"),
            _send(ward, _bytes(3), Authorization="Basic abc"),
            _send(ward, _bytes(3), Content_Type="text/plain"),
        )
    ] == [(401, "AR"), (401, "AR"), (415, "AR")]
    assert ward.send(b"MSH|^~\\&|" + b"A" * LARGEST_MESSAGE, path="/hl7", Content_Type=TYPE).status_code == 413
    assert ward.http.get("/hl7").status_code == 405


def test_an_answer_speaks_the_language_of_the_hospital_in_its_own_delimiters(ward: Ward) -> None:  # noqa: F811
    raw = _bytes(4).replace(b"|", b"!").replace(b"!T!", b"!P?!")
    answer = _send(ward, raw)
    assert answer.content.startswith(b"MSH!")
    assert b"MSA!AR!H-4" in answer.content
