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
LANGUAGE plpgsql
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

  -- A function with its owner's rights must not look up names where its caller may have planted some.
  EXECUTE format('ALTER FUNCTION waapp_keep_version() SET search_path = %I, pg_temp', current_schema());
END
$$;

-- As in 0004, for tests too: they are no invitations.
CREATE OR REPLACE FUNCTION sync_guest_invitation_status()
RETURNS TRIGGER
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  cancelled CONSTANT BOOLEAN := NEW.engine_state = 'cancelled';
  restarted BOOLEAN := TG_OP = 'INSERT'; -- a new attempt may move the guest's status backwards
  newest RECORD;
  prior RECORD;
  status invitation_status_enum;
BEGIN
  IF NEW.practice OR NEW.test THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF cancelled THEN
      RETURN NEW;
    END IF;
  ELSE
    restarted := NEW.engine_state = 'queued' AND OLD.engine_state IN ('accepted', 'failed', 'unknown')
      OR cancelled <> (OLD.engine_state = 'cancelled');
    IF NOT restarted AND (
      cancelled
      OR waapp_guest_status(NEW.twilio_status, NEW.engine_state) = waapp_guest_status(OLD.twilio_status, OLD.engine_state)
      AND NEW.sent_at IS NOT DISTINCT FROM OLD.sent_at AND NEW.queued_at IS NOT DISTINCT FROM OLD.queued_at
    ) THEN
      RETURN NEW;
    END IF;
  END IF;

  -- Two programs that invite the same guest at once take turns here, so that the second sees the first one's row.
  PERFORM FROM guests WHERE id = NEW.guest_id FOR NO KEY UPDATE;
  SELECT id, created_at, twilio_status, engine_state, sent_at, queued_at INTO newest
  FROM whatsapp_invitations
  WHERE guest_id = NEW.guest_id AND NOT practice AND NOT test AND engine_state <> 'cancelled'
  ORDER BY created_at DESC, id DESC
  LIMIT 1;

  IF newest.id IS NULL THEN
    -- The only invitation was withdrawn before it left. A status that another channel has set since stays, and one
    -- that another channel had set before comes back.
    SELECT prior_status, prior_method, prior_sent_at INTO prior
    FROM whatsapp_invitations
    WHERE guest_id = NEW.guest_id AND NOT practice AND NOT test AND prior_status IS NOT NULL
      AND prior_method IS DISTINCT FROM 'whatsapp'
    ORDER BY created_at DESC, id DESC
    LIMIT 1;
    UPDATE guests
    SET invitation_status = COALESCE(prior.prior_status, 'not_sent'), invitation_sent_at = prior.prior_sent_at,
        invitation_method = CASE WHEN prior.prior_status IS NULL THEN invitation_method ELSE prior.prior_method END,
        updated_at = clock_timestamp() AT TIME ZONE 'utc'
    WHERE id = NEW.guest_id AND invitation_status = 'queued' AND invitation_method = 'whatsapp';
    RETURN NEW;
  END IF;
  IF (newest.created_at, newest.id) > (NEW.created_at, NEW.id) THEN
    RETURN NEW; -- not this one's turn
  END IF;

  status := waapp_guest_status(newest.twilio_status, newest.engine_state);
  UPDATE guests
  SET invitation_status = CASE
        WHEN restarted OR waapp_guest_status_rank(status::text) > waapp_guest_status_rank(invitation_status::text)
        THEN status ELSE invitation_status END,
      invitation_sent_at = COALESCE(newest.sent_at, newest.queued_at),
      invitation_method = 'whatsapp',
      updated_at = clock_timestamp() AT TIME ZONE 'utc'
  WHERE id = NEW.guest_id
    AND (
      restarted
      OR waapp_guest_status_rank(status::text) > waapp_guest_status_rank(invitation_status::text)
      -- The time of sending may become known after the word; it must not claim a guest that was e-mailed since.
      OR invitation_method = 'whatsapp'
        AND invitation_sent_at IS DISTINCT FROM COALESCE(newest.sent_at, newest.queued_at)
    );
  RETURN NEW;
END;
$$;
