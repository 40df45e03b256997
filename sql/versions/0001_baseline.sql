-- What the web application owns: events, guests and the two enums. Created only when missing; a table that exists
-- keeps its columns, types and rows, and only gains the columns that this program reads and writes.

DO $$
BEGIN
  IF to_regtype('invitation_status_enum') IS NULL THEN
    CREATE TYPE invitation_status_enum AS ENUM ('not_sent', 'sent', 'failed');
  END IF;
  IF to_regtype('invitation_method_enum') IS NULL THEN
    CREATE TYPE invitation_method_enum AS ENUM ('email', 'manual');
  END IF;
END
$$;

-- The spec's tables refer to both by UUID. Say so in one line instead of failing later on a foreign key.
DO $$
DECLARE
  wanted RECORD;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES ('events', 'id'), ('guests', 'id'), ('guests', 'event_id')) AS v(tab, col) LOOP
    IF to_regclass(wanted.tab) IS NOT NULL AND NOT EXISTS (
      SELECT FROM pg_attribute
      WHERE attrelid = to_regclass(wanted.tab) AND attname = wanted.col AND NOT attisdropped AND atttypid = 'uuid'::regtype
    ) THEN
      RAISE EXCEPTION 'column %.% is missing or not of type uuid', wanted.tab, wanted.col USING ERRCODE = 'WA001';
    END IF;
  END LOOP;
END
$$;

CREATE TABLE IF NOT EXISTS events (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  name VARCHAR(200) NOT NULL
);

CREATE TABLE IF NOT EXISTS guests (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  event_id UUID NOT NULL REFERENCES events(id) ON DELETE CASCADE,
  name VARCHAR(200) NOT NULL
);

-- Existing rows of a table without a name get an empty one; new rows must bring theirs.
DO $$
DECLARE
  owned TEXT;
BEGIN
  FOREACH owned IN ARRAY ARRAY['events', 'guests'] LOOP
    IF NOT EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = owned::regclass AND attname = 'name' AND NOT attisdropped
    ) THEN
      EXECUTE format('ALTER TABLE %I ADD COLUMN name VARCHAR(200) NOT NULL DEFAULT ''''', owned);
      EXECUTE format('ALTER TABLE %I ALTER COLUMN name DROP DEFAULT', owned);
    END IF;
  END LOOP;
END
$$;

ALTER TABLE events
  ADD COLUMN IF NOT EXISTS date TIMESTAMP,
  ADD COLUMN IF NOT EXISTS location VARCHAR(300),
  ADD COLUMN IF NOT EXISTS created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  ADD COLUMN IF NOT EXISTS updated_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc');

ALTER TABLE guests
  ADD COLUMN IF NOT EXISTS email VARCHAR(320),
  ADD COLUMN IF NOT EXISTS phone VARCHAR(50),
  ADD COLUMN IF NOT EXISTS invitation_status invitation_status_enum NOT NULL DEFAULT 'not_sent',
  ADD COLUMN IF NOT EXISTS invitation_method invitation_method_enum,
  ADD COLUMN IF NOT EXISTS invitation_sent_at TIMESTAMP,
  ADD COLUMN IF NOT EXISTS rsvp_status VARCHAR(20) NOT NULL DEFAULT 'pending',
  ADD COLUMN IF NOT EXISTS rsvp_count INTEGER,
  ADD COLUMN IF NOT EXISTS created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  ADD COLUMN IF NOT EXISTS updated_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc');
