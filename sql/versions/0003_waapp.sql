-- What this program needs beside the user's schema. Only additions: an older program of the same major version keeps
-- working on the result.

ALTER TABLE events
  ADD COLUMN IF NOT EXISTS time_zone VARCHAR(64) NOT NULL DEFAULT 'UTC',
  ADD COLUMN IF NOT EXISTS default_region VARCHAR(2),
  ADD COLUMN IF NOT EXISTS rsvp_link TEXT NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS quiet_start TIME,
  ADD COLUMN IF NOT EXISTS quiet_end TIME,
  ADD COLUMN IF NOT EXISTS sample BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS archived_at TIMESTAMP;

ALTER TABLE guests
  ADD COLUMN IF NOT EXISTS guest_group VARCHAR(100) NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS language VARCHAR(16) NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS notes TEXT NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS extra JSONB NOT NULL DEFAULT '{}';

-- 62 random bits in 16 hex digits: short in a link, safe inside WhatsApp's markup, not to be guessed. The column
-- default fills existing rows without firing the web application's triggers. A column that the web application
-- already has under this name stays as it is.
DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = 'guests'::regclass AND attname = 'rsvp_token' AND NOT attisdropped
  ) THEN
    ALTER TABLE guests ADD COLUMN rsvp_token VARCHAR(32) NOT NULL
      DEFAULT encode(substring(uuid_send(gen_random_uuid()) FROM 9 FOR 8), 'hex');
    ALTER TABLE guests ADD CONSTRAINT guests_rsvp_token_key UNIQUE (rsvp_token);
  END IF;
END
$$;

ALTER TABLE whatsapp_templates
  ADD COLUMN IF NOT EXISTS language VARCHAR(16) NOT NULL DEFAULT 'en',
  ADD COLUMN IF NOT EXISTS category VARCHAR(20) NOT NULL DEFAULT 'MARKETING',
  ADD COLUMN IF NOT EXISTS version INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN IF NOT EXISTS approval_status VARCHAR(20) NOT NULL DEFAULT 'unsubmitted',
  ADD COLUMN IF NOT EXISTS rejection_reason TEXT,
  ADD COLUMN IF NOT EXISTS updated_by VARCHAR(100);

-- One row per press of Send.
CREATE TABLE IF NOT EXISTS whatsapp_sends (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  event_id UUID NOT NULL REFERENCES events(id) ON DELETE CASCADE,
  template_id UUID REFERENCES whatsapp_templates(id) ON DELETE SET NULL,
  template_name VARCHAR(100) NOT NULL, -- kept when the template goes
  template_version INTEGER NOT NULL DEFAULT 1,
  sender VARCHAR(40) NOT NULL, -- E.164, or practice-… ; the key of the lock that one desk holds
  practice BOOLEAN NOT NULL DEFAULT false,
  planned_by VARCHAR(100) NOT NULL DEFAULT '',
  state VARCHAR(12) NOT NULL DEFAULT 'active'
    CONSTRAINT whatsapp_sends_state_check CHECK (state IN ('active', 'paused', 'stopped', 'finished')),
  pause_code VARCHAR(64),
  rate NUMERIC(8, 3) NOT NULL DEFAULT 80 CONSTRAINT whatsapp_sends_rate_check CHECK (rate > 0),
  not_before TIMESTAMP,
  not_after TIMESTAMP,
  quiet_start TIME,
  quiet_end TIME,
  time_zone VARCHAR(64) NOT NULL DEFAULT 'UTC',
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  updated_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc')
);

-- A row that another program writes with the spec's columns alone is Twilio's already: nothing here sends it.
ALTER TABLE whatsapp_invitations
  ADD COLUMN IF NOT EXISTS send_id UUID,
  ADD COLUMN IF NOT EXISTS template_version INTEGER,
  ADD COLUMN IF NOT EXISTS sender VARCHAR(40),
  ADD COLUMN IF NOT EXISTS practice BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS recipient VARCHAR(40),
  ADD COLUMN IF NOT EXISTS engine_state VARCHAR(12) NOT NULL DEFAULT 'accepted',
  ADD COLUMN IF NOT EXISTS claim_token UUID,
  ADD COLUMN IF NOT EXISTS claimed_by VARCHAR(100),
  ADD COLUMN IF NOT EXISTS claimed_at TIMESTAMP,
  ADD COLUMN IF NOT EXISTS content_sid VARCHAR(40),
  ADD COLUMN IF NOT EXISTS content_variables JSONB,
  ADD COLUMN IF NOT EXISTS looks INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS next_look_at TIMESTAMP,
  ADD COLUMN IF NOT EXISTS price NUMERIC(12, 5),
  ADD COLUMN IF NOT EXISTS price_unit CHAR(3);

