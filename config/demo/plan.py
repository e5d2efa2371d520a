"""Which dossiers the demo has: a tail that shows every state and age today, and older ones.

The tail comes first, so that even a small demo has every state; what follows it is finished.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from agencies.models import Agency, Kind
from config.demo.lives import Life, Planner

MONTHS_BACK = 8
_LAN, _TUAN = "P-00070", "P-00004"

#: Agencies that are late more often than others, so that a ranking has something to rank.
_SLOW = ("QLDA-GT", "SNNMT", "P-09556", "X-00454", "QHKT")


def first_day(today: date) -> date:
    """The local day on which the demo's story begins."""
    return today - timedelta(days=round(MONTHS_BACK * 30.4))


def plan(planner: Planner, agencies: dict[str, Agency], count: int) -> list[Life]:
    """So many lives, in no particular order."""
    pick = Picker(agencies, planner.rng)
    lives: list[Life] = []
    for life in _tail(planner, pick):
        if len(lives) == count:
            return lives
        lives.append(life)
    while len(lives) < count:
        lives.append(_finished(planner, pick))
    return lives


class Picker:
    """Chooses agencies: departments submit most, the ward of the demo's clerk is seen often."""

    def __init__(self, agencies: dict[str, Agency], rng: random.Random):
        self._agencies, self._rng = agencies, rng
        kinds: dict[str, list[Agency]] = {}
        for agency in agencies.values():
            kinds.setdefault(agency.kind, []).append(agency)
        self._kinds = kinds

    def one(self) -> Agency:
        """Any agency, by these odds."""
        kind = self._rng.choices(
            ("lan", "tuan", Kind.DEPARTMENT, Kind.DEPARTMENT_EQUIVALENT, Kind.PROJECT_BOARD,
             Kind.WARD, Kind.COMMUNE),
            (5, 2, 42, 5, 9, 21, 16),
        )[0]  # fmt: skip
        if kind in {"lan", "tuan"}:
            return self.named(_LAN if kind == "lan" else _TUAN)
        return self._rng.choice(self._kinds[kind])

    def named(self, code: str) -> Agency:
        return self._agencies[code]

    def slow(self) -> Agency:
        """One of those that are often late, or any other."""
        return self.named(self._rng.choice(_SLOW)) if self._rng.random() < 0.6 else self.one()


def _tail(planner: Planner, pick: Picker) -> Iterator[Life]:
    """Dossiers under way today: first one of each state, then the rest of the tail."""
    makers: list[tuple[int, Callable[[Agency], Life | None]]] = [
        (6, lambda agency: _overdue(planner, agency, 1)),
        (5, lambda agency: _due(planner, agency, 0)),
        (9, lambda agency: _drafting(planner, agency)),
        (8, lambda agency: _waiting(planner, agency, verbs=2)),
        (8, lambda agency: _waiting(planner, agency, verbs=3)),
        (6, lambda agency: _waiting(planner, agency, verbs=4)),
        (2, lambda agency: _office_due(planner, agency, 0)),
        (7, lambda agency: _issued(planner, agency)),
        (4, lambda agency: _returned(planner, agency)),
        (4, lambda agency: _consulted(planner, agency)),
        (2, lambda agency: _left(planner, agency, "meet")),
        (2, lambda agency: _left(planner, agency, "reject")),
        (2, lambda agency: _withdrawn(planner, agency)),
        (4, lambda agency: _overdue(planner, agency, 2)),
        (4, lambda agency: _due(planner, agency, 1)),
        (5, lambda agency: _due(planner, agency, 2)),
        (5, lambda agency: _answered(planner, agency)),
        (4, lambda agency: _overdue(planner, agency, 4)),
        (3, lambda agency: _overdue(planner, agency, 8)),
        (3, lambda agency: _overdue(planner, agency, 15)),
        (3, lambda agency: _overdue(planner, agency, planner.rng.randint(40, 75))),
        (3, lambda agency: _office_due(planner, agency, 1)),
        (3, lambda agency: _office_due(planner, agency, 2)),
        (2, lambda agency: _office_overdue(planner, agency, 1)),
        (1, lambda agency: _office_overdue(planner, agency, 4)),
    ]
    own = {0: _LAN, 1: _LAN, 2: _LAN, 3: _TUAN, 8: _LAN, 13: _TUAN, 14: _LAN, 16: _LAN, 17: _LAN}
    firsts = [
        (make, pick.named(own[place]) if place in own else pick.one())
        for place, (_count, make) in enumerate(makers)
    ]
    rest = [(make, pick.slow()) for count, make in makers for _ in range(count - 1)]
    finished = [(lambda agency: _finished(planner, pick, agency), pick.named(_LAN))]
    for make, agency in [*firsts[:13], *finished, *firsts[13:], *rest]:
        life = make(agency)
        if life is not None:
            yield life


# --- under way ------------------------------------------------------------------------------------


def _drafting(planner: Planner, agency: Agency) -> Life:
    day = planner.working_day(planner.today, -planner.rng.randint(0, 3))
    return planner.entered(agency, day, verbs=1)


def _waiting(planner: Planner, agency: Agency, *, verbs: int) -> Life:
    return planner.entered(agency, planner.today, verbs=verbs)


def _asked(planner: Planner, agency: Agency, day: date) -> Life:
    """Asked on a day; some were asked before they had been put to the leader."""
    life = planner.entered(agency, day, verbs=planner.rng.choice((4, 4, 4, 3, 2)))
    return planner.directed(life, day)


