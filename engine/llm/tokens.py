"""How many tokens a text may be, where the model's own tokenizer is not at hand.

Byte-pair tokenizers of the vendors make about 4 characters of English a token, 2 to 3 of Cyrillic, Greek, Arabic or
Hebrew, and 1 to 1.5 of Chinese, Japanese and Korean. The estimate stays above the truth rather than below, since a
request that does not fit is refused.
"""

from __future__ import annotations

import math
import re

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U0001f000-\U0003ffff]")
_OTHER = re.compile(
    r"[^\x00-\x7f\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U0001f000-\U0003ffff]"
)
_LATIN_CHARACTERS = 3.4
_OTHER_CHARACTERS = 1.9

MESSAGE_TOKENS = 6
"""What the frame of one message costs, with its role."""
IMAGE_TOKENS = 1600
"""What one picture costs at most at the vendors."""


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few."""
    wide, other = len(_WIDE.findall(text)), len(_OTHER.findall(text))
    latin = len(text) - wide - other
    return math.ceil(latin / _LATIN_CHARACTERS + other / _OTHER_CHARACTERS + wide * 1.1)
