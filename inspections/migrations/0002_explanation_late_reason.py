from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="explanationrequest",
            name="late_reason",
            field=models.TextField(blank=True, default=""),
        ),
    ]
