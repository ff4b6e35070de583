"""What a proxy in front of Sluis may say, and nobody else: that TLS was used, and which certificate was shown.

The headers of anybody else are taken away before a page sees them. Where Sluis itself serves https, the certificate is
that of the connection (`sluis.channels.tls` puts it into the ASGI extension `tls`).
"""

from __future__ import annotations

from ipaddress import ip_address

from cryptography import x509
from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sluis.settings import Settings, networks_of
from sluis.web.kit import kit_of
from sluis.web.signin.certificates import parse_header

_SCHEME = b"x-forwarded-proto"


class TrustedProxies:
    """Takes away what only a trusted proxy may say, unless one says it. Needs the address of the real peer."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self._networks = networks_of(settings.certificate_proxies)
        self._header = settings.certificate_header.encode()

    def _is_trusted(self, scope: Scope) -> bool:
        peer = scope.get("client")
        if not self._networks or not peer:
            return False
        try:
            address = ip_address(peer[0])
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            own = {self._header, self._header.replace(b"-", b"_"), _SCHEME}
            said = {name: value for name, value in scope["headers"] if name in own}
            if not self._is_trusted(scope):
                scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in own]}
            elif said.get(_SCHEME) == b"https":
                scope = {**scope, "scheme": "https"}
        await self.app(scope, receive, send)


def shown_certificate(request: Request) -> x509.Certificate | None:
    """Return the client certificate that came with the request; raises `SignInFailed` for one that is unreadable."""
    tls = request.scope.get("extensions", {}).get("tls", {})
    for pem in tls.get("client_cert_chain", ())[:1]:
        return parse_header(pem)
    headers = request.headers.getlist(kit_of(request).settings.certificate_header)
    # Two of them: a proxy that passed a header of the visitor on beside its own. Neither is believed.
    return parse_header(headers[0]) if len(headers) == 1 and headers[0] else None
