-- Add versions, languages and parts of templates.

-- Every text that a template ever had, in each of its languages; never changed and never deleted, so that it can
-- always be told which words went to whom. whatsapp_templates has the newest version in the main language.
CREATE TABLE IF NOT EXISTS whatsapp_template_versions (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  template_id UUID NOT NULL, -- no foreign key: the texts outlive the template
  language VARCHAR(16) NOT NULL,
  version INTEGER NOT NULL,
  name VARCHAR(100) NOT NULL,
  content TEXT NOT NULL,
  header JSONB, -- {"kind": "text", "value": …}; null for none
  footer TEXT NOT NULL DEFAULT '',
  buttons JSONB NOT NULL DEFAULT '[]', -- [{"kind": "quick_reply", "title": …, "value": …}]
  category VARCHAR(40) NOT NULL,
  created_by VARCHAR(100),
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  withdrawn_at TIMESTAMP, -- since then the language is none of the template's any more
  CONSTRAINT whatsapp_template_versions_key UNIQUE (template_id, language, version)
);

-- What was written stays as it was; only that a language was taken away may be noted.
CREATE OR REPLACE FUNCTION waapp_keep_words()
RETURNS TRIGGER
LANGUAGE plpgsql
AS $$
BEGIN
  IF (to_jsonb(NEW) - 'withdrawn_at') IS DISTINCT FROM (to_jsonb(OLD) - 'withdrawn_at') THEN
    RAISE EXCEPTION 'a version of a template is never changed';
  END IF;
  RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS waapp_keep_words ON whatsapp_template_versions;
CREATE TRIGGER waapp_keep_words
  BEFORE UPDATE ON whatsapp_template_versions FOR EACH ROW EXECUTE FUNCTION waapp_keep_words();

-- What Twilio says of a version: for the real account (account = ''), and for each desk's practice Twilio.
CREATE TABLE IF NOT EXISTS whatsapp_template_approvals (
  version_id UUID NOT NULL REFERENCES whatsapp_template_versions(id) ON DELETE CASCADE,
  account VARCHAR(64) NOT NULL DEFAULT '',
  name VARCHAR(512) NOT NULL DEFAULT '', -- what WhatsApp calls it
  content_sid VARCHAR(40),
  status VARCHAR(64) NOT NULL DEFAULT 'unsubmitted',
  reason TEXT,
  category VARCHAR(40), -- the one that WhatsApp has decided on
  submitted_by VARCHAR(100),
  submitted_at TIMESTAMP,
  changed_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  PRIMARY KEY (version_id, account)
);
CREATE INDEX IF NOT EXISTS idx_whatsapp_template_approvals_content_sid
  ON whatsapp_template_approvals(account, content_sid) WHERE content_sid IS NOT NULL;

-- The words of the main language are kept whoever writes them: a program that knows nothing of versions makes one
-- too, and takes the approval along with the text that it was for.
CREATE OR REPLACE FUNCTION waapp_number_template()
RETURNS TRIGGER
LANGUAGE plpgsql SECURITY DEFINER -- whoever may write templates need not be able to read their versions
AS $$
BEGIN
  IF NEW.version = OLD.version
    AND (NEW.content, NEW.name, NEW.language) IS DISTINCT FROM (OLD.content, OLD.name, OLD.language)
  THEN
    SELECT GREATEST(OLD.version, COALESCE(max(v.version), 0)) + 1 INTO NEW.version
    FROM whatsapp_template_versions v WHERE v.template_id = NEW.id AND v.language = NEW.language;
    IF NEW.twilio_template_id IS NOT DISTINCT FROM OLD.twilio_template_id THEN
      NEW.twilio_template_id := NULL;
      NEW.is_approved := false;
      NEW.approval_status := 'unsubmitted';
      NEW.rejection_reason := NULL;
    END IF;
  END IF;
  RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS waapp_number_template ON whatsapp_templates;
CREATE TRIGGER waapp_number_template
  BEFORE UPDATE ON whatsapp_templates FOR EACH ROW EXECUTE FUNCTION waapp_number_template();

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
  RETURN NULL;
END;
$$;

DROP TRIGGER IF EXISTS waapp_keep_version ON whatsapp_templates;
CREATE TRIGGER waapp_keep_version
  AFTER INSERT OR UPDATE ON whatsapp_templates FOR EACH ROW EXECUTE FUNCTION waapp_keep_version();

