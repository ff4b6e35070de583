"""Why a sign-in did not succeed: a sentence, what to do, and the status of the page. Never what a token held."""

from __future__ import annotations

from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg

_AGAIN = msg("Begin opnieuw op de pagina Aanmelden.")


class SignInFailed(SluisError):
    """A sign-in that ended without a session."""

    def __init__(self, code: str, what: Message, *, remedy: Message = _AGAIN, status: int = 403) -> None:
        super().__init__(code, what, remedy=remedy)
        self.status = status


def provider_down() -> SignInFailed:
    """The provider does not answer, or not in time."""
    return SignInFailed(
        "provider-down",
        msg("De aanmelddienst antwoordt niet."),
        remedy=msg("Probeer het over enkele minuten opnieuw, of meld u aan met een passkey als u er een hebt."),
        status=503,
    )


def provider_wrong() -> SignInFailed:
    """The provider answers what no provider may answer."""
    return SignInFailed(
        "provider-wrong",
        msg("De aanmelddienst gaf een antwoord dat niet klopt. U bent niet aangemeld."),
        remedy=msg("Probeer het opnieuw. Blijft het fout gaan, verwittig dan de beheerder van Sluis."),
        status=502,
    )


def token_refused() -> SignInFailed:
    """What the provider sent about the person cannot be trusted: forged, expired, meant for another."""
    return SignInFailed(
        "token-refused",
        msg("Het bewijs van uw aanmelding klopt niet of is verlopen. U bent niet aangemeld."),
    )


def stale() -> SignInFailed:
    """This browser began no such sign-in, or too long ago, or finished it already."""
    return SignInFailed(
        "sign-in-stale", msg("Deze aanmelding is niet in deze browser begonnen, is al gebruikt of duurde te lang.")
    )


def cancelled() -> SignInFailed:
    """The person or the provider stopped."""
    return SignInFailed("sign-in-cancelled", msg("De aanmelding is afgebroken. U bent niet aangemeld."))


def passkey_refused() -> SignInFailed:
    """The passkey is not known, was withdrawn, or its signature is wrong."""
    return SignInFailed(
        "passkey-refused",
        msg("Deze passkey is hier niet bekend of werd niet aanvaard."),
        remedy=msg("Meld u op een andere manier aan en bekijk uw passkeys bij Mijn aanmelding."),
    )


def certificate_refused(why: Message) -> SignInFailed:
    """The certificate was shown and does not count."""
    return SignInFailed(
        "certificate-refused",
        why,
        remedy=msg("Gebruik een geldig certificaat, of meld u op een andere manier aan."),
    )
