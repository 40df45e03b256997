-- The user's migration, second part: names, columns and types as the spec has them. What could not work as written
-- is corrected here, and a database where the spec was run by hand is brought to the same state.

-- Where the spec's own trigger exists it fails on every row that it sees; it must not see the repairs below.
DO $$
BEGIN
  IF to_regclass('whatsapp_invitations') IS NOT NULL THEN
    DROP TRIGGER IF EXISTS sync_guest_invitation_status ON whatsapp_invitations;
    DROP TRIGGER IF EXISTS update_whatsapp_invitations_updated_at ON whatsapp_invitations;
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS whatsapp_invitations (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  guest_id UUID NOT NULL REFERENCES guests(id) ON DELETE CASCADE,
  event_id UUID NOT NULL REFERENCES events(id) ON DELETE CASCADE,

  -- Twilio specific fields
  twilio_message_sid VARCHAR(50) UNIQUE, -- Twilio message identifier
  twilio_status VARCHAR(20), -- Twilio status: queued, sent, delivered, read, failed, undelivered
  twilio_error_code VARCHAR(10), -- Twilio error code if failed
  twilio_error_message TEXT, -- Detailed error message

  -- Message content
  template_name VARCHAR(100) NOT NULL, -- Template used for message
  template_variables JSONB, -- Variables used in template substitution
  message_content TEXT, -- Final message content sent

  -- Delivery tracking
  queued_at TIMESTAMP DEFAULT NOW(),
  sent_at TIMESTAMP, -- When message was sent to Twilio
  delivered_at TIMESTAMP, -- When message was delivered to device
  read_at TIMESTAMP, -- When message was read by recipient
  failed_at TIMESTAMP, -- When message failed

  -- Retry tracking
  retry_count INTEGER DEFAULT 0,
  max_retries INTEGER DEFAULT 3,
  next_retry_at TIMESTAMP,

  created_at TIMESTAMP DEFAULT NOW() NOT NULL,
  updated_at TIMESTAMP DEFAULT NOW() NOT NULL
);

CREATE TABLE IF NOT EXISTS whatsapp_templates (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  name VARCHAR(100) UNIQUE NOT NULL, -- Template identifier
  display_name VARCHAR(200) NOT NULL, -- Human-readable name

  -- Template content
  content TEXT NOT NULL, -- Template with {{variables}}
  variables JSONB NOT NULL, -- Required variables definition

  -- Twilio integration
  twilio_template_id VARCHAR(100), -- If using Twilio templates
  is_approved BOOLEAN DEFAULT false, -- WhatsApp Business approval status

  -- Metadata
  description TEXT,
  is_active BOOLEAN DEFAULT true,
  created_at TIMESTAMP DEFAULT NOW() NOT NULL,
  updated_at TIMESTAMP DEFAULT NOW() NOT NULL
);

-- NOW() in a TIMESTAMP column is the local time of whoever inserts; these columns hold UTC.
ALTER TABLE whatsapp_invitations
  ALTER COLUMN queued_at SET DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  ALTER COLUMN created_at SET DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  ALTER COLUMN updated_at SET DEFAULT (clock_timestamp() AT TIME ZONE 'utc');
ALTER TABLE whatsapp_templates
  ALTER COLUMN created_at SET DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  ALTER COLUMN updated_at SET DEFAULT (clock_timestamp() AT TIME ZONE 'utc');

CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_guest_id ON whatsapp_invitations(guest_id);
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_event_id ON whatsapp_invitations(event_id);
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_twilio_sid ON whatsapp_invitations(twilio_message_sid);
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_status ON whatsapp_invitations(twilio_status);
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_next_retry ON whatsapp_invitations(next_retry_at)
  WHERE next_retry_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_whatsapp_templates_name ON whatsapp_templates(name);
CREATE INDEX IF NOT EXISTS idx_whatsapp_templates_active ON whatsapp_templates(is_active) WHERE is_active = true;