INSERT INTO whatsapp_template_versions (template_id, language, version, name, content, category, created_by, created_at)
SELECT t.id, t.language, t.version, t.name, t.content, t.category, t.updated_by, t.updated_at
FROM whatsapp_templates t
ON CONFLICT (template_id, language, version) DO NOTHING;

INSERT INTO whatsapp_template_approvals (version_id, name, content_sid, status, reason, category)
SELECT v.id, t.name || '_v' || t.version, t.twilio_template_id, t.approval_status, t.rejection_reason, t.category
FROM whatsapp_templates t
JOIN whatsapp_template_versions v ON v.template_id = t.id AND v.language = t.language AND v.version = t.version
WHERE t.twilio_template_id IS NOT NULL
ON CONFLICT (version_id, account) DO NOTHING;

-- What is sent to oneself to have a look is no invitation.
ALTER TABLE whatsapp_sends
  ADD COLUMN IF NOT EXISTS test BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE whatsapp_invitations
  ADD COLUMN IF NOT EXISTS test BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS template_version_id UUID, -- the words that went to this guest, in the guest's language
  ADD COLUMN IF NOT EXISTS language VARCHAR(16),
  ADD COLUMN IF NOT EXISTS message_parts JSONB; -- header, footer and buttons with the values in; null for none

CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_template_version_id
  ON whatsapp_invitations(template_version_id) WHERE template_version_id IS NOT NULL;

DO $$
DECLARE
  watched TEXT;
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_constraint
    WHERE conrelid = 'whatsapp_invitations'::regclass AND conname = 'whatsapp_invitations_template_version_id_fkey'
  ) THEN
    ALTER TABLE whatsapp_invitations ADD CONSTRAINT whatsapp_invitations_template_version_id_fkey
      FOREIGN KEY (template_version_id) REFERENCES whatsapp_template_versions(id) ON DELETE SET NULL;
  END IF;

  FOREACH watched IN ARRAY ARRAY['whatsapp_template_versions', 'whatsapp_template_approvals'] LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS waapp_notify_insert ON %I', watched);
    EXECUTE format('DROP TRIGGER IF EXISTS waapp_notify_update ON %I', watched);
    EXECUTE format('CREATE TRIGGER waapp_notify_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION waapp_notify(''templates'')', watched);
    EXECUTE format('CREATE TRIGGER waapp_notify_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION waapp_notify(''templates'')', watched);
  END LOOP;

  -- Functions with their owner's rights must not look up names where their caller may have planted some.
  EXECUTE format('ALTER FUNCTION waapp_number_template() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION waapp_keep_version() SET search_path = %I, pg_temp', current_schema());
END
$$;

