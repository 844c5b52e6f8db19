"""Numbers come from sequences: no row is ever waited for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("voices", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE voices_message_number", "DROP SEQUENCE voices_message_number"
        ),
    ]