-- "Check constraints on retry counts prevent infinite loops": promised by the spec, absent from its DDL. Rows that
-- would break them are kept with their counts brought into range.
DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_constraint
    WHERE conrelid = 'whatsapp_invitations'::regclass AND conname = 'whatsapp_invitations_retry_count_check'
  ) THEN
    UPDATE whatsapp_invitations
    SET retry_count = LEAST(GREATEST(retry_count, 0), 20),
        max_retries = LEAST(GREATEST(max_retries, retry_count, 0), 20)
    WHERE NOT (retry_count BETWEEN 0 AND 20 AND max_retries BETWEEN 0 AND 20 AND retry_count <= max_retries);
    ALTER TABLE whatsapp_invitations
      ADD CONSTRAINT whatsapp_invitations_max_retries_check CHECK (max_retries BETWEEN 0 AND 20),
      ADD CONSTRAINT whatsapp_invitations_retry_count_check CHECK (retry_count >= 0 AND retry_count <= max_retries);
  END IF;
END
$$;

INSERT INTO whatsapp_templates (name, display_name, content, variables, description, is_active) VALUES (
  'rsvp_invitation',
  'RSVP Invitation',
  'Hi {{guest_name}}! You''re invited to {{event_name}} on {{event_date}} at {{event_location}}. Please RSVP here: {{rsvp_link}}',
  '["guest_name", "event_name", "event_date", "event_location", "rsvp_link"]'::jsonb,
  'Standard RSVP invitation template for WhatsApp',
  true
) ON CONFLICT (name) DO NOTHING;

CREATE OR REPLACE FUNCTION update_whatsapp_invitations_updated_at()
RETURNS TRIGGER
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
BEGIN
  -- The clock, not the start of the transaction: a late commit must not hide behind an earlier time.
  NEW.updated_at = clock_timestamp() AT TIME ZONE 'utc';
  RETURN NEW;
END;
$$;

CREATE TRIGGER update_whatsapp_invitations_updated_at
  BEFORE UPDATE ON whatsapp_invitations
  FOR EACH ROW
  EXECUTE FUNCTION update_whatsapp_invitations_updated_at();

-- Twilio's words in terms of the guest's status. The words are a VARCHAR, the status an enum: the spec assigns one
-- to the other, which fails for every row.
CREATE OR REPLACE FUNCTION waapp_guest_status(word TEXT)
RETURNS invitation_status_enum
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN word = 'sent' THEN 'sent'
    WHEN word IN ('delivered', 'partially_delivered') THEN 'delivered'
    WHEN word = 'read' THEN 'read'
    WHEN word IN ('failed', 'undelivered', 'canceled') THEN 'failed'
    ELSE 'queued'
  END::invitation_status_enum
$$;

-- A status never moves backwards, except that delivered or read may follow failed.
CREATE OR REPLACE FUNCTION waapp_guest_status_rank(status TEXT)
RETURNS INTEGER
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT COALESCE(array_position(ARRAY['not_sent', 'queued', 'sent', 'failed', 'delivered', 'read'], status), 0)
$$;

-- Only the guest's newest invitation sets the guest's status. Replaced by the next version, which knows more columns.
CREATE OR REPLACE FUNCTION sync_guest_invitation_status()
RETURNS TRIGGER
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  status CONSTANT invitation_status_enum := waapp_guest_status(NEW.twilio_status);
BEGIN
  UPDATE guests
  SET invitation_status = status,
      invitation_sent_at = COALESCE(NEW.sent_at, NEW.queued_at),
      invitation_method = 'whatsapp',
      updated_at = clock_timestamp() AT TIME ZONE 'utc'
  WHERE id = NEW.guest_id
    AND (TG_OP = 'INSERT' OR waapp_guest_status_rank(status::text) > waapp_guest_status_rank(invitation_status::text))
    AND NOT EXISTS (
      SELECT FROM whatsapp_invitations newer
      WHERE newer.guest_id = NEW.guest_id AND (newer.created_at, newer.id) > (NEW.created_at, NEW.id)
    );
  RETURN NEW;
END;
$$;

CREATE TRIGGER sync_guest_invitation_status
  AFTER INSERT OR UPDATE ON whatsapp_invitations
  FOR EACH ROW
  EXECUTE FUNCTION sync_guest_invitation_status();
