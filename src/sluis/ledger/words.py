"""Evidence in words: kinds of entries, outcomes, grounds and groups of persons.

The kinds and the codes of grounds are open sets; one that is not known here is shown as the code that it is.
`tests/integration/oversight/test_words.py` holds the grounds to those that the gate gives.
"""

from __future__ import annotations

from collections.abc import Mapping

from sluis.kernel.text import Message, msg

KIND_WORDS: Mapping[str, Message] = {
    "release": msg("Gegevens meegedeeld"),
    "refusal": msg("Vraag niet doorgelaten"),
    "delivery": msg("Gegevens aangenomen onder een overeenkomst"),
    "birth-file-consulted": msg("Geboortedossier ingekeken"),
    "birth-file-decided": msg("Over een geboortedossier beslist"),
    "agreement-drafted": msg("Overeenkomst opgesteld"),
    "agreement-changed": msg("Ontwerp van overeenkomst gewijzigd"),
    "agreement-signed": msg("Overeenkomst ondertekend"),
    "agreement-published": msg("Overeenkomst bekendgemaakt"),
    "agreement-completed": msg("Overeenkomst volledig ingevuld"),
    "agreement-advised": msg("Advies over de overeenkomst gegeven"),
    "agreement-offered": msg("Overeenkomst aangeboden"),
    "agreement-offer-withdrawn": msg("Aanbod van een overeenkomst ingetrokken"),
    "agreement-started": msg("Overeenkomst van kracht geworden"),
    "agreement-amendment-proposed": msg("Wijziging van de overeenkomst voorgesteld"),
    "agreement-amended": msg("Gewijzigde overeenkomst van kracht geworden"),
    "agreement-suspended": msg("Overeenkomst geschorst"),
    "agreement-resumed": msg("Schorsing van de overeenkomst opgeheven"),
    "agreement-notice-received": msg("Overeenkomst opgezegd"),
    "agreement-flagged": msg("Overeenkomst na te kijken na een wetswijziging"),
    "agreement-passed": msg("Overeenkomst overgegaan na een fusie"),
    "agreement-reopened": msg("Overeenkomst heropend na een fusie"),
    "agreement-ended": msg("Overeenkomst beëindigd"),
    "law-changed": msg("Geldigheid van een wet gewijzigd"),
    "agreement-revoked": msg("Overeenkomst ingetrokken"),
    "document-attached": msg("Document bij een overeenkomst gevoegd"),
    "document-signed": msg("Ondertekend document opgenomen"),
    "trust-list-changed": msg("Vertrouwenslijst gewijzigd"),
    "machine-registered": msg("Systeem geregistreerd"),
    "machine-key-added": msg("Sleutel van een systeem toegevoegd"),
    "machine-key-retired": msg("Sleutel van een systeem ingetrokken"),
    "machine-revoked": msg("Systeem ingetrokken"),
    "machine-request": msg("Ondertekende opdracht van een systeem"),
    "sandbox-opened": msg("Proefpartij geopend"),
    "sandbox-closed": msg("Proefpartij opgeruimd"),
    "condition-recorded": msg("Voorwaarde vastgelegd"),
    "condition-withdrawn": msg("Voorwaarde teruggenomen"),
    "head-appointed": msg("Leidend ambtenaar genoteerd"),
    "head-withdrawn": msg("Leiding van een partij beëindigd"),
    "role-granted": msg("Rol toegekend"),
    "role-proposed": msg("Rol voorgesteld"),
    "role-proposal-refused": msg("Voorgestelde rol geweigerd"),
    "role-withdrawn": msg("Rol ingetrokken"),
    "certificate-registered": msg("Certificaat van een persoon genoteerd"),
    "certificate-confirmed": msg("Certificaat van een persoon bevestigd"),
    "certificate-withdrawn": msg("Certificaat van een persoon ingetrokken"),
    "key-proposed": msg("Sleutel van de bestanden voorgesteld"),
    "key-confirmed": msg("Sleutel van de bestanden ingesteld"),
    "key-destroyed": msg("Sleutel van de bestanden vernietigd"),
    "file-destroyed": msg("Bestand vernietigd"),
    "copy-destroyed": msg("Eigen kopie vernietigd"),
    "grants-published": msg("Beslissingen over het Groeipakket gepubliceerd"),
    "file-consulted": msg("Dossier van het Groeipakket ingekeken"),
    "letter-made": msg("Brief over het Groeipakket gemaakt"),
    "fact-asked": msg("Ontbrekend gegeven gevraagd"),
    "own-reasons-read": msg("Eigen uitleg over het Groeipakket gelezen"),
    "own-letter-made": msg("Eigen brief over het Groeipakket gemaakt"),
    "what-if-tried": msg("Berekend wat er zou veranderen in het Groeipakket"),
    "recovery-planned": msg("Terugvordering van het Groeipakket gespreid"),
    "recovery-waived": msg("Terugvordering van het Groeipakket kwijtgescholden"),
    "person-erased": msg("Persoon uit het grootboek gewist"),
}

