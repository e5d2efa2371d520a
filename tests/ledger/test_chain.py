"""The chain of seals: whoever changes, drops, swaps or re-dates a row of history is named."""
# ruff: noqa: S608 - names of tables and columns come from the model

import hashlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from ledger import chain, recording, tasks
from ledger.models import Event, Gap, Link
from tests.world import NOW

LATER = NOW + timedelta(minutes=1)


def enter(number: int) -> None:
    """So many more acts."""
    with recording.recorded():
        for n in range(number):
            recording.append(
                by=recording.Author(id=7, name="Trần Thị Lan", post="Văn thư", address="10.0.0.1"),
                action="dossier_logged",
                kind="dossier",
                code=f"HS2026-{n:05d}",
                now=NOW,
                before={"state": "không"},
                after={"state": "drafting", "n": n},
                reason="lý do",
                document="12/UBND",
                stated_at=NOW,
            )


@pytest.fixture
def ten(db: None) -> list[Event]:
    """Ten sealed acts of one morning, after what the reference data entered."""
    chain.seal_all()
    enter(10)
    chain.seal_all()
    return list(Event.objects.order_by("-pk")[:10][::-1])


def faults(heads=None) -> list[chain.Fault]:
    return chain.verify(now=LATER, heads=heads)[1]


def place_of(event: Event) -> int:
    return Link.objects.get(event=event).seq


