"""Pages: one Jinja environment per language, sentences translated, components at hand as `ui`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, nodes
from markupsafe import Markup, escape

from sluis.kernel.text import Message
from sluis.web.formats import Formats
from sluis.web.kit import NavigationItem, PageKit, kit_of
from sluis.web.languages import LANGUAGES, Language, translate
from sluis.web.people import SignedIn
from sluis.web.preferences import (
    LANGUAGE_PARAMETER,
    SCHEME_PARAMETER,
    SCHEMES,
    Scheme,
    address_with,
    language_of,
    remember_preferences,
    scheme_of,
)
from sluis.web.sessions import TOKEN_FIELD, form_token, remember_visit, visitor

STATIC = Path(__file__).parent / "static"
_LANGUAGE_NAMES: Mapping[Language, str] = {"nl": "Nederlands", "fr": "Français", "en": "English", "de": "Deutsch"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a switch: its code, its name, where it leads, whether it is on."""

    code: str
    name: str
    href: str
    current: bool


class Page:
    """What every template and component may know about the request: `page` in templates."""

    token_field = TOKEN_FIELD

    def __init__(self, request: Request) -> None:
        self._request = request
        self._kit = kit_of(request)
        self.language: Language = language_of(request)
        self.scheme: Scheme = scheme_of(request)
        self.path: str = request.url.path
        self.environment: str = self._kit.settings.environment
        self.sign_in_href: str = self._kit.sign_in_href

    @cached_property
    def person(self) -> SignedIn | None:
        """Who is signed in, for the header."""
        return visitor(self._request)

    @cached_property
    def role_names(self) -> list[Message | str]:
        """The person's roles in words."""
        roles = sorted(self.person.roles) if self.person else []
        return [self._kit.role_names.get(role, role) for role in roles]

    @property
    def token(self) -> str:
        """The form token. Reading it is what makes a page need the visit cookie."""
        return form_token(self._request)

    @cached_property
    def navigation(self) -> list[NavigationItem]:
        """The entries that this person sees."""
        return [item for item in self._kit.navigation if self.person is not None and item.is_for(self.person)]

    def is_current(self, href: str) -> bool:
        """Return whether `href` is the entry of the navigation that the page stands nearest to, at it or below."""
        above = [item.href for item in self.navigation if self._stands_below(item.href)]
        return bool(above) and href == max(above, key=len)

    def _stands_below(self, href: str) -> bool:
        return self.path == href or self.path.startswith(href.rstrip("/") + "/")

    @property
    def languages(self) -> list[Choice]:
        """The language switch."""
        return [
            Choice(code, _LANGUAGE_NAMES[code], self._with(LANGUAGE_PARAMETER, code), code == self.language)
            for code in LANGUAGES
        ]

    @property
    def schemes(self) -> list[Choice]:
        """The switch between light and dark; the template names them."""
        return [Choice(code, code, self._with(SCHEME_PARAMETER, code), code == self.scheme) for code in SCHEMES]

    def _with(self, parameter: str, value: str) -> str:
        return address_with(self._request, parameter, value)


class Components:
    """The macros of `components/*.html` as attributes: `{{ ui.button(_("Verstuur")) }}`. They see `page`."""

    def __init__(self, environment: Environment, index: Mapping[str, str], page: Page) -> None:
        self._environment = environment
        self._index = index
        self._page = page
        self._modules: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        if name.startswith("_") or name not in self._index:
            raise AttributeError(f"there is no component {name!r} in components/*.html")
        template = self._index[name]
        if template not in self._modules:
            loaded = self._environment.get_template(template)
            self._modules[template] = loaded.make_module({"page": self._page, "ui": self})
        macro: Callable[..., Markup] = getattr(self._modules[template], name)
        return macro


@cache
def static_address(name: str) -> str:
    """Return the address of a static file with its hash, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


class Pages:
    """The environments of one application, made once: templates are compiled on first use and kept."""

    def __init__(self, kit: PageKit) -> None:
        own = PackageLoader("sluis.web")
        slices = PrefixLoader({prefix: PackageLoader(package) for prefix, package in kit.templates.items()})
        loader = ChoiceLoader([own, slices])
        self._environments = {language: make_environment(loader, language) for language in LANGUAGES}
        environment = self._environments["nl"]
        self._index = {
            name: template
            for template in own.list_templates()
            if template.startswith("components/")
            for name in _macros(environment, template)
        }

    def text(self, page: Page, template: str, context: Mapping[str, object]) -> str:
        """Return a page as text."""
        found = self.environment(page.language).get_template(template)
        return found.render({**context, "page": page, "ui": self.components(page)})

    def environment(self, language: Language) -> Environment:
        """Return the environment of one language."""
        return self._environments[language]

    def components(self, page: Page) -> Components:
        """Return the components as they look on one page."""
        return Components(self.environment(page.language), self._index, page)


def _macros(environment: Environment, template: str) -> list[str]:
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, template)
    names = (macro.name for macro in environment.parse(source).find_all(nodes.Macro))
    return [name for name in names if not name.startswith("_")]


def make_environment(loader: BaseLoader, language: Language) -> Environment:
    """Return an environment that speaks one language: every value escaped, every missing name an error."""

    formats = Formats(language)

    def sentence(text: Message | str, **parameters: object) -> Markup:
        """Translate a sentence and fill its `{name}` marks, escaped."""
        if isinstance(text, Markup):
            return text
        known = {name: finalize(value) for name, value in parameters.items()}
        if isinstance(text, Message):
            return escape(translate(text, language))
        translated = escape(translate(text, language))
        return translated.format(**known) if known else translated

    def finalize(value: object) -> object:
        if isinstance(value, Message):
            return translate(value, language)
        return "" if value is None else value

    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        # Not trim_blocks: it would glue two sentences together where a block tag stands between them.
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(_=sentence, static=static_address, language=language)
    environment.filters.update(
        day=formats.day,
        moment=formats.moment,
        duration=formats.duration,
        number=formats.number,
        euro=formats.euro,
        percent=formats.percent,
        insz=formats.insz,
    )
    return environment


def render(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """Return a page in the reader's language; `page` and `ui` are there in every template."""
    pages: Pages = request.app.state.pages
    text = pages.text(Page(request), template, context)
    response = HTMLResponse(text, status_code=status_code, headers=dict(headers or {}))
    response.headers["Content-Language"] = language_of(request)
    remember_visit(request, response)
    remember_preferences(request, response)
    return response