DO $$
DECLARE
  wanted RECORD;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('whatsapp_invitations_send_id_fkey', 'FOREIGN KEY (send_id) REFERENCES whatsapp_sends(id) ON DELETE CASCADE'),
    ('whatsapp_invitations_send_id_guest_id_key', 'UNIQUE (send_id, guest_id)'),
    ('whatsapp_invitations_engine_state_check',
      'CHECK (engine_state IN (''queued'', ''sending'', ''accepted'', ''unknown'', ''failed'', ''cancelled''))')
  ) AS v(name, definition) LOOP
    IF NOT EXISTS (
      SELECT FROM pg_constraint WHERE conrelid = 'whatsapp_invitations'::regclass AND conname = wanted.name
    ) THEN
      EXECUTE format('ALTER TABLE whatsapp_invitations ADD CONSTRAINT %I %s', wanted.name, wanted.definition);
    END IF;
  END LOOP;
END
$$;

-- The life of each invitation, written by triggers alone.
CREATE TABLE IF NOT EXISTS whatsapp_invitation_log (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  invitation_id UUID NOT NULL REFERENCES whatsapp_invitations(id) ON DELETE CASCADE,
  at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  engine_state VARCHAR(12) NOT NULL,
  twilio_status VARCHAR(20),
  error_code VARCHAR(10),
  detail TEXT,
  actor VARCHAR(100)
);

-- Addresses that must not be written to, for all events.
CREATE TABLE IF NOT EXISTS whatsapp_opt_outs (
  address VARCHAR(40) PRIMARY KEY,
  source VARCHAR(20) NOT NULL,
  reason TEXT,
  created_by VARCHAR(100),
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc')
);

