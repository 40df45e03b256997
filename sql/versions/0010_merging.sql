-- Guests who turn out to be one person become one, with the history of all of them; who is not the same person is
-- remembered; and a planner can allow a number again, on the record.

-- Whom a message was planned for, first to last, where that guest has become one with another since: `guest_id` is who
-- has the history now.
ALTER TABLE whatsapp_invitations ADD COLUMN IF NOT EXISTS merged_from UUID[] NOT NULL DEFAULT '{}';
ALTER TABLE whatsapp_proofs ADD COLUMN IF NOT EXISTS merged_from UUID[] NOT NULL DEFAULT '{}';

-- One row of a send for each guest as they were then: two who become one may both have had a message of it.
ALTER TABLE whatsapp_invitations DROP CONSTRAINT IF EXISTS whatsapp_invitations_send_id_guest_id_key;
CREATE UNIQUE INDEX IF NOT EXISTS whatsapp_invitations_send_id_first_guest_key
  ON whatsapp_invitations(send_id, COALESCE(merged_from[1], guest_id));

-- Gives a guest's history to another one of the same event and deletes the guest. With the rights of the tables' owner:
-- planners may not change whom a message went to, and here nothing of it is lost.
CREATE OR REPLACE FUNCTION waapp_merge_guest(absorbed UUID, survivor UUID)
RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  moved INTEGER;
BEGIN
  PERFORM FROM guests WHERE id IN (absorbed, survivor) ORDER BY id FOR UPDATE;
  IF absorbed = survivor OR NOT EXISTS (
    SELECT FROM guests a JOIN guests s ON s.event_id = a.event_id WHERE a.id = absorbed AND s.id = survivor
  ) THEN
    RAISE EXCEPTION 'only two guests of one event become one' USING ERRCODE = 'check_violation';
  END IF;
  UPDATE whatsapp_invitations SET guest_id = survivor, merged_from = merged_from || absorbed
  WHERE guest_id = absorbed;
  GET DIAGNOSTICS moved = ROW_COUNT;
  UPDATE whatsapp_proofs SET guest_id = survivor, merged_from = merged_from || absorbed WHERE guest_id = absorbed;
  DELETE FROM guests WHERE id = absorbed;
  RETURN moved;
END;
$$;

-- Gives a guest who is back what was theirs, as long as the other one still has it.
CREATE OR REPLACE FUNCTION waapp_unmerge_guest(restored UUID, survivor UUID)
RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  moved INTEGER;
BEGIN
  UPDATE whatsapp_invitations SET guest_id = restored, merged_from = merged_from[1:cardinality(merged_from) - 1]
  WHERE guest_id = survivor AND merged_from[cardinality(merged_from)] = restored;
  GET DIAGNOSTICS moved = ROW_COUNT;
  UPDATE whatsapp_proofs SET guest_id = restored, merged_from = merged_from[1:cardinality(merged_from) - 1]
  WHERE guest_id = survivor AND merged_from[cardinality(merged_from)] = restored;
  RETURN moved;
END;
$$;

REVOKE ALL ON FUNCTION waapp_merge_guest(UUID, UUID) FROM PUBLIC;
REVOKE ALL ON FUNCTION waapp_unmerge_guest(UUID, UUID) FROM PUBLIC;

-- Two guests who look alike and are two all the same, as a planner has said; `one` is the smaller of the two.
CREATE TABLE IF NOT EXISTS waapp_distinct_guests (
  one UUID NOT NULL REFERENCES guests(id) ON DELETE CASCADE,
  other UUID NOT NULL REFERENCES guests(id) ON DELETE CASCADE,
  noted_by VARCHAR(100) NOT NULL DEFAULT '',
  PRIMARY KEY (one, other)
);
CREATE INDEX IF NOT EXISTS idx_waapp_distinct_guests_other ON waapp_distinct_guests(other);

-- Not to be written to is a person's wish. Taking it back leaves who did it, when, and what was wished.
CREATE TABLE IF NOT EXISTS waapp_lifted_opt_outs (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address VARCHAR(40), -- null once the guest was erased
  source VARCHAR(20) NOT NULL,
  reason TEXT,
  created_by VARCHAR(100),
  created_at TIMESTAMP NOT NULL,
  lifted_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  lifted_by VARCHAR(100) NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS idx_waapp_lifted_opt_outs_address ON waapp_lifted_opt_outs(address);

-- Allows addresses again, and keeps that it was done; returns those that were not allowed before.
CREATE OR REPLACE FUNCTION waapp_lift_opt_outs(addresses TEXT[], lifted_by TEXT)
RETURNS SETOF TEXT
LANGUAGE sql SECURITY DEFINER SET timezone = 'UTC'
AS $$
  WITH lifted AS (
    DELETE FROM whatsapp_opt_outs o WHERE o.address = ANY(addresses) RETURNING o.*
  ), kept AS (
    INSERT INTO waapp_lifted_opt_outs (address, source, reason, created_by, created_at, lifted_by)
    SELECT l.address, l.source, l.reason, l.created_by, l.created_at, left($2, 100) FROM lifted l
  )
  SELECT l.address::text FROM lifted l
$$;

-- Of a number that no guest has any more stays that something was lifted, not of whom.
CREATE OR REPLACE FUNCTION waapp_erase_lifted_opt_outs(erased TEXT)
RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  forgotten INTEGER;
BEGIN
  UPDATE waapp_lifted_opt_outs SET address = NULL, reason = NULL
  WHERE address = erased AND NOT EXISTS (SELECT FROM guests g WHERE g.phone = erased);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END;
$$;

REVOKE ALL ON FUNCTION waapp_lift_opt_outs(TEXT[], TEXT) FROM PUBLIC;
REVOKE ALL ON FUNCTION waapp_erase_lifted_opt_outs(TEXT) FROM PUBLIC;

-- Functions with their owner's rights must not look up names where their caller may have planted some.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION waapp_merge_guest(UUID, UUID) SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION waapp_unmerge_guest(UUID, UUID) SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION waapp_lift_opt_outs(TEXT[], TEXT) SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION waapp_erase_lifted_opt_outs(TEXT) SET search_path = %I, pg_temp', current_schema());
END
$$;
