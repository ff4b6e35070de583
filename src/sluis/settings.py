"""Every variable that Sluis reads, typed and documented; the only module that looks at the environment."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

_THIS_MACHINE = (None, "localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """Settings come from `SLUIS_…` variables; secrets may also come from files named after them in `/run/secrets`."""

    model_config = SettingsConfigDict(env_prefix="SLUIS_", secrets_dir=None, extra="forbid", frozen=True)

    environment: Literal["production", "demo", "test"] = Field(
        default="production", description="What this installation is. Production switches every demo door off."
    )
    database_url: str | None = Field(
        default=None,
        description="A PostgreSQL 15 or newer, with the rights of the owner of the tables. Absent: an embedded one.",
    )
    database_app_url: str | None = Field(
        default=None,
        description="The same database as the role sluis_app. Absent: derived from database_url by the role's name.",
    )
    database_keeper_url: str | None = Field(
        default=None,
        description="The same database as the role sluis_keeper, for erasing a person. Absent: derived likewise.",
    )
    home: Path = Field(
        default=Path("var"), description="Where the embedded database and the keys of this installation live."
    )
    fictitious_insz: bool = Field(
        default=False,
        description="Accept the official test numbers (month + 60). Refused when the environment is production.",
    )
    files_key_file: Path | None = Field(
        default=None, description="The age identity that seals files at rest. Absent: keys/files.age-identity in home."
    )
    host: str = Field(default="127.0.0.1", description="The address that the pages are served on.")
    port: int = Field(default=8000, description="The port that the pages are served on.")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*$",
        description="The address at which everyone reaches the pages, without a slash at its end: it stands in every "
        "address of the public register and never changes. Absent: http://host:port.",
    )
    supervisor: str = Field(
        default="vtc",
        description="The supervising body's id in the register of parties: only there does the role supervisor count.",
    )
    outreach_party: str = Field(
        default="opgroeien-regie",
        description="The body that follows who has joined, by its id: only there does the role outreach count.",
    )
    origin: str = Field(
        default="sluis.example/ledger", description="The name of this ledger, first line of every checkpoint."
    )

    ledger_signing_key_file: Path | None = Field(
        default=None,
        description="The private key that signs the ledger's checkpoints. Absent: keys/ledger-signing.key in the home.",
    )
    ledger_person_secret_file: Path | None = Field(
        default=None,
        description="The secret of the ledger's references to persons. Absent: keys/ledger-person.secret in the home.",
    )

    api_signing_key_file: Path | None = Field(
        default=None,
        description="The key that signs tokens and answers of the API. Absent: keys/api-signing.key in the home.",
    )
    api_requests_per_minute: int = Field(
        default=600, ge=1, le=100_000, description="How many requests a minute a party's machines may send together."
    )
    sandbox: bool = Field(
        default=False,
        description="Let strangers open a fictional party to try the API with. Never in production; demo and test "
        "always do.",
    )
    sandbox_days: int = Field(default=3, ge=1, le=30, description="After how many days such a party is cleaned up.")

    smtp_host: str | None = Field(
        default=None, description="The mail server that mail leaves through. Absent: mail waits until there is one."
    )
    smtp_port: int | None = Field(
        default=None, description="Its port. Absent: 587 with starttls, 465 with tls, 25 without either."
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How mail is encrypted on its way. Production takes none only on this machine itself.",
    )
    smtp_user: str | None = Field(default=None, description="The account at the mail server. Absent: no account.")
    smtp_password_file: Path | None = Field(
        default=None, description="A file with the password of that account, readable by this installation only."
    )
    smtp_from: str | None = Field(
        default=None, description="The address that mail comes from; also where it comes back to."
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="The authority of the mail server's certificate. Absent: those of this machine."
    )
    smtp_timeout_seconds: float = Field(
        default=60.0, gt=0, le=300, description="How long one mail may take in all, in seconds; at most 300."
    )

    session_idle_minutes: int = Field(
        default=30, ge=1, le=120, description="After how many minutes without use a session ends on the server."
    )
    session_minutes: int = Field(
        default=480, ge=5, le=1440, description="After how many minutes a session ends on the server, used or not."
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*/?$",
        description="The sign-in provider (OpenID Connect), such as https://authenticatie.vlaanderen.be/op. Absent: "
        "that door is not there.",
    )
    oidc_client_id: str | None = Field(default=None, description="The name under which the provider knows Sluis.")
    oidc_client_key_file: Path | None = Field(
        default=None,
        description="The private key (EC, PEM or JWK) by which Sluis proves itself to the provider (private_key_jwt).",
    )
    oidc_client_secret_file: Path | None = Field(
        default=None, description="A secret instead of a key, for a provider that takes no key (client_secret_basic)."
    )
    oidc_scopes: str = Field(
        default="openid profile vo",
        pattern=r"^[A-Za-z0-9_.:/-]+( [A-Za-z0-9_.:/-]+)*$",
        description="What is asked of the provider. One that was not agreed is refused by it at once.",
    )
    oidc_application: str = Field(
        default="sluis",
        pattern=r"^[A-Za-z0-9_]{1,40}$",
        description="The name of the claim with roles, before _rol_3d. Such a role only narrows what was granted.",
    )
    oidc_rrn_ground: str | None = Field(
        default=None,
        description="The authorisation and the agreement under which the national number (scope rrn) may be asked, so "
        "that citizens find their own data. Absent: it is never asked, and dropped where it comes unasked.",
    )
    oidc_ca_file: Path | None = Field(
        default=None, description="The authority of the provider's certificate. Absent: those of this machine."
    )
    oidc_timeout_seconds: float = Field(
        default=5.0, gt=0, le=30, description="How long one question to the provider may take, in seconds."
    )
    certificate_trust_file: Path | None = Field(
        default=None,
        description="The authorities (PEM) of client certificates by which people sign in, such as those of the eID: "
        "roots and what stands between. Absent: that door is not there.",
    )
    certificate_crl_file: Path | None = Field(
        default=None,
        description="The lists of revoked certificates (CRL, PEM) of those authorities, renewed before they expire.",
    )
    certificate_proxies: str = Field(
        default="",
        description="Addresses or networks, with commas, of proxies that check TLS before Sluis; only theirs are the "
        "headers X-Forwarded-Proto and the one with the certificate. Absent: no header is believed.",
    )
    certificate_header: str = Field(
        default="x-client-cert",
        pattern=r"^[a-z0-9-]{1,60}$",
        description="The header in which such a proxy puts the client certificate (PEM with %-escapes, or XFCC Cert=).",
    )
    tls_certificate_file: Path | None = Field(
        default=None, description="The certificate (PEM) when Sluis itself serves https. Absent: a proxy does."
    )
    tls_key_file: Path | None = Field(default=None, description="The private key of that certificate.")

    sftp_host: str = Field(default="127.0.0.1", description="The address that SFTP is served on.")
    sftp_port: int = Field(
        default=2022, ge=0, le=65535, description="The port that SFTP is served on; 0 lets the machine choose one."
    )
    sftp_host_key_file: Path | None = Field(
        default=None,
        description="The key by which clients know the SFTP server, the same on every machine that serves it. Absent: "
        "keys/sftp-host.key in the home, made on first use.",
    )
    mllp_host: str = Field(default="127.0.0.1", description="The address that HL7 v2 over MLLP is served on.")
    mllp_port: int = Field(
        default=2575, ge=0, le=65535, description="The port of MLLP with TLS; 0 lets the machine choose one."
    )
    mllp_certificate_file: Path | None = Field(
        default=None, description="The certificate (PEM, with its chain) by which hospitals know the MLLP server."
    )
    mllp_key_file: Path | None = Field(default=None, description="The private key of that certificate.")
    mllp_trust_file: Path | None = Field(
        default=None,
        description="The authorities (PEM) of the hospitals' client certificates. One that is registered for a party "
        "must be of one of these as well.",
    )
    hl7_mapping_folder: Path | None = Field(
        default=None, description="A folder with the reviewed HL7 mappings of hospitals. Absent: those of Sluis only."
    )
    mail_in_folder: Path | None = Field(
        default=None,
        description="The maildir in which the mail server puts mail for Sluis. Absent: that door is not there.",
    )
    mail_certificate_file: Path | None = Field(
        default=None, description="The S/MIME certificate of this installation (PEM), which parties encrypt to."
    )
    mail_key_file: Path | None = Field(
        default=None, description="The private key (PEM) of that certificate, readable by this installation only."
    )
    metrics_host: str = Field(default="127.0.0.1", description="The address that metrics and health are served on.")
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="The port for health, readiness and metrics of this process. Absent: they are not served apart.",
    )

    @property
    def public_address(self) -> str:
        """Return the address at which everyone reaches the pages."""
        return self.public_url or f"http://{self.host}:{self.port}"

    pkcs11_module: Path | None = Field(
        default=None,
        description="The PKCS#11 module of the cards that are signed with. Absent: that of the Belgian eID on Debian.",
    )

    def model_post_init(self, context: object, /) -> None:
        if self.environment == "production" and self.fictitious_insz:
            raise ValueError(
                "SLUIS_FICTITIOUS_INSZ is on while SLUIS_ENVIRONMENT is production: test numbers would pass for "
                "real persons. Unset it, or set SLUIS_ENVIRONMENT=demo."
            )
        if self.smtp_host is not None and self.smtp_from is None:
            raise ValueError("SLUIS_SMTP_HOST is set and SLUIS_SMTP_FROM is not: mail needs an address to come from.")
        if self.environment == "production" and self.smtp_security == "none" and self.smtp_host not in _THIS_MACHINE:
            raise ValueError("SLUIS_SMTP_SECURITY is none: in production mail leaves encrypted. Set starttls or tls.")
        self._check_sign_in()

    def _check_sign_in(self) -> None:
        asked = self.oidc_scopes.split()
        if "openid" not in asked:
            raise ValueError("SLUIS_OIDC_SCOPES must name openid: without it the provider does not say who signed in.")
        if "rrn" in asked and not (self.oidc_rrn_ground or "").strip():
            raise ValueError(
                "SLUIS_OIDC_SCOPES asks rrn, the national number, without a ground. Leave it out, or name in "
                "SLUIS_OIDC_RRN_GROUND the authorisation and agreement that allow it."
            )
        if self.oidc_issuer is not None and not self.oidc_client_id:
            raise ValueError("SLUIS_OIDC_ISSUER is set and SLUIS_OIDC_CLIENT_ID is not.")
        if self.oidc_issuer is not None and (self.oidc_client_key_file is None) == (
            self.oidc_client_secret_file is None
        ):
            raise ValueError("Give one of SLUIS_OIDC_CLIENT_KEY_FILE and SLUIS_OIDC_CLIENT_SECRET_FILE.")
        if self.environment == "production" and (self.oidc_issuer or "https:").startswith("http:"):
            raise ValueError("SLUIS_OIDC_ISSUER begins with http: in production people sign in over https.")
        if self.session_minutes < self.session_idle_minutes:
            raise ValueError("SLUIS_SESSION_MINUTES is less than SLUIS_SESSION_IDLE_MINUTES.")
        if self.certificate_trust_file is not None and self.certificate_crl_file is None:
            raise ValueError(
                "SLUIS_CERTIFICATE_TRUST_FILE is set and SLUIS_CERTIFICATE_CRL_FILE is not: a revoked certificate"
                " would open the door."
            )
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            raise ValueError("SLUIS_TLS_CERTIFICATE_FILE and SLUIS_TLS_KEY_FILE belong together.")
        networks_of(self.certificate_proxies)
        mllp = (self.mllp_certificate_file, self.mllp_key_file, self.mllp_trust_file)
        if any(mllp) and not all(mllp):
            raise ValueError(
                "SLUIS_MLLP_CERTIFICATE_FILE, SLUIS_MLLP_KEY_FILE and SLUIS_MLLP_TRUST_FILE belong together."
            )


def networks_of(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks of a list with commas; raises `ValueError` for what is none."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def spoken_locale() -> str:
    """Return the locale that the terminal asks for ("fr_BE.UTF-8"), whether or not this machine has it installed."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((found for name in names if (found := os.environ.get(name))), "")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once: from the environment, else from `sluis.env` in its home.

    The demo writes that file, so that every later command speaks to the demo's installation. A file that somebody else
    could have written is refused: whoever writes it chooses the database.
    """
    try:
        file = Settings().home / "sluis.env"
        if file.exists() and not _is_our_own(file):
            raise SluisError(
                "settings-of-another",
                msg("Het bestand {file} is van iemand anders of door iedereen te schrijven.", file=str(file)),
                remedy=msg("Verwijder het, of zet SLUIS_HOME op de map van uw eigen installatie."),
            )
        return Settings(_env_file=file, _env_file_encoding="utf-8")
    except ValidationError as error:
        # Without what was given: an address of a database holds a password.
        wrong = [
            f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip()
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        ]
    raise SluisError(
        "settings-wrong",
        msg("De instellingen kunnen zo niet gebruikt worden: {wrong}", wrong="; ".join(wrong)),
        remedy=msg("Verbeter de variabelen SLUIS_…, of het bestand sluis.env in SLUIS_HOME."),
    )


def _is_our_own(file: Path) -> bool:
    status = file.stat()
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & stat.S_IWOTH
