-- A web application's tables as they were before anybody thought of WhatsApp, with data.

CREATE TYPE invitation_status_enum AS ENUM ('not_sent', 'sent', 'failed');
CREATE TYPE invitation_method_enum AS ENUM ('email', 'manual');

CREATE TABLE events (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  date TIMESTAMP,
  location VARCHAR(300),
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  updated_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc')
);

CREATE TABLE guests (
  id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
  event_id UUID NOT NULL REFERENCES events(id) ON DELETE CASCADE,
  name VARCHAR(200) NOT NULL,
  email VARCHAR(320),
  phone VARCHAR(50),
  invitation_status invitation_status_enum NOT NULL DEFAULT 'not_sent',
  invitation_method invitation_method_enum,
  invitation_sent_at TIMESTAMP,
  rsvp_status VARCHAR(20) NOT NULL DEFAULT 'pending',
  rsvp_count INTEGER,
  created_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
  updated_at TIMESTAMP NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc')
);

INSERT INTO events (id, name, date, location) VALUES
  ('e0000000-0000-0000-0000-000000000001', 'Wedding of Ana & Rui', '2026-06-20 15:00', 'Quinta do Lago, Sintra'),
  ('e0000000-0000-0000-0000-000000000002', '結婚式', NULL, NULL);
INSERT INTO guests (id, event_id, name, email, phone, invitation_status, invitation_method, invitation_sent_at) VALUES
  ('a0000000-0000-0000-0000-000000000001', 'e0000000-0000-0000-0000-000000000001', 'Zoë O''Brien', 'z@example.org', '+351 912 345 678', 'sent', 'email', '2026-01-02 03:04:05'),
  ('a0000000-0000-0000-0000-000000000002', 'e0000000-0000-0000-0000-000000000001', 'محمد', NULL, NULL, 'not_sent', NULL, NULL),
  ('a0000000-0000-0000-0000-000000000003', 'e0000000-0000-0000-0000-000000000002', '山田 太郎 🎉', NULL, '090-1234-5678', 'failed', 'manual', NULL);
