"""Joining step by step: open a draft on an offer, save a step, and bring the text of the agreement along.

The answers are kept on a sheet; the text of the draft always follows from them, so what is shown, advised on and signed
is what was answered. What would widen the standard agreement, or cannot be read, is refused per field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sluis.accession.answers import Sheetful, WrongAnswer, answer_from, field_of, value_of
from sluis.accession.fields import REGISTERED, fields_of
from sluis.accession.merging import merge
from sluis.accession.model import Draft, Field, Value
from sluis.accession.store import (
    Sheet,
    add_answers,
    add_draft,
    answers_as_of,
    find_opened,
    hold_openings,
    open_sheet,
    read_sheet,
)
from sluis.agreements import lifestore, store
from sluis.agreements.actions import draft_agreement
from sluis.agreements.catalogue import offers, template
from sluis.agreements.effects import current_preparing
from sluis.agreements.model import Agreement
from sluis.agreements.offers import answer_offer
from sluis.agreements.offerstore import list_offers
from sluis.agreements.problems import Problem
from sluis.agreements.steps import PROTOCOL, Done, Step, acting_for, check_acts, day_of, move
from sluis.agreements.text import from_canonical, hash_of, plain
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.territory import find_body, nis_of
from sluis.kernel.text import Message, msg

_MOST_TRIES = 10_000


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: the sheet as it is now, why fields were refused, and what others wrote meanwhile.

    A field in `errors` or in `conflicts` did not change; every other one did.
    """

    sheet: Sheet
    errors: Mapping[str, Message]
    conflicts: Mapping[str, Value]

    @property
    def is_whole(self) -> bool:
        """Return whether everything that was given is kept."""
        return not self.errors and not self.conflicts


def open_draft(connection: Connection, *, standard: str, party: str, mark: UUID, by: str, at: datetime) -> Draft:
    """Open the draft of a party on an offer of the catalogue, filled with what the register knows of it.

    An offer that was made to the party is answered by it. `mark` names the click: the same one opens one draft only.
    """
    hold_openings(connection, party)
    known = find_opened(connection, mark)
    if known is not None:
        if known.party != party:
            raise _not_for_you()
        return known
    text = template(standard)
    row = store.find_party(connection, party)
    if text.offer is None or row is None or row.kind not in text.offer.kinds or row.id != party:
        raise _not_for_you()
    code = _free_code(connection, f"{text.id}-{party}"[:56])
    made = sheetful(connection, text, code, party=party, on=day_of(at))
    answers, agreement = _first_text(connection, made)
    draft = Draft(code, f"draft:{code}", text.id, hash_of(text), party, mark, by, at)
    open_sheet(connection, draft.sheet)
    _open_agreement(connection, draft, agreement, by=by, at=at)
    add_answers(connection, draft.sheet, answers, version=1, by=by, at=at)
    add_draft(connection, draft)
    return draft


def draft_of_text(connection: Connection, text: Agreement, *, party: str, mark: UUID, by: str, at: datetime) -> Draft:
    """Make a sheet for an agreement that was not prepared on our pages, with the answers that its text holds."""
    standard = standard_of(text)
    if standard is None or standard.offer is None:
        raise SluisError(
            "no-standard",
            msg("Deze tekst is niet gemaakt van een standaardovereenkomst die hier aangeboden wordt."),
            remedy=msg("Stel de wijziging voor met een bestand: sluis agreements amend."),
            clause=PROTOCOL,
        )
    joiner = text.party(standard.offer.to)
    owner = joiner.body if joiner is not None and joiner.body is not None else party
    draft = Draft(text.id, f"draft:{text.id}", standard.id, hash_of(standard), owner, mark, by, at)
    made = sheetful(connection, standard, text.id, party=owner, on=day_of(at), text=text)
    open_sheet(connection, draft.sheet)
    first = {field.name: answer_from(field, plain(text)) for field in made.fields}
    add_answers(connection, draft.sheet, first, version=1, by=by, at=at)
    add_draft(connection, draft)
    return draft


def standard_of(text: Agreement) -> Agreement | None:
    """Return the standard agreement of which a text was made, exactly as it was then; None where we lack it."""
    if text.template is None or text.template.agreement not in offers():
        return None
    found = template(text.template.agreement)
    return found if hash_of(found) == text.template.text_hash else None


def sheetful(
    connection: Connection,
    standard: Agreement,
    code: str,
    *,
    party: str,
    on: date,
    text: Agreement | None = None,
    language: str = "nl",
) -> Sheetful:
    """Return what a text is made from; with `text` what that text says of the joining body stands firm."""
    assert standard.offer is not None  # only offers are completed here
    joiner = standard.offer.to
    stated = text.party(joiner) if text is not None else None
    registered = (
        {name: str(getattr(stated, name)) for name in REGISTERED if getattr(stated, name) is not None}
        if stated is not None
        else _registered(connection, party, on)
    )
    fixed = standard.party(joiner)
    own = {name: value for name, value in registered.items() if fixed is None or getattr(fixed, name) is None}
    fields = tuple(
        field
        for one in standard.parties
        for field in fields_of(standard, one.id, language=language, registered=registered if one.id == joiner else ())
    )
    return Sheetful(standard, code, {joiner: own}, fields)


