-- An import of a hundred thousand guests is taken back, and brought back, with each row written once. What it had said
-- was written twice: noted as undone, and then set aside; guests who came back were written anew for the time of their
-- change; and the keys of every row were counted out to see that they were those of all others.

-- Those with fewer arguments, which would be the same to whoever calls them.
DROP FUNCTION IF EXISTS waapp_set_aside(UUID[], BOOLEAN);
DROP FUNCTION IF EXISTS waapp_put_back(TEXT, BIGINT[]);
DROP FUNCTION IF EXISTS waapp_bring_back(UUID[]);

-- Sets aside guests and what goes with them; what the import said that is taken back, as undone. For the functions below
-- only.
CREATE OR REPLACE FUNCTION waapp_set_aside(wanted UUID[], whole_event BOOLEAN, taken_back UUID DEFAULT NULL)
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
  SELECT 'waapp_import_rows', g.event_id, g.id, whole_event,
    CASE WHEN r.import_id = taken_back THEN to_jsonb(r) || '{"undone": true}' ELSE to_jsonb(r) END, who
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

-- Writes rows that were set aside where they came from, with `instead` in place of what they were. A column that the
-- table has got since has its default, one that the database computes is computed. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_put_back(target TEXT, rows BIGINT[], instead JSONB DEFAULT '{}')
RETURNS VOID
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  columns TEXT[];
  shape RECORD;
  listed TEXT;
BEGIN
  SELECT array_agg(CAST(attname AS text) ORDER BY attnum) INTO columns
  FROM pg_attribute
  WHERE attrelid = to_regclass(target) AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  FOR shape IN
    SELECT known.columns AS has, array_agg(d.id) AS ids
    FROM waapp_deleted_rows d
      CROSS JOIN LATERAL (SELECT CASE WHEN NOT d.content ?& columns
        THEN ARRAY(SELECT name FROM unnest(columns) AS name WHERE d.content ? name) END AS columns) known
    WHERE d.id = ANY(rows)
    GROUP BY known.columns
  LOOP
    SELECT string_agg(quote_ident(name), ', ') INTO listed FROM unnest(COALESCE(shape.has, columns)) AS name;
    EXECUTE format(
      'INSERT INTO %1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM (
         SELECT r.* FROM waapp_deleted_rows d CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I, d.content || $2) r
         WHERE d.id = ANY($1) ORDER BY d.id) AS was',
      target, listed
    ) USING shape.ids, instead;
  END LOOP;
END;
$$;

-- Brings back guests who are set aside and whose event is there; returns them. What waited to be sent comes back as
-- cancelled: undoing a deletion must not send anything. What the import said that is brought back is no longer undone.
-- For the functions below only.
CREATE OR REPLACE FUNCTION waapp_bring_back(wanted UUID[], redone UUID DEFAULT NULL)
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
  -- The time of the change is now, or the other desks would not see it.
  PERFORM waapp_put_back('guests', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'guests' AND guest_id = ANY(back)),
    jsonb_build_object('updated_at', clock_timestamp() AT TIME ZONE 'utc'));
  PERFORM waapp_put_back('waapp_import_rows', ARRAY(
    SELECT d.id FROM waapp_deleted_rows d
    WHERE d.table_name = 'waapp_import_rows' AND d.guest_id = ANY(back)
      AND CAST(d.content ->> 'import_id' AS uuid) IS DISTINCT FROM redone
      AND EXISTS (SELECT FROM waapp_imports m WHERE m.id = CAST(d.content ->> 'import_id' AS uuid))));
  IF redone IS NOT NULL THEN
    PERFORM waapp_put_back('waapp_import_rows', ARRAY(
      SELECT d.id FROM waapp_deleted_rows d
      WHERE d.table_name = 'waapp_import_rows' AND d.guest_id = ANY(back)
        AND CAST(d.content ->> 'import_id' AS uuid) = redone),
      '{"undone": false}');
  END IF;
  PERFORM waapp_put_back('whatsapp_invitations', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'whatsapp_invitations' AND guest_id = ANY(back)));
  PERFORM waapp_put_back('whatsapp_attempts', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'whatsapp_attempts' AND guest_id = ANY(back)));
  -- The triggers have just noted them as new. What really happened to them is known.
  DELETE FROM whatsapp_invitation_log l USING whatsapp_invitations i
  WHERE i.id = l.invitation_id AND i.guest_id = ANY(back);
  PERFORM waapp_put_back('whatsapp_invitation_log', ARRAY(
    SELECT id FROM waapp_deleted_rows WHERE table_name = 'whatsapp_invitation_log' AND guest_id = ANY(back)));
  -- They have told the guests' status anew too, also where another channel has set it since.
  UPDATE guests g
  SET invitation_status = r.invitation_status, invitation_method = r.invitation_method,
      invitation_sent_at = r.invitation_sent_at, updated_at = clock_timestamp() AT TIME ZONE 'utc'
  FROM waapp_deleted_rows d CROSS JOIN LATERAL jsonb_populate_record(NULL::guests, d.content) r
  WHERE d.table_name = 'guests' AND d.guest_id = ANY(back) AND g.id = d.guest_id
    AND EXISTS (SELECT FROM whatsapp_invitations i WHERE i.guest_id = g.id);
  UPDATE whatsapp_invitations SET engine_state = 'cancelled', next_retry_at = NULL
  WHERE guest_id = ANY(back) AND engine_state = 'queued';
  DELETE FROM waapp_deleted_rows WHERE guest_id = ANY(back) AND table_name <> 'waapp_distinct_guests';
  RETURN QUERY SELECT unnest(back);
