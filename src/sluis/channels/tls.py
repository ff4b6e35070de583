"""https by Sluis itself: the certificate that a visitor shows goes to the page, as the ASGI extension `tls` says it.

The TLS layer asks for a certificate of the authorities in the settings and takes none as well; whether one counts is
judged in `sluis.web.signin.certificates`, revocation included.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sluis.settings import Settings


class CertificateProtocol(H11Protocol):
    """Speaks HTTP as uvicorn does, and tells each request which certificate its connection showed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own narrowing
        """Look at the connection's certificate once, when it begins."""
        super().connection_made(transport)
        connection = transport.get_extra_info("ssl_object")
        shown = None if connection is None else connection.getpeercert(binary_form=True)
        if shown is not None:
            self.app = _with_certificate(self.app, ssl.DER_cert_to_PEM_cert(shown))


def _with_certificate(app: Any, pem: str) -> ASGIApp:  # noqa: ANN401 - uvicorn's type of an application is wider
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**scope.get("extensions", {}), "tls": {"client_cert_chain": [pem]}}
        await app({**scope, "extensions": extensions}, receive, send)

    return told


def tls_options(settings: Settings) -> dict[str, Any]:
    """Return uvicorn's options for https, none where a proxy does it."""
    if settings.tls_certificate_file is None:
        return {}
    options: dict[str, Any] = {
        "ssl_certfile": str(settings.tls_certificate_file),
        "ssl_keyfile": str(settings.tls_key_file),
    }
    if settings.certificate_trust_file is not None:
        options |= {
            "ssl_ca_certs": str(settings.certificate_trust_file),
            "ssl_cert_reqs": ssl.CERT_OPTIONAL,
            "http": CertificateProtocol,
        }
    return options
