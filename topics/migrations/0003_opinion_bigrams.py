from django.db import migrations

# One index for the original and the published words: it only narrows down, the words themselves
# are compared afterwards. Pending opinions are left out, so speaking costs nothing more; they are
# few and read through.
CREATE = """
CREATE INDEX opinion_bigrams ON topics_opinion
USING gin (text_bigrams(text || ' ' || public_text)) WHERE state <> 'pending'
"""


class Migration(migrations.Migration):
    """Exact search in opinions from two characters on."""

    dependencies = [("core", "0003_text_bigrams"), ("topics", "0002_numbers")]

    operations = [migrations.RunSQL(CREATE, "DROP INDEX opinion_bigrams")]
