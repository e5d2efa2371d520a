"""Is a word possible in Vietnamese? The test by which old encodings give themselves away.

A Vietnamese syllable is an onset, a rhyme from a closed list, and at most one tone; a rhyme that
ends in c, ch, p or t carries only the sharp or the heavy tone. Text read in the wrong encoding
breaks this in nearly every word ("Hµ Néi", "Haø Noäi"), text read in the right one in none.
"""

import re
import unicodedata
from functools import lru_cache

_LETTERS = re.compile(r"\w+")
_ONSETS = {
    "",
    *_LETTERS.findall("b c d đ g h k l m n p q r s t v x ch gh gi kh ng ngh nh ph qu th tr"),
}
_RHYMES = frozenset(
    _LETTERS.findall(
        """
        a ac ach ai am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
        e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
        i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
        o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo
        oet oi om on ong oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
        u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uơ
        uy uya uych uyên uyêt uyn uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp
        ươt ươu ưt ưu y yêm yên yêng yêt yêu
        """
    )
)
_TONES = frozenset("\u0300\u0309\u0303\u0301\u0323")
_STOP_TONES = frozenset("\u0301\u0323")
_STOPS = ("c", "ch", "k", "p", "t")
#: A word: letters and whatever is not ASCII, but for spaces, dashes, quotes and their like.
_WORD = re.compile(r"[^\x00-@\[-`{-\x7f\s\u00a0\u2000-\u206f\u20ab]{2,}")
_UNITS = frozenset({"µm", "µg", "µl"})
_CONSONANTS = re.compile(r"[bcdđghklmnpqrstvx]+")
_ABBREVIATION = re.compile(r"[A-ZĐ]+")


def odd_words(text: str) -> int:
    """How many words with a letter outside ASCII could not be Vietnamese."""
    return sum(is_odd(word) for word in _WORD.findall(text) if not word.isascii())


def marked_words(text: str) -> int:
    """How many words have a letter outside ASCII, odd or not."""
    return sum(not word.isascii() for word in _WORD.findall(text))


@lru_cache(maxsize=20_000)
def is_odd(word: str) -> bool:
    """Whether a word with letters outside ASCII cannot be a Vietnamese syllable or abbreviation."""
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFC", word).lower())
    tones = [sign for sign in letters if sign in _TONES]
    bare = unicodedata.normalize("NFC", "".join(sign for sign in letters if sign not in _TONES))
    if word in _UNITS:
        return False
    if not tones and (_CONSONANTS.fullmatch(bare) or _ABBREVIATION.fullmatch(word)):
        return False
    if len(tones) > 1:
        return True
    for length in range(min(3, len(bare)) + 1):
        rhyme = bare[length:]
        if bare[:length] in _ONSETS and rhyme in _RHYMES:
            stopped = rhyme.endswith(_STOPS)
            return stopped and not (tones and tones[0] in _STOP_TONES)
    return True
