from django.db import migrations


class Migration(migrations.Migration):
    """Counts of tries need not survive a crash: without a log they cost no write to disk."""

    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE core_ratebucket SET UNLOGGED", "ALTER TABLE core_ratebucket SET LOGGED"
        )
    ]
