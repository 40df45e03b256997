-- What a planner deletes can be put back for thirty days, as it was: guests with their invitations, the log of these and
-- what imported lists said of them; events with all of that. Only functions of the owner write and empty what is set
-- aside, so that nothing comes back other than it was: neither what was sent nor its log.

CREATE TABLE IF NOT EXISTS waapp_deleted_rows (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name VARCHAR(63) NOT NULL,
  event_id UUID NOT NULL,
  guest_id UUID, -- whose it is; null for what belongs to the event alone
  with_event BOOLEAN NOT NULL, -- deleted together with the event, and comes back with it
  content JSONB NOT NULL,
  deleted_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  deleted_by VARCHAR(100) NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS idx_waapp_deleted_rows_guest_id ON waapp_deleted_rows(guest_id);
CREATE INDEX IF NOT EXISTS idx_waapp_deleted_rows_event_id ON waapp_deleted_rows(event_id, table_name);
CREATE INDEX IF NOT EXISTS idx_waapp_deleted_rows_deleted_at ON waapp_deleted_rows(deleted_at);

-- Forgets for good what was deleted more than thirty days ago; returns how many rows that were.
CREATE OR REPLACE FUNCTION waapp_forget_deleted()
RETURNS BIGINT
LANGUAGE sql SECURITY DEFINER SET timezone = 'UTC'
AS $$
  WITH forgotten AS (
    DELETE FROM waapp_deleted_rows
    WHERE deleted_at < clock_timestamp() AT TIME ZONE 'utc' - interval '30 days'
    RETURNING id
  )
  SELECT count(*) FROM forgotten
$$;

-- Sets aside guests and what goes with them. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_set_aside(wanted UUID[], whole_event BOOLEAN)
RETURNS VOID
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  who CONSTANT TEXT := left(current_setting('application_name'), 100);
BEGIN
  -- Whoever is here again some other way has come back; what was set aside then is out of date.
  DELETE FROM waapp_deleted_rows d USING guests g
  WHERE g.id = ANY(wanted) AND d.guest_id = g.id AND d.table_name <> 'waapp_distinct_guests';
  INSERT INTO waapp_deleted_rows (table_name, event_id, guest_id, with_event, content, deleted_by)
  SELECT 'guests', g.event_id, g.id, whole_event, to_jsonb(g), who
  FROM guests g WHERE g.id = ANY(wanted);
  INSERT INTO waapp_deleted_rows (table_name, event_id, guest_id, with_event, content, deleted_by)
  SELECT 'waapp_import_rows', g.event_id, g.id, whole_event, to_jsonb(r), who
  FROM waapp_import_rows r JOIN guests g ON g.id = r.guest_id WHERE g.id = ANY(wanted);
  INSERT INTO waapp_deleted_rows (table_name, event_id, guest_id, with_event, content, deleted_by)
  SELECT 'whatsapp_invitations', g.event_id, g.id, whole_event, to_jsonb(i), who
  FROM whatsapp_invitations i JOIN guests g ON g.id = i.guest_id WHERE g.id = ANY(wanted);
  INSERT INTO waapp_deleted_rows (table_name, event_id, guest_id, with_event, content, deleted_by)
  SELECT 'whatsapp_attempts', g.event_id, g.id, whole_event, to_jsonb(a), who
  FROM whatsapp_attempts a
    JOIN whatsapp_invitations i ON i.id = a.invitation_id
    JOIN guests g ON g.id = i.guest_id
  WHERE g.id = ANY(wanted);
  INSERT INTO waapp_deleted_rows (table_name, event_id, guest_id, with_event, content, deleted_by)
  SELECT 'whatsapp_invitation_log', g.event_id, g.id, whole_event, to_jsonb(l), who
  FROM whatsapp_invitation_log l
    JOIN whatsapp_invitations i ON i.id = l.invitation_id
    JOIN guests g ON g.id = i.guest_id
  WHERE g.id = ANY(wanted);
  INSERT INTO waapp_deleted_rows (table_name, event_id, guest_id, with_event, content, deleted_by)
  SELECT 'waapp_distinct_guests', g.event_id, g.id, whole_event, to_jsonb(d), who
  FROM waapp_distinct_guests d
    JOIN guests g ON g.id = CASE WHEN d.one = ANY(wanted) THEN d.one ELSE d.other END
  WHERE d.one = ANY(wanted) OR d.other = ANY(wanted);
END;
$$;

-- Writes rows that were set aside where they came from. A column that the table has got since has its default, one that
-- the database computes is computed. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_put_back(target TEXT, rows BIGINT[])
RETURNS VOID
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  shape RECORD;
  columns TEXT;
BEGIN
  FOR shape IN
    SELECT k.keys, array_agg(d.id) AS ids
    FROM waapp_deleted_rows d
      CROSS JOIN LATERAL (SELECT array_agg(key ORDER BY key) AS keys FROM jsonb_object_keys(d.content) AS key) k
    WHERE d.id = ANY(rows)
    GROUP BY k.keys
  LOOP
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute
    WHERE attrelid = to_regclass(target) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      AND attname = ANY(shape.keys);
    EXECUTE format(
      'INSERT INTO %1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM (
         SELECT r.* FROM waapp_deleted_rows d CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I, d.content) r
         WHERE d.id = ANY($1) ORDER BY d.id) AS was',
      target, columns
    ) USING shape.ids;
  END LOOP;
