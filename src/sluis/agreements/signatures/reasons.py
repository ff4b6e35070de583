"""Why a signature or a signed document does not count: one sentence per code, its clause and what to do next."""

from __future__ import annotations

from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import Message, msg

# What an advanced electronic signature is: article 26 of Regulation (EU) No 910/2014, letters a) to d).
_UNIQUE = Clause("eIDAS-verordening (EU) 910/2014", "artikel 26, a)")
_IDENTIFIES = Clause("eIDAS-verordening (EU) 910/2014", "artikel 26, b)")
_CONTROL = Clause("eIDAS-verordening (EU) 910/2014", "artikel 26, c)")
_UNCHANGED = Clause("eIDAS-verordening (EU) 910/2014", "artikel 26, d)")
_PROTOCOL = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")

_SIGN_AGAIN = msg("Haal het document opnieuw op bij Sluis, onderteken het en laad dat bestand op.")

_REASONS: dict[str, tuple[Message, Clause, Message]] = {
    "no-signature": (
        msg("Er staat geen handtekening in het document."),
        _PROTOCOL,
        msg("Onderteken het document elektronisch met een certificaat en laad het opnieuw op."),
    ),
    "another-version": (
        msg("De handtekening staat op een andere versie van de tekst."),
        _PROTOCOL,
        _SIGN_AGAIN,
    ),
    "another-document": (
        msg("Dit is niet het document dat Sluis van deze tekst gemaakt heeft."),
        _UNCHANGED,
        _SIGN_AGAIN,
    ),
    "altered-before-signing": (
        msg("Aan het document is iets veranderd voor de eerste handtekening."),
        _UNCHANGED,
        _SIGN_AGAIN,
    ),
    "altered-after-signing": (
        msg("Het document is veranderd nadat het ondertekend was."),
        _UNCHANGED,
        msg("Gebruik het bestand zoals het ondertekend werd, of laat opnieuw ondertekenen."),
    ),
    "covers-text": (
        msg("Een handtekening staat op een bladzijde met tekst en kan die verbergen."),
        _UNCHANGED,
        msg("Zet de handtekening in het vak op de laatste bladzijde, of maak ze onzichtbaar."),
    ),
    "signature-broken": (
        msg("De handtekening klopt niet met het document: er is iets aan gewijzigd, of ze is beschadigd."),
        _UNCHANGED,
        msg("Vraag het ondertekende bestand opnieuw aan wie het ondertekende."),
    ),
    "signature-partial": (
        msg("De handtekening geldt niet voor het hele document."),
        _UNCHANGED,
        _SIGN_AGAIN,
    ),
    "certificate-not-trusted": (
        msg("Het certificaat van {signer} is niet uitgegeven door een uitgever op de vertrouwenslijst.", signer="…"),
        _IDENTIFIES,
        msg("Onderteken met een eID of een ander certificaat van een aanvaarde uitgever."),
    ),
    "certificate-expired": (
        msg("Het certificaat van {signer} was niet geldig op {day}.", signer="…", day="…"),
        _CONTROL,
        msg("Onderteken opnieuw met een certificaat dat nog geldig is."),
    ),
    "certificate-revoked": (
        msg("Het certificaat van {signer} is ingetrokken.", signer="…"),
        _CONTROL,
        msg("Onderteken opnieuw met een certificaat dat niet ingetrokken is."),
    ),
    "revocation-unknown": (
        msg("Of het certificaat van {signer} ingetrokken is, kan niet nagegaan worden.", signer="…"),
        _CONTROL,
        msg("Vraag de beheerder om de nieuwste intrekkingslijst (CRL) van de uitgever toe te voegen."),
    ),
    "certificate-unfit": (
        msg("Het certificaat van {signer} mag niet dienen om documenten te ondertekenen.", signer="…"),
        _IDENTIFIES,
        msg("Kies op de kaart het certificaat voor handtekeningen, niet dat voor aanmelden."),
    ),
    "signed-in-future": (
        msg("De handtekening van {signer} draagt een tijdstip dat nog moet komen.", signer="…"),
        _UNCHANGED,
        msg("Zet de klok van de computer juist en onderteken opnieuw."),
    ),
    "signatory-unknown": (
        msg("Het certificaat van {signer} is voor geen partij van deze overeenkomst geregistreerd.", signer="…"),
        _UNIQUE,
        msg("Laat de toegangsbeheerder van de partij deze ondertekenaar met dit certificaat registreren."),
    ),
    "signatory-not-the-one": (
        msg("{signer} is niet de ondertekenaar die in de tekst staat voor deze partij.", signer="…"),
        _UNIQUE,
        msg("Laat de genoemde ondertekenaar tekenen, of pas de tekst aan en onderteken de nieuwe versie."),
    ),
    "signed-twice": (
        msg("{signer} ondertekende dit document meer dan één keer voor dezelfde partij.", signer="…"),
        _UNIQUE,
        msg("Gebruik het document met één handtekening per ondertekenaar."),
    ),
}


def reason(code: str, **parameters: object) -> Reason:
    """Return the reason with this code; the sentences about a certificate name its holder."""
    what, clause, remedy = _REASONS[code]
    return Reason(code, Message(what.text, tuple(sorted(parameters.items()))), clause, remedy)
