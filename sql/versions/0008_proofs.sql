-- What was sent stays provable when a guest or an event goes, and a guest can be erased for good.

-- One row for each message that left, made when its invitation is deleted. It refers to nothing, so nothing takes it
-- along. A guest who comes back (an undone deletion) has the invitation again: what exists there counts.
CREATE TABLE IF NOT EXISTS whatsapp_proofs (
  invitation_id UUID PRIMARY KEY,
  guest_id UUID NOT NULL,
  guest_name VARCHAR(200) NOT NULL DEFAULT '',
  event_id UUID NOT NULL,
  event_name VARCHAR(200) NOT NULL DEFAULT '',
  recipient VARCHAR(40),
  sender VARCHAR(40),
  template_name VARCHAR(100) NOT NULL,
  template_version INTEGER,
  message_content TEXT,
  twilio_message_sid VARCHAR(50),
  engine_state VARCHAR(12) NOT NULL,
  twilio_status VARCHAR(20),
  twilio_error_code VARCHAR(10),
  queued_at TIMESTAMP,
  sent_at TIMESTAMP,
  delivered_at TIMESTAMP,
  read_at TIMESTAMP,
  failed_at TIMESTAMP,
  price NUMERIC(12, 5),
  price_unit CHAR(3),
  kept_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  kept_by VARCHAR(100) NOT NULL DEFAULT '',
  erased_at TIMESTAMP -- since then without name, number and text
);

CREATE INDEX IF NOT EXISTS idx_whatsapp_proofs_event_id ON whatsapp_proofs(event_id, kept_at);
CREATE INDEX IF NOT EXISTS idx_whatsapp_proofs_guest_id ON whatsapp_proofs(guest_id);

-- Runs with the rights of the tables' owner: whoever may delete a guest need not be able to write proofs.
CREATE OR REPLACE FUNCTION waapp_keep_proof()
RETURNS TRIGGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  leaving UUID[];
BEGIN
  -- Deleting an event or a guest deletes the invitations after it: the names are only there before.
  IF TG_TABLE_NAME = 'events' THEN
    SELECT array_agg(i.id) INTO leaving FROM whatsapp_invitations i WHERE i.event_id = OLD.id;
  ELSIF TG_TABLE_NAME = 'guests' THEN
    SELECT array_agg(i.id) INTO leaving FROM whatsapp_invitations i WHERE i.guest_id = OLD.id;
  ELSE
    leaving := ARRAY[OLD.id];
  END IF;
  IF leaving IS NULL THEN
    RETURN OLD;
  END IF;
  INSERT INTO whatsapp_proofs (
    invitation_id, guest_id, guest_name, event_id, event_name, recipient, sender, template_name, template_version,
    message_content, twilio_message_sid, engine_state, twilio_status, twilio_error_code,
    queued_at, sent_at, delivered_at, read_at, failed_at, price, price_unit, kept_by
  )
  SELECT i.id, i.guest_id, COALESCE(g.name, i.template_variables ->> 'guest_name', ''), i.event_id,
    COALESCE(e.name, ''), i.recipient, i.sender, i.template_name, i.template_version,
    i.message_content, i.twilio_message_sid, i.engine_state, i.twilio_status, i.twilio_error_code,
    i.queued_at, i.sent_at, i.delivered_at, i.read_at, i.failed_at, i.price, i.price_unit,
    left(current_setting('application_name'), 100)
  FROM whatsapp_invitations i
    LEFT JOIN guests g ON g.id = i.guest_id
    LEFT JOIN events e ON e.id = i.event_id
  WHERE i.id = ANY(leaving) AND NOT i.practice AND NOT i.test AND i.engine_state NOT IN ('queued', 'cancelled')
  ON CONFLICT (invitation_id) DO UPDATE SET
    guest_name = COALESCE(NULLIF(whatsapp_proofs.guest_name, ''), EXCLUDED.guest_name),
    event_name = COALESCE(NULLIF(whatsapp_proofs.event_name, ''), EXCLUDED.event_name),
    twilio_message_sid = EXCLUDED.twilio_message_sid, engine_state = EXCLUDED.engine_state,
    twilio_status = EXCLUDED.twilio_status, twilio_error_code = EXCLUDED.twilio_error_code,
    sent_at = EXCLUDED.sent_at, delivered_at = EXCLUDED.delivered_at, read_at = EXCLUDED.read_at,
    failed_at = EXCLUDED.failed_at, price = EXCLUDED.price, price_unit = EXCLUDED.price_unit;
  RETURN OLD;
END;
$$;

DO $$
DECLARE
  owned TEXT;
BEGIN
  FOREACH owned IN ARRAY ARRAY['events', 'guests', 'whatsapp_invitations'] LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS waapp_keep_proof ON %I', owned);
    EXECUTE format(
      'CREATE TRIGGER waapp_keep_proof BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION waapp_keep_proof()', owned
    );
  END LOOP;
END
$$;

-- What a person may ask for: to be forgotten. Of a message that left remain its number at Twilio, its times, its
-- outcome and its price, as bookkeeping wants; an opt-out stays, or the person would be written to again.
CREATE OR REPLACE FUNCTION waapp_erase_guest(erased UUID)
RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  kept INTEGER;
BEGIN
  DELETE FROM guests WHERE id = erased;
  UPDATE whatsapp_proofs
  SET guest_name = '', recipient = NULL, message_content = NULL,
    erased_at = clock_timestamp() AT TIME ZONE 'utc'
  WHERE guest_id = erased AND erased_at IS NULL;
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END;
$$;

REVOKE ALL ON FUNCTION waapp_erase_guest(UUID) FROM PUBLIC;

-- Functions with their owner's rights must not look up names where their caller may have planted some.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION waapp_keep_proof() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION waapp_erase_guest(UUID) SET search_path = %I, pg_temp', current_schema());
END
$$;