def sheetful_of(connection: Connection, draft: Draft, *, language: str = "nl") -> Sheetful:
    """Return what the text of a draft is made from: the register's words stay those of when it was opened."""
    standard = template(draft.template)
    if hash_of(standard) != draft.template_hash:
        raise SluisError(
            "offer-outdated",
            msg("De standaardovereenkomst is intussen veranderd. Dit ontwerp kan niet meer ingevuld worden."),
            remedy=msg("Gooi het ontwerp weg en begin opnieuw: wat u eerder invulde, wordt weer voorgesteld."),
            clause=PROTOCOL,
        )
    text = text_in_preparation(connection, draft.agreement)
    on = day_of(draft.opened_at)
    return sheetful(connection, standard, draft.agreement, party=draft.party, on=on, text=text, language=language)


def text_in_preparation(connection: Connection, agreement: str) -> Agreement:
    """Return the text that is being prepared: of the next version where there is one."""
    state = store.read_state(connection, agreement)
    pending = lifestore.read_amendment(connection, agreement)
    assert state is not None  # whoever asks found the agreement
    return from_canonical(store.read_text(connection, pending.text_hash if pending else state.text_hash))


def save_step(
    connection: Connection,
    draft: Draft,
    *,
    party: str,
    given: Mapping[str, Value],
    seen: int,
    by: str,
    acting: str,
    at: datetime,
) -> Saved:
    """Save answers of a party of the text (`party` is its short name there), read at version `seen` of the sheet.

    The text of the agreement follows in the same transaction. `acting` is the registered body for which `by` acts.
    """
    made = sheetful_of(connection, draft)
    own = fields_for(made, party)
    saved = _save(connection, draft.sheet, made, own, given, seen=seen, by=by, at=at)
    agreement = made.text(saved.sheet.answers)
    if isinstance(agreement, list):
        raise refusal_of(agreement)
    current = text_in_preparation(connection, draft.agreement)
    if _bare(current) != _bare(agreement):
        draft_agreement(connection, agreement=agreement, party=acting, by=by, at=at)
    _remember(connection, made, saved.sheet, own, body=acting, by=by, at=at)
    return saved


def save_own(
    connection: Connection,
    standard: Agreement,
    *,
    party: str,
    body: str,
    given: Mapping[str, Value],
    seen: int,
    by: str,
    at: datetime,
) -> Saved:
    """Save what a party of a standard agreement answers each time: the next drafts begin with it."""
    made = sheetful(connection, standard, "ontwerp", party=body, on=day_of(at))
    own = [field for field in fields_for(made, party) if _is_lasting(field)]
    sheet = own_sheet(body, standard.id)
    open_sheet(connection, sheet)
    return _save(connection, sheet, made, own, given, seen=seen, by=by, at=at)


def discard_draft(connection: Connection, draft: Draft, *, party: str, by: str, at: datetime) -> Done:
    """Throw a draft away; what it held stays in the history, and what the party answers every time is kept."""
    subject = current_preparing(connection, draft.agreement, at)
    check_acts(connection, subject, party, at)
    return move(connection, subject, Step("discard", party, by, at), who="party")


def own_sheet(body: str, standard: str) -> str:
    """Return the id of the sheet with what a body answers each time."""
    return f"own:{body}:{standard}"


def lasting_fields(standard: Agreement, party: str, *, language: str) -> tuple[Field, ...]:
    """Return what a party of a standard agreement can answer once for all drafts."""
    return tuple(field for field in fields_of(standard, party, language=language) if _is_lasting(field))


def fields_for(made: Sheetful, party: str) -> tuple[Field, ...]:
    """Return the fields that this party of the text answers."""
    own = {field.name for field in fields_of(made.template, party)}
    return tuple(field for field in made.fields if field.name in own)


def refusal_of(problems: Sequence[Problem]) -> SluisError:
    """Return the error for a text that cannot be."""
    first = problems[0]
    return SluisError("draft-not-valid", first.what, remedy=first.remedy, clause=first.clause or PROTOCOL)


def _save(
    connection: Connection,
    sheet: str,
    made: Sheetful,
    own: Sequence[Field],
    given: Mapping[str, Value],
    *,
    seen: int,
    by: str,
    at: datetime,
) -> Saved:
    now = read_sheet(connection, sheet, lock=True)
    base = answers_as_of(connection, sheet, max(0, min(seen, now.version)))
    fields = {field.name: field for field in own}
    errors: dict[str, Message] = {}
    mine: dict[str, Value] = {}
    for name, answer in given.items():
        if name in fields:
            try:
                value_of(fields[name], answer)
                mine[name] = answer
            except WrongAnswer as wrong:
                errors[name] = wrong.message
    merged = merge(base=base, theirs=now.answers, mine=mine)
    changes = dict(merged.changes)
    errors |= _without_mistakes(made, now.answers, changes)
    if changes:
        add_answers(connection, sheet, changes, version=now.version + 1, by=by, at=at)
    return Saved(read_sheet(connection, sheet), errors, merged.conflicts)


