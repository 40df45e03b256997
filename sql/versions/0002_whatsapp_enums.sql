-- The user's migration, first part. Runs outside a transaction: a new enum value cannot be used in the transaction
-- that adds it. No BEFORE or AFTER: every start ends with the same order.
ALTER TYPE invitation_status_enum ADD VALUE IF NOT EXISTS 'queued';
ALTER TYPE invitation_status_enum ADD VALUE IF NOT EXISTS 'delivered';
ALTER TYPE invitation_status_enum ADD VALUE IF NOT EXISTS 'read';
ALTER TYPE invitation_method_enum ADD VALUE IF NOT EXISTS 'whatsapp';