END;
$$;

-- Brings back guests who are set aside and whose event is there; returns them. What waited to be sent comes back as
-- cancelled: undoing a deletion must not send anything. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_bring_back(wanted UUID[])
RETURNS SETOF UUID
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  back UUID[];
BEGIN
  SELECT array_agg(d.guest_id) INTO back
  FROM waapp_deleted_rows d
  WHERE d.table_name = 'guests' AND d.guest_id = ANY(wanted)
    AND NOT EXISTS (SELECT FROM guests g WHERE g.id = d.guest_id);
  IF back IS NULL THEN
    RETURN;
  END IF;
  PERFORM waapp_put_back('guests', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'guests' AND guest_id = ANY(back)));
  PERFORM waapp_put_back('waapp_import_rows', ARRAY(
    SELECT d.id FROM waapp_deleted_rows d
    WHERE d.table_name = 'waapp_import_rows' AND d.guest_id = ANY(back)
      AND EXISTS (SELECT FROM waapp_imports m WHERE m.id = CAST(d.content ->> 'import_id' AS uuid))));
  PERFORM waapp_put_back('whatsapp_invitations', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'whatsapp_invitations' AND guest_id = ANY(back)));
  PERFORM waapp_put_back('whatsapp_attempts', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'whatsapp_attempts' AND guest_id = ANY(back)));
  -- The triggers have just noted them as new. What really happened to them is known.
  DELETE FROM whatsapp_invitation_log l USING whatsapp_invitations i
  WHERE i.id = l.invitation_id AND i.guest_id = ANY(back);
  PERFORM waapp_put_back('whatsapp_invitation_log', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'whatsapp_invitation_log' AND guest_id = ANY(back)));
  -- They have told the guests' status anew too, also where another channel has set it since. The time of the change is
  -- now, or the other desks would not see it.
  UPDATE guests g
  SET invitation_status = r.invitation_status, invitation_method = r.invitation_method,
      invitation_sent_at = r.invitation_sent_at, updated_at = clock_timestamp() AT TIME ZONE 'utc'
  FROM waapp_deleted_rows d CROSS JOIN LATERAL jsonb_populate_record(NULL::guests, d.content) r
  WHERE d.table_name = 'guests' AND d.guest_id = ANY(back) AND g.id = d.guest_id;
  UPDATE whatsapp_invitations SET engine_state = 'cancelled', next_retry_at = NULL
  WHERE guest_id = ANY(back) AND engine_state = 'queued';
  DELETE FROM waapp_deleted_rows WHERE guest_id = ANY(back) AND table_name <> 'waapp_distinct_guests';
  RETURN QUERY SELECT unnest(back);
END;
$$;

-- That two are not the same is of two guests: it comes back with the second of them. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_tell_apart_again(back UUID[])
RETURNS VOID
LANGUAGE plpgsql
AS $$
DECLARE
  known BIGINT[];
BEGIN
  known := ARRAY(
    SELECT d.id FROM waapp_deleted_rows d
      JOIN guests a ON a.id = CAST(d.content ->> 'one' AS uuid)
      JOIN guests b ON b.id = CAST(d.content ->> 'other' AS uuid)
    WHERE d.table_name = 'waapp_distinct_guests' AND (a.id = ANY(back) OR b.id = ANY(back)));
  PERFORM waapp_put_back('waapp_distinct_guests', known);
  DELETE FROM waapp_deleted_rows WHERE id = ANY(known);
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
  RETURN QUERY DELETE FROM guests WHERE id = ANY(wanted) RETURNING id;
END;
$$;

-- Puts deleted guests back as they were; returns those whom there was anything of. Fails while their event is gone.
CREATE OR REPLACE FUNCTION waapp_restore_guests(wanted UUID[])
RETURNS SETOF UUID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  back UUID[];
BEGIN
  back := ARRAY(SELECT waapp_bring_back(wanted));
  PERFORM waapp_tell_apart_again(back);
  RETURN QUERY SELECT unnest(back);
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
  DELETE FROM events WHERE id = wanted;
