"""Letters about decisions: what was decided, why, when it is paid, what is provisional, and the way to appeal."""

from sluis.benefits.letters.model import APPEAL, Appeal, Letter, Party
from sluis.benefits.letters.printing import letter_pdf
from sluis.benefits.letters.wording import in_parts

__all__ = ["APPEAL", "Appeal", "Letter", "Party", "in_parts", "letter_pdf"]
