"""Numbers from sequences, who is in office kept by the database, the duty ledger append-only."""

from django.db import migrations

NUMBERS = ("deputy", "seat", "delegation", "group", "studio")

# A deputy's `serving` and `levels` follow the seats, whoever writes them: the import, the engine,
# demo data. The deputies are locked first, so that of two seats changed at once the second
# reckons with the first; nothing is written where nothing changes.
FOLLOW_SEATS = """
CREATE FUNCTION deputies_follow_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM deputies_deputy WHERE id IN (SELECT deputy_id FROM changed)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE deputies_deputy d SET serving = held.levels <> '{}', levels = held.levels
    FROM (
      SELECT c.deputy_id, coalesce(
          array_agg(DISTINCT congress.level ORDER BY congress.level)
            FILTER (WHERE congress.level IS NOT NULL), '{}')::smallint[] AS levels
        FROM (SELECT DISTINCT deputy_id FROM changed) c
        LEFT JOIN deputies_seat seat ON seat.deputy_id = c.deputy_id AND seat.state = 'active'
        LEFT JOIN congress_term term ON term.id = seat.term_id
        LEFT JOIN congress_congress congress ON congress.id = term.congress_id
        GROUP BY c.deputy_id
    ) held
    WHERE d.id = held.deputy_id
      AND (d.levels <> held.levels OR d.serving <> (held.levels <> '{}'));
  RETURN NULL;
END $$;
CREATE TRIGGER deputies_seat_added AFTER INSERT ON deputies_seat
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION deputies_follow_seats();
CREATE TRIGGER deputies_seat_changed AFTER UPDATE ON deputies_seat
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION deputies_follow_seats();
CREATE TRIGGER deputies_seat_removed AFTER DELETE ON deputies_seat
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION deputies_follow_seats();
"""
NO_FOLLOW_SEATS = """
DROP TRIGGER deputies_seat_added ON deputies_seat;
DROP TRIGGER deputies_seat_changed ON deputies_seat;
DROP TRIGGER deputies_seat_removed ON deputies_seat;
DROP FUNCTION deputies_follow_seats();
"""

APPEND_ONLY = """
CREATE FUNCTION deputies_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the duty ledger is reversed, never edited'
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER deputies_duty_append_only BEFORE UPDATE OR DELETE ON deputies_dutyrecord
  FOR EACH ROW EXECUTE FUNCTION deputies_refuse_edit();
"""
NO_APPEND_ONLY = """
DROP TRIGGER deputies_duty_append_only ON deputies_dutyrecord;
DROP FUNCTION deputies_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [("deputies", "0001_initial"), ("congress", "0001_initial")]
    operations = [
        *(
            migrations.RunSQL(
                f"CREATE SEQUENCE deputies_{name}_number",
                f"DROP SEQUENCE deputies_{name}_number",
            )
            for name in NUMBERS
        ),
        migrations.RunSQL(FOLLOW_SEATS, NO_FOLLOW_SEATS),
        migrations.RunSQL(APPEND_ONLY, NO_APPEND_ONLY),
    ]
