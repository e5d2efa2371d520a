"""What clerks put into a cell, and what it says."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from dossiers.sheets.cells import (
    Cell,
    CellError,
    as_date,
    as_line,
    as_moment,
    as_text,
    column_letters,
)
from tests.world import hanoi


def says(value, reading=as_date, **kwargs):
    return reading(Cell(value, **kwargs))


def refusal(value, reading=as_date, **kwargs) -> str:
    with pytest.raises(CellError) as caught:
        says(value, reading, **kwargs)
    return caught.value.sentence


class TestDates:
    @pytest.mark.parametrize(
        "written",
        [
            date(2026, 2, 5),
            datetime(2026, 2, 5, 14, 30),
            46058.0,
            46058,
            "46058",
            "05/02/2026",
            "5/2/2026",
            "5/2/26",
            "05-02-2026",
            "05.02.2026",
            "05 / 02 / 2026",
            "05\u00a0/02/2026",
            " 05/02/2026 ",
            "2026-02-05",
            "2026/02/05",
            "ngày 05 tháng 02 năm 2026",
            "Ngày 5 tháng 2 năm 2026",
            "Hà Nội, ngày 05 tháng 02 năm 2026",
            "nga\u0300y 05 tha\u0301ng 02 na\u0306m 2026",
            "05/02/2026 14:30",
            "14h30 05/02/2026",
            "2026-02-05T14:30:00+07:00",
            "2026-02-04T17:30:00Z",
        ],
    )
    def test_the_fifth_of_february(self, written):
        assert says(written) == date(2026, 2, 5)

    @pytest.mark.parametrize("blank", [None, "", "   ", "\u00a0", "\ufeff\u200b"])
    def test_a_blank_cell_has_no_date(self, blank):
        assert says(blank) is None

    def test_the_day_comes_first_even_where_both_readings_are_possible(self):
        assert says("11/12/2026") == date(2026, 12, 11)

    def test_month_first_is_refused_with_the_cure(self):
        assert refusal("02/13/2026") == (
            "“02/13/2026”: there is no month 13. Write the day first, then the month."
        )

    @pytest.mark.parametrize("written", ["31/02/2026", "29/02/2026", "31.4.26", "00/02/2026"])
    def test_impossible_days_are_refused(self, written):
        assert "there is no day" in refusal(written)

    def test_the_leap_day_is_a_day(self):
        assert says("29/02/2024") == date(2024, 2, 29)

    @pytest.mark.parametrize(
        "written", ["chưa báo cáo", "2026", 2026.0, 3.0, "05/02", "05/02/2026/1", -1.0, 1e9, True]
    )
    def test_what_is_no_date_is_refused(self, written):
        assert "Write day/month/year" in refusal(written)

    @pytest.mark.parametrize("written", ["05/02/0226", "05/02/3026", date(1926, 2, 5)])
    def test_a_year_that_cannot_be_right_is_refused(self, written):
        assert "cannot be right" in refusal(written)

    def test_a_time_of_day_alone_is_no_date(self):
        assert refusal(time(14, 30)) == (
            "“14:30” has no date. Write day/month/year, for example 05/02/2026."
        )

    def test_not_a_number_is_no_date(self):
        assert "is not a date" in refusal(float("nan"))

    def test_numbers_of_a_workbook_that_counts_from_1904(self):
        assert says(44596.0, since_1904=True) == date(2026, 2, 5)

    def test_a_long_text_is_refused_in_few_words(self):
        assert len(refusal("5/" * 20_000)) < 200


class TestMoments:
    @pytest.mark.parametrize(
        "written",
        [
            datetime(2026, 2, 5, 14, 30),
            datetime(2026, 2, 5, 7, 30, tzinfo=UTC),
            46058.604166667,
            "46058.604166667",
            "05/02/2026 14:30",
            "05-02-2026 14:30",
            "05/02/2026 14:30:00",
            "05/02/2026, 14h30",
            "05/02/2026 lúc 14h30",
            "14h30 05/02/2026",
            "14:30 ngày 05/02/2026",
            "14 giờ 30 ngày 05 tháng 02 năm 2026",
            "14 giờ 30 phút, ngày 5/2/2026",
            "14g30 5/2/26",
            "05/02/2026 2:30 CH",
            "05/02/2026 02:30 PM",
            "2026-02-05 14:30",
            "2026-02-05T14:30",
            "2026-02-05T14:30:00+07:00",
            "2026-02-05T07:30:00Z",
            "2026-02-05T09:30:00.000+02:00",
        ],
    )
    def test_half_past_two_in_the_afternoon(self, written):
        assert says(written, as_moment) == hanoi(2026, 2, 5, 14, 30)

    def test_it_is_in_the_zone_of_hanoi(self):
        assert says("2026-02-05T07:30:00Z", as_moment).utcoffset() == timedelta(hours=7)

    def test_without_an_hour_it_is_the_beginning_of_the_day(self):
        assert says("05/02/2026", as_moment) == hanoi(2026, 2, 5)

    @pytest.mark.parametrize(
        ("written", "hour"), [("14h 05/02/2026", 14), ("05/02/2026 12:00 SA", 0), ("8h 5/2/26", 8)]
    )
    def test_whole_hours(self, written, hour):
        assert says(written, as_moment) == hanoi(2026, 2, 5, hour)

    @pytest.mark.parametrize("written", ["05/02/2026 24:00", "25h 05/02/2026", "05/02/2026 14:75"])
    def test_hours_that_no_day_has_are_refused(self, written):
        assert "no such time of day" in refusal(written, as_moment)

    def test_an_impossible_iso_date_is_refused(self):
        assert "there is no day" in refusal("2026-02-30T10:00", as_moment)

    def test_the_last_second_keeps_its_place(self):
        late = says("2026-11-04T23:59:59.999999+07:00", as_moment)
        assert late == hanoi(2026, 11, 4, 23, 59, 59, 999999)


class TestTexts:
    @pytest.mark.parametrize(
        ("written", "text"),
        [
            (123.0, "123"),
            (12.5, "12.5"),
            (0, "0"),
            (True, "TRUE"),
            (None, ""),
            (date(2026, 2, 5), "05/02/2026"),
            (datetime(2026, 2, 5, 14, 30), "05/02/2026 14:30"),
            (time(14, 30), "14:30"),
            (timedelta(hours=36), "36:00"),
            ("  12/TTr\u200b-SXD\u00a0", "12/TTr-SXD"),
            ("Sở\u00a0Y\u2009tế", "Sở Y tế"),
            ("dòng một\r\ndòng hai\rdòng ba", "dòng một\ndòng hai\ndòng ba"),
            ("Ho\u0061\u0300", "Hoà"),
            ("a\x00b\x0bc\u202ed", "abcd"),
        ],
    )
    def test_text_is_plain_and_in_one_form(self, written, text):
        assert says(written, as_text) == text

    def test_a_line_has_no_breaks(self):
        assert says(" Xin ý kiến\n  về\tđề án ", as_line) == "Xin ý kiến về đề án"

    def test_a_number_that_excel_has_rounded_is_refused(self):
        assert refusal(1.23456789012346e18, as_text).startswith("Excel has rounded the number")


def test_cells_have_the_names_of_excel():
    assert [column_letters(n) for n in (0, 1, 26, 27, 52, 703, 16384)] == [
        "", "A", "Z", "AA", "AZ", "AAA", "XFD",
    ]  # fmt: skip
    assert Cell("x", row=7, column=3).place == "C7"
