"""What somebody tries who knows the lists well: two at once, a key of one hand, another's key, a name with a trap."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest

from sluis.agreements.actions import draft_agreement, publish_agreement, sign_agreement
from sluis.kernel.errors import SluisError
from sluis.ledger import entries_of_party
from sluis.lists import store
from sluis.lists.exchange import answer, read, receive, run
from sluis.lists.keys import KeyMismatch, agreed_key, set_key
from sluis.lists.model import Exchange, KeyState, RowProblem
from sluis.lists.passage import Asker, Refusal
from tests.integration.lists.houses import AGREEMENT, KEY, OPGROEIEN, START, TIELT, WINGENE, House, request_file
from tests.unit.agreements.samples import advised, an_agreement

LATER = START + timedelta(minutes=5)


def propose(house: House, own: str, by: str, *, key: str = KEY, agreement: str = AGREEMENT) -> KeyState | KeyMismatch:
    with house.database.transaction() as connection:
        return set_key(
            connection,
            agreement=agreement,
            party=WINGENE,
            own_party=own,
            key=key,
            by=by,
            at=START,
            correlation="proef",
            vault=house.installation.lists.vault,
            secret=house.installation.gate.secret,
        )


def set_by_both(house: House) -> None:
    propose(house, WINGENE, "wingene-dpo")
    propose(house, OPGROEIEN, "opgroeien-dpo")


def kinds(house: House) -> list[str]:
    with house.database.transaction() as connection:
        return [one.entry.kind for one in entries_of_party(connection, WINGENE, most=100)]


def test_one_person_who_is_dpo_of_both_parties_cannot_set_a_key_alone(house: House) -> None:
    propose(house, WINGENE, "shared-dpo")
    with pytest.raises(SluisError) as refused:
        propose(house, OPGROEIEN, "shared-dpo")
    assert refused.value.code == "key-own-proposal"
    assert isinstance(propose(house, OPGROEIEN, "opgroeien-dpo"), KeyState)


def test_a_proposal_that_comes_late_never_replaces_a_key_that_both_set(house: House) -> None:
    set_by_both(house)
    vault = house.installation.lists.vault
    with house.database.transaction() as connection:
        assert not store.put_key(
            connection,
            agreement=AGREEMENT,
            party=WINGENE,
            sealed=vault.seal(b"another-key-of-one"),
            by="wingene-dpo",
            own=WINGENE,
            at=START,
        )
        assert agreed_key(connection, agreement=AGREEMENT, party=WINGENE, vault=vault) == KEY


def test_a_proposal_that_was_guessed_at_five_times_is_gone_and_the_ledger_says_so(house: House) -> None:
    propose(house, OPGROEIEN, "opgroeien-dpo")
    for guess in range(5):
        outcome = propose(house, WINGENE, "wingene-dpo", key=f"guess-number-{guess}")
        assert outcome == KeyMismatch(4 - guess)
    assert kinds(house).count("key-destroyed") == 1


@pytest.mark.parametrize("key", ["tulp-regen\x00brug-9241", "tulp-regen\nbrug-9241", "tulp\u200bregen\u200bbrug"])
def test_a_key_that_nobody_can_type_is_refused(house: House, key: str) -> None:
    with pytest.raises(SluisError) as refused:
        propose(house, WINGENE, "wingene-dpo", key=key)
    assert refused.value.code == "key-unfit"


def test_a_list_of_exchanges_leaves_their_rows_where_they_are(house: House) -> None:
    set_by_both(house)
    asker = Asker(AGREEMENT, WINGENE, "wingene-officer", "web")
    done = run(house.installation.lists, asker, name="a.xlsx", content=request_file(["geen nummer"]), at=LATER)
    assert done.row_problems == (RowProblem(2, "insz-malformed"),)
    with house.database.transaction() as connection:
        (listed,) = store.list_exchanges(connection, party=WINGENE)
        assert listed.row_problems == ()


def officer(*, by: str = "wingene-officer", party: str = WINGENE, key: str | None = None) -> Asker:
    return Asker(AGREEMENT, party, by, "command-line" if key else "web", key=key)


def test_the_same_file_sent_by_two_at_one_moment_is_one_exchange(house: House) -> None:
    content, ready, taken = request_file(house.children()[:3]), threading.Barrier(4), list[UUID]()

    def send() -> None:
        ready.wait(timeout=20)
        taken.append(receive(house.installation.lists, officer(), name="a.xlsx", content=content, at=LATER).id)

    set_by_both(house)
    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(timeout=60)
    assert len(taken) == 4
    assert len(set(taken)) == 1


@pytest.mark.parametrize(("by", "party"), [("tielt-dpo", WINGENE), ("nobody", WINGENE), ("tielt-officer", TIELT)])
def test_a_key_from_a_file_of_who_may_not_ask_meets_no_condition(house: House, by: str, party: str) -> None:
    with pytest.raises(Refusal) as refused:
        receive(
            house.installation.lists,
            officer(by=by, party=party, key=KEY),
            name="a.xlsx",
            content=request_file(house.children()[:3]),
            at=LATER,
        )
    with house.database.transaction() as connection:
        rows = connection.execute("SELECT party FROM gate_condition WHERE code = 'key-set-by-dpos'").fetchall()
    assert rows == []
    if party == WINGENE:
        # The key is there: what is refused is refused for the other reasons only.
        assert "condition-not-met" not in {reason.code for reason in refused.value.reasons}


def another_agreement(house: House, code: str, **changes: object) -> None:
    """Bring an agreement into force whose answer leg differs from the standard one, with its key."""
    made = an_agreement()
    legs = {**made.legs, "answer": made.legs["answer"].model_copy(update=changes)}
    text = advised(made.model_copy(update={"id": code, "legs": legs}))
    with house.database.transaction() as connection:
        draft = draft_agreement(connection, agreement=text, party=WINGENE, by="an", at=START)
        for party in (WINGENE, OPGROEIEN):
            sign_agreement(connection, agreement=code, text_hash=draft.text_hash, party=party, by="an", at=START)
        publish_agreement(connection, agreement=code, party=WINGENE, by="an", at=START)
    for own, by in ((WINGENE, "wingene-dpo"), (OPGROEIEN, "opgroeien-dpo")):
        propose(house, own, by, agreement=code)


def test_two_exchanges_at_one_moment_both_get_one_of_two_uses_and_a_third_none(house: House) -> None:
    code = "proef-tweemaal-2026"
    twice = an_agreement().legs["answer"].periodicity.model_copy(update={"kind": "per_year", "times": 2})
    another_agreement(house, code, periodicity=twice)
    lists, ready, done = house.installation.lists, threading.Barrier(3), list[Exchange]()
    children = house.children()
    asker = Asker(code, WINGENE, "wingene-officer", "web")
    sent = [
        read(
            lists,
            receive(lists, asker, name="a.xlsx", content=request_file(children[: 3 + more]), at=LATER).id,
            at=LATER,
        )
        for more in range(3)
    ]

    def ask(exchange: Exchange) -> None:
        ready.wait(timeout=20)
        done.append(answer(lists, exchange.id, by="wingene-officer", at=LATER))

    askers = [threading.Thread(target=ask, args=(one,)) for one in sent]
    for one in askers:
        one.start()
    for one in askers:
        one.join(timeout=60)
    assert sorted(one.state for one in done) == ["answered", "answered", "refused"]
    (refused,) = (one for one in done if one.state == "refused")
    assert [reason["code"] for reason in refused.reasons] == ["uses-spent"]
    assert [kinds(house).count(kind) for kind in ("release", "refusal")] == [2, 1]


def test_an_item_that_no_source_supplies_is_told_and_not_a_crash(house: House) -> None:
    code = "proef-inkomen-2026"
    items = an_agreement().legs["answer"].items
    another_agreement(house, code, items=(*items, items[0].model_copy(update={"name": "child-income"})))
    lists = house.installation.lists
    asker = Asker(code, WINGENE, "wingene-officer", "web")
    done = run(lists, asker, name="a.xlsx", content=request_file(house.children()[:3]), at=LATER)
    assert done.state == "refused"
    assert [reason["code"] for reason in done.reasons] == ["source-not-connected"]
    assert "release" not in kinds(house)


@pytest.mark.parametrize("by", ["nobody", "wingene-dpo", "tielt-officer"])
def test_who_holds_the_same_file_but_no_role_gets_no_hold_of_the_answer(house: House, by: str) -> None:
    set_by_both(house)
    lists, content = house.installation.lists, request_file(house.children()[:3])
    done = run(lists, officer(), name="a.xlsx", content=content, at=LATER)
    assert done.state == "answered"
    with pytest.raises(Refusal) as refused:
        run(lists, officer(by=by, key=KEY), name="a.xlsx", content=content, at=LATER)
    assert {reason.code for reason in refused.value.reasons} == {"actor-without-role"}
    assert kinds(house).count("refusal") == 1
    assert run(lists, officer(by="wingene-colleague"), name="a.xlsx", content=content, at=LATER) == done
