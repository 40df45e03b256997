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
