"""The fields (lĩnh vực) that dossiers name, for filters."""

from django.db import connection

from accounts.actors import Actor
from accounts.rights import agencies_of, reaches_city
from dossiers.models import Dossier

MOST = 200

#: Each next name from the index of fields: as many steps as names, however many dossiers there are.
_EACH = """
    WITH RECURSIVE named(field) AS (
        SELECT MIN(field) FROM dossiers_dossier WHERE field > ''
        UNION ALL
        SELECT (SELECT MIN(d.field) FROM dossiers_dossier d
                WHERE d.field > '' AND d.field > named.field)
        FROM named WHERE named.field IS NOT NULL
    )
    SELECT field FROM named WHERE field IS NOT NULL LIMIT %s"""


def named(by: Actor) -> list[str]:
    """The fields of the dossiers that a person may see, in order; one query."""
    if not reaches_city(by, "dossier_view"):
        own = Dossier.objects.filter(agency_id__in=agencies_of(by, "dossier_view"))
        found = own.filter(field__gt="").order_by("field").values_list("field", flat=True)
        return list(found.distinct()[:MOST])
    with connection.cursor() as cursor:
        cursor.execute(_EACH, [MOST])
        return [name for (name,) in cursor.fetchall()]