def _without_mistakes(made: Sheetful, before: Mapping[str, Value], changes: dict[str, Value]) -> dict[str, Message]:
    """Take out of `changes` what the text cannot bear, field by field, and return why."""
    errors: dict[str, Message] = {}
    while changes:
        text = made.text({**before, **changes})
        if not isinstance(text, list):
            break
        for problem in text:
            field = field_of(problem, [one for one in made.fields if one.name in changes], made.template)
            for name in [field.name] if field else list(changes):
                errors.setdefault(name, _sentence(problem))
        for name in errors.keys() & changes.keys():
            del changes[name]
    return errors


def _sentence(problem: Problem) -> Message:
    clause = str(problem.clause or PROTOCOL)
    return msg("{what} ({clause}) {remedy}", what=problem.what, clause=clause, remedy=problem.remedy)


def _first_text(connection: Connection, made: Sheetful) -> tuple[dict[str, Value], Agreement]:
    """Return the first answers of a draft: the template's, over them what each party answers every time."""
    blank = plain(made.template)
    answers = {field.name: answer_from(field, blank) for field in made.fields}
    assert made.template.offer is not None
    for one in made.template.parties:
        body = made.registered.get(one.id, {}).get("body") or one.body
        if body is None:
            continue
        kept = read_sheet(connection, own_sheet(body, made.template.id)).answers
        lasting = {name: value for name, value in kept.items() if name in answers}
        _without_mistakes(made, answers, lasting)
        answers |= lasting
    contact = _dpo_contact(connection, made)
    if contact is not None:
        _without_mistakes(made, answers, contact)
        answers |= contact
    text = made.text(answers)
    if isinstance(text, list):
        raise refusal_of(text)
    return answers, text


def _dpo_contact(connection: Connection, made: Sheetful) -> dict[str, Value] | None:
    assert made.template.offer is not None
    joiner = made.template.offer.to
    row = store.find_party(connection, made.registered[joiner].get("body", ""))
    name = f"parties.{joiner}.dpo.email"
    is_asked = any(field.name == name for field in made.fields)
    has_one = row is not None and row.dpo_contact is not None and "@" in row.dpo_contact
    return {name: str(row.dpo_contact)} if row is not None and is_asked and has_one else None


def _remember(
    connection: Connection, made: Sheetful, sheet: Sheet, own: Sequence[Field], *, body: str, by: str, at: datetime
) -> None:
    """Keep what a party answers every time, so that its next draft begins with it."""
    name = own_sheet(body, made.template.id)
    open_sheet(connection, name)
    kept = read_sheet(connection, name, lock=True)
    names = [field.name for field in own if _is_lasting(field)]
    lasting = {name: sheet.answers[name] for name in names if name in sheet.answers}
    fresh = {key: value for key, value in lasting.items() if value and kept.answers.get(key) != value}
    if fresh:
        add_answers(connection, name, fresh, version=kept.version + 1, by=by, at=at)


def _is_lasting(field: Field) -> bool:
    if field.kind == "pdf" or "decision" in field.path:
        return False
    return field.path[0] in ("parties", "signatories", "legal_grounds") or field.path[-1] == "retention_days"


def _registered(connection: Connection, party: str, on: date) -> dict[str, str]:
    row = store.find_party(connection, party)
    if row is None:
        return {}
    body = find_body(row.id)
    known = {
        "name": row.name,
        "body": row.id,
        "kbo": row.kbo,
        "ovo": row.ovo,
        "nis": nis_of(body, on) if body is not None else None,
    }
    return {name: value for name, value in known.items() if value}


def _free_code(connection: Connection, stem: str) -> str:
    for number in range(1, _MOST_TRIES):
        code = f"{stem.rstrip('-')}-{number}"
        if store.read_state(connection, code) is None:
            return code
    raise _not_for_you()


def _open_agreement(connection: Connection, draft: Draft, agreement: Agreement, *, by: str, at: datetime) -> None:
    """Open the draft, as the answer to the offer that the party has where there is one."""
    for offer in list_offers(connection, party=draft.party):
        is_ours = draft.party in acting_for(frozenset({offer.party}), day_of(at))
        if is_ours and offer.template == draft.template and offer.template_hash == draft.template_hash:
            answer_offer(connection, offer=offer.id, agreement=agreement, by=by, at=at)
            return
    draft_agreement(connection, agreement=agreement, party=draft.party, by=by, at=at)


def _bare(text: Agreement) -> dict[str, object]:
    """Return a text without what its life adds to it."""
    raw: dict[str, object] = plain(text)
    return {name: value for name, value in raw.items() if name not in ("advices", "version", "supersedes")}


def _not_for_you() -> SluisError:
    return SluisError(
        "offer-not-for-you",
        msg("Dit aanbod is niet voor uw bestuur."),
        remedy=msg("Kies een aanbod uit de lijst."),
        clause=PROTOCOL,
    )
