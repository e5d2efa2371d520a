from django.db import migrations

_COUNTERS = (("DossierCounter", "HS"), ("TaskCounter", "NV"))


def carry_over(apps, schema_editor):
    """The last numbers of each year go on in the city's series."""
    series = apps.get_model("documents", "Series")
    for counter, symbol in _COUNTERS:
        for row in apps.get_model("dossiers", counter).objects.all():
            series.objects.create(holder=None, symbol=symbol, year=row.year, last=row.last)


def carry_back(apps, schema_editor):
    series = apps.get_model("documents", "Series")
    for counter, symbol in _COUNTERS:
        taken = series.objects.filter(holder=None, symbol=symbol)
        for row in taken:
            apps.get_model("dossiers", counter).objects.create(year=row.year, last=row.last)
        taken.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0004_lists_that_clerks_love"),
        ("documents", "0002_series_of_the_city"),
    ]

    operations = [
        migrations.RunPython(carry_over, carry_back),
        migrations.DeleteModel(name="DossierCounter"),
        migrations.DeleteModel(name="TaskCounter"),
    ]
