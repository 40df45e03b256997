-- Deleting thousands of guests is work on sets. Proofs were written message by message, and twice: before the guest went,
-- and again before the message did; the log and the earlier attempts were looked for message by message.

-- What Twilio lists is looked up in the proofs by this.
CREATE INDEX IF NOT EXISTS idx_whatsapp_proofs_twilio_message_sid ON whatsapp_proofs(twilio_message_sid);

-- Keeps the proof of those of these messages that have left. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_keep_proofs(leaving UUID[])
RETURNS VOID
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
BEGIN
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
END;
$$;

-- Runs with the rights of the tables' owner: whoever may delete a guest need not be able to write proofs. Deleting an
-- event or a guest deletes the invitations after it: the names are only there before.
CREATE OR REPLACE FUNCTION waapp_keep_proof()
RETURNS TRIGGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  leaving UUID[];
BEGIN
  IF TG_TABLE_NAME = 'events' THEN
    leaving := ARRAY(SELECT i.id FROM whatsapp_invitations i WHERE i.event_id = OLD.id);
  ELSIF TG_TABLE_NAME = 'guests' THEN
    leaving := ARRAY(SELECT i.id FROM whatsapp_invitations i WHERE i.guest_id = OLD.id);
  ELSIF OLD.practice OR OLD.test OR OLD.engine_state IN ('queued', 'cancelled') OR EXISTS (
    SELECT FROM whatsapp_proofs p
    WHERE p.invitation_id = OLD.id AND p.guest_name <> '' AND p.event_name <> ''
      AND (p.twilio_message_sid, p.engine_state, p.twilio_status, p.twilio_error_code,
           p.sent_at, p.delivered_at, p.read_at, p.failed_at, p.price, p.price_unit)
        IS NOT DISTINCT FROM (OLD.twilio_message_sid, OLD.engine_state, OLD.twilio_status, OLD.twilio_error_code,
           OLD.sent_at, OLD.delivered_at, OLD.read_at, OLD.failed_at, OLD.price, OLD.price_unit)
  ) THEN
    RETURN OLD; -- nothing left, or it is known already
  ELSE
    leaving := ARRAY[OLD.id];
  END IF;
  IF leaving <> '{}' THEN
    PERFORM waapp_keep_proofs(leaving);
  END IF;
  RETURN OLD;
END;
$$;

-- Deletes messages with all that is known of them, after keeping the proofs. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_remove_messages(leaving UUID[])
RETURNS VOID
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
BEGIN
  PERFORM waapp_keep_proofs(leaving);
  DELETE FROM whatsapp_invitation_log WHERE invitation_id = ANY(leaving);
  DELETE FROM whatsapp_attempts WHERE invitation_id = ANY(leaving);
  DELETE FROM whatsapp_invitations WHERE id = ANY(leaving);
END;
$$;

-- Deletes guests, so that they can be put back; returns them.
CREATE OR REPLACE FUNCTION waapp_delete_guests(wanted UUID[])
RETURNS SETOF UUID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  PERFORM waapp_forget_deleted();
  PERFORM FROM guests WHERE id = ANY(wanted) ORDER BY id FOR UPDATE;
  PERFORM waapp_set_aside(wanted, false);
  PERFORM waapp_remove_messages(ARRAY(SELECT id FROM whatsapp_invitations WHERE guest_id = ANY(wanted)));
  RETURN QUERY DELETE FROM guests WHERE id = ANY(wanted) RETURNING id;
END;
$$;

-- Deletes an event with all that is in it, so that it can be put back.
CREATE OR REPLACE FUNCTION waapp_delete_event(wanted UUID)
RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  who CONSTANT TEXT := left(current_setting('application_name'), 100);
BEGIN
  PERFORM waapp_forget_deleted();
  PERFORM FROM events WHERE id = wanted FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM FROM guests WHERE event_id = wanted ORDER BY id FOR UPDATE;
  DELETE FROM waapp_deleted_rows WHERE event_id = wanted AND guest_id IS NULL;
  INSERT INTO waapp_deleted_rows (table_name, event_id, with_event, content, deleted_by)
  SELECT 'events', wanted, true, to_jsonb(t), who FROM events t WHERE t.id = wanted
  UNION ALL SELECT 'waapp_labels', wanted, true, to_jsonb(t), who FROM waapp_labels t WHERE t.event_id = wanted
  UNION ALL
  SELECT 'waapp_guest_filters', wanted, true, to_jsonb(t), who FROM waapp_guest_filters t WHERE t.event_id = wanted
  UNION ALL SELECT 'whatsapp_sends', wanted, true, to_jsonb(t), who FROM whatsapp_sends t WHERE t.event_id = wanted
  UNION ALL SELECT 'waapp_imports', wanted, true, to_jsonb(t), who FROM waapp_imports t WHERE t.event_id = wanted;
  PERFORM waapp_set_aside(ARRAY(SELECT id FROM guests WHERE event_id = wanted), true);
  PERFORM waapp_remove_messages(ARRAY(SELECT id FROM whatsapp_invitations WHERE event_id = wanted));
  DELETE FROM events WHERE id = wanted;
END;
$$;

DO $$
DECLARE
  ours TEXT;
BEGIN
  FOREACH ours IN ARRAY ARRAY[
    'waapp_keep_proofs(UUID[])', 'waapp_remove_messages(UUID[])', 'waapp_delete_guests(UUID[])',
    'waapp_delete_event(UUID)'
  ] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', ours);
    -- Functions with their owner's rights must not look up names where their caller may have planted some.
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', ours, current_schema());
  END LOOP;
  EXECUTE format('ALTER FUNCTION waapp_keep_proof() SET search_path = %I, pg_temp', current_schema());
END
$$;
