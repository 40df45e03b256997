-- The role of planners: everything that inviting guests takes, and nothing that would let a desk change the schema or
-- rewrite what was sent. Run it after `waapp migrate`, as the owner of the tables, with a right to create roles;
-- run it again after each update. For each planner then:
--
--   CREATE ROLE maria LOGIN PASSWORD '…' IN ROLE waapp_planner;
--
-- What a planner may be given beyond this, if you want it:
--
--   GRANT DELETE ON whatsapp_opt_outs TO waapp_planner;     -- take back that a guest must not be written to
--   GRANT DELETE ON whatsapp_invitations TO waapp_planner;  -- remove guests together with what was sent to them

DO $$
BEGIN
  IF to_regrole('waapp_planner') IS NULL THEN
    CREATE ROLE waapp_planner NOLOGIN;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO waapp_planner', current_database());
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO waapp_planner', current_schema());
END
$$;

-- Removing a guest or an event removes its invitations; history is kept from that by the trigger below.
GRANT SELECT, INSERT, UPDATE, DELETE ON events, guests, whatsapp_templates TO waapp_planner;

-- Whom a message goes to and what it says is settled when it is planned. Afterwards only its progress may be written.
GRANT SELECT, INSERT ON whatsapp_sends, whatsapp_invitations, whatsapp_opt_outs TO waapp_planner;
GRANT UPDATE (state, pause_code, not_before, not_after, rate) ON whatsapp_sends TO waapp_planner;
GRANT UPDATE (
  twilio_message_sid, twilio_status, twilio_error_code, twilio_error_message,
  queued_at, sent_at, delivered_at, read_at, failed_at, retry_count, max_retries, next_retry_at,
  engine_state, claim_token, claimed_by, claimed_at, looks, next_look_at, price, price_unit
) ON whatsapp_invitations TO waapp_planner;

-- The log is written by triggers with the rights of the tables' owner.
GRANT SELECT ON whatsapp_invitation_log, waapp_alembic_version TO waapp_planner;

-- A foreign key's cascade runs with the rights of the tables' owner: without this, whoever may remove a guest could
-- remove what was sent to them. The rule: who may not delete an invitation may not do so by way of its guest either.
-- It is for members of the role alone; the web application and the owner keep the cascade as the schema has it.
CREATE OR REPLACE FUNCTION waapp_keep_history()
RETURNS TRIGGER
LANGUAGE plpgsql
AS $$
BEGIN
  IF pg_has_role(session_user, 'waapp_planner', 'MEMBER')
    AND NOT has_table_privilege(session_user, TG_RELID, 'DELETE') THEN
    RAISE EXCEPTION 'invitations that were sent must not be deleted' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END;
$$;

DROP TRIGGER IF EXISTS waapp_keep_history ON whatsapp_invitations;
CREATE TRIGGER waapp_keep_history
  BEFORE DELETE ON whatsapp_invitations
  FOR EACH ROW
  WHEN (NOT OLD.practice AND OLD.engine_state NOT IN ('queued', 'cancelled'))
  EXECUTE FUNCTION waapp_keep_history();