-- The guest shows the newest invitation that was not cancelled. Practice invitations and tests are invisible to the
-- shared guest list: nobody was invited. A guest whose only invitation is withdrawn shows again what they showed before it.
-- Once per statement, not once per row: a few hundred outcomes are written at a time.
CREATE OR REPLACE FUNCTION sync_guest_invitation_status()
RETURNS TRIGGER
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  ids UUID[];
  guests_of UUID[];
  created TIMESTAMP[];
  restarts BOOLEAN[]; -- a new attempt may move the guest's status backwards
  any_cancelled BOOLEAN;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(n.id), array_agg(n.guest_id), array_agg(n.created_at), array_agg(true), false
    INTO ids, guests_of, created, restarts, any_cancelled
    FROM new_rows n
    WHERE NOT n.practice AND NOT n.test AND n.engine_state <> 'cancelled';
  ELSE
    SELECT array_agg(c.id), array_agg(c.guest_id), array_agg(c.created_at), array_agg(c.restarted), bool_or(c.cancelled)
    INTO ids, guests_of, created, restarts, any_cancelled
    FROM (
      SELECT n.id, n.guest_id, n.created_at, n.engine_state = 'cancelled' AS cancelled,
        n.engine_state = 'queued' AND o.engine_state IN ('accepted', 'failed', 'unknown')
          OR (n.engine_state = 'cancelled') <> (o.engine_state = 'cancelled') AS restarted,
        (n.sent_at, n.queued_at) IS DISTINCT FROM (o.sent_at, o.queued_at)
          OR waapp_guest_status(n.twilio_status, n.engine_state) <> waapp_guest_status(o.twilio_status, o.engine_state)
          AS changed
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE NOT n.practice AND NOT n.test
    ) c
    WHERE c.restarted OR c.changed AND NOT c.cancelled;
  END IF;
  IF ids IS NULL THEN
    RETURN NULL;
  END IF;

  -- Two programs that invite the same guest at once take turns here, so that the second sees the first one's row.
  PERFORM FROM guests WHERE id = ANY(guests_of) ORDER BY id FOR NO KEY UPDATE;

  UPDATE guests g
  SET invitation_status = CASE
        WHEN w.restarted OR waapp_guest_status_rank(w.status::text) > waapp_guest_status_rank(g.invitation_status::text)
        THEN w.status ELSE g.invitation_status END,
      invitation_sent_at = w.sent_at,
      invitation_method = 'whatsapp',
      updated_at = clock_timestamp() AT TIME ZONE 'utc'
  FROM (
    SELECT newest.guest_id, bool_or(c.restarted) AS restarted, newest.status, newest.sent_at
    FROM unnest(ids, guests_of, created, restarts) AS c(id, guest_id, created_at, restarted)
      CROSS JOIN LATERAL (
        SELECT i.id, i.guest_id, i.created_at, waapp_guest_status(i.twilio_status, i.engine_state) AS status,
          COALESCE(i.sent_at, i.queued_at) AS sent_at
        FROM whatsapp_invitations i
        WHERE i.guest_id = c.guest_id AND NOT i.practice AND NOT i.test AND i.engine_state <> 'cancelled'
        ORDER BY i.created_at DESC, i.id DESC
        LIMIT 1
      ) newest
    WHERE (c.created_at, c.id) >= (newest.created_at, newest.id) -- otherwise it is not this one's turn
    GROUP BY newest.guest_id, newest.status, newest.sent_at
  ) w
  WHERE g.id = w.guest_id
    AND (
      w.restarted
      OR waapp_guest_status_rank(w.status::text) > waapp_guest_status_rank(g.invitation_status::text)
      -- The time of sending may become known after the word; it must not claim a guest that was e-mailed since.
      OR g.invitation_method = 'whatsapp' AND g.invitation_sent_at IS DISTINCT FROM w.sent_at
    );

  IF any_cancelled THEN
    -- The only invitation was withdrawn before it left. A status that another channel has set since stays, and one
    -- that another channel had set before comes back.
    UPDATE guests g
    SET invitation_status = COALESCE(before.prior_status, 'not_sent'), invitation_sent_at = before.prior_sent_at,
        invitation_method = CASE WHEN before.prior_status IS NULL THEN g.invitation_method ELSE before.prior_method END,
        updated_at = clock_timestamp() AT TIME ZONE 'utc'
    FROM (SELECT DISTINCT c.guest_id FROM unnest(guests_of) AS c(guest_id)) c
      LEFT JOIN LATERAL (
        SELECT i.prior_status, i.prior_method, i.prior_sent_at
        FROM whatsapp_invitations i
        WHERE i.guest_id = c.guest_id AND NOT i.practice AND NOT i.test AND i.prior_status IS NOT NULL
          AND i.prior_method IS DISTINCT FROM 'whatsapp'
        ORDER BY i.created_at DESC, i.id DESC
        LIMIT 1
      ) before ON true
    WHERE g.id = c.guest_id AND g.invitation_status = 'queued' AND g.invitation_method = 'whatsapp'
      AND NOT EXISTS (
        SELECT FROM whatsapp_invitations i
        WHERE i.guest_id = c.guest_id AND NOT i.practice AND NOT i.test AND i.engine_state <> 'cancelled'
      );
  END IF;
  RETURN NULL;
END;
$$;

DROP TRIGGER IF EXISTS sync_guest_invitation_status ON whatsapp_invitations;
CREATE TRIGGER sync_guest_invitation_status
  AFTER INSERT ON whatsapp_invitations REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION sync_guest_invitation_status();
DROP TRIGGER IF EXISTS sync_guest_invitation_status_update ON whatsapp_invitations;
CREATE TRIGGER sync_guest_invitation_status_update
  AFTER UPDATE ON whatsapp_invitations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION sync_guest_invitation_status();
