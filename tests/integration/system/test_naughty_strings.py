"""Strings that broke other systems, in every field of every form: told as mistakes, never an error of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from sluis.app import Installation
from sluis.settings import Settings
from sluis.site import create_app
from sluis.web.access import rights_of
from sluis.web.rights import RIGHTS
from tests.integration.system.test_rights import _fill, _settle, _visitor
from tests.serving import fresh_database, live_server

# One of each kind: nothing, quotes, code, other scripts, right to left, a null, a surrogate's neighbour, much of it.
SAMPLE: tuple[str, ...] = (
    "",
    "undefined",
    "' OR 1=1 -- 1",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "田中さん",
    "הָיְתָה",
    "\u202etest",
    "1E+02",
)
SAMPLE += (
    "\x00\x01\x7f",
    "../../../etc/passwd",
    "9" * 400,
    "😀" * 50,
    "%s%n",
    "0000-00-00",
    "-1",
    "NaN",
    "\ufeff\ufffe",
)
Form = tuple[str, list[str], str]
_SKIPPED = {"/afmelden", "/mijn-aanmelding/sessies/einde", "/aanmelden"}  # these end or change the session itself


@pytest.fixture(scope="module")
def forms(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Form]]]:
    """The address, and each form: its path, the fields it takes, and a role that may send it."""
    home = tmp_path_factory.mktemp("naughty")
    settings = Settings.model_validate({"environment": "test", "fictitious_insz": True, "home": home})
    with fresh_database(server_url, template) as database:
        _settle(database)
        app = create_app(Installation.open(settings, database))
        rights = {one.path: one.right or "" for one in rights_of(app)}
        found: list[Form] = []
        for context in iter_route_contexts(app.routes):
            dependant, path = getattr(context, "dependant", None), context.path or ""
            if dependant is None or "POST" not in (context.methods or ()) or path.startswith("/api/"):
                continue
            if path not in _SKIPPED:
                roles = RIGHTS[rights[path]].roles if rights.get(path) in RIGHTS else {"officer"}
                found.append((path, [field.alias for field in dependant.body_params], min(roles)))
        with live_server(app) as address:
            yield address, found


def walk(forms: tuple[str, list[Form]], strings: Sequence[str]) -> tuple[int, list[str]]:
    """Send each string in every field of every form; return how many were sent, and those that broke."""
    address, routes = forms
    sent, broke = 0, []
    for role in sorted({role for _, _, role in routes}):
        with _visitor(address, role) as visitor:
            token = re.search(r'name="_sleutel" value="([0-9a-f]{64})"', visitor.get("/mijn-aanmelding").text)
            assert token is not None
            for path, fields, wanted in routes:
                if wanted != role:
                    continue
                for number, string in enumerate(strings):
                    text = string.encode("utf-8", "replace").decode()
                    form = {"_sleutel": token[1], **dict.fromkeys(fields, text)}
                    answer = visitor.post(_fill(path), data=form)
                    sent += 1
                    if answer.status_code >= 500:
                        broke.append(f"{path} {fields} string {number} {text[:20]!r}: {answer.status_code}")
    return sent, broke


def test_no_form_breaks_on_a_string_of_the_sample(forms: tuple[str, list[Form]]) -> None:
    assert sum(bool(fields) for _, fields, _ in forms[1]) > 15, "the walk finds the forms"
    sent, broke = walk(forms, SAMPLE)
    assert sent > 100
    assert broke == []


@pytest.mark.soak
def test_no_form_breaks_on_any_naughty_string(forms: tuple[str, list[Form]], shared: Path) -> None:
    path = shared / "data" / "blns.json"
    if not path.is_file():
        pytest.skip("blns.json is not beside this checkout")
    sent, broke = walk(forms, [one for one in json.loads(path.read_text(encoding="utf-8")) if isinstance(one, str)])
    assert sent > 1_000
    assert broke == []


def test_a_query_of_every_page_may_hold_any_string_of_the_sample(forms: tuple[str, list[Form]]) -> None:
    with httpx.Client(base_url=forms[0], timeout=30) as visitor:
        broke = [
            (page, string)
            for page in ("/register", "/koppelen", "/aanmelden", "/problemen")
            for string in SAMPLE
            if visitor.get(page, params={"q": string, "pagina": string, "terug": string, "taal": string}).status_code
            >= 500
        ]
    assert broke == []
