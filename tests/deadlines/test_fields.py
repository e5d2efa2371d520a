"""Dates as people type them, and nothing else: a slip is explained, never guessed at."""

import contextlib
from datetime import date, timedelta

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from deadlines.fields import DateField, MomentField, read_date, read_instant
from deadlines.wording import day_text
from tests.world import hanoi

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("5/2", date(2026, 2, 5)),
        ("05/02/2026", date(2026, 2, 5)),
        ("5/2/26", date(2026, 2, 5)),
        ("5-2-2026", date(2026, 2, 5)),
        ("5.2.2026", date(2026, 2, 5)),
        (" 05 02 2026 ", date(2026, 2, 5)),
        ("2026-02-05", date(2026, 2, 5)),
        ("29/2/2028", date(2028, 2, 29)),
        ("hôm nay", TODAY),
        ("HÔM NAY", TODAY),
        ("hom nay", TODAY),
        ("ho\u0302m nay", TODAY),
        ("Today", TODAY),
        ("hôm qua", date(2026, 11, 24)),
        ("hôm kia", date(2026, 11, 23)),
        ("ngày mai", date(2026, 11, 26)),
        ("mai", date(2026, 11, 26)),
        ("T4 25/11/2026", date(2026, 11, 25)),
        ("t4, 25/11", date(2026, 11, 25)),
        ("CN 22/11/2026", date(2026, 11, 22)),
    ],
)
def test_what_a_person_means(typed, meant):
    assert read_date(typed, TODAY) == meant


@pytest.mark.parametrize(
    "typed",
    ["31/2", "29/2/2027", "0/5", "5/0", "13/13/2026", "5", "5/2/2026/1", "5/2/202", "2026-13-01",
     "T3 25/11/2026", "CN 25/11/2026", "T8 25/11/2026", "ngày kia nữa", "", "  ", "1e2", "\x00",
     "5/2/10000", "0000-01-01"],
)  # fmt: skip
def test_a_slip_is_no_date(typed):
    assert read_date(typed, TODAY) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(9999, 12, 31)))
def test_what_our_pages_print_can_be_pasted_back(day):
    assert read_date(day_text(day), TODAY) == day
    assert read_date(f"{day:%d/%m/%Y}", TODAY) == day
    assert read_date(day.isoformat(), TODAY) == day


@given(st.text(max_size=30))
def test_no_text_is_an_error_of_ours(text):
    found = read_date(text, TODAY)
    assert found is None or isinstance(found, date)
    for field in (DateField(), MomentField()):
        field.today = TODAY
        with contextlib.suppress(forms.ValidationError):
            field.clean(text)


def moment(text: str):
    field = MomentField()
    field.today = TODAY
    return field.clean(text)


class TestMoment:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("09:30 25/11/2026", hanoi(2026, 11, 25, 9, 30)),
            ("25/11/2026 09:30", hanoi(2026, 11, 25, 9, 30)),
            ("9h30 25/11", hanoi(2026, 11, 25, 9, 30)),
            ("2026-11-25T15:00", hanoi(2026, 11, 25, 15)),
            ("23:59 hôm qua", hanoi(2026, 11, 24, 23, 59)),
            ("15:00 T4 25/11/2026", hanoi(2026, 11, 25, 15)),
            ("0:00 25/11/2026", hanoi(2026, 11, 25)),
            ("25/11/2026", hanoi(2026, 11, 25, 9)),
            ("Today", hanoi(2026, 11, 25, 9)),
            ("T4 25/11/2026", hanoi(2026, 11, 25, 9)),
        ],
    )
    def test_date_and_time_in_either_order(self, typed, meant):
        assert moment(typed) == meant

    @pytest.mark.parametrize("typed", ["09:30", "24:00 25/11/2026", "25:00 25/11/2026", "9:75 5/2"])
    def test_a_slip_is_explained(self, typed):
        with pytest.raises(forms.ValidationError):
            moment(typed)

    def test_what_it_shows_it_reads_again(self):
        at = hanoi(2026, 11, 25, 9, 30)
        assert moment(MomentField().prepare_value(at)) == at
        assert MomentField().prepare_value("gõ dở") == "gõ dở"


class TestDateField:
    def test_bad_input_is_kept_as_typed(self):
        class Form(forms.Form):
            on = DateField()

        form = Form({"on": "31/2/2026"})
        form.fields["on"].today = TODAY
        assert not form.is_valid()
        assert form["on"].value() == "31/2/2026"

    def test_a_date_is_shown_as_it_is_written(self):
        assert DateField().prepare_value(date(2026, 2, 5)) == "05/02/2026"

    def test_empty_is_empty(self):
        field = DateField(required=False)
        assert field.clean("") is None


class TestInstant:
    def test_every_zone_names_the_same_instant(self):
        at = hanoi(2026, 11, 25, 15)
        for text in (
            "2026-11-25T15:00:00+07:00",
            "2026-11-25T08:00:00Z",
            "2026-11-25 03:00-05:00",
            "2026-11-25T15:00",
            " 2026-11-25T15:00 ",
        ):
            assert read_instant(text) == at
        assert read_instant("2026-11-25") == at - timedelta(hours=15)

    @given(st.text(max_size=30))
    def test_anything_else_is_a_sentence(self, text):
        try:
            assert read_instant(text).utcoffset() is not None
        except ValueError as error:
            assert text in str(error)
