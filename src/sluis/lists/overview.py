"""What a party sees of its lists: under which agreements it may ask now, which key is set, what waits for whom."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from sluis.agreements import store as agreements
from sluis.agreements.lifecycle import CONCLUDED, OPEN, SIGNED, UNSIGNED
from sluis.agreements.policy import LegPolicy
from sluis.agreements.store import AgreementRow
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.succession import receivers_on, scope_territory
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.territory import MustSignAnew, PassesTo, bodies, succession
from sluis.kernel.text import Message, msg
from sluis.lists import store
from sluis.lists.model import KeyState
from sluis.lists.passage import Asker, Lists, leg_of, request_of

OFFICER = "officer"
DPO = "dpo"
CHANNEL = "web"

Side = Literal["receiver", "sender"]

_SECRECY = Clause("AVG", "art. 32")
_INTEGRITY = Clause("AVG", "art. 5, lid 1, f)")
_NO_KEY_NEEDED = frozenset({"uses-spent", "outside-term", "agreement-not-in-force", "text-altered"})


@dataclass(frozen=True, slots=True)
class Opening:
    """An agreement under which a party may ask for a list, or the reasons why it may not now.

    `titles` is the agreement's title by language; `leg` is None where its text cannot be read.
    """

    agreement: str
    titles: Mapping[str, str]
    state: str
    leg: LegPolicy | None
    reasons: tuple[Reason, ...]

    @property
    def is_open(self) -> bool:
        """Whether a new exchange can begin."""
        return not self.reasons

    @property
    def is_spent(self) -> bool:
        """Whether nothing that somebody could still do would open it."""
        return any(reason.code == "uses-spent" for reason in self.reasons)

    def for_onlooker(self) -> Opening:
        """Return it for a DPO, who looks on and does not ask: that the onlooker has no role to ask is no reason."""
        return replace(self, reasons=tuple(one for one in self.reasons if one.code != "actor-without-role"))


@dataclass(frozen=True, slots=True)
class KeyView:
    """The key of one party's next exchange as a DPO or officer of `side` sees it; never the key itself.

    `other` names the party at the other side. `spent` tells why no key is needed, where none is.
    """

    agreement: str
    titles: Mapping[str, str]
    party: str
    party_name: str
    other_name: str
    side: Side
    state: KeyState | None
    spent: Reason | None = None

    @property
    def stage(self) -> Literal["spent", "unset", "own", "confirm", "set"]:
        """How far it is: proposed by the own side, to be confirmed by it, or one of the plain cases."""
        if self.state is None:
            return "spent" if self.spent is not None else "unset"
        if self.state.is_set:
            return "set"
        return "own" if (self.state.proposed_party == self.party) == (self.side == "receiver") else "confirm"

    def voice_of(self, own: str) -> str:
        """Return the party in whose name a DPO of `own` sets the key.

        All senders are one side, with the voice of who proposed: two of them cannot agree without the receiver.
        """
        if self.side == "receiver" or self.state is None or self.state.proposed_party == self.party:
            return own
        return self.state.proposed_party


def openings(lists: Lists, connection: Connection, *, party: str, by: str, at: datetime) -> list[Opening]:
    """Return the agreements in which the party receives a list, those in force first; drafts are left out."""
    rows = [row for row in _rows_of(connection, party, day_of(at)) if row.state not in UNSIGNED]
    found = (_opening(lists, connection, row, party=party, by=by, at=at) for row in rows)
    return sorted((one for one in found if one is not None), key=lambda one: (one.state not in OPEN, one.agreement))


def opening(
    lists: Lists, connection: Connection, agreement: str, *, party: str, by: str, at: datetime
) -> Opening | None:
    """Return one agreement as `openings` does; None when it is not the party's."""
    rows = _rows_of(connection, party, day_of(at))
    row = next((row for row in rows if row.id == agreement), None)
    return None if row is None else _opening(lists, connection, row, party=party, by=by, at=at)


def most_children(lists: Lists, connection: Connection, leg: LegPolicy, *, party: str, on: date) -> int:
    """Return the cap of a request: how many persons of the agreed ages live in the party's territory."""
    scope = leg.subjects
    return lists.gate.register.count(
        connection,
        territory=scope_territory(scope, party, on),
        age_from=scope.age_from,
        age_to=scope.age_to,
        reference=on,
    )


def titles_of(connection: Connection, digest: str) -> Mapping[str, str]:
    """Return the title of a stored text by language; Dutch is always there."""
    text = _text(connection, digest)
    title: dict[str, str] = text["title"] if text is not None else {"nl": ""}
    return title


def key_views(lists: Lists, connection: Connection, *, party: str, at: datetime) -> list[KeyView]:
    """Return the keys that concern a party, what waits for its own DPO first.

    Whether a key is still needed is not looked up here: ask `with_need` for those that are shown.
    """
    on = day_of(at)
    rows = list(_rows_of(connection, party, on))
    keys = store.list_keys(connection, agreements=[row.id for row in rows])
    views = [view for row in rows for view in _views(lists, connection, row, party, keys, on)]
    order = ("confirm", "unset", "own", "set", "spent")
    return sorted(views, key=lambda view: (order.index(view.stage), view.agreement, view.party))


def key_view(
    lists: Lists, connection: Connection, *, agreement: str, of: str, party: str, at: datetime
) -> KeyView | None:
    """Return the key of `of`'s next exchange as `party` sees it; None when that is none of its business."""
    views = key_views(lists, connection, party=party, at=at)
    found = next((view for view in views if (view.agreement, view.party) == (agreement, of)), None)
    return None if found is None else with_need(lists, connection, found, at=at)


