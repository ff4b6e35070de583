"""The verbs of the gate: release what is permitted, and record what was refused.

Both write their evidence in the transaction that they are given. The edge commits; only then may a release be handed
out. Nothing here commits, so a ledger that cannot be written takes the release down with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from sluis.agreements.lifecycle import OPEN, WAITING
from sluis.agreements.mergers import exchanging, present_on
from sluis.agreements.policy import LegPolicy, Policy, compile_policy
from sluis.agreements.standing import AgreementState
from sluis.agreements.store import ask_to_hold, hold_agreement, is_intact, read_state, read_text
from sluis.database import Connection
from sluis.gate import store
from sluis.gate.model import Admitted, Record, Released, ReleaseStopped, Request, Source, SubjectFacts, SubjectRegister
from sluis.gate.policy import DELIVERY_CHECKS, Situation, decide, is_mark, presentable
from sluis.gate.reasons import no_agreement, no_leg, spent, unreadable_text
from sluis.gate.scope import within
from sluis.gate.succession import receivers_on, scope_territory, with_predecessors
from sluis.kernel.errors import SluisError
from sluis.kernel.insz import Insz
from sluis.kernel.outcome import Clause, Reason, Refused, Undecided
from sluis.kernel.text import msg
from sluis.ledger.actions import KeysAhead, record
from sluis.ledger.entry import AgreementText, Entry, EntryId, Outcome, grounds_of
from sluis.ledger.persons import PersonSecret

BRUSSELS = ZoneInfo("Europe/Brussels")

# Above this many subjects a release reads in portions without holding the agreement, looks at it between portions,
# and takes hold only at the end: a revocation never waits for a long list.
_FEW = 100

# How long a stored text counts as looked at. The database itself refuses to store another text under the same hash;
# whoever owns the database and takes that check away is found out by the next look.
_LOOK_AGAIN = timedelta(seconds=1)

_NOBODY = Insz("0" * 11)

# No leg has more items than this; a refused request may name any number, and evidence stays small.
_MOST_NAMED = 200


def day_of(at: datetime) -> date:
    """Return the day in Flanders on which a moment falls."""
    return at.astimezone(BRUSSELS).date()


@dataclass(frozen=True, slots=True)
class Gate:
    """The lock with what it is built from: the register of subjects, the sources, the secret of the evidence."""

    register: SubjectRegister
    sources: Mapping[str, Source]
    secret: PersonSecret = field(repr=False)
    _seen_intact: dict[str, datetime] = field(default_factory=dict, init=False, repr=False, compare=False)

    def release(
        self,
        connection: Connection,
        request: Request,
        *,
        prepare: Callable[[Sequence[Record]], object] | None = None,
        ahead: Callable[[], KeysAhead] | None = None,
    ) -> Released | Refused | Undecided:
        """Decide, read the agreed items of the persons in scope, and write the one entry of this release.

        A refusal is recorded too. Raises `ReleaseStopped` when the agreement ceases while a bulk release runs: the
        transaction must then be rolled back and the refusal recorded in a new one (`record_refusal`).

        `prepare` is given the records before their evidence is written, so that slow work on them (a workbook) can run
        beside it in a thread; nothing of that may leave before the transaction has committed. `ahead` gives what was
        found meanwhile of the keys of the subjects (`sluis.ledger.keys_ahead`).
        """
        looked = self._look(connection, request)
        situation = self._situation(connection, request, looked)
        if isinstance(situation, Situation):
            situation = decide(situation) or situation
        if isinstance(situation, Refused):
            self.record_refusal(connection, request, situation.reasons, state=looked.state)
            return situation
        source = self.sources.get(situation.leg.source or "")
        if source is None or not request.items <= source.items:
            return self._undecided(connection, request, situation)
        records = tuple(self._read(connection, situation, source, looked))
        if prepare is not None:
            prepare(records)
        if not looked.is_held:
            _still_in_force(hold_agreement(connection, request.agreement), situation)
            _still_granted(looked, situation)
        return self._conclude(connection, situation, records, {} if ahead is None else ahead())

    def admit(self, connection: Connection, request: Request) -> Admitted | Refused:
        """Decide whether a party may deliver these items into the lock, and write the one entry of it.

        The party is a sender on a leg of kind `delivery`. `subjects` are those whose number the sender gave; there may
        be none. A refusal is recorded too. What is admitted is kept in this transaction, or not at all.
        """
        looked = self._look(connection, request)
        situation = self._situation(connection, request, looked, is_delivery=True)
        if isinstance(situation, Situation):
            situation = decide(situation, DELIVERY_CHECKS) or situation
        if isinstance(situation, Refused):
            self.record_refusal(connection, request, situation.reasons, state=looked.state)
            return situation
        digest = situation.policy.text_hash
        entry = _entry(request, kind="delivery", outcome="permitted", digest=digest, leg=situation.leg)
        entry = replace(entry, counterparty=next(iter(sorted(situation.leg.receivers)), None))
        written = record(connection, entry=entry, subjects={"delivered": request.subjects}, secrets=self.secret)
        return Admitted(written, digest)

    def preview(self, connection: Connection, request: Request) -> Refused | None:
        """Return the refusals that a request would meet, writing nothing: for pages and before a file is read.

        Its subjects are not judged: they are not known yet.
        """
        situation = self._situation(connection, request, self._look(connection, request, hold=False))
        refused = situation if isinstance(situation, Refused) else decide(situation)
        reasons = () if refused is None else tuple(one for one in refused.reasons if one.code != "no-subjects")
        return Refused(reasons) if reasons else None

    def record_refusal(
        self,
        connection: Connection,
        request: Request,
        reasons: Sequence[Reason],
        *,
        state: AgreementState | None = None,
        outcome: Outcome = "refused",
    ) -> EntryId:
        """Write the evidence that a request was refused, and why."""
        entry = _entry(request, kind="refusal", outcome=outcome, state=state, reasons=reasons)
        return record(connection, entry=entry, subjects={"asked": request.subjects}, secrets=self.secret)

    def policy(self, connection: Connection, agreement: str, digest: str) -> Policy:
        """Return the policy of a stored text, compiled once per text and process."""
        return _policy(_Text(agreement, digest, connection))

    def leg(self, connection: Connection, agreement: str, leg: str) -> tuple[Policy, LegPolicy] | None:
        """Return the policy and leg of an agreement as signed, or None when there is no such thing."""
        state = read_state(connection, agreement)
        policy = None if state is None else self.policy(connection, agreement, state.text_hash)
        return (policy, policy.legs[leg]) if policy is not None and leg in policy.legs else None

    def _look(self, connection: Connection, request: Request, *, hold: bool = True) -> _Looked:
        """Read what a decision rests on. For few subjects one round trip asks all of it, their facts too."""
        on = day_of(request.at)
        ask_recorded = partial(
            store.ask_recorded,
            connection,
            actor=request.actor,
            party=request.party,
            parties=with_predecessors(request.party, on),
            agreement=request.agreement,
            purpose=presentable(request.purpose),
            on=on,
        )
        if not hold or len(request.subjects) > _FEW:
            state = read_state(connection, request.agreement)
            return _Looked(state, ask_recorded()(), None, is_held=False, ask_again=ask_recorded)
        with connection.pipeline():
            held = ask_to_hold(connection, request.agreement)
            recorded = ask_recorded()
            facts = self.register.facts(connection, request.subjects, request.reference)
            return _Looked(held(), recorded(), facts, is_held=True)

    def _situation(
        self, connection: Connection, request: Request, looked: _Looked, *, is_delivery: bool = False
    ) -> Situation | Refused:
        on = day_of(request.at)
        if looked.state is None:
            return Refused((no_agreement(),))
        # By the day: what time did to the agreement counts whether or not the clock has written it down.
        state = looked.state.on(on)
        try:
            policy = self.policy(connection, request.agreement, state.text_hash)
        except SluisError:
            return Refused((unreadable_text(),))
        leg = policy.legs.get(request.leg)
        if leg is None:
            return Refused((no_leg(policy),))
        side = leg.senders if is_delivery else leg.receivers
        receivers = receivers_on(side, request.party, on, state.signed_anew)
        return Situation(
            request=request,
            state=_state(state, policy, on),
            stored_hash=state.text_hash if self._is_intact(connection, state.text_hash, request.at) else "",
            policy=policy,
            leg=leg,
            receivers=receivers.parties,
            must_sign_anew=receivers.must_sign_anew,
            standing=looked.recorded.standing(
                leg=request.leg, parties=receivers.counted_with(request.party), period=_period(leg, on)
            ),
            on=on,
        )

    def _is_intact(self, connection: Connection, digest: str, at: datetime) -> bool:
        """Return whether the stored text still has its hash; looked at anew once a second at most."""
        seen = self._seen_intact.get(digest)
        if seen is None or abs(at - seen) >= _LOOK_AGAIN:
            if not is_intact(connection, digest):
                return False
            self._seen_intact[digest] = at
        return True

    def _read(self, connection: Connection, situation: Situation, source: Source, looked: _Looked) -> Iterator[Record]:
        """Read and project: only agreed items, only persons in scope, under the number that was asked."""
        request, leg = situation.request, situation.leg
        facts = looked.facts
        if facts is None:
            facts = self.register.facts(connection, request.subjects, request.reference)
        scope = within(
            request.subjects,
            facts,
            scope=leg.subjects,
            territory=scope_territory(leg.subjects, request.party, request.reference),
            on=request.reference,
        )
        subjects = list(scope)
        if looked.is_held:
            # The source is asked about as many persons whoever is in scope: time must not tell unknown from not
            # entitled. Nobody bears this number, so nothing about a person out of scope is read.
            subjects += [_NOBODY] * (len(request.subjects) - len(scope))
        for portion in source.read(
            connection,
            subjects=subjects,
            items=request.items,
            reference=request.reference,
            since=leg.facts_from,
        ):
            if not looked.is_held:
                _still_in_force(read_state(connection, request.agreement), situation)
                _still_granted(looked, situation)
            for found in portion:
                asked = scope.get(found.subject)
                if asked is not None:
                    yield _project(found, asked, request.items)

    def _conclude(
        self, connection: Connection, situation: Situation, records: tuple[Record, ...], ahead: KeysAhead
    ) -> Released | Refused:
        request, leg = situation.request, situation.leg
        entry = _entry(request, kind="release", outcome="permitted", digest=situation.policy.text_hash, leg=leg)
        written = record(
            connection,
            entry=entry,
            subjects={"asked": request.subjects, "released": _persons(records)},
            secrets=self.secret,
            ahead=ahead,
        )
        if leg.periodicity.kind != "unlimited":
            taken = store.take_use(
                connection,
                agreement=request.agreement,
                leg=request.leg,
                party=request.party,
                period=_period(leg, situation.on),
                ordinal=situation.standing.uses + 1,
                entry=written,
            )
            if not taken:
                # Somebody took this use between our look and now; it ends the transaction, entry and all.
                raise ReleaseStopped((spent(situation),))
        return Released(written, situation.policy.text_hash, records)

    def _undecided(self, connection: Connection, request: Request, situation: Situation) -> Undecided:
        missing = (
            Reason(
                "source-not-connected",
                msg("De bron van deze gegevens is niet aangesloten."),
                Clause(situation.policy.title, "bron"),
                msg("Verwittig de partij die de gegevens levert."),
            ),
        )
        entry = _entry(request, kind="refusal", outcome="undecided", digest=situation.policy.text_hash, reasons=missing)
        record(connection, entry=entry, subjects={"asked": request.subjects}, secrets=self.secret)
        return Undecided(missing)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was read before deciding; `facts` only where they came in the same round trip.

    `ask_again` reads what is recorded now: a release that takes a while looks at roles and conditions as it goes.
    """

    state: AgreementState | None
    recorded: store.Recorded
    facts: Mapping[Insz, SubjectFacts] | None
    is_held: bool
    ask_again: Callable[[], Callable[[], store.Recorded]] | None = None


