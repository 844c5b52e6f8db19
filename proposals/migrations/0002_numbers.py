"""Codes come from sequences: no row is ever waited for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("proposals", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE proposals_proposal_number", "DROP SEQUENCE proposals_proposal_number"
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE proposals_batch_number", "DROP SEQUENCE proposals_batch_number"
        ),
    ]
