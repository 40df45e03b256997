-- The role of planners: everything that inviting guests takes, and nothing that would let a desk change the schema or
-- rewrite what was sent. Run it after `waapp migrate`, as the owner of the tables, with a right to create roles;
-- run it again after each update. For each planner then:
--
--   CREATE ROLE maria LOGIN PASSWORD '…' IN ROLE waapp_planner;

DO $$
BEGIN
  IF to_regrole('waapp_planner') IS NULL THEN
    CREATE ROLE waapp_planner NOLOGIN;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO waapp_planner', current_database());
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO waapp_planner', current_schema());
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON events, guests, whatsapp_templates TO waapp_planner;
GRANT SELECT, INSERT, UPDATE, DELETE ON waapp_labels, waapp_guest_filters TO waapp_planner;

-- The words of a template are kept for good; what Twilio says of them changes.
GRANT SELECT, INSERT ON whatsapp_template_versions TO waapp_planner;
GRANT UPDATE (withdrawn_at) ON whatsapp_template_versions TO waapp_planner;
GRANT SELECT, INSERT, UPDATE ON whatsapp_template_approvals TO waapp_planner;

-- Whom a message goes to and what it says is settled when it is planned. Afterwards only its progress may be written.
GRANT SELECT, INSERT ON whatsapp_sends, whatsapp_invitations, whatsapp_opt_outs TO waapp_planner;
GRANT UPDATE (state, pause_code, not_before, not_after, rate, undo_until) ON whatsapp_sends TO waapp_planner;
GRANT UPDATE (
  twilio_message_sid, twilio_status, twilio_error_code, twilio_error_message,
  queued_at, sent_at, delivered_at, read_at, failed_at, retry_count, max_retries, next_retry_at,
  engine_state, claim_token, claimed_by, claimed_at, looks, next_look_at, price, price_unit,
  wait_reason, doubled
) ON whatsapp_invitations TO waapp_planner;

-- Earlier attempts are kept with what Twilio still says about them. Withdrawing a send in its undo window deletes its
-- invitations, which nobody has got: a function of the owner sees to that condition.
GRANT SELECT, INSERT ON whatsapp_attempts TO waapp_planner;
GRANT UPDATE (status, error_code, error_message, delivered_at, read_at, failed_at, price, price_unit, adopted)
  ON whatsapp_attempts TO waapp_planner;
GRANT EXECUTE ON FUNCTION waapp_undo_send(UUID) TO waapp_planner;

-- The log is written by triggers with the rights of the tables' owner.
GRANT SELECT ON whatsapp_invitation_log, waapp_alembic_version TO waapp_planner;

-- Deleting a guest or an event deletes its invitations; a trigger keeps the proof of what was sent. Nobody writes or
-- removes proofs by hand.
GRANT SELECT ON whatsapp_proofs TO waapp_planner;
GRANT EXECUTE ON FUNCTION waapp_erase_guest(UUID), waapp_call_household_aside(UUID, UUID, TEXT, TEXT)
  TO waapp_planner;

-- What was deleted is set aside for thirty days and comes back as it was: these functions alone write there.
GRANT SELECT ON waapp_deleted_rows TO waapp_planner;
GRANT EXECUTE ON FUNCTION waapp_delete_guests(UUID[]), waapp_restore_guests(UUID[]), waapp_delete_event(UUID),
  waapp_restore_event(UUID), waapp_forget_event(UUID), waapp_forget_deleted(), waapp_take_back_guests(UUID[], UUID),
  waapp_bring_back_guests(UUID[], UUID) TO waapp_planner;

-- Two guests who are one person become one; whom a message was for stays known, and nothing of it is lost.
GRANT EXECUTE ON FUNCTION waapp_merge_guest(UUID, UUID), waapp_unmerge_guest(UUID, UUID) TO waapp_planner;
GRANT SELECT, INSERT, DELETE ON waapp_distinct_guests TO waapp_planner;

-- Not to be written to is a person's wish: a planner may take it back, and who did so and when is kept.
GRANT SELECT ON waapp_lifted_opt_outs TO waapp_planner;
GRANT EXECUTE ON FUNCTION waapp_lift_opt_outs(TEXT[], TEXT), waapp_erase_lifted_opt_outs(TEXT) TO waapp_planner;

-- What an import did is settled when it is saved; undoing it notes so in its rows and says who undid it.
GRANT SELECT, INSERT ON waapp_imports TO waapp_planner;
GRANT UPDATE (undone_at, undone_by) ON waapp_imports TO waapp_planner;
GRANT SELECT, INSERT, DELETE ON waapp_import_rows TO waapp_planner;
GRANT UPDATE (undone) ON waapp_import_rows TO waapp_planner;
GRANT SELECT, INSERT, UPDATE ON waapp_import_mappings TO waapp_planner;

-- An earlier version refused the deletion instead.
DROP TRIGGER IF EXISTS waapp_keep_history ON whatsapp_invitations;
DROP FUNCTION IF EXISTS waapp_keep_history();