class TestSealing:
    def test_links_run_from_one_without_a_gap_and_cover_every_event(self, ten):
        seqs = list(Link.objects.order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, Event.objects.count() + 1))
        assert chain.verify(now=LATER) == (len(seqs), [])

    def test_a_second_seal_finds_nothing(self, ten):
        end = chain.head()
        assert chain.seal_all() == 0
        assert chain.head() == end

    def test_anyone_can_recompute_a_link_from_the_two_rows_alone(self, ten):
        """Written from the description in docs, without a line of the code under test."""
        link = Link.objects.select_related("event").latest("seq")
        columns = Event.objects.filter(pk=link.event_id).values().get()

        def plain(value):
            if isinstance(value, datetime):
                return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            return value

        text = json.dumps(
            {name: plain(value) for name, value in columns.items()},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        sealed = link.previous.encode() + b"\n" + text.encode()
        assert hashlib.sha256(sealed).hexdigest() == link.digest

    def test_no_row_made_by_hand_stops_the_sealing(self, ten, behind_the_guards):
        values = {field.column: "x" for field in Event._meta.concrete_fields}
        del values["id"], values["recorded_at"]
        values |= {"actor_id": None, "stated_at": None, "at": "2026-11-25 02:00:00+00:00"}
        values |= {"before": '{"rate": 0.5, "more": [1e3]}', "after": '"only text \\u0001"'}
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(["%s"] * len(values))
        behind_the_guards(
            f"INSERT INTO ledger_event ({columns}) VALUES ({marks})", list(values.values())
        )
        enter(1)
        assert chain.seal_all() == 2
        assert faults() == []

    def test_four_sealers_at_once_make_one_chain(self, transactional_db):
        enter(40)
        starts = threading.Barrier(4)

        def sealer() -> None:
            starts.wait(30)
            try:
                while Event.objects.filter(link__isnull=True).exists():
                    chain.seal(limit=7)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            for sealed in [threads.submit(sealer) for _ in range(4)]:
                sealed.result()
        count = Event.objects.count()
        assert chain.verify(now=LATER) == (count, [])
        assert list(Link.objects.order_by("seq").values_list("seq", flat=True)) == list(
            range(1, count + 1)
        )

    def test_beat_seals_and_publishes(self, ten, settings, tmp_path):
        settings.LEDGER_HEADS_DIR = tmp_path / "heads"
        enter(1)
        assert tasks.seal() == 1
        tasks.publish_head()
        assert chain.published_heads(settings.LEDGER_HEADS_DIR) == [chain.head()]


def _another(field: models.Field, value):
    """A value that differs as little as this kind of column allows."""
    if isinstance(field, models.DateTimeField):
        return value + timedelta(microseconds=1)
    if isinstance(field, models.JSONField):
        return json.dumps({**value, "state": "closed"})
    if isinstance(field, models.IntegerField):
        return value + 1
    return f"{value} "


class TestLateCommit:
    """Numbers of events are taken before the commit: a smaller one may appear after a larger."""

    def test_a_smaller_number_that_appears_later_is_sealed_by_the_next_run(self, ten):
        gap = number_of_last() + 1
        enter_as(gap + 1)
        assert chain.seal_all() == 1
        enter_as(gap)
        assert chain.oldest_unsealed() == NOW
        assert chain.seal_all() == 1
        assert chain.oldest_unsealed() is None
        assert faults() == []
        assert not Gap.objects.filter(first__lte=gap, last__gte=gap).exists()

    def test_however_many_gaps_there_are_and_in_whatever_order_they_fill(self, ten):
        first = number_of_last() + 1
        numbers = list(range(first, first + 60))
        shuffled = [numbers[n * 7 % 60] for n in range(60)]
        for number in shuffled:
            enter_as(number)
            assert chain.seal_all() == 1
        assert faults() == []
        assert set(Link.objects.values_list("event_id", flat=True)) >= set(numbers)
        assert not Gap.objects.filter(last__gte=first).exists()

    def test_a_number_far_ahead_hides_nothing_that_comes_after(self, ten):
        last = number_of_last()
        enter_as(last + 1_000_000)
        chain.seal_all()
        enter_as(last + 1)
        enter_as(last + 500_000)
        assert chain.seal_all() == 2
        assert faults() == []

    def test_what_two_transactions_wrote_side_by_side(self, transactional_db):
        """The long one takes its numbers first and commits last, after the other was sealed."""
        enter(1)
        chain.seal_all()
        first = number_of_last() + 1
        enter_as(*range(first + 3, first + 6))  # the short transaction
        assert chain.seal_all() == 3
        enter_as(*range(first, first + 3))  # what the long one commits now
        assert chain.seal_all() == 3
        assert faults() == []

    def test_a_forgotten_gap_is_found_by_the_thorough_look(self, ten):
        gap = number_of_last() + 1
        enter_as(gap + 1)
        chain.seal_all()
        Gap.objects.update(noticed_at=NOW - timedelta(days=400))
        chain.seal_all(thorough=True)
        assert not Gap.objects.exists()
        enter_as(gap)
        assert chain.seal_all() == 0
        assert chain.seal_all(thorough=True) == 1
        assert faults() == []

    def test_what_was_rolled_back_leaves_a_gap_and_no_fault(self, ten):
        gap = number_of_last() + 1
        enter_as(gap + 3)
        chain.seal_all()
        assert Gap.objects.get(first=gap).last == gap + 2
        assert chain.seal_all() == 0
        assert faults() == []

    def test_a_quiet_run_does_not_look_at_what_is_sealed(self, ten):
        with CaptureQueriesContext(connection) as asked:
            chain.seal()
        events = [query["sql"] for query in asked if "ledger_event" in query["sql"]]
        assert events
        assert all('"ledger_event"."id" >' in sql for sql in events)


def number_of_last() -> int:
    return Event.objects.latest("pk").pk


def enter_as(*numbers: int) -> None:
    """Acts with these numbers, as a transaction commits them that took its numbers earlier."""
    with recording.recorded(may_be_idle=True):
        for number in numbers:
            event = recording.event(
                by=recording.Author(name="Trần Thị Lan"),
                action="dossier_logged",
                kind="dossier",
                code=f"HS2026-{number}",
                now=NOW,
            )
            event.pk = number
            event.save(force_insert=True)


class TestTampering:
    @pytest.mark.parametrize("column", [f.column for f in Event._meta.concrete_fields])
    def test_the_least_change_of_any_column_names_the_row(self, ten, column, behind_the_guards):
        field = next(f for f in Event._meta.concrete_fields if f.column == column)
        event = ten[4]
        place, value = place_of(event), getattr(event, field.attname)
        changed = Event.objects.latest("pk").pk + 1 if column == "id" else _another(field, value)
        if isinstance(changed, datetime):
            changed = connection.ops.adapt_datetimefield_value(changed)
        behind_the_guards(
            f'UPDATE ledger_event SET "{column}" = %s WHERE id = %s', [changed, event.pk]
        )
        if column == "id":  # and the link goes along, to hide it
            behind_the_guards(
                "UPDATE ledger_link SET event_id = %s WHERE event_id = %s", [changed, event.pk]
            )
        [fault] = faults()
        assert (fault.seq, fault.text) == (place, "event differs from its seal")

    @pytest.mark.parametrize("column", ["actor_id", "stated_at"])
    def test_a_column_that_is_emptied_too(self, ten, column, behind_the_guards):
        behind_the_guards(f'UPDATE ledger_event SET "{column}" = NULL WHERE id = %s', [ten[4].pk])
        assert [fault.seq for fault in faults()] == [place_of(ten[4])]

    def test_a_mark_moved_within_a_letter_too(self, ten, behind_the_guards):
        """ "ý" as one sign and as two look the same and are not."""
        behind_the_guards(
            "UPDATE ledger_event SET reason = %s WHERE id = %s", ["ly\u0301 do", ten[4].pk]
        )
        assert [fault.seq for fault in faults()] == [place_of(ten[4])]

    @pytest.mark.parametrize("column", ["digest", "previous"])
    def test_a_changed_link(self, ten, column, behind_the_guards):
        place = place_of(ten[4])
        behind_the_guards(
            f'UPDATE ledger_link SET "{column}" = %s WHERE seq = %s', ["f" * 64, place]
        )
        assert [fault.seq for fault in faults()] == [place]

    def test_a_deleted_event_in_the_middle(self, ten, behind_the_guards):
        place = place_of(ten[4])
        behind_the_guards("DELETE FROM ledger_link WHERE event_id = %s", [ten[4].pk])
        behind_the_guards("DELETE FROM ledger_event WHERE id = %s", [ten[4].pk])
        assert [(fault.seq, fault.text) for fault in faults()] == [
            (place, f"link {place} is missing")
        ]

    def test_a_deleted_event_whose_later_links_are_renumbered(self, ten, behind_the_guards):
        place = place_of(ten[4])
        behind_the_guards("DELETE FROM ledger_link WHERE event_id = %s", [ten[4].pk])
        behind_the_guards("DELETE FROM ledger_event WHERE id = %s", [ten[4].pk])
        for seq in range(place + 1, chain.head().seq + 1):
            behind_the_guards("UPDATE ledger_link SET seq = %s WHERE seq = %s", [seq - 1, seq])
        assert [fault.seq for fault in faults()] == [place]

    def test_the_last_event_deleted_under_its_link(self, ten, behind_the_guards):
        end = chain.head()
        with transaction.atomic():
            behind_the_guards("DELETE FROM ledger_event WHERE id = %s", [ten[-1].pk])
            assert [fault.seq for fault in faults()] == [end.seq]
            transaction.set_rollback(True)

    def test_two_events_swapped(self, ten, behind_the_guards):
        first, second = ten[3], ten[6]
        place = place_of(first)
        for old, new in ((first.pk, -1), (second.pk, first.pk), (-1, second.pk)):
            behind_the_guards(
                "UPDATE ledger_link SET event_id = %s WHERE event_id = %s", [new, old]
            )
        assert [fault.seq for fault in faults()] == [place]

    def test_a_forged_event_with_a_forged_link(self, ten, behind_the_guards):
        enter(1)
        forged = Event.objects.latest("pk")
        behind_the_guards(
            "INSERT INTO ledger_link (seq, event_id, previous, digest) VALUES (%s, %s, %s, %s)",
            [chain.head().seq + 1, forged.pk, chain.head().digest, "a" * 64],
        )
        assert [fault.seq for fault in faults()] == [place_of(forged)]

    def test_an_event_kept_out_of_the_chain(self, ten):
        enter(1)
        soon, late = NOW + timedelta(minutes=14), NOW + timedelta(minutes=16)
        assert chain.verify(now=soon)[1] == []
        [fault] = chain.verify(now=late)[1]
        assert fault.event_id == Event.objects.latest("pk").pk


def truncate(behind_the_guards, event: Event) -> None:
    behind_the_guards("DELETE FROM ledger_link WHERE event_id = %s", [event.pk])
    behind_the_guards("DELETE FROM ledger_event WHERE id = %s", [event.pk])


class TestPublishedHeads:
    """What a chain cannot know of itself, a head kept outside tells."""

    def test_a_truncated_end_shows_only_against_a_published_head(self, ten, behind_the_guards):
        head = chain.head()
        assert faults([head]) == []
        truncate(behind_the_guards, ten[-1])
        assert faults() == []
        [fault] = faults([head])
        assert fault.seq == head.seq

    def test_so_does_a_chain_rewritten_as_a_whole(self, ten, behind_the_guards):
        head = chain.head()
        behind_the_guards("UPDATE ledger_event SET actor_name = 'Ai đó' WHERE id = %s", [ten[2].pk])
        behind_the_guards("DELETE FROM ledger_link WHERE seq > 0")
        chain.seal_all()
        assert faults() == []
        assert [(fault.seq, fault.text) for fault in faults([head])] == [
            (head.seq, "chain differs from a published head")
        ]

    def test_a_chain_that_grew_back_to_the_same_length_does_not_hide_it(
        self, ten, behind_the_guards
    ):
        """The later head fits the chain as it is now; the earlier one still does not."""
        head = chain.head()
        truncate(behind_the_guards, ten[-1])
        enter(1)
        chain.seal_all()
        again = chain.head()
        assert again.seq == head.seq
        for heads in ([head, again], [again, head]):
            assert [fault.seq for fault in faults(heads)] == [head.seq]

    def test_publishing_twice_a_day_replaces_nothing(self, ten, tmp_path):
        first = chain.head()
        path = chain.publish(tmp_path / "heads", now=NOW)
        enter(1)
        chain.seal_all()
        assert chain.publish(tmp_path / "heads", now=NOW + timedelta(hours=3)) == path
        assert chain.published_heads(tmp_path / "heads") == [first, chain.head()]

    def test_a_file_is_named_for_the_day_in_hanoi(self, ten, tmp_path):
        night = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
        assert chain.publish(tmp_path, now=night).name == "2026-11-26.jsonl"


class TestCommands:
    def run(self, *words: str) -> str:
        out = StringIO()
        call_command(*words, stdout=out)
        return out.getvalue()

    def test_export_then_verify(self, ten, tmp_path):
        enter(1)
        printed = self.run("export_ledger_head", "--to", str(tmp_path))
        assert Path(printed.strip()).parent == tmp_path
        count = Event.objects.count()
        assert self.run("verify_ledger", "--heads", str(tmp_path)) == f"whole: {count} links\n"

    def test_a_chain_rolled_back_after_the_export_is_broken(self, ten, tmp_path, behind_the_guards):
        self.run("export_ledger_head", "--to", str(tmp_path))
        truncate(behind_the_guards, ten[-1])
        self.run("verify_ledger")
        with pytest.raises(CommandError) as refusal:
            self.run("verify_ledger", "--heads", str(tmp_path))
        assert refusal.value.returncode == 1

    def test_a_broken_chain_names_its_first_broken_row(self, ten, behind_the_guards):
        for event in (ten[7], ten[3]):
            behind_the_guards("UPDATE ledger_event SET reason = '' WHERE id = %s", [event.pk])
        with pytest.raises(CommandError, match=rf"link {place_of(ten[3])} \(event {ten[3].pk}\)"):
            self.run("verify_ledger")

    @pytest.mark.parametrize("content", [None, "", "not a head\n", '{"seq": 1}\n', "[]\n"])
    def test_heads_that_are_not_there_or_not_readable_are_no_proof(self, ten, tmp_path, content):
        directory = tmp_path / "heads"
        if content is not None:
            directory.mkdir()
        if content:
            (directory / "2026-11-25.jsonl").write_text(content)
        with pytest.raises(CommandError) as refusal:
            self.run("verify_ledger", "--heads", str(directory))
        assert refusal.value.returncode == 1

    @pytest.mark.system
    def test_the_shell_sees_exit_status_1_and_one_sentence(self, database_url_for_subprocess):
        enter(1)
        Link.objects.create(seq=1000, event=Event.objects.latest("pk"), previous="", digest="")
        command = [sys.executable, "manage.py", "verify_ledger"]
        environment = os.environ | {"DATABASE_URL": database_url_for_subprocess}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
