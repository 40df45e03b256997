-- Keep with the proof of a message which version of which template it was, in which language and with which parts.

ALTER TABLE whatsapp_proofs
  ADD COLUMN IF NOT EXISTS template_version_id UUID, -- the words as they were written; versions are never deleted
  ADD COLUMN IF NOT EXISTS language VARCHAR(16),
  ADD COLUMN IF NOT EXISTS message_parts JSONB, -- header, footer and buttons with the values in; null for none
  ADD COLUMN IF NOT EXISTS content_sid VARCHAR(40); -- what Twilio calls the approved template

CREATE INDEX IF NOT EXISTS idx_whatsapp_proofs_template_version_id
  ON whatsapp_proofs(template_version_id) WHERE template_version_id IS NOT NULL;

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
    queued_at, sent_at, delivered_at, read_at, failed_at, price, price_unit, kept_by,
    template_version_id, language, message_parts, content_sid
  )
  SELECT i.id, i.guest_id, COALESCE(g.name, i.template_variables ->> 'guest_name', ''), i.event_id,
    COALESCE(e.name, ''), i.recipient, i.sender, i.template_name, i.template_version,
    i.message_content, i.twilio_message_sid, i.engine_state, i.twilio_status, i.twilio_error_code,
    i.queued_at, i.sent_at, i.delivered_at, i.read_at, i.failed_at, i.price, i.price_unit,
    left(current_setting('application_name'), 100),
    i.template_version_id, i.language, i.message_parts, i.content_sid
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
  SET guest_name = '', recipient = NULL, message_content = NULL, message_parts = NULL,
    erased_at = clock_timestamp() AT TIME ZONE 'utc'
  WHERE guest_id = erased AND erased_at IS NULL;
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END;
$$;

REVOKE ALL ON FUNCTION waapp_erase_guest(UUID) FROM PUBLIC;

-- The words of the main language are kept whoever writes them, and what Twilio says of them whoever notes it: a
-- program that knows nothing of versions writes both into the template's row.
CREATE OR REPLACE FUNCTION waapp_keep_version()
RETURNS TRIGGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  INSERT INTO whatsapp_template_versions (template_id, language, version, name, content, category, created_by)
  VALUES (NEW.id, NEW.language, NEW.version, NEW.name, NEW.content, NEW.category, NEW.updated_by)
  ON CONFLICT (template_id, language, version) DO NOTHING;
  IF TG_OP = 'UPDATE' THEN
    -- Another main language: the one that it had does not become a translation of it.
    UPDATE whatsapp_template_versions SET withdrawn_at = clock_timestamp() AT TIME ZONE 'utc'
    WHERE template_id = NEW.id AND language = OLD.language AND language <> NEW.language AND withdrawn_at IS NULL;
  END IF;
  IF NEW.twilio_template_id IS NOT NULL THEN
    -- Where this program has noted the same already, nothing is to be done.
    INSERT INTO whatsapp_template_approvals AS a (version_id, name, content_sid, status, reason)
    SELECT v.id, NEW.name || '_' || lower(NEW.language) || '_v' || NEW.version, NEW.twilio_template_id,
      CASE WHEN NEW.is_approved AND NEW.approval_status = 'unsubmitted' THEN 'approved' ELSE NEW.approval_status END,
      NEW.rejection_reason
    FROM whatsapp_template_versions v
    WHERE v.template_id = NEW.id AND v.language = NEW.language AND v.version = NEW.version
    ON CONFLICT (version_id, account) DO UPDATE
    SET content_sid = EXCLUDED.content_sid, status = EXCLUDED.status, reason = EXCLUDED.reason,
        changed_at = clock_timestamp() AT TIME ZONE 'utc'
    WHERE a.content_sid IS DISTINCT FROM EXCLUDED.content_sid;
  END IF;
  RETURN NULL;
END;
$$;

INSERT INTO whatsapp_template_approvals (version_id, name, content_sid, status, reason)
SELECT v.id, t.name || '_' || lower(t.language) || '_v' || t.version, t.twilio_template_id,
  CASE WHEN t.is_approved AND t.approval_status = 'unsubmitted' THEN 'approved' ELSE t.approval_status END,
  t.rejection_reason
FROM whatsapp_templates t
JOIN whatsapp_template_versions v ON v.template_id = t.id AND v.language = t.language AND v.version = t.version
WHERE t.twilio_template_id IS NOT NULL
ON CONFLICT (version_id, account) DO NOTHING;

-- Functions with their owner's rights must not look up names where their caller may have planted some.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION waapp_keep_proof() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION waapp_keep_version() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION waapp_erase_guest(UUID) SET search_path = %I, pg_temp', current_schema());
END
$$;
