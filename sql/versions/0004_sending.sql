-- Add what control of a send and late facts need.

-- Nothing of a send leaves before `undo_until`. `guest_zones` are the time zones of those guests whose own is known:
-- each obeys the quiet hours where they are.
ALTER TABLE whatsapp_sends
  ADD COLUMN IF NOT EXISTS undo_until TIMESTAMP,
  ADD COLUMN IF NOT EXISTS guest_zones VARCHAR(64)[] NOT NULL DEFAULT '{}';

-- `wait_reason` says why a queued row waits until next_retry_at. `prior_…` is what the guest showed before this row was
-- queued: whoever withdraws the row puts it back. `doubled`: an earlier attempt arrived after a later one had left.
ALTER TABLE whatsapp_invitations
  ADD COLUMN IF NOT EXISTS guest_time_zone VARCHAR(64),
  ADD COLUMN IF NOT EXISTS wait_reason VARCHAR(16),
  ADD COLUMN IF NOT EXISTS prior_status invitation_status_enum,
  ADD COLUMN IF NOT EXISTS prior_method invitation_method_enum,
  ADD COLUMN IF NOT EXISTS prior_sent_at TIMESTAMP,
  ADD COLUMN IF NOT EXISTS doubled BOOLEAN NOT NULL DEFAULT false;

-- Messages of an invitation that failed and were replaced by a further attempt: Twilio may still have news of them, and
-- they cost what they cost. `adopted`: the invitation has taken the message back, because it arrived after all.
CREATE TABLE IF NOT EXISTS whatsapp_attempts (
  sid VARCHAR(50) PRIMARY KEY,
  invitation_id UUID NOT NULL REFERENCES whatsapp_invitations(id) ON DELETE CASCADE,
  sender VARCHAR(40),
  status VARCHAR(20),
  error_code VARCHAR(10),
  error_message TEXT,
  sent_at TIMESTAMP,
  delivered_at TIMESTAMP,
  read_at TIMESTAMP,
  failed_at TIMESTAMP,
  price NUMERIC(12, 5),
  price_unit CHAR(3),
  adopted BOOLEAN NOT NULL DEFAULT false,
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  updated_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc')
);
CREATE INDEX IF NOT EXISTS idx_whatsapp_attempts_invitation_id ON whatsapp_attempts(invitation_id);
CREATE INDEX IF NOT EXISTS idx_whatsapp_attempts_sender ON whatsapp_attempts(sender, sent_at) WHERE NOT adopted;

DROP TRIGGER IF EXISTS update_whatsapp_attempts_updated_at ON whatsapp_attempts;
CREATE TRIGGER update_whatsapp_attempts_updated_at
  BEFORE UPDATE ON whatsapp_attempts FOR EACH ROW EXECUTE FUNCTION waapp_touch_updated_at();

-- Messages that waited for their next attempt when this was not kept yet.
INSERT INTO whatsapp_attempts (sid, invitation_id, sender, status, error_code, error_message, sent_at, price, price_unit)
SELECT twilio_message_sid, id, sender, 'failed', twilio_error_code, twilio_error_message, claimed_at, price, price_unit
FROM whatsapp_invitations
WHERE engine_state IN ('queued', 'cancelled') AND twilio_message_sid IS NOT NULL
ON CONFLICT (sid) DO NOTHING;

-- Who has been written to in the last 24 hours, over all events: found by the time alone.
CREATE INDEX IF NOT EXISTS idx_whatsapp_invitations_claimed_at
  ON whatsapp_invitations(claimed_at) WHERE NOT practice AND claimed_at IS NOT NULL;

-- The guest shows the newest invitation that was not cancelled. Practice invitations are invisible to the shared
-- guest list: nobody was invited. A guest whose only invitation is withdrawn shows again what they showed before it.
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
    -- The only invitation was withdrawn before it left. A status that another channel has set since stays, and one
    -- that another channel had set before comes back.
    SELECT prior_status, prior_method, prior_sent_at INTO prior
    FROM whatsapp_invitations
    WHERE guest_id = NEW.guest_id AND NOT practice AND prior_status IS NOT NULL
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

-- Withdraws a send of which nothing has left, as if it had never been queued; tells whether it could. With the rights of
-- the tables' owner, because planners may not delete invitations: these were never sent.
CREATE OR REPLACE FUNCTION waapp_undo_send(wanted UUID)
RETURNS BOOLEAN
LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC'
AS $$
BEGIN
  PERFORM FROM whatsapp_sends
  WHERE id = wanted AND state IN ('active', 'paused') AND undo_until > clock_timestamp() AT TIME ZONE 'utc'
  FOR NO KEY UPDATE;
  IF NOT FOUND OR EXISTS (
    SELECT FROM whatsapp_invitations
    WHERE send_id = wanted AND (engine_state NOT IN ('queued', 'cancelled') OR claimed_at IS NOT NULL)
  ) THEN
    RETURN false;
  END IF;
  PERFORM FROM guests
  WHERE id IN (SELECT guest_id FROM whatsapp_invitations WHERE send_id = wanted AND NOT practice)
  ORDER BY id
  FOR NO KEY UPDATE;
  UPDATE whatsapp_invitations SET engine_state = 'cancelled' WHERE send_id = wanted AND engine_state = 'queued';
  DELETE FROM whatsapp_invitations WHERE send_id = wanted;
  UPDATE whatsapp_sends SET state = 'stopped', pause_code = 'undone' WHERE id = wanted;
  RETURN true;
END;
$$;

-- A function with its owner's rights must not look up names where its caller may have planted some.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION waapp_undo_send(UUID) SET search_path = %I, pg_temp', current_schema());
END
$$;
REVOKE ALL ON FUNCTION waapp_undo_send(UUID) FROM PUBLIC;
