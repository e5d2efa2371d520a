"""What goes wrong in a play, drawn from its seed.

The machine of a play ticks: a sweep after midnight, mail in the morning and after people acted. A
fault spoils ticks, never the last one of a block, which comes before people act again: an outage
ends. Two long outages may swallow days on which nobody acts.

For what people do while nothing was swept, silences what would have been told: whoever answers in
time during an outage is not warned afterwards. That is as it should be, and told by other tests.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache

from tests.drill.story import INSTANTS, SILENT, days
from tests.world import HANOI

_HOUR = timedelta(hours=1)
#: A pass over the outbox costs three sweeps: letters travel under every fourth seed.
MAIL_IN = 4


class Job(StrEnum):
    """What a tick asks of a worker."""

    SWEEP = "sweep"
    MAIL = "mail"


class Fault(StrEnum):
    """What becomes of a tick."""

    NONE = "none"
    DROPPED = "dropped"  # no beat, no queue, or no worker
    REPEATED = "repeated"  # delivered again after a doubt
    TOGETHER = "together"  # several workers at the same moment
    CRASHED = "crashed"  # at some statement of the job
    CLOCK_BACK = "clock back"
    CLOCK_AHEAD = "clock ahead"
    REFUSES = "mail refuses"  # nobody listens
    LATER = "mail later"  # 450
    DIES = "mail dies"  # takes the letter and does not say so
    KILLED = "sender killed"  # between the server's word and ours


_OF_SWEEPS = (Fault.DROPPED, Fault.REPEATED, Fault.TOGETHER, Fault.CRASHED, Fault.CLOCK_BACK,
              Fault.CLOCK_AHEAD)  # fmt: skip
_OF_MAIL = (Fault.DROPPED, Fault.REPEATED, Fault.TOGETHER, Fault.CRASHED, Fault.REFUSES,
            Fault.LATER, Fault.DIES, Fault.KILLED)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tick:
    """A job at an instant, and what becomes of it. ``number`` says how often, how many at once, or
    at which statement; ``clock`` is what the worker's clock shows."""

    at: datetime
    job: Job
    fault: Fault = Fault.NONE
    number: int = 1
    step: timedelta = timedelta()

    @property
    def clock(self) -> datetime:
        return self.at + self.step


@dataclass(slots=True)
class Plan:
    """The ticks of a play in the order in which they come, and how many faults of each kind."""

    seed: int | None
    ticks: list[Tick] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


#: When blocks begin, and in how many minutes from there their ticks come again. In a calm play the
#: first tick of each block comes; with faults the others are drawn, and the last one always comes.
_SWEEP_AT, _SWEEP_AGAIN = time(0, 0, 35), (0.5, 1, 20, 450)
#: In the morning and after people acted: noon and evening.
_MAIL_AT, _MAIL_AGAIN = (time(7, 31), time(11), time(15, 45)), (2, 27)


def calm() -> Plan:
    """Everything works."""
    return Plan(None, [tick for day in days() for tick in _blocks(day)])


def drawn(seed: int) -> Plan:
    """What goes wrong under this seed: the same whenever it is asked."""
    dice, plan = random.Random(seed), Plan(seed)  # noqa: S311 - nothing is kept secret with it
    outages = [silent for silent in SILENT if dice.random() < 0.4]
    plan.faults["long outage"] = len(outages)
    for day in days():
        block: list[Tick] = []
        for tick in _blocks(day):
            block += _spoiled(tick, dice) if dice.random() < 0.3 else [tick]
        if dice.random() < 0.1:  # messages overtake each other within the night
            block = _shuffled(block, dice)
            plan.faults["reordered"] += 1
        plan.ticks += block
    for begins, ends in outages:
        plan.ticks = [tick for tick in plan.ticks if not begins <= tick.at < ends]
        after = next(n for n, tick in enumerate(plan.ticks) if tick.at >= ends)
        plan.ticks.insert(after, Tick(ends, Job.SWEEP))
    if seed % MAIL_IN:
        plan.ticks = [tick for tick in plan.ticks if tick.job == Job.SWEEP]
    plan.faults.update(tick.fault for tick in plan.ticks if tick.fault != Fault.NONE)
    plan.faults += Counter()  # what did not happen is not listed
    return plan


def _blocks(day: date) -> Iterator[Tick]:
    yield Tick(datetime.combine(day, _SWEEP_AT, HANOI), Job.SWEEP)
    for n, at in enumerate(_MAIL_AT):
        if n == 0 or _acts_between(day, _MAIL_AT[n - 1], at):
            yield Tick(datetime.combine(day, at, HANOI), Job.MAIL)


@cache
def _acts_between(day: date, begin: time, end: time) -> bool:
    return any(at.date() == day and begin <= at.time() < end for at in INSTANTS)


def _spoiled(first: Tick, dice: random.Random) -> Iterator[Tick]:
    """The first tick and those after it, all but the last one spoiled or left out."""
    is_sweep = first.job == Job.SWEEP
    *between, last = _SWEEP_AGAIN if is_sweep else _MAIL_AGAIN
    for minutes in (0, *between):
        if minutes and dice.random() < 0.4:
            continue
        fault, step = dice.choice(_OF_SWEEPS if is_sweep else _OF_MAIL), timedelta()
        if fault == Fault.CLOCK_BACK:
            step = -dice.choice((timedelta(seconds=20), _HOUR, 26 * _HOUR))
        elif fault == Fault.CLOCK_AHEAD:
            step = dice.choice((timedelta(seconds=20), _HOUR))
        number = dice.randint(1, 14) if fault == Fault.CRASHED else dice.randint(2, 4)
        yield Tick(first.at + timedelta(minutes=minutes), first.job, fault, number, step)
    yield Tick(first.at + timedelta(minutes=last), first.job)


def _shuffled(block: Iterable[Tick], dice: random.Random) -> list[Tick]:
    """The sweeps of the night in any order: each sees the clock of its own message."""
    block = list(block)
    night = [n for n, tick in enumerate(block) if tick.at.time() < time(7)]
    order = dice.sample(night, len(night))
    mixed = [block[n] for n in order]
    return mixed + [tick for n, tick in enumerate(block) if n not in night]
