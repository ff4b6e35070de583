"""The page of an access manager for the systems of a party: register, confirm, change over, take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.store import list_roles
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret
from sluis.machines import actions, store
from sluis.machines.keys import LONGEST_KEY, read_public_key
from sluis.machines.model import Machine, MachineKey
from sluis.machines.policy import can_confirm
from sluis.web.access import require_right
from sluis.web.kit import kit_of
from sluis.web.people import SignedIn
from sluis.web.rendering import render
from sluis.web.rights import ACCESS_MANAGER

PAGE = "/toegang/systemen"
_MOST = 100

Manager = Annotated[SignedIn, Depends(require_right("access-manage"))]
KeyText = Annotated[str, Form(max_length=LONGEST_KEY * 2)]
ShortText = Annotated[str, Form(max_length=2_000)]

_TOLD: Mapping[str, Message] = {
    "registered": msg("Het systeem is genoteerd. Het kan niets tot iemand anders zijn sleutel bevestigt."),
    "added": msg("De sleutel is genoteerd. Ze telt zodra iemand anders ze bevestigt."),
    "confirmed": msg("De sleutel is bevestigd en telt vanaf nu."),
    "retired": msg("De sleutel is ingetrokken."),
    "revoked": msg("Het systeem is ingetrokken."),
}


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key on the page, and whether who looks may be its second pair of eyes."""

    key: MachineKey
    added_by: str
    confirmed_by: str | None
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class SystemShown:
    """A machine on the page with its keys, and the last day of its role where it holds one."""

    machine: Machine
    keys: Sequence[KeyShown]
    holds_role: bool


class Pages:
    """The handlers, with what they leave evidence with."""

    def __init__(self, secrets: PersonSecret) -> None:
        self._secrets = secrets

    def show(self, request: Request, person: Manager) -> Response:
        """Show the systems of the party, what waits for a second pair of eyes, and the form for a new one."""
        return self._page(request, person)

    def register(
        self,
        request: Request,
        person: Manager,
        naam: ShortText = "",
        sleutel: KeyText = "",
        tot: ShortText = "",
        reden: ShortText = "",
    ) -> Response:
        """Register a system; it opens nothing until somebody else confirms its key."""

        def work(connection: Connection, party: str, at: datetime) -> None:
            actions.register_machine(
                connection,
                party=party,
                name=naam,
                key=read_public_key(sleutel),
                by=person.id,
                at=at,
                secrets=self._secrets,
                until=_day(tot),
                reason=reden,
            )

        return self._do(request, person, work, "registered", given={"naam": naam, "tot": tot, "reden": reden})

    def add_key(self, request: Request, person: Manager, machine: str, sleutel: KeyText = "") -> Response:
        """Add a key, to change over to."""

        def work(connection: Connection, party: str, at: datetime) -> None:
            actions.add_key(
                connection,
                machine=machine,
                party=party,
                key=read_public_key(sleutel),
                by=person.id,
                at=at,
                secrets=self._secrets,
            )

        return self._do(request, person, work, "added")

    def confirm_key(self, request: Request, person: Manager, machine: str, sleutel: ShortText = "") -> Response:
        """Be the second pair of eyes."""
        return self._on_key(request, person, actions.confirm_key, machine, sleutel, "confirmed")

    def retire_key(self, request: Request, person: Manager, machine: str, sleutel: ShortText = "") -> Response:
        """Retire a key, or say no to one that waits."""
        return self._on_key(request, person, actions.retire_key, machine, sleutel, "retired")

    def revoke(self, request: Request, person: Manager, machine: str) -> Response:
        """Revoke a system for good."""

        def work(connection: Connection, party: str, at: datetime) -> None:
            actions.revoke_machine(connection, machine=machine, party=party, by=person.id, at=at, secrets=self._secrets)

        return self._do(request, person, work, "revoked")

    def _on_key(
        self,
        request: Request,
        person: SignedIn,
        verb: Callable[..., None],
        machine: str,
        thumbprint: str,
        told: str,
    ) -> Response:
        def work(connection: Connection, party: str, at: datetime) -> None:
            verb(
                connection,
                machine=machine,
                thumbprint=thumbprint,
                party=party,
                by=person.id,
                at=at,
                secrets=self._secrets,
            )

        return self._do(request, person, work, told)

    def _do(
        self,
        request: Request,
        person: SignedIn,
        work: Callable[[Connection, str, datetime], None],
        told: str,
        *,
        given: Mapping[str, str] | None = None,
    ) -> Response:
        """Do it in one transaction; a mistake is told on the same page, with what was filled in."""
        kit = kit_of(request)
        try:
            with kit.database.transaction() as connection:
                work(connection, _party(person), kit.clock())
        except SluisError as mistake:
            return self._page(request, person, mistake=mistake, given=given)
        return RedirectResponse(f"{PAGE}?gedaan={told}", status_code=303)

    def _page(
        self,
        request: Request,
        person: SignedIn,
        *,
        mistake: SluisError | None = None,
        given: Mapping[str, str] | None = None,
    ) -> Response:
        kit = kit_of(request)
        filled = {"naam": "", "tot": "", "reden": "", **(given or {})}
        with kit.database.transaction() as connection:
            found = [
                _shown(connection, one, person, day_of(kit.clock()))
                for one in store.list_machines(connection, party=_party(person), most=_MOST)
            ]
        return render(
            request,
            "machines/systems.html",
            status_code=422 if mistake else 200,
            systems=found,
            may_register=ACCESS_MANAGER in person.roles,
            mistake=mistake,
            # What looks like a person's number is not said back, not even to who wrote it.
            given={name: "" if looks_like_insz(text) else text for name, text in filled.items()},
            told=_TOLD.get(request.query_params.get("gedaan", "")),
        )


def _shown(connection: Connection, machine: Machine, person: SignedIn, today: date) -> SystemShown:
    roles = list_roles(connection, on=today, actor=machine.id)
    keys = [_key_shown(connection, one, person) for one in store.list_keys(connection, machine.id)]
    return SystemShown(machine, keys, holds_role=bool(roles) and machine.revoked_at is None)


def _key_shown(connection: Connection, key: MachineKey, person: SignedIn) -> KeyShown:
    is_same = store.same_person(connection, person.id, key.added_by)
    waits = key.confirmed_by is None and key.retired_at is None
    return KeyShown(
        key,
        store.name_of(connection, key.added_by),
        None if key.confirmed_by is None else store.name_of(connection, key.confirmed_by),
        waits and can_confirm(person.roles, is_same=is_same),
    )


def _party(person: SignedIn) -> str:
    assert person.party is not None  # these roles exist only at a party
    return person.party


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise SluisError(
            "machine-term", msg("Dit is geen dag."), remedy=msg("Schrijf een dag als 2027-01-31.")
        ) from None


def build_router(*, secrets: PersonSecret) -> APIRouter:
    """Return the routes of a party's systems; `secrets` pseudonymise what the ledger names."""
    router, pages = APIRouter(), Pages(secrets)
    router.add_api_route(PAGE, pages.show, methods=["GET"])
    router.add_api_route(PAGE, pages.register, methods=["POST"])
    router.add_api_route(PAGE + "/{machine}/sleutels", pages.add_key, methods=["POST"])
    router.add_api_route(PAGE + "/{machine}/sleutels/bevestigen", pages.confirm_key, methods=["POST"])
    router.add_api_route(PAGE + "/{machine}/sleutels/intrekken", pages.retire_key, methods=["POST"])
    router.add_api_route(PAGE + "/{machine}/intrekken", pages.revoke, methods=["POST"])
    return router
