"""A visit without a browser: keeps cookies, reads the token from the page, sends it with the form."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

_TOKEN = re.compile(r'name="_sleutel" value="([0-9a-f]{64})"')


@dataclass
class Visit:
    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def token(self, path: str) -> str:
        found = _TOKEN.search(self.client.get(path).text)
        assert found is not None, f"no form on {path}"
        return found[1]

    def post(self, path: str, data: dict[str, str], *, token: str | None = None, **headers: str) -> httpx.Response:
        body = dict(data) if token is None else {**data, "_sleutel": token}
        return self.client.post(path, data=body, headers=headers)

    def sign_in(self, person: str = "officer") -> httpx.Response:
        response = self.post("/aanmelden", {"person": person}, token=self.token("/aanmelden"))
        assert response.status_code == 303, response.text
        return response

    def session(self) -> str:
        value = self.client.cookies.get("sluis_sessie")
        assert value is not None
        return value
