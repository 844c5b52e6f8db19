"""The name a unit answered under: old letters keep it when the unit is renamed or merged."""

from django.db import migrations, models

# What was answered before this day keeps the name the unit has today: no older one is known.
KEEP = """
UPDATE handling_reply r SET unit_name = u.name
FROM handling_order o JOIN congress_unit u ON u.id = o.unit_id WHERE o.id = r.order_id;
UPDATE handling_order o SET unit_name = u.name
FROM congress_unit u
WHERE u.id = o.unit_id AND o.state IN ('replied', 'accepted', 'opined');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("handling", "0004_reply_points_and_copies"),
        ("congress", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="unit_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="答复时的单位名称"),
        ),
        migrations.AddField(
            model_name="reply",
            name="unit_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="答复单位"),
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
