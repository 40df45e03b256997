-- A guest who is forgotten may have given a household its name. Members of it who were deleted and can be restored
-- would bring that name back.

-- Calls a household of an event by another name in what was set aside of guests other than the one who is forgotten.
CREATE OR REPLACE FUNCTION waapp_call_household_aside(of_event UUID, forgotten UUID, before TEXT, called TEXT)
RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  UPDATE waapp_deleted_rows
  SET content = content || jsonb_build_object('household', called)
  WHERE event_id = of_event AND table_name = 'guests' AND guest_id <> forgotten
    AND lower(content ->> 'household') = lower(before);
  UPDATE waapp_deleted_rows
  SET content = content || (
    SELECT jsonb_object_agg(said, CASE WHEN lower(content -> said ->> 'household') = lower(before)
      THEN (content -> said) || jsonb_build_object('household', called) ELSE content -> said END)
    FROM unnest(ARRAY['given', 'before', 'after']) AS said)
  WHERE event_id = of_event AND table_name = 'waapp_import_rows' AND guest_id <> forgotten
    AND lower(before) IN (lower(content -> 'given' ->> 'household'), lower(content -> 'before' ->> 'household'),
      lower(content -> 'after' ->> 'household'));
END;
$$;

REVOKE ALL ON FUNCTION waapp_call_household_aside(UUID, UUID, TEXT, TEXT) FROM PUBLIC;

DO $$
BEGIN
  -- Functions with their owner's rights must not look up names where their caller may have planted some.
  EXECUTE format('ALTER FUNCTION waapp_call_household_aside(UUID, UUID, TEXT, TEXT) SET search_path = %I, pg_temp',
    current_schema());
END
$$;
