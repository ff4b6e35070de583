"""Why an agreement ends, and where that stands: each cause with its own code and clause.

The articles are those of the published protocol of 19 October 2020 on the common client file, after which the standard
agreements are built: article 8 (sanction: any party may end at once, by simple notice, without notice of default),
article 11 (in force, notice of three months, end by operation of law when the ground for the communication is gone).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

PROTOCOL = Clause("e-govdecreet 18 juli 2008", "artikel 8, §1")
SANCTION = Clause("overeenkomst", "artikel 8 (sanctie)")
PURPOSE = Clause("AVG", "artikel 5, lid 1, b) (het doel is bereikt)")
BREACH = Clause("overeenkomst", "artikel 8 (eenzijdige beëindiging na inbreuk)")
TERM = Clause("overeenkomst", "artikel 11 (inwerkingtreding en duur)")
NOTICE_GIVEN = Clause("overeenkomst", "artikel 11 (opzegging)")
GROUND = Clause("overeenkomst", "artikel 11 (einde van rechtswege zonder rechtsgrond)")
MERGER = Clause("decreet lokaal bestuur 22 december 2017", "artikel 343 en volgende (samenvoeging van gemeenten)")

Cause = Literal["purpose-reached", "breach", "term", "notice", "ground-gone", "merger"]

CAUSE_CLAUSES: Mapping[str, Clause] = {
    "purpose-reached": PURPOSE,
    "breach": BREACH,
    "term": TERM,
    "notice": NOTICE_GIVEN,
    "ground-gone": GROUND,
    "merger": MERGER,
}

CAUSE_OF_EVENT: Mapping[str, Cause] = {
    "end": "purpose-reached",
    "end_breach": "breach",
    "end_term": "term",
    "end_notice": "notice",
    "end_ground": "ground-gone",
    "end_merger": "merger",
}

CAUSE_WORDS: Mapping[str, Message] = {
    "purpose-reached": msg("het doel is bereikt"),
    "breach": msg("eenzijdig, na een inbreuk"),
    "term": msg("de looptijd is voorbij"),
    "notice": msg("de opzegtermijn is voorbij"),
    "ground-gone": msg("de rechtsgrond is weggevallen"),
    "merger": msg("een partij hield op te bestaan"),
}
