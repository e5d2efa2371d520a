from datetime import date, timedelta, timezone

from django.db import migrations

HANOI = timezone(timedelta(hours=7))


def keep_as_reminders(apps, schema_editor):
    """Reminder letters from before there was a table of what limits were reminded by."""
    Reminder = apps.get_model('deadlines', 'Reminder')
    named = apps.get_model('dossiers', 'Letter').limits.through.objects.filter(
        letter__kind='reminder'
    )
    rows = {}
    for row in named.select_related('letter__paper', 'timelimit').order_by('pk'):
        at = row.letter.paper.issued_at
        day = (at.astimezone(HANOI).date() - date(2020, 1, 1)).days
        key = (row.timelimit_id, row.timelimit.due_at, day)
        rows.setdefault(key, at)
    Reminder.objects.bulk_create(
        [
            Reminder(
                time_limit_id=limit, due_at=due_at, kind='letter', rung=day, at=at, written_at=at
            )
            for (limit, due_at, day), at in rows.items()
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('deadlines', '0005_warning_ladder'),
        ('documents', '0001_initial'),
        ('dossiers', '0009_running_limits_newest_first'),
    ]

    operations = [
        migrations.RunPython(keep_as_reminders, migrations.RunPython.noop),
    ]
