"""The API put together, and its OpenAPI description, from the same routes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import compile_path

from sluis.gate.actions import Gate
from sluis.machines import web_lists, web_own, web_release, web_token
from sluis.machines.description import describe
from sluis.machines.guard import VERSION, Door, MachineRoute, door_of, remember_door
from sluis.machines.problems import ApiProblem
from sluis.machines.secret import installation_key
from sluis.settings import Settings
from sluis.web.access import public

PREFIX = "/api/v1"
OPENAPI = "/api/v1/openapi.json"
# Public, and read by tools in browsers: any page of the world may.
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def add_api(
    app: FastAPI, *, settings: Settings, gate: Gate, lists: web_lists.ListDoor, patience_seconds: float | None = None
) -> None:
    """Put the API into an application in the shell; call it last of what lies under /api/."""
    door = Door(installation_key(settings), gate.secret, settings.public_address, settings.api_requests_per_minute)
    if patience_seconds is not None:
        door = Door(door.key, door.secrets, door.issuer, door.per_minute, patience_seconds)
    remember_door(app, door)
    described = build_described_router(gate=gate, lists=lists, fictitious=settings.fictitious_insz)
    app.include_router(described)
    app.include_router(web_token.build_metadata_router())
    app.include_router(_build_rest(described))


def build_described_router(*, gate: Gate, lists: web_lists.ListDoor, fictitious: bool) -> APIRouter:
    """Return every route that the description describes."""
    router = APIRouter(route_class=MachineRoute)
    router.include_router(web_token.build_router())
    router.include_router(web_release.build_router(gate, fictitious=fictitious), prefix=PREFIX)
    router.include_router(web_lists.build_router(lists), prefix=PREFIX)
    router.include_router(web_own.build_router(), prefix=PREFIX)
    return router


def openapi_of(router: APIRouter, *, issuer: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the routes."""
    made = get_openapi(title="Sluis", version=VERSION, openapi_version="3.1.0", routes=router.routes)
    return describe(made, issuer=issuer)


def _build_rest(described: APIRouter) -> APIRouter:
    """Return the description itself, and what answers where nothing else does."""
    router = APIRouter(route_class=MachineRoute, include_in_schema=False, dependencies=[Depends(public)])
    made: dict[str, dict[str, Any]] = {}
    description = APIRoute(OPENAPI, lambda: None, methods=["GET"])

    @router.get(OPENAPI)
    def get_description(request: Request) -> Response:
        """Give the OpenAPI description."""
        issuer = door_of(request).issuer
        body = made.setdefault(issuer, openapi_of(described, issuer=issuer))
        return JSONResponse(
            body, headers={"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
        )

    @router.api_route("/api/{rest:path}", methods=_METHODS)
    def nothing_here(request: Request, rest: str) -> Response:
        """Say that nothing is here, or that it takes another method."""
        allowed = {
            method
            for context in (*iter_route_contexts(described.routes), *iter_route_contexts([description]))
            if compile_path(context.path or "")[0].match(request.url.path)
            for method in context.methods or ()
        }
        if allowed:
            raise ApiProblem("method-not-allowed", headers={"Allow": ", ".join(sorted(allowed))})
        raise ApiProblem("not-found")

    return router
