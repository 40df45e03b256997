-- What planners keep about guests beside name and number: tags, households, company, consent, and how lists are looked at.

ALTER TABLE guests
  ADD COLUMN IF NOT EXISTS tags TEXT[] NOT NULL DEFAULT '{}',
  ADD COLUMN IF NOT EXISTS household VARCHAR(100) NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS plus_ones INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS time_zone VARCHAR(64) NOT NULL DEFAULT '', -- IANA; empty: as the number tells, else the event's
  ADD COLUMN IF NOT EXISTS consent VARCHAR(10) NOT NULL DEFAULT 'unknown',
  ADD COLUMN IF NOT EXISTS consent_source VARCHAR(200) NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS consent_at TIMESTAMP;

DO $$
DECLARE
  wanted RECORD;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('guests_consent_check', 'CHECK (consent IN (''yes'', ''no'', ''unknown''))'),
    ('guests_plus_ones_check', 'CHECK (plus_ones BETWEEN 0 AND 99)')
  ) AS v(name, definition) LOOP
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'guests'::regclass AND conname = wanted.name) THEN
      EXECUTE format('ALTER TABLE guests ADD CONSTRAINT %I %s', wanted.name, wanted.definition);
    END IF;
  END LOOP;
END
$$;

-- The colours of an event's groups and tags; a label without a row has the neutral one.
CREATE TABLE IF NOT EXISTS waapp_labels (
  event_id UUID NOT NULL REFERENCES events(id) ON DELETE CASCADE,
  kind VARCHAR(8) NOT NULL CONSTRAINT waapp_labels_kind_check CHECK (kind IN ('group', 'tag')),
  name VARCHAR(100) NOT NULL,
  color VARCHAR(16) NOT NULL,
  PRIMARY KEY (event_id, kind, name)
);

-- Filters of the guest list that somebody wants again, for all desks.
CREATE TABLE IF NOT EXISTS waapp_guest_filters (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  event_id UUID NOT NULL REFERENCES events(id) ON DELETE CASCADE,
  name VARCHAR(100) NOT NULL,
  filter JSONB NOT NULL,
  created_by VARCHAR(100) NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  CONSTRAINT waapp_guest_filters_event_id_name_key UNIQUE (event_id, name)
);
