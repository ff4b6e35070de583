"""The public register: which agreements are in force, what they mean for a citizen, and all of it as linked data.

Everyone may read it without signing in: a protocol is made known by law (decree of 18 July 2008, article 8, §1). Every
address stays: of an agreement, of each of its published texts, of what is on offer.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from rdflib import Graph
from starlette.exceptions import HTTPException

from sluis.agreements.catalogue import templates
from sluis.agreements.lifecycle import OPEN, STATE_WORDS
from sluis.agreements.lookup import find_text
from sluis.agreements.store import list_parties, read_text
from sluis.agreements.words import in_words
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz
from sluis.register.catalog import agreements_feed, offers_feed
from sluis.register.linked import Addresses, Node, agreement_document, policy_node
from sluis.register.model import PER_PAGE, Entry, Listed, is_in_force
from sluis.register.plain import told_to_citizen
from sluis.register.store import count_published, read_listed, read_page
from sluis.register.terms import context
from sluis.web.access import public
from sluis.web.kit import kit_of
from sluis.web.preferences import language_of
from sluis.web.rendering import render

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_SEARCH = 100
_MOST_WORDS = 8
_HERE = Path(__file__).parent

_JSONLD, _TURTLE, _HTML = "application/ld+json", "text/turtle", "text/html"
# Public data for every page and program of the world: no cookie is read to make it.
_OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300", "Vary": "Accept"}


def build_router() -> APIRouter:
    """Return the public routes of the register."""
    router = APIRouter(dependencies=[Depends(public)])
    # Fixed words first: a code of an agreement would swallow them.
    router.add_api_route("/register", show_list, methods=["GET"])
    router.add_api_route("/register/van-kracht", give_feed, methods=["GET"])
    router.add_api_route("/register/van-kracht.jsonld", give_feed, methods=["GET"])
    router.add_api_route("/register/aanbod", show_offers, methods=["GET"])
    router.add_api_route("/register/aanbod.jsonld", give_offers, methods=["GET"])
    router.add_api_route("/register/aanbod/{code}", show_offer, methods=["GET"])
    router.add_api_route("/register/termen", give_vocabulary, methods=["GET"])
    router.add_api_route("/register/termen.ttl", give_vocabulary, methods=["GET"])
    router.add_api_route("/register/vormen.ttl", give_shapes, methods=["GET"])
    router.add_api_route("/register/{code}.jsonld", give_jsonld, methods=["GET"])
    router.add_api_route("/register/{code}.ttl", give_turtle, methods=["GET"])
    router.add_api_route("/register/{code}", show_agreement, methods=["GET"])
    router.add_api_route("/register/{code}/tekst.json", give_canonical, methods=["GET"])
    router.add_api_route("/register/{code}/versies/{digest}", show_version, methods=["GET"])
    router.add_api_route("/register/{code}/versies/{digest}/tekst.json", give_canonical, methods=["GET"])
    return router


def show_list(
    request: Request, zoek: str = "", partij: str = "", na: str = "", toestand: str = "van-kracht"
) -> Response:
    """List the published agreements by code: those in force, or all that ever were."""
    if looks_like_insz(zoek):
        # Not repeated, not kept in the history of the browser: the address is replaced.
        return RedirectResponse("/register?nummer=ja", status_code=303)
    words, party, after = zoek[:_LONGEST_SEARCH], _code(partij), _code(na)
    states = OPEN if toestand != "alle" else None
    with kit_of(request).database.transaction() as connection:
        names = {one.id: one.name for one in list_parties(connection)}
        rows = read_page(
            connection,
            states=states,
            party=party or None,
            words=words.split()[:_MOST_WORDS],
            after=after,
            most=PER_PAGE + 1,
        )
        entries = [Entry(row, find_text(connection, row.text_hash)) for row in rows[:PER_PAGE]]
        in_force = count_published(connection, states=OPEN)
    chosen = {"zoek": words, "partij": party, "toestand": toestand if states is None else ""}
    asked = {name: value for name, value in chosen.items() if value}
    today = _today(request)
    return render(
        request,
        "register/list.html",
        entries=entries,
        states={entry.listed.id: _state(entry, today) for entry in entries},
        names=names,
        language=language_of(request),
        words=words,
        party=party,
        shows_all=states is None,
        count=in_force,
        number_refused="nummer" in request.query_params,
        next_page=f"/register?{urlencode({**asked, 'na': entries[-1].listed.id})}" if len(rows) > PER_PAGE else None,
        first_page=f"/register?{urlencode(asked)}" if after else None,
    )


def show_agreement(request: Request, code: str) -> Response:
    """Show an agreement to everyone; a program that asks for linked data gets that."""
    wanted = _wanted(request)
    if wanted == _JSONLD:
        return give_jsonld(request, code)
    if wanted == _TURTLE:
        return give_turtle(request, code)
    with kit_of(request).database.transaction() as connection:
        listed = _published(connection, code)
        return _page(request, connection, listed, listed.text_hash)


def show_version(request: Request, code: str, digest: str) -> Response:
    """Show one published text, also after a newer one took its place."""
    with kit_of(request).database.transaction() as connection:
        listed = _published(connection, code)
        return _page(request, connection, listed, _known_version(listed, digest))


def give_jsonld(request: Request, code: str) -> Response:
    """Give an agreement as JSON-LD (ODRL 2.2 and DPV terms)."""
    return _jsonld(_document(request, code))


def give_turtle(request: Request, code: str) -> Response:
    """Give the same statements as Turtle."""
    return _turtle(_document(request, code))


def give_canonical(request: Request, code: str, digest: str = "") -> Response:
    """Give the exact bytes whose SHA-256 was signed."""
    with kit_of(request).database.transaction() as connection:
        listed = _published(connection, code)
        known = _known_version(listed, digest or listed.text_hash)
        return Response(read_text(connection, known), media_type="application/json", headers=_OPEN)


def give_feed(request: Request, na: str = "") -> Response:
    """Give the agreements in force, page by page, as a DCAT catalogue; `hydra:next` leads on."""
    where, today = _addresses(request), _today(request)
    with kit_of(request).database.transaction() as connection:
        rows = read_page(connection, states=OPEN, after=_code(na), most=PER_PAGE + 1)
        entries = [Entry(row, find_text(connection, row.text_hash)) for row in rows[:PER_PAGE]]
    here = f"{where.base}/register/van-kracht.jsonld"
    following = f"{here}?{urlencode({'na': rows[PER_PAGE - 1].id})}" if len(rows) > PER_PAGE else None
    shown = [entry for entry in entries if is_in_force(entry, today)]
    page = agreements_feed(shown, where=where, here=f"{here}?na={_code(na)}" if na else here, following=following)
    return _turtle(page) if _wanted(request) == _TURTLE else _jsonld(page)


def give_offers(request: Request) -> Response:
    """Give what a body can join, as ODRL offers in a DCAT catalogue."""
    page = offers_feed(templates().values(), where=_addresses(request))
    return _turtle(page) if _wanted(request) == _TURTLE else _jsonld(page)


def show_offers(request: Request) -> Response:
    """Show what a body can join."""
    if _wanted(request) in {_JSONLD, _TURTLE}:
        return give_offers(request)
    texts = sorted(templates().values(), key=lambda text: text.title.nl)
    return render(request, "register/offers.html", texts=texts, language=language_of(request))


def show_offer(request: Request, code: str) -> Response:
    """Show one standard agreement as it can be completed."""
    text = templates().get(code)
    if text is None:
        raise HTTPException(404)
    if _wanted(request) in {_JSONLD, _TURTLE}:
        where = _addresses(request)
        node: Node = {"@context": context(where.base)}
        node |= policy_node(text, iri=where.offer(code), kind="odrl:Offer", where=where)
        return _turtle(node) if _wanted(request) == _TURTLE else _jsonld(node)
    language = language_of(request)
    return render(
        request,
        "register/offer.html",
        text=text,
        reading=in_words(text, language=language),
        plain=told_to_citizen(text, language=language),
    )


def give_vocabulary(request: Request) -> Response:
    """Give the terms that the documents use beside the published vocabularies."""
    return _own_file(request, "vocabulary.ttl")


def give_shapes(request: Request) -> Response:
    """Give the SHACL shapes that every document of the register keeps."""
    return _own_file(request, "shapes.ttl")


def _page(request: Request, connection: Connection, listed: Listed, digest: str) -> Response:
    text = find_text(connection, digest)
    if text is None:
        # What is kept is no longer what was signed: nothing of it is shown as if it were.
        raise HTTPException(503)
    language, today = language_of(request), _today(request)
    names = {one.id: one.name for one in list_parties(connection)}
    return render(
        request,
        "register/agreement.html",
        listed=listed,
        digest=digest,
        is_newest=digest == listed.text_hash,
        published_at=next(one.published_at for one in listed.versions if one.text_hash == digest),
        text=text,
        state=_state(Entry(listed, text), today),
        reading=in_words(text, language=language),
        plain=told_to_citizen(text, language=language),
        names=names,
        address=_addresses(request).agreement(listed.id),
    )


def _document(request: Request, code: str) -> Node:
    with kit_of(request).database.transaction() as connection:
        listed = _published(connection, code)
        text = find_text(connection, listed.text_hash)
    if text is None:
        raise HTTPException(503)
    return agreement_document(text, listed, text_hash=listed.text_hash, where=_addresses(request))


def _published(connection: Connection, code: str) -> Listed:
    listed = read_listed(connection, code) if _CODE.fullmatch(code) else None
    if listed is None:
        raise HTTPException(404)
    return listed


def _known_version(listed: Listed, digest: str) -> str:
    if _DIGEST.fullmatch(digest) and any(one.text_hash == digest for one in listed.versions):
        return digest
    raise HTTPException(404)


def _state(entry: Entry, today: date) -> tuple[Message, str]:
    if is_in_force(entry, today):
        return msg("van kracht"), "success"
    if entry.listed.state in OPEN and entry.text is not None:
        begins = entry.text.term.in_force_from
        if begins is not None and today < begins:
            return msg("bekendgemaakt, nog niet van kracht"), "info"
        return msg("looptijd voorbij"), "neutral"
    return STATE_WORDS.get(entry.listed.state, Message("{state}", (("state", entry.listed.state),))), "neutral"


def _wanted(request: Request) -> str:
    """Return which form the reader prefers; a browser, and whoever does not say, gets the page."""
    offered = {_HTML: 0.0, _JSONLD: 0.0, "application/json": 0.0, _TURTLE: 0.0}
    for part in request.headers.get("accept", "")[:1_000].split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        if kind in offered and re.fullmatch(r"[01](\.[0-9]{1,3})?", weight):
            offered[kind] = max(offered[kind], float(weight))
    linked = max(offered[_JSONLD], offered["application/json"])
    best = max(offered[_HTML], linked, offered[_TURTLE])
    if best == 0 or offered[_HTML] == best:
        return _HTML
    return _JSONLD if linked == best else _TURTLE


def _addresses(request: Request) -> Addresses:
    return Addresses(kit_of(request).settings.public_address)


def _jsonld(document: Node) -> Response:
    return Response(json.dumps(document, ensure_ascii=False, indent=1), media_type=_JSONLD, headers=_OPEN)


def _turtle(document: Node) -> Response:
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    return Response(graph.serialize(format="turtle"), media_type=_TURTLE, headers=_OPEN)


def _own_file(request: Request, name: str) -> Response:
    written = (_HERE / name).read_text(encoding="utf-8").replace("<BASE", f"<{_addresses(request).base}")
    return Response(written, media_type=_TURTLE, headers=_OPEN)


def _code(word: str) -> str:
    return word if _CODE.fullmatch(word) else ""


def _today(request: Request) -> date:
    return day_of(kit_of(request).clock())