-- Each serves one query of the program; the partial ones stay as small as the work that is left.
CREATE INDEX IF NOT EXISTS idx_guests_event_id_updated_at ON guests(event_id, updated_at);
CREATE INDEX IF NOT EXISTS idx_whatsapp_sends_event_id ON whatsapp_sends(event_id, created_at);
CREATE INDEX IF NOT EXISTS idx_whatsapp_sends_template_id ON whatsapp_sends(template_id);
CREATE INDEX IF NOT EXISTS idx_whatsapp_sends_open ON whatsapp_sends(sender) WHERE state IN ('active', 'paused');
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_claim
  ON whatsapp_invitations(send_id, COALESCE(next_retry_at, '-infinity'), id) WHERE engine_state = 'queued';
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_claim_token
  ON whatsapp_invitations(claim_token) WHERE claim_token IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_unfinished
  ON whatsapp_invitations(send_id) WHERE engine_state IN ('queued', 'sending', 'unknown');
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_unsettled
  ON whatsapp_invitations(sender, claimed_at) WHERE engine_state IN ('sending', 'unknown');
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_open
  ON whatsapp_invitations(sender, sent_at DESC, id) WHERE engine_state = 'accepted' AND twilio_message_sid IS NOT NULL
    AND COALESCE(twilio_status, 'accepted') NOT IN ('read', 'failed', 'undelivered', 'canceled', 'partially_delivered');
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_newest
  ON whatsapp_invitations(guest_id, practice, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_changed ON whatsapp_invitations(event_id, updated_at);
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitation_log_invitation_id ON whatsapp_invitation_log(invitation_id, id);

-- updated_at follows every change, unless the writer sets it.
CREATE OR REPLACE FUNCTION waapp_touch_updated_at()
RETURNS TRIGGER
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at = clock_timestamp() AT TIME ZONE 'utc';
  END IF;
  RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS update_whatsapp_templates_updated_at ON whatsapp_templates;
CREATE TRIGGER update_whatsapp_templates_updated_at
  BEFORE UPDATE ON whatsapp_templates FOR EACH ROW EXECUTE FUNCTION waapp_touch_updated_at();
DROP TRIGGER IF EXISTS update_whatsapp_sends_updated_at ON whatsapp_sends;
CREATE TRIGGER update_whatsapp_sends_updated_at
  BEFORE UPDATE ON whatsapp_sends FOR EACH ROW EXECUTE FUNCTION waapp_touch_updated_at();

-- events and guests are the web application's: where it has a trigger of its own for this, that one stays alone.
DO $$
DECLARE
  owned TEXT;
BEGIN
  FOREACH owned IN ARRAY ARRAY['events', 'guests'] LOOP
    IF NOT EXISTS (
      SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
      WHERE t.tgrelid = owned::regclass AND NOT t.tgisinternal
        AND t.tgtype & 1 = 1 AND t.tgtype & 2 = 2 AND t.tgtype & 16 = 16 -- for each row, before, update
        AND p.prosrc ~* 'updated_at'
    ) THEN
      EXECUTE format(
        'CREATE TRIGGER waapp_touch_updated_at BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION waapp_touch_updated_at()',
        owned
      );
    END IF;
  END LOOP;
END
$$;

-- What a guest sees of an invitation: Twilio's word, or the refusal of a message that never became one.
CREATE OR REPLACE FUNCTION waapp_guest_status(word TEXT, engine_state TEXT)
RETURNS invitation_status_enum
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN engine_state = 'failed' AND COALESCE(word, '') NOT IN ('delivered', 'partially_delivered', 'read')
      THEN 'failed'::invitation_status_enum
    ELSE waapp_guest_status(word)
  END
$$;

-- The guest shows the newest invitation that was not cancelled. Practice invitations are invisible to the shared
-- guest list: nobody was invited.
CREATE OR REPLACE FUNCTION sync_guest_invitation_status()
RETURNS TRIGGER
LANGUAGE plpgsql SET timezone = 'UTC'
AS $$
DECLARE
  cancelled CONSTANT BOOLEAN := NEW.engine_state = 'cancelled';
  restarted BOOLEAN := TG_OP = 'INSERT'; -- a new attempt may move the guest's status backwards
  newest RECORD;
  status invitation_status_enum;
BEGIN
  IF NEW.practice THEN
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
  WHERE guest_id = NEW.guest_id AND NOT practice AND engine_state <> 'cancelled'
  ORDER BY created_at DESC, id DESC
  LIMIT 1;

  IF newest.id IS NULL THEN
    -- The only invitation was withdrawn before it left. A status that another channel has set since stays.
    UPDATE guests
    SET invitation_status = 'not_sent', invitation_sent_at = NULL, updated_at = clock_timestamp() AT TIME ZONE 'utc'
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

-- The log cannot be written by anybody but these triggers: they run with the rights of the tables' owner.
CREATE OR REPLACE FUNCTION waapp_log_invitations()
RETURNS TRIGGER
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO whatsapp_invitation_log (invitation_id, engine_state, twilio_status, error_code, detail, actor)
    SELECT n.id, n.engine_state, n.twilio_status, n.twilio_error_code, n.twilio_error_message,
      left(COALESCE(n.claimed_by, s.planned_by, current_setting('application_name')), 100)
    FROM new_rows n LEFT JOIN whatsapp_sends s ON s.id = n.send_id;
  ELSE
    INSERT INTO whatsapp_invitation_log (invitation_id, engine_state, twilio_status, error_code, detail, actor)
    SELECT n.id, n.engine_state, n.twilio_status, n.twilio_error_code, n.twilio_error_message,
      left(COALESCE(n.claimed_by, current_setting('application_name')), 100)
    FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE (n.engine_state, n.twilio_status, n.twilio_error_code, n.next_retry_at)
      IS DISTINCT FROM (o.engine_state, o.twilio_status, o.twilio_error_code, o.next_retry_at);
  END IF;
  RETURN NULL;
END;
$$;

DROP TRIGGER IF EXISTS waapp_log_insert ON whatsapp_invitations;
CREATE TRIGGER waapp_log_insert
  AFTER INSERT ON whatsapp_invitations REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION waapp_log_invitations();
DROP TRIGGER IF EXISTS waapp_log_update ON whatsapp_invitations;
CREATE TRIGGER waapp_log_update
  AFTER UPDATE ON whatsapp_invitations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION waapp_log_invitations();

-- Tells listening windows which event has changed, once per statement and event; never what: they ask for that.
CREATE OR REPLACE FUNCTION waapp_notify()
RETURNS TRIGGER
LANGUAGE plpgsql
AS $$
DECLARE
  kind CONSTANT TEXT := TG_ARGV[0];
BEGIN
  IF kind = 'events' THEN
    PERFORM pg_notify('waapp', 'events:' || id) FROM (SELECT DISTINCT id FROM changed) AS distinct_events;
  ELSIF kind = 'templates' THEN
    PERFORM pg_notify('waapp', 'templates:') FROM (SELECT FROM changed LIMIT 1) AS any_row;
  ELSE
    PERFORM pg_notify('waapp', kind || ':' || event_id) FROM (SELECT DISTINCT event_id FROM changed) AS distinct_events;
  END IF;
  RETURN NULL;
END;
$$;

DO $$
DECLARE
  watched RECORD;
BEGIN
  FOR watched IN SELECT * FROM (VALUES
    ('events', 'events'), ('guests', 'guests'), ('whatsapp_templates', 'templates'),
    ('whatsapp_invitations', 'invitations'), ('whatsapp_sends', 'sends')
  ) AS v(tab, kind) LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS waapp_notify_insert ON %I', watched.tab);
    EXECUTE format('DROP TRIGGER IF EXISTS waapp_notify_update ON %I', watched.tab);
    EXECUTE format('DROP TRIGGER IF EXISTS waapp_notify_delete ON %I', watched.tab);
    EXECUTE format('CREATE TRIGGER waapp_notify_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION waapp_notify(%L)', watched.tab, watched.kind);
    EXECUTE format('CREATE TRIGGER waapp_notify_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION waapp_notify(%L)', watched.tab, watched.kind);
    EXECUTE format('CREATE TRIGGER waapp_notify_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION waapp_notify(%L)', watched.tab, watched.kind);
  END LOOP;
END
$$;

-- A function with its owner's rights must not look up names where its caller may have planted some.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION waapp_log_invitations() SET search_path = %I, pg_temp', current_schema());
END
$$;
