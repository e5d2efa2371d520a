"""Vietnamese text: one normal form, one way to find it, one order to list it."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.text import normalise, search_key, sort_key

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VOWELS = "aăâeêioôơuưy"


def _syllables() -> st.SearchStrategy[str]:
    vowel = st.builds(lambda v, t: unicodedata.normalize("NFC", v + t), st.sampled_from(VOWELS),
                      st.sampled_from(TONES))  # fmt: skip
    onset = st.sampled_from(["", *"bcdđghklmnprstvx", "ng", "nh", "ph", "th", "tr"])
    return st.builds(lambda o, v, c: o + v + c, onset, vowel, st.sampled_from(["", "n", "ng", "c"]))


names = st.lists(_syllables(), min_size=1, max_size=6).map(" ".join)
anything = st.text(max_size=80)


class TestNormalForm:
    @given(anything)
    def test_is_reached_in_one_step(self, text):
        assert normalise(normalise(text)) == normalise(text)

    @given(anything)
    def test_does_not_depend_on_how_it_was_typed(self, text):
        composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
        assert normalise(composed) == normalise(decomposed)

    @given(anything)
    def test_has_no_signs_that_hide_turn_or_command(self, text):
        kept = normalise(text)
        assert not any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in kept)
        assert not set(kept) & set("\u200b\u200e\u200f\u061c\u202a\u202e\u2066\u2069\ufeff\u2028")

    @given(names)
    def test_leaves_vietnamese_as_it_is(self, name):
        assert normalise(name) == name

    def test_a_control_between_letter_and_mark_leaves_no_loose_mark(self):
        assert normalise("e\u200b\u0301") == "é"


class TestSearchKey:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Hoà", "Hòa"),
            ("Sở Nội vụ", "so noi vu"),
            ("ĐƯỜNG Đê", "duong de"),
            ("123/TTr-SNV", "123 ttr snv"),
            ("Kế\u00a0hoạch", "ke  hoach"),
            ("Thu\u031b\u0309", "Thử"),
        ],
    )
    def test_is_the_same_for_what_people_mean_to_be_the_same(self, one, other):
        assert search_key(one) == search_key(other)

    @given(names)
    def test_folds_case_marks_and_normal_form(self, name):
        key = search_key(name)
        assert key == search_key(name.upper()) == search_key(unicodedata.normalize("NFD", name))
        assert key.isascii()
        assert key.replace(" ", "").isalnum()

    @given(anything)
    def test_is_stable_and_single_spaced(self, text):
        key = search_key(text)
        assert search_key(key) == key
        assert "  " not in key and key == key.strip()

    @given(names, names)
    def test_a_part_is_found_in_the_whole(self, one, other):
        whole = search_key(one, other)
        assert search_key(one) in whole and search_key(other) in whole


def shuffled(in_order: list[str]) -> list[str]:
    return in_order[1::2] + in_order[::2]


class TestOrder:
    def test_is_the_alphabets(self):
        in_order = [sort_key(letter) for letter in LETTERS]
        assert in_order == sorted(in_order)
        assert len(set(in_order)) == len(LETTERS)

    def test_is_the_tones_ngang_huyen_hoi_nga_sac_nang(self):
        in_order = ["ma", "mà", "mả", "mã", "má", "mạ"]
        assert sorted(shuffled(in_order), key=sort_key) == in_order

    @pytest.mark.parametrize(
        "in_order",
        [
            ["Ba", "Ba Đình", "Ba Vì", "Bắc Từ Liêm", "Bồ Đề", "Cầu Giấy", "Dương Nội"],
            ["Dân Hòa", "Đa Phúc", "Đại Mỗ", "Đan Phượng"],
            ["Phường An Khánh", "Phường Ánh Sao", "Phường Ăn Chơi", "Phường Ân Thi"],
            ["Ban 2", "Ban A", "Ban Ă"],
            ["Xã Hòa", "Xã Hòa Lạc", "Xã Hoàng"],
            ["Sóc Sơn", "Sơn Tây"],
        ],
    )
    def test_is_the_dictionarys(self, in_order):
        assert sorted(shuffled(in_order), key=sort_key) == in_order

    @given(names)
    def test_does_not_depend_on_case_or_normal_form(self, name):
        assert sort_key(name) == sort_key(name.upper())
        assert sort_key(name) == sort_key(unicodedata.normalize("NFD", name))

    @given(names, names)
    def test_different_names_have_different_places(self, one, other):
        assert (sort_key(one) == sort_key(other)) == (one == other)

    @given(anything)
    def test_is_made_of_digits_so_that_every_database_agrees(self, text):
        assert sort_key(text).isdecimal() and sort_key(text).isascii()

    @given(st.lists(names, max_size=12, unique=True))
    def test_begins_with_letters_and_only_then_asks_tones(self, found):
        def toneless(name):
            return "".join(c for c in unicodedata.normalize("NFD", name) if c not in TONES[1:])

        for one, other in pairwise(sorted(found, key=sort_key)):
            assert sort_key(toneless(one)) <= sort_key(toneless(other))