@dataclass(frozen=True)
class _Text:
    """A stored text by name; equal and hashed without the connection that would fetch it."""

    agreement: str
    digest: str
    connection: Connection = field(compare=False, repr=False)


@lru_cache(maxsize=2048)
def _policy(text: _Text) -> Policy:
    canonical = read_text(text.connection, text.digest)
    policy = compile_policy(canonical)
    if policy.agreement != text.agreement or policy.text_hash != text.digest:
        raise SluisError("text-altered", msg("De tekst is veranderd."), remedy=msg("Verwittig de functionaris."))
    return policy


def _state(state: AgreementState, policy: Policy, on: date) -> str:
    """Return the state, or that the agreement waits for a body that a merger made."""
    if state.state in OPEN and present_on(exchanging(policy.legs), state.signed_anew, on).waits:
        return WAITING
    return state.state


def _period(leg: LegPolicy, on: date) -> str:
    return str(on.year) if leg.periodicity.kind == "per_year" else "once"


def _project(found: Record, asked: Insz, items: frozenset[str]) -> Record:
    values = found.values
    if not items.issuperset(values):
        values = {name: value for name, value in values.items() if name in items}
    return Record(asked, found.others, values, asked != found.subject)


def _persons(records: Sequence[Record]) -> list[Insz]:
    return list({found.subject for found in records}.union(*{found.others for found in records}))


