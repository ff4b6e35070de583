"""The pages of the lists over HTTP: the whole exchange, the keys, and what nobody may see or do."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import httpx
import msoffcrypto
import pytest
from openpyxl import load_workbook

from sluis.lists import store
from sluis.lists.overview import key_view, openings
from sluis.lists.upkeep import expire_overdue, remind_overdue
from sluis.lists.web_keys import suggest_key
from tests.integration.lists.houses import AGREEMENT, KEY, OPGROEIEN, WINGENE, House, request_file
from tests.unit.web.visits import Visit

VisitAs = Callable[[str], Visit]

NEW = f"/lijsten/nieuw/{AGREEMENT}"
KEY_PAGE = f"/lijsten/sleutels/{AGREEMENT}/{WINGENE}"


def set_key(visit_as: VisitAs, *, key: str = KEY) -> None:
    for person in ("wingene-dpo", "opgroeien-dpo"):
        visit = visit_as(person)
        answer = visit.post(KEY_PAGE, {"sleutel": key}, token=visit.token(KEY_PAGE))
        assert answer.status_code == 303, answer.text


def upload(visit: Visit, content: bytes, *, name: str = "kinderen.xlsx", token: str | None = None) -> httpx.Response:
    return visit.client.post(NEW, data={"_sleutel": token or visit.token("/lijsten")}, files={"file": (name, content)})


def sent(visit: Visit, numbers: Sequence[str]) -> str:
    """Send a list and return the address of its exchange."""
    answer = upload(visit, request_file(numbers))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def step(visit: Visit, exchange: str, name: str) -> httpx.Response:
    return visit.post(f"{exchange}/{name}", {}, token=visit.token(exchange))


def rows_of(content: bytes, key: str = KEY) -> list[tuple[object, ...]]:
    office = msoffcrypto.OfficeFile(io.BytesIO(content))
    office.load_key(password=key)
    plain = io.BytesIO()
    office.decrypt(plain)
    return list(load_workbook(plain, read_only=True).worksheets[0].iter_rows(values_only=True))


def test_a_list_goes_from_upload_to_the_confirmed_destruction_of_the_copy(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    with_right, without = house.children(with_right=True), house.children(with_right=False)
    assert len(with_right) >= 10
    visit = visit_as("wingene-officer")
    assert "Nieuwe uitwisseling" in visit.get("/lijsten").text
    exchange = sent(visit, [*with_right[:10], *without[:20], with_right[0], "geen nummer"])

    read = visit.get(exchange).text
    assert "Sluis las 30 nummers." in read
    assert "2 rijen tellen niet mee" in read
    assert "Dit nummer staat hoger in de lijst al" in read

    assert step(visit, exchange, "vragen").status_code == 303
    answered = visit.get(exchange).text
    assert "Haal het antwoord op" in answered
    assert re.search(r'href="/grootboek/[0-9a-f-]{36}"', answered)

    file = step(visit, exchange, "antwoord")
    assert file.status_code == 200
    assert file.headers["content-disposition"].startswith('attachment; filename="antwoord-')
    assert file.headers["cache-control"] == "no-store"
    asked = {str(row[0]) for row in rows_of(file.content)[1:]}
    assert asked == {str(number) for number in with_right[:10]}

    assert "Bevestig dat uw kopie vernietigd is" in visit.get(exchange).text
    assert step(visit, exchange, "vernietigd").status_code == 303
    assert "Deze uitwisseling is afgesloten" in visit.get(exchange).text


def test_no_page_or_address_of_an_exchange_holds_a_national_number(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    children = house.children()
    visit = visit_as("wingene-officer")
    wrong = children[0][:-2] + ("00" if children[0][-2:] != "00" else "01")
    exchange = sent(visit, [*children[:5], wrong, children[1]])
    pages = [exchange, visit.get(exchange).text, visit.get("/lijsten").text]
    step(visit, exchange, "vragen")
    pages += [visit.get(exchange).text, visit.get("/lijsten").text]
    numbers = {str(number) for number in children[:5]} | {wrong}
    for page in pages:
        digits = re.sub(r"[ .\-/]", "", page)
        assert not [number for number in numbers if number in digits]


def test_a_file_name_with_a_national_number_is_shown_without_it(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    visit, number = visit_as("wingene-officer"), house.children()[0]
    answer = upload(visit, request_file([number]), name=f"<b>{number}</b>.xlsx")
    page = visit.get(answer.headers["location"]).text
    assert number not in page
    assert "<b>[insz]" not in page


def test_the_answer_leaves_once(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    visit = visit_as("wingene-officer")
    exchange = sent(visit, list(house.children(with_right=True)[:3]))
    step(visit, exchange, "vragen")
    assert step(visit, exchange, "antwoord").status_code == 200
    second = step(visit, exchange, "antwoord")
    assert second.status_code == 410
    for words in ("Het antwoord is al opgehaald", "Een antwoord gaat één keer mee", "An Verhulst", "Vraag het bestand"):
        assert words in second.text
    with house.database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM lists_file").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM lists_key").fetchone() == (0,)


def test_an_answer_whose_connection_broke_can_still_be_collected(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    visit = visit_as("wingene-officer")
    exchange = sent(visit, list(house.children()))
    step(visit, exchange, "vragen")
    token = visit.token(exchange)
    for taken in (0, 500):
        with visit.client.stream("POST", f"{exchange}/antwoord", data={"_sleutel": token}) as answer:
            assert answer.status_code == 200
            if taken:
                next(answer.iter_raw(taken))
    assert "Haal het antwoord op" in visit.get(exchange).text
    assert rows_of(step(visit, exchange, "antwoord").content)[0] == ("child_insz", "right_since", "beneficiary_insz")


def test_an_answer_that_was_not_collected_in_time_is_gone_and_says_so(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    visit = visit_as("wingene-officer")
    exchange = sent(visit, house.children()[:3])
    step(visit, exchange, "vragen")
    house.clock.forward(days=20)
    assert expire_overdue(house.installation.lists, at=house.clock()) == 1
    visit = visit_as("wingene-officer")
    assert "Het antwoord werd niet op tijd opgehaald" in visit.get(exchange).text
    late = visit.post(f"{exchange}/antwoord", {}, token=visit.token("/lijsten"))
    assert late.status_code == 410
    assert "Sluit een nieuwe overeenkomst" in late.text


def test_a_party_that_does_not_confirm_is_reminded_on_the_page(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    visit = visit_as("wingene-officer")
    exchange = sent(visit, house.children()[:3])
    step(visit, exchange, "vragen")
    step(visit, exchange, "antwoord")
    house.clock.forward(days=95)
    assert remind_overdue(house.installation.lists, at=house.clock()) == 1
    visit = visit_as("wingene-officer")
    assert "De dag om te bevestigen is voorbij" in visit.get(exchange).text
    assert "U kreeg al een herinnering." in visit.get("/lijsten").text


def test_another_partys_exchange_looks_like_one_that_does_not_exist(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    exchange = sent(visit_as("wingene-officer"), house.children()[:3])
    stranger = visit_as("tielt-officer")
    unknown = "/lijsten/00000000-0000-4000-8000-000000000000"
    token = stranger.token("/lijsten")

    def plain(text: str) -> str:
        return re.sub(r"[0-9a-f-]{36}", "", text)

    theirs, none, no_id = (stranger.get(path) for path in (exchange, unknown, "/lijsten/12345"))
    assert [answer.status_code for answer in (theirs, none, no_id)] == [404, 404, 404]
    assert plain(theirs.text) == plain(none.text)
    for name in ("vragen", "antwoord", "vernietigd", "lezen"):
        answers = [stranger.post(f"{path}/{name}", {}, token=token) for path in (exchange, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert plain(answers[0].text) == plain(answers[1].text)
    with house.database.transaction() as connection:
        assert connection.execute("SELECT state FROM lists_exchange").fetchall() == [("read",)]


@pytest.mark.parametrize("person", ["wingene-dpo", "supervisor"])
def test_only_an_officer_asks_and_collects(house: House, visit_as: VisitAs, person: str) -> None:
    set_key(visit_as)
    exchange = sent(visit_as("wingene-officer"), house.children()[:3])
    other = visit_as(person)
    token = other.token("/start")
    assert upload(other, b"x", token=token).status_code == 403
    for name in ("vragen", "antwoord", "vernietigd", "lezen"):
        assert other.post(f"{exchange}/{name}", {}, token=token).status_code == 403
    assert other.get(exchange).status_code == (200 if person == "wingene-dpo" else 403)


def test_nobody_who_is_not_signed_in_sees_a_page(address: str) -> None:
    for path in ("/lijsten", NEW, "/lijsten/sleutels", KEY_PAGE):
        answer = httpx.get(address + path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/aanmelden")


def test_without_a_key_the_overview_says_who_must_act(house: House, visit_as: VisitAs) -> None:
    officer = visit_as("wingene-officer")
    assert "Er is nog geen sleutel afgesproken voor het bestand." in officer.get("/lijsten").text
    dpo = visit_as("wingene-dpo")
    dpo.post(KEY_PAGE, {"sleutel": KEY}, token=dpo.token(KEY_PAGE))
    assert "nog niet bevestigd door de andere partij" in officer.get("/lijsten").text
    assert "Wacht op u" in visit_as("opgroeien-dpo").get("/lijsten/sleutels").text


def test_a_file_that_came_before_the_key_waits_sealed_and_is_read_afterwards(house: House, visit_as: VisitAs) -> None:
    officer = visit_as("wingene-officer")
    exchange = sent(officer, house.children()[:3])
    assert "Uw bestand wacht op de sleutel" in officer.get(exchange).text
    early = officer.post(f"{exchange}/lezen", {}, token=officer.token("/lijsten"))
    assert early.status_code == 409
    set_key(visit_as)
    assert step(officer, exchange, "lezen").status_code == 303
    assert "Sluis las 3 nummers." in officer.get(exchange).text


def test_no_page_ever_shows_a_key_that_was_set(house: House, visit_as: VisitAs) -> None:
    people = ("wingene-dpo", "opgroeien-dpo", "wingene-officer", "tielt-dpo")
    for setter in ("wingene-dpo", "opgroeien-dpo"):
        visit = visit_as(setter)
        answer = visit.post(KEY_PAGE, {"sleutel": KEY}, token=visit.token(KEY_PAGE))
        assert KEY not in answer.text
        for person in people:
            for path in ("/lijsten", "/lijsten/sleutels", KEY_PAGE, NEW, "/start"):
                assert KEY not in visit_as(person).get(path).text


def test_the_suggested_key_is_fresh_each_time_and_good_enough(house: House, visit_as: VisitAs) -> None:
    visit = visit_as("wingene-dpo")
    pages = [re.search(r'name="sleutel" type="text" value="([^"]+)"', visit.get(KEY_PAGE).text) for _ in range(2)]
    first, second = (found[1] for found in pages if found is not None)
    assert first != second
    assert len(first.replace("-", "")) == 20
    answer = visit.post(KEY_PAGE, {"sleutel": first}, token=visit.token(KEY_PAGE))
    assert answer.status_code == 303
    assert first not in visit.get(KEY_PAGE).text
    assert len({suggest_key() for _ in range(1000)}) == 1000


def test_the_dpo_of_the_same_party_cannot_confirm_the_own_proposal(house: House, visit_as: VisitAs) -> None:
    for _ in range(2):
        visit = visit_as("wingene-dpo")
        visit.post(KEY_PAGE, {"sleutel": KEY}, token=visit.token(KEY_PAGE))
    assert "Wacht op de andere partij" in visit.get(KEY_PAGE).text


def test_a_confirmation_that_differs_is_counted_and_after_five_the_proposal_is_gone(
    house: House, visit_as: VisitAs
) -> None:
    dpo, other = visit_as("wingene-dpo"), visit_as("opgroeien-dpo")
    dpo.post(KEY_PAGE, {"sleutel": KEY}, token=dpo.token(KEY_PAGE))
    for left in (4, 3, 2, 1):
        answer = other.post(KEY_PAGE, {"sleutel": f"{KEY}-fout"}, token=other.token(KEY_PAGE))
        assert answer.status_code == 422
        assert "Dit is niet de sleutel" in answer.text
        assert (f"nog {left} keer" if left > 1 else "nog één keer") in other.get(KEY_PAGE).text
    answer = other.post(KEY_PAGE, {"sleutel": f"{KEY}-fout"}, token=other.token(KEY_PAGE))
    assert "Het voorstel is vernietigd" in answer.text
    with house.database.transaction() as connection:
        assert store.find_key(connection, agreement=AGREEMENT, party=WINGENE) is None


def test_a_weak_key_is_refused_and_not_repeated(house: House, visit_as: VisitAs) -> None:
    visit = visit_as("wingene-dpo")
    answer = visit.post(KEY_PAGE, {"sleutel": "kort-9x"}, token=visit.token(KEY_PAGE))
    assert answer.status_code == 422
    assert "Deze sleutel is niet geschikt." in answer.text
    assert "kort-9x" not in answer.text


def test_a_dpo_can_destroy_a_key_and_begin_again(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    visit = visit_as("wingene-dpo")
    assert visit.post(f"{KEY_PAGE}/vernietigen", {}, token=visit.token(KEY_PAGE)).status_code == 303
    assert "Stel een sleutel voor" in visit.get(KEY_PAGE).text
    with house.database.transaction() as connection:
        kinds = {
            row[0]
            for row in connection.execute("SELECT convert_from(canonical, 'UTF8')::jsonb->>'kind' FROM ledger_entry")
        }
    assert {"key-proposed", "key-confirmed", "key-destroyed"} <= kinds


def test_a_key_of_others_does_not_exist_for_a_third_dpo(house: House, visit_as: VisitAs) -> None:
    visit = visit_as("tielt-dpo")
    token = visit.token("/start")
    assert visit.get(KEY_PAGE).status_code == 404
    assert visit.post(KEY_PAGE, {"sleutel": KEY}, token=token).status_code == 404
    assert visit.post(f"{KEY_PAGE}/vernietigen", {}, token=token).status_code == 404
    assert visit.get(f"/lijsten/sleutels/bestaat-niet/{WINGENE}").status_code == 404


def test_an_officer_sees_whether_the_key_is_set_and_cannot_set_it(house: House, visit_as: VisitAs) -> None:
    officer = visit_as("wingene-officer")
    assert "Nog niet gezet" in officer.get("/lijsten/sleutels").text
    assert officer.get(KEY_PAGE).status_code == 403
    assert officer.post(KEY_PAGE, {"sleutel": KEY}, token=officer.token("/start")).status_code == 403


def test_a_dpo_sees_whether_an_officer_can_send_a_list(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    page = visit_as("wingene-dpo").get("/lijsten").text
    assert "Een dossierbehandelaar van uw organisatie kan nu een lijst sturen." in page
    assert "geen rol" not in page


def test_after_a_revocation_the_pages_show_the_reason_and_take_no_file(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    exchange = sent(officer, house.children()[:3])
    house.revoke()
    assert "De overeenkomst is niet van kracht." in officer.get("/lijsten").text
    assert 'type="file"' not in officer.get(NEW).text
    refused = upload(officer, request_file(house.children()[:4]))
    assert refused.status_code == 403
    assert "De sluis blijft dicht" in refused.text
    step(officer, exchange, "vragen")
    assert "De overeenkomst is niet van kracht." in officer.get(exchange).text


def test_after_a_revocation_an_answer_that_waits_leaves_no_more(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    exchange = sent(officer, house.children()[:3])
    step(officer, exchange, "vragen")
    house.revoke()
    page = officer.get(exchange).text
    assert "Het antwoord gaat niet meer mee" in page
    assert 'action="/lijsten' not in page
    answer = officer.post(f"{exchange}/antwoord", {}, token=officer.token("/lijsten"))
    assert answer.status_code == 403
    assert "De overeenkomst is niet van kracht." in answer.text


def test_a_used_up_agreement_says_so_and_asks_for_no_new_key(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    exchange = sent(officer, house.children()[:3])
    step(officer, exchange, "vragen")
    step(officer, exchange, "antwoord")
    page = officer.get("/lijsten").text
    assert "De overeenkomst is opgebruikt" in page
    assert "sleutel afgesproken" not in page
    dpo = visit_as("wingene-dpo")
    assert "Niet meer nodig" in dpo.get("/lijsten/sleutels").text
    assert 'name="sleutel"' not in dpo.get(KEY_PAGE).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"zomaar tekst", "Dit is een tekstbestand"),
        (b"PK\x03\x04" + bytes(200), "beschadigd"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_its_reason_and_what_to_do(
    house: House, visit_as: VisitAs, content: bytes, words: str
) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    exchange = upload(officer, content).headers["location"]
    page = officer.get(exchange).text
    assert words in page
    assert "Wat nu" in page
    assert "Stuur een nieuw bestand" in page


def test_a_file_under_another_key_is_refused_and_the_next_one_is_welcome(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    children = house.children()[:3]
    wrong = upload(officer, request_file(children, key="een-andere-sleutel-77")).headers["location"]
    assert "gaat niet open met de afgesproken sleutel" in officer.get(wrong).text
    assert "Sluis las 3 nummers." in officer.get(sent(officer, children)).text


def test_an_empty_or_forgotten_file_is_a_mistake_in_the_form(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    token = officer.token("/lijsten")
    answers = [
        upload(officer, b"", token=token),
        officer.client.post(NEW, data={"_sleutel": token}, files={"file": ("", b"")}),
        officer.client.post(NEW, data={"_sleutel": token}, files={"other": ("x", b"x")}),
    ]
    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert "Kies een bestand dat niet leeg is." in answer.text


def test_a_file_that_is_too_large_is_told_in_words(house: House, visit_as: VisitAs) -> None:
    officer = visit_as("wingene-officer")
    answer = upload(officer, bytes(20_500_000))
    assert answer.status_code == 413
    assert "te groot" in answer.text
    assert officer.client.post("/lijsten/sleutels", content=bytes(100_000)).status_code == 413


def test_the_same_file_twice_is_the_same_exchange(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer, file = visit_as("wingene-officer"), request_file(house.children()[:3])
    assert upload(officer, file).headers["location"] == upload(officer, file).headers["location"]


def test_more_numbers_than_children_are_refused_with_the_clause(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    everyone = house.children()
    with house.database.transaction() as connection:
        adults = [
            row[0]
            for row in connection.execute(
                "SELECT insz FROM authentic_persons WHERE born < '1999-01-01' AND died IS NULL"
            )
        ]
    page = officer.get(sent(officer, [*everyone, *adults])).text
    assert "AVG, art. 5, lid 1, c)" in page
    assert "Waarom dit niet doorging" in page


def test_hundreds_of_wrong_rows_are_grouped_and_paged(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    exchange = sent(officer, [house.children()[0], *["onzin"] * 120, *[house.children()[0]] * 3])
    first, last = officer.get(exchange).text, officer.get(f"{exchange}?pagina=3").text
    assert "123 rijen tellen niet mee" in first
    assert "3–122" in first
    assert first.count("Dit is geen INSZ") == 1 + 50
    assert 'rel="prev"' in last
    for wish in ("0", "-1", "99999999999999", "x", "٣"):
        assert (
            officer.get(
                exchange,
            ).status_code
            == officer.get(f"{exchange}?pagina={wish}").status_code
            == 200
        )


def test_a_step_that_does_not_fit_the_state_is_told_and_changes_nothing(house: House, visit_as: VisitAs) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    exchange = sent(officer, house.children()[:3])
    for name in ("antwoord", "vernietigd"):
        assert step(officer, exchange, name).status_code == 409
    assert officer.get(f"{exchange}/antwoord").headers["location"] == exchange
    assert "Vraag het antwoord" in officer.get(exchange).text


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_pages_speak_the_readers_language(house: House, visit_as: VisitAs, language: str) -> None:
    set_key(visit_as)
    officer = visit_as("wingene-officer")
    exchange = sent(officer, [house.children()[0], "onzin"])
    words = {"fr": "Sluis a lu 1 numéro.", "en": "Sluis read 1 number.", "de": "Sluis hat 1 Nummer gelesen."}
    page = officer.get(f"{exchange}?taal={language}").text
    assert words[language] in page
    assert "Vraag het antwoord" not in page
    for path in ("/lijsten", NEW, "/lijsten/sleutels"):
        assert f'lang="{language}"' in officer.get(path).text


def test_the_start_page_counts_what_waits(house: House, visit_as: VisitAs) -> None:
    officer, dpo, other = visit_as("wingene-officer"), visit_as("wingene-dpo"), visit_as("opgroeien-dpo")
    dpo.post(KEY_PAGE, {"sleutel": KEY}, token=dpo.token(KEY_PAGE))
    assert re.search(r'class="count">\s*1', other.get("/start").text)
    assert not re.search(r'class="count">\s*1', officer.get("/start").text)
    sent(officer, house.children()[:3])
    assert re.search(r'class="count">\s*1', officer.get("/start").text)


def test_a_party_sees_the_agreements_in_which_it_receives(house: House) -> None:
    lists = house.installation.lists
    with house.database.transaction() as connection:
        own = openings(lists, connection, party=WINGENE, by="wingene-officer", at=house.clock())
        assert [one.agreement for one in own] == [AGREEMENT]
        assert own[0].titles["fr"].startswith("Protocole")
        assert openings(lists, connection, party=OPGROEIEN, by="opgroeien-dpo", at=house.clock()) == []
        late = house.clock() + timedelta(days=400)
        assert {
            reason.code
            for reason in openings(lists, connection, party=WINGENE, by="wingene-officer", at=late)[0].reasons
        } == {"outside-term"}
        view = key_view(lists, connection, agreement=AGREEMENT, of=WINGENE, party=OPGROEIEN, at=house.clock())
        assert view is not None
        assert (view.side, view.stage) == ("sender", "unset")
