"""Pages asked through Django's test client in this process: the whole answer, and its SQL."""

import os
import statistics
import time
from typing import Any

from django.db import connection

from bench import REPEATS

COLUMNS = ["page", "whole ms", "SQL ms", "queries"]
#: The machine is shared: the figure of a page is the lowest of so many medians.
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def measured(name: str, who: str, address: str) -> tuple[str, ...]:
    """The lowest median time of a page and of its SQL in milliseconds, and its queries.

    SQL is the time for which the application waits in the driver.
    """
    from django.test import Client  # noqa: PLC0415  after django.setup()

    from accounts.models import User  # noqa: PLC0415

    browser = Client(headers={"host": "localhost"})
    browser.force_login(User.objects.get(username=who))
    wholes, sqls, queries = [], [], 0
    browser.get(address)
    for _round in range(ROUNDS):
        whole, sql = [], []
        for _repeat in range(REPEATS):
            spent: list[float] = []

            def timed(execute: Any, *args: Any, spent: list[float] = spent) -> Any:
                begun = time.perf_counter()
                try:
                    return execute(*args)
                finally:
                    spent.append(time.perf_counter() - begun)

            with connection.execute_wrapper(timed):
                begun = time.perf_counter()
                answer = browser.get(address)
                took = time.perf_counter() - begun
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
            whole.append(took)
            sql.append(sum(spent))
            queries = len(spent)
        wholes.append(statistics.median(whole))
        sqls.append(statistics.median(sql))
    return name, f"{min(wholes) * 1000:.1f}", f"{min(sqls) * 1000:.1f}", str(queries)