def _still_in_force(state: AgreementState | None, situation: Situation) -> None:
    now = state.on(situation.on) if state is not None else None
    if now is None or now.state not in OPEN or now.text_hash != situation.policy.text_hash:
        raise ReleaseStopped((no_agreement(),))


def _still_granted(looked: _Looked, situation: Situation) -> None:
    """Stop a release whose actor lost the role, or of which a condition was withdrawn, while it was running."""
    if looked.ask_again is None:
        return
    before, now = looked.recorded, looked.ask_again()()
    gone = set(before.conditions) - set(now.conditions)
    if now.roles >= before.roles and not gone:
        return
    conditions = situation.standing.conditions - {code for _, code in gone}
    standing = replace(situation.standing, roles=now.roles, conditions=conditions)
    refused = decide(replace(situation, standing=standing))
    if refused is not None:
        raise ReleaseStopped(refused.reasons)


def _entry(
    request: Request,
    *,
    kind: str,
    outcome: Outcome,
    state: AgreementState | None = None,
    digest: str | None = None,
    leg: LegPolicy | None = None,
    reasons: Sequence[Reason] = (),
) -> Entry:
    text = digest or (state.text_hash if state is not None else None)
    return Entry(
        at=request.at,
        kind=kind,
        party=request.party,
        counterparty=next(iter(sorted(leg.senders)), None) if leg is not None else None,
        actor=request.actor,
        correlation=request.correlation if is_mark(request.correlation) else str(uuid4()),
        outcome=outcome,
        agreement=None if text is None else AgreementText(presentable(request.agreement), text),
        leg=presentable(request.leg),
        purpose=presentable(request.purpose),
        channel=presentable(request.channel),
        items=tuple(sorted({presentable(name) for name in request.items})[:_MOST_NAMED]),
        grounds=grounds_of(reasons),
        details=request.evidence,
    )