END;
$$;

-- Deletes guests, so that they can be put back; returns them. For the functions below only.
CREATE OR REPLACE FUNCTION waapp_remove_guests(wanted UUID[], taken_back UUID)
RETURNS SETOF UUID
LANGUAGE plpgsql SET timezone = 'UTC' SET waapp.messages_removed = 'yes'
AS $$
BEGIN
  PERFORM waapp_forget_deleted();
  PERFORM FROM guests WHERE id = ANY(wanted) ORDER BY id FOR UPDATE;
  PERFORM waapp_set_aside(wanted, false, taken_back);
  PERFORM waapp_remove_messages(ARRAY(SELECT id FROM whatsapp_invitations WHERE guest_id = ANY(wanted)));
  RETURN QUERY DELETE FROM guests WHERE id = ANY(wanted) RETURNING id;
END;
$$;

-- Deletes guests, so that they can be put back; returns them.
CREATE OR REPLACE FUNCTION waapp_delete_guests(wanted UUID[])
RETURNS SETOF UUID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  RETURN QUERY SELECT waapp_remove_guests(wanted, NULL);
END;
$$;

-- Deletes guests whom an import had added that is taken back, so that both can be brought back; returns them.
CREATE OR REPLACE FUNCTION waapp_take_back_guests(wanted UUID[], import UUID)
RETURNS SETOF UUID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  RETURN QUERY SELECT waapp_remove_guests(wanted, import);
END;
$$;

-- Puts guests back as they were who went with an import that is brought back; returns those whom there was anything of.
CREATE OR REPLACE FUNCTION waapp_bring_back_guests(wanted UUID[], import UUID)
RETURNS SETOF UUID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
DECLARE
  back UUID[];
BEGIN
  back := ARRAY(SELECT waapp_bring_back(wanted, import));
  PERFORM waapp_tell_apart_again(back);
  RETURN QUERY SELECT unnest(back);
END;
$$;

-- Where a function has removed the messages of guests, and kept the proofs, there is nothing to keep when these go, and
-- nothing to look for one by one. Whoever else says so loses nothing but a name: messages that go keep their own proof.
DROP TRIGGER IF EXISTS waapp_keep_proof ON guests;
CREATE TRIGGER waapp_keep_proof
  BEFORE DELETE ON guests FOR EACH ROW
  WHEN (current_setting('waapp.messages_removed', true) IS DISTINCT FROM 'yes')
  EXECUTE FUNCTION waapp_keep_proof();
ALTER FUNCTION waapp_delete_event(UUID) SET waapp.messages_removed = 'yes';

DO $$
DECLARE
  ours TEXT;
BEGIN
  FOREACH ours IN ARRAY ARRAY[
    'waapp_set_aside(UUID[], BOOLEAN, UUID)', 'waapp_put_back(TEXT, BIGINT[], JSONB)', 'waapp_bring_back(UUID[], UUID)',
    'waapp_remove_guests(UUID[], UUID)', 'waapp_delete_guests(UUID[])', 'waapp_take_back_guests(UUID[], UUID)',
    'waapp_bring_back_guests(UUID[], UUID)'
  ] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', ours);
    -- Functions with their owner's rights must not look up names where their caller may have planted some.
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', ours, current_schema());
  END LOOP;
END
$$;
