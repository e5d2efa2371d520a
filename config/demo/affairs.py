"""Home Affairs at its duty in the demo: plans, inspections, records and what follows from them.

Each chain is told by a generator that gives the instant of its next step and does it when the story
has come there; it ends where the city gives it nothing to work on, so a small demo has fewer.
"""

import heapq
import random
from collections.abc import Generator
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.actors import Actor
from accounts.models import User
from accounts.roles import Role
from config.demo import follow_up, visits
from config.demo.lives import Planner
from config.demo.story import Player
from deadlines.calendar import HANOI

#: Gives the instant of the next step, receives it back when the story is there.
Chain = Generator[datetime, datetime, Any]

HOME_AFFAIRS = "SNV"


class Affairs:
    """The people of Home Affairs, their days, and the chains that run beside the dossiers."""

    def __init__(self, player: Player, planner: Planner, rng: random.Random):
        self.player, self.rng = player, rng
        self._planner = planner
        users = player.cast.users
        self._hoa, self._quang, self._minh = users["hoa"], users["quang"], users["minh"]
        self.secretary = next(
            user for user in player.cast.holders(Role.INSPECTOR) if user != self._hoa
        )
        self._waiting: list[tuple[datetime, int, Chain]] = []
        for number, chain in enumerate((*visits.chains(self), *follow_up.chains(self))):
            self._put_back(number, chain, next(chain))

    def until(self, at: datetime) -> None:
        """Do every step up to an instant, in the order of time."""
        while self._waiting and self._waiting[0][0] <= at:
            instant, number, chain = heapq.heappop(self._waiting)
            try:
                self._put_back(number, chain, chain.send(instant))
            except StopIteration:
                continue

    def _put_back(self, number: int, chain: Chain, at: datetime) -> None:
        heapq.heappush(self._waiting, (at, number, chain))

    # --- days ---

    @property
    def today(self) -> date:
        """The local day on which the demo is loaded."""
        return self._planner.today

    def day(self, working_days: int) -> date:
        """A working day, counted from the day of loading: -1 is the one before."""
        return self._planner.working_day(self.today, working_days)

    def on(self, working_days: int, hour: int, minute: int = 0) -> datetime:
        """An hour of such a day, in Hanoi."""
        return datetime.combine(self.day(working_days), time(hour, minute), HANOI)

    def on_date(self, day: date, hour: int) -> datetime:
        """An hour of a local date, or of the first working day after it."""
        first = self._planner.calendar.next_working_day(day - timedelta(days=1))
        return datetime.combine(first, time(hour), HANOI)

    # --- people ---

    @property
    def inspector(self) -> User:
        """Who leads the teams and writes the records."""
        return self._hoa

    def hoa(self, at: datetime) -> Actor:
        return self.player.actor(self._hoa, at)

    def director(self, at: datetime) -> Actor:
        return self.player.actor(self._quang, at)

    def leader(self, at: datetime) -> Actor:
        return self.player.actor(self._minh, at)

    def seed(self) -> str:
        """A seed for a draw; the real verbs make theirs by chance."""
        return f"{self.rng.getrandbits(48):012x}"
