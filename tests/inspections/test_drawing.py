"""The draw: the same seed gives the same result, whatever the order of the rows; by hand too."""

import hashlib
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from inspections import drawing

names = st.sets(st.text("HS0123456789-", min_size=1, max_size=12), max_size=60)
seeds = st.text("abcdef0123456789", min_size=1, max_size=12)
strata = st.dictionaries(
    st.text("HS0123456789-", min_size=1, max_size=12),
    st.sampled_from(["late", "returned", "open", "on_time"]),
    max_size=60,
)
counts = st.integers(min_value=0, max_value=80)


class TestDraw:
    def test_a_known_draw_stays_what_it_was(self):
        codes = ["P-00070", "P-00004", "SNV", "STC", "SXD", "VP"]
        assert drawing.draw("k7", codes, 3) == ["VP", "P-00004", "SNV"]
        assert drawing.in_order("k7", codes) == sorted(
            codes, key=lambda code: hashlib.sha256(f"k7:{code}".encode()).hexdigest()
        )

    def test_can_be_redone_with_a_shell(self):
        said = subprocess.run(
            ["sha256sum"], input=b"k7:P-00070", capture_output=True, check=True
        ).stdout
        assert said.decode().split()[0] == drawing.ticket("k7", "P-00070")

    @given(seeds, names, counts)
    def test_takes_no_name_twice_and_no_more_than_asked(self, seed, pool, count):
        drawn = drawing.draw(seed, pool, count)
        assert len(drawn) == len(set(drawn)) == min(count, len(pool))
        assert set(drawn) <= pool

    @given(seeds, names, counts)
    def test_does_not_depend_on_the_order_of_the_rows(self, seed, pool, count):
        rows = sorted(pool)
        assert drawing.draw(seed, rows, count) == drawing.draw(seed, rows[::-1], count)

    @given(seeds, names, counts)
    def test_a_larger_draw_begins_with_the_smaller(self, seed, pool, count):
        assert drawing.draw(seed, pool, count + 1)[:count] == drawing.draw(seed, pool, count)

    def test_every_name_may_be_drawn(self):
        pool = {f"HS{n}" for n in range(10)}
        firsts = {drawing.draw(f"seed {n}", pool, 1)[0] for n in range(200)}
        assert firsts == pool


class TestShares:
    def test_by_the_largest_remainder(self):
        sizes = {"late": 5, "returned": 3, "open": 2}
        assert drawing.shares(sizes, 4) == {"late": 2, "returned": 1, "open": 1}
        assert drawing.shares(sizes, 1) == {"late": 1, "returned": 0, "open": 0}

    def test_equal_remainders_go_to_the_larger_stratum_then_by_name(self):
        assert drawing.shares({"b": 2, "a": 2}, 1) == {"b": 0, "a": 1}

    @given(strata, counts)
    def test_each_stratum_gets_its_exact_share_or_one_more(self, members, count):
        sizes: dict[str, int] = {}
        for stratum in members.values():
            sizes[stratum] = sizes.get(stratum, 0) + 1
        total, places = len(members), drawing.shares(sizes, count)
        wanted = min(count, total)
        assert sum(places.values()) == wanted
        for stratum, size in sizes.items():
            assert wanted * size // total <= places[stratum] <= -(-wanted * size // total)
            assert places[stratum] <= size


class TestSample:
    @given(seeds, strata, counts)
    def test_is_without_replacement_and_proportional(self, seed, members, count):
        drawn = drawing.sample(seed, members, count)
        found = [one.name for one in drawn]
        assert len(found) == len(set(found)) == min(count, len(members))
        assert [one.position for one in drawn] == list(range(1, len(drawn) + 1))
        assert all(members[one.name] == one.stratum for one in drawn)
        sizes: dict[str, int] = {}
        for stratum in members.values():
            sizes[stratum] = sizes.get(stratum, 0) + 1
        for stratum, places in drawing.shares(sizes, count).items():
            assert sum(one.stratum == stratum for one in drawn) == places

    @given(seeds, strata, counts)
    def test_does_not_depend_on_the_order_of_the_rows(self, seed, members, count):
        turned = dict(reversed(list(members.items())))
        assert drawing.sample(seed, members, count) == drawing.sample(seed, turned, count)
