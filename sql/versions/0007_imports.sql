-- Imports of guest lists: what each did, so that it can be undone and the same list recognised when it comes again;
-- and which column of a list of a certain shape holds what.

CREATE TABLE IF NOT EXISTS waapp_imports (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  event_id UUID NOT NULL REFERENCES events(id) ON DELETE CASCADE,
  source VARCHAR(300) NOT NULL, -- the name of the file, or what a paste is called
  digest VARCHAR(64) NOT NULL DEFAULT '',
  imported_by VARCHAR(100) NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  same INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  undone_at TIMESTAMP,
  undone_by VARCHAR(100)
);

-- One row per guest and row of the list; they go with their guest. The guests of a new list are stored after their
-- rows, in the same transaction.
CREATE TABLE IF NOT EXISTS waapp_import_rows (
  import_id UUID NOT NULL REFERENCES waapp_imports(id) ON DELETE CASCADE,
  row_number INTEGER NOT NULL,
  guest_id UUID NOT NULL REFERENCES guests(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  outcome VARCHAR(10) NOT NULL
    CONSTRAINT waapp_import_rows_outcome_check CHECK (outcome IN ('added', 'changed', 'unchanged', 'skipped')),
  given JSONB NOT NULL, -- the guest as the row has it
  before JSONB, -- the fields that the row changed, as they were
  after JSONB, -- the same as they became; of an added guest all that was stored, where that is not what the row has
  PRIMARY KEY (import_id, row_number)
);

CREATE TABLE IF NOT EXISTS waapp_import_mappings (
  shape VARCHAR(64) PRIMARY KEY, -- what lists of the same shape share, not what is in them
  choices JSONB NOT NULL,
  used_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  used_by VARCHAR(100) NOT NULL DEFAULT ''
);

CREATE INDEX IF NOT EXISTS idx_waapp_imports_event_id ON waapp_imports(event_id, created_at);
CREATE INDEX IF NOT EXISTS idx_waapp_import_rows_guest_id ON waapp_import_rows(guest_id);
