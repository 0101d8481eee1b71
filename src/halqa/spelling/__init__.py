"""One folding for titles and for what people type, so that whoever writes otherwise still finds.

Folded away: case, accents, ligatures, Arabic vowel signs and tatweel, the forms of alif and hamza, ta marbuta, alif
maqsura, the digits of other scripts, punctuation. The Arabic article is left out of what is asked, not of what is
kept: `حديقة` and `الحديقة` then both find «الحديقة» and «حديقة».
"""

from __future__ import annotations

import unicodedata

_ALSO = str.maketrans(
    {
        "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ı": "i",
        "ـ": "", "ء": "", "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "گ": "ك", "ڭ": "ك",
    }
)  # fmt: skip


def search_key(text: str) -> str:
    """`text` folded to plain words, one space between them."""
    small = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in small if not unicodedata.combining(letter)).translate(_ALSO)
    return " ".join("".join(_plain(letter) for letter in bare).split())


def search_words(text: str) -> list[str]:
    """What somebody typed, as folded words to look for; at most eight."""
    return [_without_article(word) for word in search_key(text).split()][:8]


def _plain(letter: str) -> str:
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    return letter if letter.isalnum() else " "


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) >= 5 else word
