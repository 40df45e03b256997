-- What an import said of guests stays with them when it is taken back, so that it can be brought back. Whom it had added
-- is deleted, and set aside, with these rows.
ALTER TABLE waapp_import_rows ADD COLUMN IF NOT EXISTS undone BOOLEAN NOT NULL DEFAULT false;
