-- Rows that somebody got into the spec's tables; its own trigger fails on every row, so it was off for a moment.

ALTER TABLE whatsapp_invitations DISABLE TRIGGER sync_guest_invitation_status;
INSERT INTO whatsapp_invitations
  (id, guest_id, event_id, twilio_message_sid, twilio_status, twilio_error_code, template_name, template_variables,
   message_content, sent_at, retry_count, max_retries) VALUES
  ('b0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'e0000000-0000-0000-0000-000000000001',
   'SM1', 'delivered', NULL, 'rsvp_invitation', '{"guest_name": "Zoë"}', 'Hi Zoë!', '2026-01-02 03:04:05', 0, 3),
  ('b0000000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000002', 'e0000000-0000-0000-0000-000000000001',
   NULL, NULL, NULL, 'rsvp_invitation', NULL, NULL, NULL, NULL, NULL),
  ('b0000000-0000-0000-0000-000000000003', 'a0000000-0000-0000-0000-000000000002', 'e0000000-0000-0000-0000-000000000001',
   'SM3', 'undelivered', '63024', 'mine', '[]', 'x', NULL, 7, 3), -- more often than allowed
  ('b0000000-0000-0000-0000-000000000004', 'a0000000-0000-0000-0000-000000000003', 'e0000000-0000-0000-0000-000000000002',
   'SM4', 'failed', '30008', 'mine', '[]', 'x', NULL, -1, 1000);
ALTER TABLE whatsapp_invitations ENABLE TRIGGER sync_guest_invitation_status;

INSERT INTO whatsapp_templates (name, display_name, content, variables, is_approved) VALUES
  ('mine', 'My own', 'Olá {{guest_name}}', '["guest_name"]', true);
UPDATE whatsapp_templates SET content = 'Changed by hand, {{guest_name}}' WHERE name = 'rsvp_invitation';
