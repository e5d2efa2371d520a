"""The score of an agency: pure, from 0 to 100, each part with its figures."""

from hypothesis import given
from hypothesis import strategies as st

from inspections.planning.scoring import History, Reason, ranked, score, spread

histories = st.builds(
    History,
    agency=st.text("PX0123456789-", min_size=1, max_size=8),
    due=st.integers(0, 500),
    late=st.integers(0, 500),
    idle=st.integers(0, 100),
    remedies=st.integers(0, 100),
    months_unseen=st.none() | st.integers(0, 200),
).filter(lambda one: one.late <= one.due)


class TestScore:
    def test_an_agency_in_order_that_was_just_visited_has_none(self):
        assert score(History("VP", due=40, months_unseen=0)).points == 0

    def test_the_worst_has_all(self):
        found = score(History("VP", due=10, late=10, idle=9, remedies=9))
        assert [part.points for part in found.parts] == [50, 15, 15, 20]
        assert found.points == 100

    def test_one_late_of_one_is_not_everything_late(self):
        late, *_rest = score(History("VP", due=1, late=1, months_unseen=0)).parts
        assert late.points == 10

    def test_each_part_carries_the_figures_it_was_made_of(self):
        parts = score(History("VP", due=20, late=7, idle=2, remedies=1, months_unseen=12)).parts
        assert [part.reason for part in parts] == list(Reason)
        assert [part.figures for part in parts] == [
            {"late": 7, "due": 20}, {"dossiers": 2}, {"remedies": 1}, {"months": 12},
        ]  # fmt: skip
        assert [part.points for part in parts] == [18, 6, 5, 10]

    @given(histories)
    def test_lies_between_0_and_100(self, history):
        assert 0 <= score(history).points <= 100

    @given(histories)
    def test_one_more_late_limit_never_lowers_it(self, history):
        if history.late < history.due:
            worse = History(
                history.agency, history.due, history.late + 1, history.idle, history.remedies,
                history.months_unseen,
            )  # fmt: skip
            assert score(worse).points >= score(history).points

    @given(st.lists(histories, unique_by=lambda one: one.agency, max_size=20))
    def test_the_order_does_not_depend_on_the_order_of_the_rows(self, found):
        assert ranked(found) == ranked(found[::-1])


class TestSpread:
    @given(st.integers(0, 60), st.lists(st.integers(1, 12), min_size=1, max_size=12, unique=True))
    def test_each_month_gets_its_share_of_visits(self, count, months):
        found = spread(count, sorted(months))
        assert len(found) == count and found == sorted(found)
        assert all(abs(found.count(m) - count / len(months)) < 1 for m in months)
