from django.db import migrations

# The pairs of neighbouring characters of a text: what an index finds Chinese words by, exactly,
# from two characters on. In plpgsql because splitting once beats substr(), which counts anew from
# the front for each character.
CREATE = """
CREATE FUNCTION text_bigrams(words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  letters text[] := regexp_split_to_array(words, '');
  pairs text[] := '{}';
BEGIN
  FOR n IN 1 .. coalesce(array_length(letters, 1), 0) - 1 LOOP
    pairs[n] := letters[n] || letters[n + 1];
  END LOOP;
  RETURN pairs;
END $$
"""


class Migration(migrations.Migration):
    """`text_bigrams`, for GIN indexes."""

    dependencies = [("core", "0002_unlogged_counts")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION text_bigrams(text)")]
