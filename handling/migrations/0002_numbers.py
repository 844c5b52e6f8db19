"""Numbers come from sequences: no row is ever waited for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("handling", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE handling_order_number", "DROP SEQUENCE handling_order_number"
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE handling_promise_number", "DROP SEQUENCE handling_promise_number"
        ),
    ]
