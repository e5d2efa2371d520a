"""Letters of every age come out as Vietnamese in one form; what is lost is said to be lost."""

import csv
import unicodedata
from pathlib import Path

import pytest

from dossiers.sheets.encodings import Script, decode, script_of, to_unicode
from dossiers.sheets.limits import SheetRefused
from dossiers.sheets.syllables import is_odd, odd_words
from tests.dossiers.sheets.old_letters import SENTENCES, WITHOUT_CAPITAL

AGENCIES = Path(__file__).parents[3] / "agencies" / "data" / "hanoi_agencies.csv"
ALL = "\n".join(SENTENCES)


def names_of_agencies() -> list[str]:
    with AGENCIES.open(encoding="utf-8", newline="") as file:
        return [row["name_vi"] for row in csv.DictReader(file)]


class TestBytes:
    @pytest.mark.parametrize(
        ("codec", "encoding"),
        [
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8 (BOM)"),
            ("utf-16", "UTF-16 (BOM)"),
            ("utf-16-le", "UTF-16"),
            ("utf-16-be", "UTF-16"),
        ],
    )
    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_unicode_of_every_kind(self, codec, encoding, form):
        decoded = decode(unicodedata.normalize(form, ALL).encode(codec))
        assert (decoded.text, decoded.encoding) == (ALL, encoding)

    def test_big_endian_with_its_mark(self):
        assert decode(b"\xfe\xff" + ALL.encode("utf-16-be")).text == ALL

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_windows_1258(self, sentence):
        decoded = decode(in_windows_1258(sentence))
        assert (decoded.text, decoded.encoding) == (sentence, "Windows-1258")

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_tcvn3(self, sentence):
        old = SENTENCES[sentence][0]
        decoded = decode(old.encode("latin-1"))
        assert decoded.text == WITHOUT_CAPITAL.get(old, sentence)
        assert decoded.encoding == "TCVN3 (ABC)"

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_vni(self, sentence):
        decoded = decode(SENTENCES[sentence][1].encode("cp1252"))
        assert (decoded.text, decoded.encoding) == (sentence, "VNI")

    def test_plain_english_needs_nothing(self):
        assert decode(b"code;agency\r\n1;SNV\r\n").encoding == "UTF-8"

    def test_a_nul_is_refused_with_its_line(self):
        with pytest.raises(SheetRefused, match="Line 3 holds a NUL"):
            decode("một\nhai\nba\x00\n".encode())

    def test_a_nul_among_old_letters_is_refused(self):
        with pytest.raises(SheetRefused, match="cannot be read, from line 2 on"):
            decode(b"mot\nH\xb5\x00 N\xe9i\n")

    def test_utf_8_that_breaks_off_is_refused_with_its_line(self):
        with pytest.raises(SheetRefused, match="from line 2 on"):
            decode(b"\xef\xbb\xbfmot\nh\xc3\xa0\xff\n")

    def test_half_a_sign_of_utf_16_is_refused(self):
        with pytest.raises(SheetRefused, match="cannot be read"):
            decode("Hà Nội".encode("utf-16") + b"\x00")

    def test_letters_that_became_question_marks_are_missed(self):
        with pytest.raises(SheetRefused, match="Letters were lost"):
            decode(b"UBND th?nh ph? H? N?i;S? X?y d?ng;Tr?ch y?u\n")

    def test_question_marks_where_they_belong_are_left(self):
        assert decode("Đã trình chưa? Vì sao?".encode()).text == "Đã trình chưa? Vì sao?"

    def test_a_program_is_no_list(self):
        with pytest.raises(SheetRefused):
            decode(bytes(range(1, 256)) * 40)


class TestLettersOfOldFonts:
    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_the_words_give_the_script_away(self, sentence):
        tcvn3, vni = SENTENCES[sentence]
        assert script_of([tcvn3]) is Script.TCVN3
        assert script_of([vni]) is Script.VNI
        assert script_of([sentence]) is Script.UNICODE

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_each_is_made_unicode_alone(self, sentence):
        tcvn3, vni = SENTENCES[sentence]
        assert to_unicode(tcvn3) == WITHOUT_CAPITAL.get(tcvn3, sentence)
        assert to_unicode(vni) == sentence
        assert to_unicode(sentence) == sentence

    @pytest.mark.parametrize(
        ("old", "script", "new"),
        [
            ("dùng", Script.TCVN3, "dựng"),
            ("dùng", Script.UNICODE, "dùng"),
            ("phoá", Script.VNI, "phố"),
            ("phoá", Script.UNICODE, "phoá"),
            ("ë", Script.TCVN3, "ở"),
            ("Hà Nội", Script.TCVN3, "Hà Nội"),
            ("HS-01", Script.TCVN3, "HS-01"),
            ("·", Script.TCVN3, "·"),
        ],
    )
    def test_a_word_alone_follows_its_neighbours(self, old, script, new):
        assert to_unicode(old, script) == new

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("UBND THµNH PHè Hµ NéI", "UBND THÀNH PHỐ HÀ NỘI"),
            ("Së KH&§T", "Sở KH&ĐT"),
            ("SÔÛ XAÂY DÖÏNG", "SỞ XÂY DỰNG"),
            ("QÑ-UBND ñieàu chænh", "QĐ-UBND điều chỉnh"),
        ],
    )
    def test_capitals(self, old, new):
        assert to_unicode(old) == new

    @pytest.mark.parametrize(
        "text",
        [
            "Café Zürich",
            "Công ty Citroën Việt Nam",
            "§ 5 · ® 2026 ©",
            "Đắk Lắk",
            "35 °C ± 2",
            "20 µm",
            "Peña Nieto",
        ],
    )
    def test_other_words_are_left_alone(self, text):
        assert to_unicode(text) == text


class TestSyllables:
    def test_no_name_of_an_agency_is_odd(self):
        assert [name for name in names_of_agencies() if odd_words(name)] == []

    @pytest.mark.parametrize("word", ["Hoà", "Hòa", "quý", "giếng", "nghiêng", "khuỷu", "QĐ", "Đ"])
    def test_vietnamese_words(self, word):
        assert not is_odd(word)

    @pytest.mark.parametrize("word", ["Néi", "thµnh", "Noäi", "ñieàu", "hocàn", "tôt", "càcá"])
    def test_words_that_cannot_be(self, word):
        assert is_odd(word)


def in_windows_1258(text: str) -> bytes:
    """Letters with their own sign, tones after them: the only way that Windows-1258 has."""
    signs = []
    for letter in unicodedata.normalize("NFC", text):
        try:
            signs.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            base, tone = unicodedata.normalize("NFD", letter)[0], ""
            for mark in unicodedata.normalize("NFD", letter)[1:]:
                if mark in "\u0300\u0309\u0303\u0301\u0323":
                    tone = mark
                else:
                    base = unicodedata.normalize("NFC", base + mark)
            signs.append((base + tone).encode("cp1258"))
    return b"".join(signs)
