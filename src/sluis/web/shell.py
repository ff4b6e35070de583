"""The shell in which every slice's pages stand: one call gives an application its pages, doors and defences."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz
from sluis.web.access import PageRefusedError, RoleNeededError, SignInNeededError
from sluis.web.errors import LastResort, error_response, mistake_response
from sluis.web.kit import PageKit, kit_of, remember_kit
from sluis.web.pages import DEMO_ENVIRONMENTS, has_real_door, router
from sluis.web.rendering import STATIC, Pages, render
from sluis.web.security import BodyLimit, FormRefusedError, OwnForms, PlainAddresses, SecurityHeaders, check_form
from sluis.web.signin import own as own_sign_in
from sluis.web.signin import pages as sign_in_pages
from sluis.web.signin.provider import Provider
from sluis.web.signin.proxies import TrustedProxies


def create_shell(kit: PageKit) -> FastAPI:
    """Return an application with the shell in it; the caller includes the slices' routers.

    FastAPI's own pages and telemetry stay off: they would show and send addresses that nobody agreed to.
    """
    app = FastAPI(
        title="Sluis",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    install(app, kit)
    return app


def install(app: FastAPI, kit: PageKit) -> None:
    """Put the shell into `app`. Call it before including routers: the form check belongs to every route after it."""
    remember_kit(app, kit)
    app.state.pages = Pages(kit)
    app.router.dependencies.append(Depends(check_form))
    # The last one added is the outermost.
    app.add_middleware(BodyLimit, routes_of=app)
    app.add_middleware(OwnForms)
    app.add_middleware(PlainAddresses)
    app.add_middleware(LastResort)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedProxies, settings=kit.settings)
    _answer_errors(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(router)
    if kit.settings.oidc_issuer is not None:
        back = kit.settings.public_address + sign_in_pages.CALLBACK
        app.state.provider = Provider(kit.settings, redirect_uri=back)
    app.include_router(sign_in_pages.router)
    app.include_router(own_sign_in.router)


def refuse_to_start_without_a_door(kit: PageKit) -> None:
    """Raise when nobody could sign in: the demo's chooser is closed in production, so another door is needed."""
    if kit.settings.environment not in DEMO_ENVIRONMENTS and not has_real_door(kit.settings):
        raise SluisError(
            "no-sign-in",
            msg("In productie kan niemand zich aanmelden: de keuzelijst van fictieve personen is daar gesloten."),
            remedy=msg("Geef Sluis een aanmelddienst (SLUIS_OIDC_ISSUER), of zet SLUIS_ENVIRONMENT op demo."),
        )


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        return error_response(request, error.status_code, headers=dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def form_error(request: Request, _error: RequestValidationError) -> Response:
        # The error holds what the reader typed; the page does not repeat it.
        return error_response(request, 422)

    @app.exception_handler(SluisError)
    def mistake(request: Request, error: SluisError) -> Response:
        return mistake_response(request, error)

    @app.exception_handler(FormRefusedError)
    def form_refused(request: Request, _error: FormRefusedError) -> Response:
        return error_response(request, 403, code="form-refused")

    @app.exception_handler(RoleNeededError)
    def role_needed(request: Request, _error: RoleNeededError) -> Response:
        return error_response(request, 403)

    @app.exception_handler(PageRefusedError)
    def page_refused(request: Request, error: PageRefusedError) -> Response:
        return render(request, "refused.html", status_code=403, reasons=error.reasons)

    @app.exception_handler(SignInNeededError)
    def sign_in_needed(request: Request, _error: SignInNeededError) -> Response:
        kit = kit_of(request)
        if kit.is_machine_path(request.url.path):
            return error_response(request, 401)
        path = request.url.path
        back = path if request.method == "GET" and not looks_like_insz(path) else "/start"
        return RedirectResponse(f"{kit.sign_in_href}?terug={quote(back)}", status_code=303)