def _due(planner: Planner, agency: Agency, working_days: int) -> Life | None:
    """The agency's limit ends today, or so many working days after."""
    due_on = planner.working_day(planner.today, working_days)
    if due_on < planner.today:  # today nobody works: nothing ends today
        return None
    day = planner.event_day("report", due_on)
    if day is None or day > planner.today:
        return None
    life = _asked(planner, agency, day)
    if day < planner.today and planner.rng.random() < 0.3:
        drafted = planner.moment(planner.working_day(planner.today, 0), after=life.end)
        life.steps.append(type(life.steps[0])(drafted, "prepare"))
    return life


def _overdue(planner: Planner, agency: Agency, working_days: int) -> Life | None:
    day = planner.event_day("report", planner.late_since(working_days))
    return _asked(planner, agency, day) if day else None


def _answered(planner: Planner, agency: Agency) -> Life:
    """Back with the leader, after one round."""
    ago = planner.rng.randint(3, 5)
    life = _asked(planner, agency, planner.working_day(planner.today, -ago))
    return planner.reported(life, late=planner.rng.choice((0, 0, 1)) if ago > 3 else 0)


def _office_due(planner: Planner, agency: Agency, working_days: int) -> Life | None:
    """The City Office's limit ends today, or so many working days after."""
    due_on = planner.working_day(planner.today, working_days)
    day = planner.event_day("draft", due_on) if due_on >= planner.today else None
    if day is None or day > planner.today:
        return None
    return planner.concluded(_maybe_round(planner, agency, day), day)


def _office_overdue(planner: Planner, agency: Agency, working_days: int) -> Life | None:
    day = planner.event_day("draft", planner.late_since(working_days))
    return planner.concluded(_maybe_round(planner, agency, day), day) if day else None


def _issued(planner: Planner, agency: Agency) -> Life:
    """Issued in the last days, not closed yet."""
    day = planner.working_day(planner.today, -planner.rng.randint(5, 7))
    life = planner.concluded(_maybe_round(planner, agency, day), day)
    return planner.issued(life, late=planner.rng.choice((0, 0, 0, 1)))


def _returned(planner: Planner, agency: Agency) -> Life:
    """Sent back for form in the last days."""
    day = planner.working_day(planner.today, -planner.rng.randint(0, 3))
    life = planner.entered(agency, day, verbs=planner.rng.choice((2, 3)))
    return planner.then(life, "return", planner.working_day(day, 0))


def _consulted(planner: Planner, agency: Agency) -> Life:
    """Other agencies are asked; some questions are overdue by now."""
    day = planner.working_day(planner.today, -planner.rng.choice((1, 2, 4, 7)))
    return planner.then(planner.entered(agency, day, verbs=3), "consult", day)


def _left(planner: Planner, agency: Agency, verb: str) -> Life:
    """A leader decided otherwise than to conclude: a meeting, or no."""
    day = planner.working_day(planner.today, -planner.rng.randint(1, 6))
    return planner.then(planner.entered(agency, day), verb, day)


def _withdrawn(planner: Planner, agency: Agency) -> Life:
    """Taken back by its head, with the City Office's consent."""
    day = planner.working_day(planner.today, -planner.rng.randint(2, 9))
    life = planner.then(planner.entered(agency, day, verbs=3), "ask_back", day)
    return planner.then(life, "let_go", planner.working_day(day, 1))


def _maybe_round(planner: Planner, agency: Agency, day: date) -> Life:
    """With the leader on a day, half of them after a round of explanation."""
    if planner.rng.random() < 0.5:
        return planner.entered(agency, day)
    asked = planner.working_day(day, -planner.rng.randint(4, 6))
    return planner.reported(_asked(planner, agency, asked))


# --- finished -------------------------------------------------------------------------------------


def _finished(planner: Planner, pick: Picker, agency: Agency | None = None) -> Life:
    """From logging to closing, in any number of rounds, over before today."""
    rng, today = planner.rng, planner.today
    begin = first_day(today)
    last = planner.working_day(today, -16)
    while True:
        # The later months are busier than the first.
        day = begin + timedelta(days=10 + round((last - begin).days * rng.random() ** 0.75))
        life = _whole(planner, agency or pick.one(), planner.working_day(day, 0))
        if life.end.date() < today and life.steps[0].at.date() >= begin:
            return life


def _whole(planner: Planner, agency: Agency, day: date) -> Life:
    rng = planner.rng
    slow = 2.0 if agency.code in _SLOW else 1.0
    life = planner.entered(agency, day, verbs=rng.choice((4, 4, 4, 4, 3)))
    rounds = rng.choices((0, 1, 2, 3), (22, 54, 20, 4))[0]
    if life.steps[-1].verb != "put":
        rounds = max(rounds, 1)
    for _ in range(rounds):
        planner.directed(life, day)
        planner.reported(life, late=_lateness(rng, 0.17 * slow))
        day = planner.working_day(life.end.date(), rng.randint(1, 3))
    planner.concluded(life, day)
    planner.issued(life, late=_lateness(rng, 0.12))
    return planner.closed(life)


def _lateness(rng: random.Random, share: float) -> int:
    """Working days late: mostly none, then few, seldom many."""
    if rng.random() >= share:
        return 0
    return rng.choices((1, 2, 3, 5, 8, 12), (40, 24, 14, 12, 7, 3))[0]
