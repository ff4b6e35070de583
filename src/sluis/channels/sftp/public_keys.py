"""A party's public key as it is handed in: OpenSSH's one line. Weak kinds and private keys are refused."""

from __future__ import annotations

import asyncssh

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

_KINDS = frozenset(
    {
        b"ssh-ed25519",
        b"ecdsa-sha2-nistp256",
        b"ecdsa-sha2-nistp384",
        b"ecdsa-sha2-nistp521",
        b"ssh-rsa",
        b"sk-ssh-ed25519@openssh.com",
        b"sk-ecdsa-sha2-nistp256@openssh.com",
    }
)
_SHORTEST_RSA = 3_072


def read_public_key(content: bytes) -> tuple[str, bytes]:
    """Return the fingerprint (SHA256:…) and the one line of a public key, without its comment: that may name a person.

    Raises `SluisError` for a private key, an unknown kind and an RSA key under 3072 bits.
    """
    if b"PRIVATE KEY" in content:
        raise SluisError(
            "key-is-private",
            msg("Dit is een private sleutel. Die hoort u aan niemand te geven."),
            clause=Clause("AVG", "art. 32"),
            remedy=msg("Geef het bestand met de publieke sleutel (.pub), en maak een nieuw sleutelpaar."),
        )
    try:
        key = asyncssh.import_public_key(content)
    except (asyncssh.KeyImportError, ValueError, UnicodeDecodeError):
        raise _unfit() from None
    if key.get_algorithm().encode() not in _KINDS or _is_short(key):
        raise _unfit()
    line = b" ".join(key.export_public_key("openssh").split()[:2])
    return key.get_fingerprint(), line


def _is_short(key: asyncssh.SSHKey) -> bool:
    if key.get_algorithm() != "ssh-rsa":
        return False
    modulus = getattr(key.pyca_key, "key_size", 0)
    return int(modulus) < _SHORTEST_RSA


def _unfit() -> SluisError:
    return SluisError(
        "key-unfit-ssh",
        msg("Dit is geen publieke SSH-sleutel die Sluis aanvaardt."),
        clause=Clause("AVG", "art. 32"),
        remedy=msg("Maak er een met ‘ssh-keygen -t ed25519’ en geef het bestand dat op .pub eindigt."),
    )