OUTCOME_WORDS: Mapping[str, Message] = {
    "permitted": msg("doorgelaten"),
    "refused": msg("geweigerd"),
    "undecided": msg("niet beslist"),
    "done": msg("gedaan"),
}

GROUND_WORDS: Mapping[str, Message] = {
    "agreement-not-in-force": msg("De overeenkomst was niet van kracht."),
    "outside-term": msg("De vraag kwam buiten de looptijd van de overeenkomst."),
    "text-altered": msg("De bewaarde tekst was niet de tekst die ondertekend is."),
    "party-not-receiver": msg("Deze organisatie is volgens de overeenkomst geen ontvanger."),
    "party-not-sender": msg("Deze organisatie is volgens de overeenkomst geen verzender."),
    "message-unfit": msg("Het bericht had een fout, of bevatte meer dan de negen afgesproken gegevens."),
    "successor-must-sign": msg("Het bestuur ontstond door een fusie en moet eerst zelf ondertekenen."),
    "actor-without-role": msg("Wie vroeg, had daarvoor geen rol."),
    "leg-not-agreed": msg("De overeenkomst kende deze uitwisseling niet."),
    "purpose-not-agreed": msg("Het doel stond niet in de overeenkomst."),
    "items-not-agreed": msg("Er werden gegevens gevraagd die niet in de overeenkomst staan."),
    "no-subjects": msg("De vraag noemde geen enkele persoon."),
    "too-many-subjects": msg("De vraag noemde te veel personen."),
    "channel-not-agreed": msg("De vraag kwam langs een weg die niet afgesproken is."),
    "uses-spent": msg("Het afgesproken aantal uitwisselingen was al bereikt."),
    "condition-not-met": msg("Een voorwaarde van de overeenkomst was niet vervuld."),
    "reference-outside-term": msg(
        "De gevraagde dag viel buiten de looptijd van de overeenkomst, of na de dag van de vraag."
    ),
    "correlation-unfit": msg("Het kenmerk van de vraag was te lang, of leek op een nummer van een persoon."),
    "source-not-connected": msg("De bron van de gegevens was niet aangesloten."),
    "too-many-numbers": msg("De lijst telde meer nummers dan er kinderen in de gemeente wonen."),
    "no-numbers": msg("In de lijst stond geen enkel bruikbaar nummer."),
    "not-collected": msg("Het antwoord werd niet op tijd opgehaald."),
    "advice-favourable": msg("De functionaris gaf een gunstig advies."),
    "advice-with-remarks": msg("De functionaris gaf een gunstig advies met opmerkingen."),
    "advice-unfavourable": msg("De functionaris gaf een ongunstig advies."),
    "purpose-reached": msg("Het doel was bereikt."),
    "breach": msg("Een partij schond de overeenkomst."),
    "term": msg("De looptijd was voorbij."),
    "notice": msg("De overeenkomst was opgezegd."),
    "ground-gone": msg("Er was geen rechtsgrond meer."),
    "merger": msg("Een bestuur hield op te bestaan door een fusie."),
    "law-changed": msg("Een wet waarop de overeenkomst steunt, wijzigde."),
}

GROUP_WORDS: Mapping[str, Message] = {
    "asked": msg("gevraagd"),
    "released": msg("meegedeeld"),
    "delivered": msg("aangeleverd"),
}

DETAIL_WORDS: Mapping[str, Message] = {
    "signature": msg("Handtekening (SHA-256)"),
    "key": msg("Sleutel"),
    "machine": msg("Systeem"),
    "step": msg("Stap"),
    "agreement": msg("Overeenkomst"),
    "condition": msg("Voorwaarde"),
    "state": msg("Toestand daarna"),
    "version": msg("Versie van de tekst"),
    "day": msg("Geldt vanaf of tot"),
    "law": msg("Wet"),
    "article": msg("Artikel"),
    "from": msg("Geldig vanaf"),
    "until": msg("Geldig tot en met"),
    "template": msg("Standaardovereenkomst"),
    "files": msg("Bestanden"),
    "why": msg("Aanleiding"),
    "keys": msg("Aantal vernietigde sleutels"),
    "cents": msg("Bedrag in cent"),
}


def in_words(words: Mapping[str, Message], code: str) -> Message:
    """Return a code in words, or the code itself where there are none; braces in it mean nothing."""
    return words.get(code) or Message("{code}", (("code", code),))
