"""Whether a grid lacks a deputy is kept by the database, whoever writes the services."""

from django.db import migrations

FOLLOW_SERVICES = """
CREATE FUNCTION grids_follow_services() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM grids_grid WHERE id IN (SELECT grid_id FROM changed)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE grids_grid g SET gap = now.gap
    FROM (
      SELECT c.grid_id, NOT EXISTS (
          SELECT 1 FROM grids_gridservice s WHERE s.grid_id = c.grid_id AND s.ends_on IS NULL
        ) AS gap
        FROM (SELECT DISTINCT grid_id FROM changed) c
    ) now
    WHERE g.id = now.grid_id AND g.gap <> now.gap;
  RETURN NULL;
END $$;
CREATE TRIGGER grids_service_added AFTER INSERT ON grids_gridservice
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION grids_follow_services();
CREATE TRIGGER grids_service_changed AFTER UPDATE ON grids_gridservice
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION grids_follow_services();
CREATE TRIGGER grids_service_removed AFTER DELETE ON grids_gridservice
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION grids_follow_services();
"""
NO_FOLLOW_SERVICES = """
DROP TRIGGER grids_service_added ON grids_gridservice;
DROP TRIGGER grids_service_changed ON grids_gridservice;
DROP TRIGGER grids_service_removed ON grids_gridservice;
DROP FUNCTION grids_follow_services();
"""


class Migration(migrations.Migration):
    dependencies = [("grids", "0001_initial")]
    operations = [migrations.RunSQL(FOLLOW_SERVICES, NO_FOLLOW_SERVICES)]