def with_need(lists: Lists, connection: Connection, view: KeyView, *, at: datetime) -> KeyView:
    """Return the view with the reason why no key is needed any more: used up, ended, revoked."""
    if view.state is not None:
        return view
    try:
        leg = leg_of(lists, connection, view.agreement)
    except SluisError:
        return view
    asker = Asker(view.agreement, view.party, "machine:sluis:keys", CHANNEL)
    refused = lists.gate.preview(connection, request_of(asker, leg, at=at, correlation="", subjects=()))
    reasons = () if refused is None else refused.reasons
    return replace(view, spent=next((one for one in reasons if one.code in _NO_KEY_NEEDED), None))


def count_to_confirm(lists: Lists, connection: Connection, *, party: str, at: datetime) -> int:
    """Return how many keys wait for the party's own DPO to confirm."""
    return sum(view.stage == "confirm" for view in key_views(lists, connection, party=party, at=at))


def name_of(connection: Connection, party: str) -> str:
    """Return a party's name."""
    row = agreements.find_party(connection, party)
    return row.name if row is not None else party


def _rows_of(connection: Connection, party: str, on: date) -> Iterator[AgreementRow]:
    """Yield the agreements of a party and of the bodies that went up in it."""
    for name in (party, *_predecessors(party, on)):
        yield from agreements.list_agreements(connection, party=name)


@lru_cache(maxsize=1024)
def _predecessors(party: str, on: date) -> tuple[str, ...]:
    found = []
    for body in bodies():
        outcome = succession(body, on) if body.ended_on is not None else None
        if isinstance(outcome, PassesTo | MustSignAnew) and outcome.body.id == party:
            found.append(body.id)
    return tuple(found)


def _opening(
    lists: Lists, connection: Connection, row: AgreementRow, *, party: str, by: str, at: datetime
) -> Opening | None:
    titles = titles_of(connection, row.text_hash)
    try:
        leg = leg_of(lists, connection, row.id)
    except SluisError as error:
        if error.code == "no-list-exchange":
            return None
        reason = Reason(error.code, error.what, error.clause or _INTEGRITY, error.remedy)
        return Opening(row.id, {"nl": row.title}, row.state, None, (reason,))
    receivers = receivers_on(leg.receivers, party, day_of(at))
    if party not in receivers.parties | receivers.must_sign_anew:
        return None
    asker = Asker(row.id, party, by, CHANNEL)
    refused = lists.gate.preview(connection, request_of(asker, leg, at=at, correlation="", subjects=()))
    reasons = [_readable(one, connection, row.text_hash) for one in (refused.reasons if refused is not None else ())]
    key = store.find_key(connection, agreement=row.id, party=party)
    if not _NO_KEY_NEEDED & {reason.code for reason in reasons} and (key is None or not key.is_set):
        reasons.append(_no_key(key, party))
    return Opening(row.id, titles, row.state, leg, tuple(reasons))


def _no_key(key: KeyState | None, party: str) -> Reason:
    if key is None:
        what = msg("Er is nog geen sleutel afgesproken voor het bestand.")
        remedy = msg("Vraag uw functionaris voor gegevensbescherming om een sleutel voor te stellen.")
    elif key.proposed_party == party:
        what = msg("De sleutel is voorgesteld, maar nog niet bevestigd door de andere partij.")
        remedy = msg("Wacht tot de functionaris van de andere partij dezelfde sleutel ingeeft.")
    else:
        what = msg("De andere partij stelde een sleutel voor. Uw eigen functionaris bevestigde die nog niet.")
        remedy = msg("Vraag uw functionaris voor gegevensbescherming om de sleutel te bevestigen.")
    return Reason("key-not-set", what, _SECRECY, remedy)


def _readable(reason: Reason, connection: Connection, digest: str) -> Reason:
    """Return a refusal that names conditions by their code with the agreement's own words instead."""
    if reason.code != "condition-not-met":
        return reason
    text = _text(connection, digest) or {"legs": {}}
    words = {one["code"]: one["text"] for leg in text["legs"].values() for one in leg["conditions"]}
    codes = str(dict(reason.what.parameters).get("conditions", "")).split(", ")
    told = " ".join(words.get(code, code) for code in codes)
    return replace(reason, what=Message(reason.what.text, (("conditions", told),)))


def _views(
    lists: Lists,
    connection: Connection,
    row: AgreementRow,
    own: str,
    keys: Mapping[tuple[str, str], KeyState],
    on: date,
) -> Iterator[KeyView]:
    try:
        leg = leg_of(lists, connection, row.id)
    except SluisError:
        return
    askers = _askers(leg, own, on, [party for agreement, party in keys if agreement == row.id])
    for party in askers:
        side: Side = "receiver" if party == own else "sender"
        state = keys.get((row.id, party))
        if (side == "sender" and own not in leg.senders) or (state is None and row.state not in (SIGNED, *CONCLUDED)):
            continue
        other = min(leg.senders, default="") if side == "receiver" else party
        yield KeyView(
            agreement=row.id,
            titles=titles_of(connection, row.text_hash),
            party=party,
            party_name=name_of(connection, party),
            other_name=name_of(connection, other),
            side=side,
            state=state,
        )


def _askers(leg: LegPolicy, own: str, on: date, with_key: Sequence[str]) -> list[str]:
    """Return who may ask under a leg, by id; of a class of bodies only the own one and those that have a key."""
    receivers = receivers_on(leg.receivers, own, on).parties
    return sorted({party for party in receivers if not party.startswith("kind:")} | set(with_key))


def _text(connection: Connection, digest: str) -> dict[str, Any] | None:
    try:
        text: dict[str, Any] = json.loads(agreements.read_text(connection, digest))
    except SluisError:
        return None
    return text