END;
$$;

-- Puts a deleted event back as it was, with those guests who went with it; returns whether there was one.
CREATE OR REPLACE FUNCTION waapp_restore_event(wanted UUID)
RETURNS BOOLEAN
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  part TEXT;
  back UUID[];
BEGIN
  IF EXISTS (SELECT FROM events WHERE id = wanted) OR NOT EXISTS (
    SELECT FROM waapp_deleted_rows WHERE event_id = wanted AND table_name = 'events'
  ) THEN
    RETURN false;
  END IF;
  -- A template may have been deleted since; its name is in the send.
  UPDATE waapp_deleted_rows d SET content = d.content || '{"template_id": null}'
  WHERE d.event_id = wanted AND d.table_name = 'whatsapp_sends'
    AND NOT EXISTS (SELECT FROM whatsapp_templates t WHERE CAST(t.id AS text) = d.content ->> 'template_id');
  FOREACH part IN ARRAY ARRAY['events', 'waapp_labels', 'waapp_guest_filters', 'whatsapp_sends', 'waapp_imports'] LOOP
    PERFORM waapp_put_back(part, ARRAY(
      SELECT id FROM waapp_deleted_rows WHERE event_id = wanted AND table_name = part AND guest_id IS NULL));
  END LOOP;
  DELETE FROM waapp_deleted_rows WHERE event_id = wanted AND guest_id IS NULL;
  back := ARRAY(SELECT waapp_bring_back(ARRAY(
    SELECT guest_id FROM waapp_deleted_rows WHERE event_id = wanted AND table_name = 'guests' AND with_event)));
  PERFORM waapp_tell_apart_again(back);
  RETURN true;
END;
$$;

-- Forgets for good a deleted event and its guests, before the thirty days are over; the proof of what was sent stays.
CREATE OR REPLACE FUNCTION waapp_forget_event(wanted UUID)
RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM events WHERE id = wanted) THEN
    DELETE FROM waapp_deleted_rows WHERE event_id = wanted;
  END IF;
END;
$$;

-- What a person may ask for: to be forgotten, also after being deleted. Of a message that left remain its number at
-- Twilio, its times, its outcome and its price, as bookkeeping wants; an opt-out stays, or the person would be written
-- to again.
CREATE OR REPLACE FUNCTION waapp_erase_guest(erased UUID)
RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  kept INTEGER;
  telling TEXT[];
BEGIN
  SELECT array_agg(DISTINCT lower(t.word)) INTO telling
  FROM (
    SELECT d.content ->> field AS word
    FROM waapp_deleted_rows d CROSS JOIN unnest(ARRAY['name', 'phone', 'email']) AS field
    WHERE d.guest_id = erased AND d.table_name = 'guests'
    UNION ALL
    SELECT unnest(ARRAY[p.guest_name, p.recipient]) FROM whatsapp_proofs p WHERE p.guest_id = erased
    UNION ALL
    SELECT unnest(ARRAY[CAST(g.name AS text), CAST(g.phone AS text), CAST(g.email AS text)])
    FROM guests g WHERE g.id = erased
  ) AS t
  WHERE t.word <> '';
  DELETE FROM guests WHERE id = erased;
  DELETE FROM waapp_deleted_rows d
  WHERE d.guest_id = erased
    OR d.table_name = 'waapp_distinct_guests' AND CAST(erased AS text) IN (d.content ->> 'one', d.content ->> 'other')
    OR d.table_name = 'waapp_guest_filters'
      AND EXISTS (SELECT FROM unnest(telling) AS word WHERE position(word IN lower(CAST(d.content AS text))) > 0);
  UPDATE whatsapp_proofs
  SET guest_name = '', recipient = NULL, message_content = NULL, message_parts = NULL,
    erased_at = clock_timestamp() AT TIME ZONE 'utc'
  WHERE guest_id = erased AND erased_at IS NULL;
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END;
$$;

DO $$
DECLARE
  ours TEXT;
BEGIN
  FOREACH ours IN ARRAY ARRAY[
    'waapp_forget_deleted()', 'waapp_set_aside(UUID[], BOOLEAN)', 'waapp_put_back(TEXT, BIGINT[])',
    'waapp_bring_back(UUID[])', 'waapp_tell_apart_again(UUID[])', 'waapp_delete_guests(UUID[])',
    'waapp_restore_guests(UUID[])', 'waapp_delete_event(UUID)', 'waapp_restore_event(UUID)',
    'waapp_forget_event(UUID)', 'waapp_erase_guest(UUID)'
  ] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', ours);
    -- Functions with their owner's rights must not look up names where their caller may have planted some.
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', ours, current_schema());
  END LOOP;
END
$$;
