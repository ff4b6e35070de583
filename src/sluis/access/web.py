"""The pages of access: who may what at a party, what waits for a second pair of eyes, and everybody's own roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from sluis.access import actions, store
from sluis.access.actions import Evidence
from sluis.access.model import Asked, Grant
from sluis.access.policy import can_confirm, can_grant, can_withdraw
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.outcome import Refused
from sluis.kernel.text import Message, msg
from sluis.web.access import PageRefusedError, current_person, require_right
from sluis.web.kit import kit_of
from sluis.web.languages import translate
from sluis.web.people import SignedIn
from sluis.web.preferences import language_of
from sluis.web.rendering import render
from sluis.web.rights import ACCESS_MANAGER, ALL_PURPOSES, HEAD, RIGHTS, ROLE_NAMES, ROLES

PER_PAGE = 25
_LONGEST_FIELD = 2_000
_OPERATOR_NAME = msg("de beheerder van deze installatie")

Manager = Annotated[SignedIn, Depends(require_right("access-manage"))]
Person = Annotated[SignedIn, Depends(current_person)]


class Pages:
    """The handlers, with what they leave evidence with."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def show(self, request: Request, person: Manager, pagina: int = 1) -> Response:
        """Show the people of the party with their roles, and what waits."""
        kit, party = kit_of(request), _party(person)
        today = day_of(kit.clock())
        number = max(1, min(pagina, 10_000))
        with kit.database.transaction() as connection:
            members = store.list_members(connection, party=party, most=PER_PAGE, skip=(number - 1) * PER_PAGE)
            count = store.count_members(connection, party=party)
            grants = store.list_grants_at(connection, party=party, on=today)
            proposals = store.list_proposals(connection, party=party)
            certificates = store.list_certificates(connection, party=party)
            names = _names(connection, [*grants, *proposals])
        return render(
            request,
            "access/people.html",
            members=members,
            count=count,
            number=number,
            last=max(1, -(-count // PER_PAGE)),
            grants={one.id: [grant for grant in grants if grant.actor == one.id] for one in members},
            proposals=[(one, person.id not in {one.proposed_by, one.asked.actor}) for one in proposals],
            certificates=[(one, not one.confirmed_by and one.added_by != person.id) for one in certificates],
            names=names,
            role_names=ROLE_NAMES,
            all_purposes=ALL_PURPOSES,
            told=_told(request),
        )

    def show_one(self, request: Request, person: Manager, actor: str) -> Response:
        """Show one person of the party, with the form to grant a role."""
        return self._one(request, person, actor)

    def grant(
        self,
        request: Request,
        person: Manager,
        actor: str,
        rol: Annotated[str, Form()] = "",
        doel: Annotated[str, Form()] = ALL_PURPOSES,
        vanaf: Annotated[str, Form()] = "",
        tot: Annotated[str, Form()] = "",
        reden: Annotated[str, Form()] = "",
    ) -> Response:
        """Grant a role, or propose it where a second pair of eyes is asked."""
        kit, given = kit_of(request), {"rol": rol, "doel": doel, "vanaf": vanaf, "tot": tot, "reden": reden}
        since, until = _day(vanaf), _day(tot)
        errors = {name: _no_day() for name, day in (("vanaf", since), ("tot", until)) if day is None}
        if since is None or until is None:
            return self._one(request, person, actor, given=given, errors=errors)
        asked = Asked(actor, _party(person), rol, since, until, reden[:_LONGEST_FIELD], doel)
        with kit.database.transaction() as connection:
            done = actions.grant_role(connection, asked, by=person.id, at=kit.clock(), evidence=self._evidence)
        if isinstance(done, Refused):
            found = {_FIELD_OF.get(reason.code, ""): reason.what for reason in done.reasons}
            if "" in found:
                raise PageRefusedError(*done.reasons)
            return self._one(request, person, actor, given=given, errors=found)
        return RedirectResponse(f"/toegang?gedaan={done.outcome}", status_code=303)

    def confirm(self, request: Request, person: Manager, proposal: UUID) -> Response:
        """Be the second pair of eyes."""
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            done = actions.confirm_role(
                connection, proposal, by=person.id, party=_party(person), at=kit.clock(), evidence=self._evidence
            )
        return _after(done, "confirmed")

    def refuse(self, request: Request, person: Manager, proposal: UUID) -> Response:
        """Say no to a proposal, or take the own one back."""
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            done = actions.refuse_proposal(
                connection, proposal, by=person.id, party=_party(person), at=kit.clock(), evidence=self._evidence
            )
        return _after(done or None, "refused")

    def withdraw(self, request: Request, person: Manager, grant: UUID, reden: Annotated[str, Form()] = "") -> Response:
        """Take a role away."""
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            done = actions.withdraw_role(
                connection,
                grant,
                by=person.id,
                party=_party(person),
                reason=reden[:_LONGEST_FIELD],
                at=kit.clock(),
                evidence=self._evidence,
            )
        return _after(done, "withdrawn")

    def register_certificate(
        self, request: Request, person: Manager, actor: str, vingerafdruk: Annotated[str, Form()] = ""
    ) -> Response:
        """Note the fingerprint of a certificate for a person of the party."""
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            done = actions.register_certificate(
                connection,
                fingerprint=vingerafdruk[:_LONGEST_FIELD],
                actor=actor,
                party=_party(person),
                by=person.id,
                at=kit.clock(),
                evidence=self._evidence,
            )
        return _after(done, "certificate")

    def confirm_certificate(self, request: Request, person: Person, certificate: UUID) -> Response:
        """Confirm a certificate: the owner, or a second access manager or the head."""
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            self._own_or_manager(connection, person, certificate)
            done = actions.confirm_certificate(
                connection, certificate, by=person.id, at=kit.clock(), evidence=self._evidence
            )
        return _after(done, "confirmed", back=_back(person))

    def withdraw_certificate(self, request: Request, person: Person, certificate: UUID) -> Response:
        """Let a certificate open nothing any more."""
        kit = kit_of(request)
        with kit.database.transaction() as connection:
            self._own_or_manager(connection, person, certificate)
            done = actions.withdraw_certificate(
                connection, certificate, by=person.id, at=kit.clock(), evidence=self._evidence
            )
        return _after(done, "withdrawn", back=_back(person))

    def own_roles(self, request: Request, person: Person) -> Response:
        """Show everyone their own roles, who granted them, and whom to ask."""
        kit = kit_of(request)
        today = day_of(kit.clock())
        with kit.database.transaction() as connection:
            grants = store.list_grants_of(connection, actor=person.id)
            proposals = store.list_proposals_of(connection, actor=person.id)
            certificates = store.list_certificates_of(connection, actor=person.id)
            ask = _whom_to_ask(connection, person.party, today)
            names = _names(connection, [*grants, *proposals])
        return render(
            request,
            "access/own.html",
            grants=[(one, _standing(one, today, person)) for one in grants],
            proposals=proposals,
            certificates=certificates,
            rights=[right.text for right in RIGHTS.values() if right.roles & person.roles],
            ask=ask,
            names=names,
            role_names=ROLE_NAMES,
            all_purposes=ALL_PURPOSES,
            told=_told(request),
        )

    @staticmethod
    def _own_or_manager(connection: Connection, person: SignedIn, certificate: UUID) -> None:
        found = store.lock_certificate(connection, certificate)
        if found is None or (
            found.actor != person.id and (found.party != person.party or not can_confirm(person.roles))
        ):
            raise HTTPException(404)

    def _one(
        self,
        request: Request,
        person: SignedIn,
        actor: str,
        *,
        given: Mapping[str, str] | None = None,
        errors: Mapping[str, Message] | None = None,
    ) -> Response:
        kit, party, language = kit_of(request), _party(person), language_of(request)
        at = kit.clock()
        with kit.database.transaction() as connection:
            member = store.find_member(connection, party=party, actor=actor)
            if member is None:
                raise HTTPException(404)
            is_self = store.same_person(connection, person.id, actor)
            purposes = sorted(actions.purposes_of(connection, party))
            grants = [one for one in store.list_grants_of(connection, actor=actor) if one.party == party]
            certificates = [one for one in store.list_certificates_of(connection, actor=actor) if one.party == party]
            names = _names(connection, grants)
        only_at = self._evidence.only_at
        roles = [
            (code, translate(role.name, language) + (f" ({translate(_SECOND, language)})" if role.heavy else ""))
            for code, role in ROLES.items()
            if can_grant(code, person.roles) and only_at.get(code, party) == party
        ]
        return render(
            request,
            "access/person.html",
            status_code=422 if errors else 200,
            member=member,
            is_self=is_self,
            roles=roles,
            purposes=[(ALL_PURPOSES, translate(msg("alle doelen"), language)), *((one, one) for one in purposes)],
            grants=[(one, _standing(one, day_of(at), None), can_withdraw(one.role, person.roles)) for one in grants],
            certificates=[(one, not one.confirmed_by and one.added_by != person.id) for one in certificates],
            names=names,
            role_names=ROLE_NAMES,
            all_purposes=ALL_PURPOSES,
            given={**_fresh(at), **(given or {})},
            errors=errors or {},
        )


_SECOND = msg("iemand anders bevestigt")
_FIELD_OF = {
    "role-unknown": "rol",
    "purpose-unknown": "doel",
    "term-wrong": "tot",
    "reason-missing": "reden",
}
_TOLD: Mapping[str, Message] = {
    "granted": msg("De rol is toegekend."),
    "proposed": msg("De rol is voorgesteld. Ze geldt zodra iemand anders ze bevestigt."),
    "confirmed": msg("Het is bevestigd."),
    "refused": msg("Het voorstel is geweigerd."),
    "withdrawn": msg("Het is ingetrokken en geldt niet meer."),
    "certificate": msg("De vingerafdruk is genoteerd. Het certificaat telt zodra iemand anders het bevestigt."),
}


def build_router(*, evidence: Evidence) -> APIRouter:
    """Return the routes of access; the application includes them."""
    router, pages = APIRouter(), Pages(evidence)
    router.add_api_route("/toegang", pages.show, methods=["GET"])
    router.add_api_route("/toegang/mensen/{actor}", pages.show_one, methods=["GET"])
    router.add_api_route("/toegang/mensen/{actor}/rollen", pages.grant, methods=["POST"])
    router.add_api_route("/toegang/mensen/{actor}/certificaten", pages.register_certificate, methods=["POST"])
    router.add_api_route("/toegang/rollen/{grant}/intrekken", pages.withdraw, methods=["POST"])
    router.add_api_route("/toegang/voorstellen/{proposal}/bevestigen", pages.confirm, methods=["POST"])
    router.add_api_route("/toegang/voorstellen/{proposal}/weigeren", pages.refuse, methods=["POST"])
    router.add_api_route("/certificaten/{certificate}/bevestigen", pages.confirm_certificate, methods=["POST"])
    router.add_api_route("/certificaten/{certificate}/intrekken", pages.withdraw_certificate, methods=["POST"])
    router.add_api_route("/mijn-rollen", pages.own_roles, methods=["GET"])
    return router


def _party(person: SignedIn) -> str:
    assert person.party is not None  # these roles exist only at a party
    return person.party


def _back(person: SignedIn) -> str:
    return "/toegang" if can_confirm(person.roles) else "/mijn-rollen"


def _after(done: object, word: str, *, back: str = "/toegang") -> Response:
    if done is None:
        raise HTTPException(404)
    if isinstance(done, Refused):
        raise PageRefusedError(*done.reasons)
    return RedirectResponse(f"{back}?gedaan={word}", status_code=303)


def _told(request: Request) -> Message | None:
    return _TOLD.get(request.query_params.get("gedaan", ""))


def _no_day() -> Message:
    return msg("Geef een dag als 2027-01-31.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _fresh(at: datetime) -> dict[str, str]:
    today = day_of(at)
    last = date(today.year, 12, 31).isoformat()
    return {"rol": "", "doel": ALL_PURPOSES, "vanaf": today.isoformat(), "tot": last, "reden": ""}


def _names(connection: Connection, rows: Sequence[object]) -> Mapping[str, str | Message]:
    """Return who granted, proposed and confirmed, by name."""
    asked = {
        getattr(row, field)
        for row in rows
        for field in ("granted_by", "confirmed_by", "proposed_by")
        if getattr(row, field, None)
    }
    found: dict[str, str | Message] = {one: store.name_of(connection, one) for one in asked}
    return {**found, actions.OPERATOR: _OPERATOR_NAME}


def _standing(grant: Grant, today: date, person: SignedIn | None) -> tuple[Message, str]:
    """Return how a grant stands, with the look of it."""
    if grant.withdrawn_at is not None:
        return msg("ingetrokken"), "neutral"
    if grant.since is not None and today < grant.since:
        return msg("begint later"), "info"
    if not grant.holds_on(today):
        return msg("voorbij"), "neutral"
    if person is not None and grant.role not in person.roles:
        return msg("telt niet in deze sessie"), "warning"
    return msg("geldt nu"), "success"


def _whom_to_ask(connection: Connection, party: str | None, today: date) -> list[str]:
    if party is None:
        return []
    found = store.holders(connection, party=party, role=ACCESS_MANAGER, on=today)
    return found or store.holders(connection, party=party, role=HEAD, on=today)
