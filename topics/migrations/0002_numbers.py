"""Numbers come from sequences: no row is ever waited for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("topics", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE topics_topic_number", "DROP SEQUENCE topics_topic_number"
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE topics_opinion_number", "DROP SEQUENCE topics_opinion_number"
        ),
    ]
