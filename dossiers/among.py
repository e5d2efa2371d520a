"""Many keys in one statement, said as one value."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func, Value


class Among(Func):
    """That a column is one of many keys.

    ``IN`` with a thousand numbers costs the application and the database more to write and read
    than the rows behind them.
    """

    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, column: str, keys: Iterable[int]) -> None:
        super().__init__(F(column), Value(json.dumps(list(keys))))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, arg_joiner=" IN (SELECT value FROM json_each(", template=_TWICE
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, arg_joiner=" = ANY(translate(", template=_ARRAY)


_TWICE = "%(expressions)s))"
_ARRAY = "%(expressions)s, '[]', '{}')::bigint[])"
