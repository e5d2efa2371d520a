"""Faults F1 to F22: what is done to the system, what must hold, and which tests show it.

A test of ``drill_*.py`` runs in the drill alone; all others belong to every test run too.
"""

from dataclasses import dataclass

_D = "tests/drill/"
_PROCESSES = f"{_D}drill_processes.py"
_WORKERS = f"{_D}drill_workers.py"
_SEEDS = f"{_D}drill_seeds.py::test_the_same_is_left_under_every_seed"
_KILLS = f"{_PROCESSES}::test_kill_anything_for_a_minute"
_REDIS = f"{_PROCESSES}::test_without_redis_everybody_works_and_then_every_message_comes_once"
_QUEUE = f"{_PROCESSES}::test_five_beats_and_a_queue_that_freezes_forgets_and_hangs_up"
_FIFTY = f"{_WORKERS}::test_killed_fifty_times_in_the_middle_of_a_sweep"
_STANDS = f"{_WORKERS}::test_one_that_stands_still_finishes_late_and_once"
_SENDER = f"{_WORKERS}::test_a_sender_killed_at_any_statement_sends_under_one_name"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, by its number in the plan; ``lacks`` says what of it is not run here, and why;
    ``only`` names the one database that can have it."""

    number: str
    what: str
    expected: str
    shown_by: tuple[str, ...]
    lacks: str = ""
    only: str = ""


FAULTS = (
    Fault(
        "F1",
        "A worker is killed in the middle of a batch, fifty times",
        "One flag, one entry, one message for each breach; the others go on",
        (_FIFTY, _KILLS, "tests/system/test_worker_killed.py"),
    ),
    Fault(
        "F2",
        "A worker stands still and wakes up later",
        "It finishes late, and there is one effect",
        (
            _STANDS,
            "tests/accounts/mail/test_sending.py::TestCutOff::"
            "test_who_wakes_up_after_its_claim_ran_out_does_not_undo_what_was_settled",
        ),
        "Longer than the queue's visibility timeout (an hour): a message delivered again is F5.",
    ),
    Fault(
        "F3",
        "Two beats, then five",
        "The same flags, the same messages",
        (_KILLS, _QUEUE, "tests/deadlines/test_sweep_side_by_side.py"),
    ),
    Fault(
        "F4",
        "No beat for hours or days; its schedule file is garbage",
        "Flags bear the instant of the breach; health turns red after five minutes",
        (
            _SEEDS,
            _QUEUE,
            "tests/deadlines/test_sweep.py::TestFlagging::"
            "test_five_days_without_a_sweep_then_one_then_three_more",
            "tests/deadlines/test_sweep.py::TestHowSoon::"
            "test_pages_and_health_say_when_it_falls_behind",
            "tests/operating/test_operations.py::TestGauges::test_a_process_that_fell_silent",
        ),
    ),
    Fault(
        "F5",
        "The same message is delivered twenty times",
        "One effect",
        (
            "tests/system/test_worker_killed.py::"
            "test_beat_ticks_a_worker_sweeps_and_twenty_more_messages_change_nothing",
            "tests/system/test_worker_killed.py::test_two_workers_at_once_share_one_effect",
        ),
    ),
    Fault(
        "F6",
        "Redis is killed, frozen, flushed, started again empty, full",
        "Staff notice nothing (p99 below 2 s, or what a busy machine takes with Redis too); the "
        "backlog is done within two minutes",
        (
            _REDIS,
            _QUEUE,
            "tests/system/test_outages.py::"
            "test_without_the_queue_everyone_works_from_sign_in_to_the_answer",
        ),
    ),
    Fault(
        "F7",
        "Redis hangs up on every caller every three seconds",
        "Workers go on afterwards",
        (_QUEUE,),
        "For 15 seconds, not for two minutes.",
    ),
    Fault(
        "F8",
        "A task runs out of memory or time, or leaves the process",
        "Nothing half done, an alarm, the next tick does it",
        (
            _FIFTY,
            "tests/operating/test_operations.py::TestGauges::"
            "test_failed_jobs_are_named_without_their_text",
        ),
        "Memory, the time limit, SystemExit: the kernel and Celery end the worker as a kill does.",
    ),
    Fault(
        "F9",
        "The web process is told to stop, or killed, during requests",
        "What was accepted is stored; SIGTERM answers what was begun",
        (_KILLS, "tests/system/test_web_stops.py"),
    ),
    Fault(
        "F10",
        "The mail server refuses, hangs, takes a letter and dies, bounces",
        "Tried again under the same Message-ID; nothing is blocked",
        (_SEEDS, _SENDER, "tests/accounts/mail/test_sending.py"),
    ),
    Fault(
        "F11",
        "A deploy in the middle: old and new code, a migration running",
        "No effect lost or doubled; locks below two seconds",
        ("tests/operating/test_operations.py::TestReadyz",),
        "Two versions side by side: there is one version so far. A process of another version says "
        "in /readyz that migrations are missing, and the proxy sends it nobody.",
    ),
    Fault(
        "F12",
        "The database ends all sessions",
        "An error page for requests in flight; the next one works",
        (
            "tests/system/test_outages.py::"
            "test_after_a_restart_of_the_database_the_next_request_works",
            _KILLS,
        ),
        "Every two seconds for long: it is done once to all, and once in the middle of a request.",
        "postgres",
    ),
    Fault(
        "F13",
        "PostgreSQL is stopped at once (-m immediate) in the middle of requests and at COMMIT",
        "Accepted ⇔ stored",
        (
            _KILLS,
            "tests/system/test_outages.py::"
            "test_a_request_hit_in_the_middle_has_no_half_effect_and_may_be_sent_again",
        ),
        "A loss of power: the drill's cluster runs with fsync off, so it shows the death of "
        "processes, not of the machine.",
        "postgres",
    ),
    Fault(
        "F14",
        "Transactions that meet, wait for each other, or are broken off",
        "Done, or refused in words; no half effect",
        (
            "tests/invariants/test_many_writers.py",
            "tests/deadlines/keeping/test_side_by_side.py",
            "tests/ledger/test_one_transaction.py",
        ),
    ),
    Fault(
        "F15",
        "SQLite: thirty writers, a kill at COMMIT",
        "Nobody waits in vain; integrity_check is ok",
        (
            "tests/invariants/test_many_writers.py::"
            "test_thirty_forms_of_three_kinds_all_have_their_effect",
            _FIFTY,
        ),
        "A reader that holds a snapshot for long.",
        "sqlite",
    ),
    Fault(
        "F16",
        "The disk is full",
        "Files are refused in words, no record is lost",
        (
            "tests/invariants/test_files_kept.py::TestFullDisk",
            "tests/operating/test_backup.py::TestTaking::test_a_full_disk_leaves_nothing_behind",
        ),
        "The disk under the database, its log and /tmp: a small file system would have to be "
        "mounted, which a drill may not do; the tests let the system call fail, for files alone.",
    ),
    Fault(
        "F17",
        "A kept file is deleted, cut off, changed by a bit, closed to its reader",
        "Named by night; its download says so",
        ("tests/invariants/test_files_kept.py::TestReadEveryNight",),
    ),
    Fault(
        "F18",
        "A backup under load, a damaged one, one into the other database",
        "Counts, due dates and chain are equal; a damaged one is refused",
        ("tests/operating/test_backup.py",),
    ),
    Fault(
        "F19",
        "The clock steps forward and back",
        "No flag vanishes, no number repeats; a drift is an alarm",
        (
            _SEEDS,
            "tests/deadlines/test_time_limits.py::TestMeet::"
            "test_a_clock_that_runs_behind_meets_nothing_before_its_start",
            "tests/documents/test_issuing.py::TestOneAfterTheOther::"
            "test_a_clock_that_steps_back_gives_no_paper_an_earlier_instant_than_the_one_before",
            "tests/accounts/test_sign_in.py::TestSessions::test_a_clock_set_back_ends_nothing",
            "tests/deadlines/keeping/test_applying.py::TestWhatPassed::"
            "test_a_flag_of_a_faster_clock_holds_the_limit",
            "tests/deadlines/test_clocks.py",
        ),
        "The machine's own clock is not moved; workers are given another instant.",
    ),
    Fault(
        "F20",
        "The server is in another time zone",
        "The same due dates",
        ("tests/deadlines/test_counting.py::TestTimeZone",),
        "A machine without tzdata: the zone comes with the packages.",
    ),
    Fault(
        "F21",
        "The year turns; 29 February; Tết; a swap or a holiday added, removed, added",
        "Numbers, due dates and limits as a fresh count says",
        (
            _SEEDS,
            "tests/deadlines/keeping/test_oracle.py",
            "tests/deadlines/keeping/test_applying.py",
            "tests/deadlines/test_worked_examples.py",
            "tests/documents/test_issuing.py::TestOneAfterTheOther::"
            "test_the_year_turns_at_local_midnight_and_not_at_that_of_utc",
            "tests/deadlines/mailing/test_hours.py::TestABreach",
        ),
    ),
    Fault(
        "F22",
        "The calendar of the next year is missing",
        "Refused in words; nothing is guessed",
        (
            "tests/deadlines/test_calendar_missing.py",
            "tests/deadlines/test_ladder.py::TestTheWorkingCalendar::"
            "test_beyond_the_published_days_flags_go_on_and_no_rung_comes_early",
        ),
    ),
)
