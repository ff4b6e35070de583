"""Fictional people as ACM/IDM would tell of them, and a walk through the provider."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin

import httpx

WINGENE_KBO, TIELT_KBO = "0207495470", "0207438458"


def _person(given: str, family: str, code: str | None, group: str = "LB", **more: object) -> dict[str, object]:
    return {
        "given_name": given,
        "family_name": family,
        "vo_id": f"vo-{given.lower()}-{family.lower()}",
        "vo_doelgroepcode": group,
        **({"vo_orgcode": code, "vo_orgnaam": "Gemeente"} if code else {}),
        **more,
    }


PEOPLE: Mapping[str, Mapping[str, object]] = {
    "head": _person("Hilde", "Hoofd", WINGENE_KBO),
    "manager": _person("Mia", "Beheer", WINGENE_KBO),
    "second": _person("Sam", "Tweede", WINGENE_KBO),
    "officer": _person("Olga", "Ambtenaar", WINGENE_KBO),
    "newcomer": _person("Nico", "Nieuw", WINGENE_KBO),
    "tielt": _person("Tina", "Buur", TIELT_KBO),
    # The same person as the manager, who also works for Tielt.
    "manager-tielt": {**_person("Mia", "Beheer", TIELT_KBO)},
    "narrow": _person("Nele", "Smal", WINGENE_KBO, sluis_rol_3d=[f"dpo:{WINGENE_KBO}", f"officer:{TIELT_KBO}"]),
    "stranger": _person("Stef", "Vreemd", "0123456749"),
    "school": _person("Sara", "School", "OV123456", "OV"),
    "nobody": _person("Niels", "Zonder", None),
    "citizen": _person("Bea", "Burger", None, "BUR", rrn="90653100156"),
    "hostile": _person("<script>alert(1)</script>", "85.07.30-033.28", WINGENE_KBO),
}


def walk(client: httpx.Client, login: str, *, back: str = "/start") -> httpx.Response:
    """Go to the provider as this person and come back; return what Sluis answers to the return."""
    return client.get(returned(client, login, back=back))


def returned(client: httpx.Client, login: str, *, back: str = "/start") -> str:
    """Return the address at which the provider sends the person back, without following it."""
    answer = client.get("/aanmelden/dienst", params={"terug": back})
    assert answer.status_code == 303, answer.text
    with httpx.Client(timeout=20) as browser:
        address = answer.headers["location"] + f"&login_hint={login}"
        for _ in range(8):
            step = browser.get(address)
            assert step.is_redirect, f"{step.status_code} {step.text[:300]}"
            address = urljoin(address, step.headers["location"])
            if "/aanmelden/terug" in address:
                return address
    raise AssertionError("the provider never sent the person back")
