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

-- As in 0002, without a setting that takes its time for every row: what it writes does not depend on a zone.
CREATE OR REPLACE FUNCTION update_whatsapp_invitations_updated_at()
RETURNS TRIGGER
LANGUAGE plpgsql
AS $$
BEGIN
  -- The clock, not the start of the transaction: a late commit must not hide behind an earlier time.
  NEW.updated_at = clock_timestamp() AT TIME ZONE 'utc';
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
