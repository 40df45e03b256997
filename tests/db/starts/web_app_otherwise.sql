-- Another web application: other types, further and missing columns, a trigger of its own, tables nobody else knows.

CREATE TYPE invitation_status_enum AS ENUM ('not_sent', 'sent', 'failed');
CREATE TYPE invitation_method_enum AS ENUM ('email', 'manual');
CREATE TYPE rsvp_status_enum AS ENUM ('pending', 'yes', 'no');

CREATE TABLE organisers (id SERIAL PRIMARY KEY, name TEXT);

CREATE TABLE events (
  id UUID PRIMARY KEY,
  organiser_id INTEGER REFERENCES organisers(id),
  name TEXT NOT NULL,
  date DATE,
  settings JSON, -- a type without equality
  created_at TIMESTAMPTZ DEFAULT now()
);

CREATE TABLE guests (
  id UUID PRIMARY KEY,
  event_id UUID NOT NULL REFERENCES events(id),
  name TEXT NOT NULL,
  phone TEXT,
  invitation_status invitation_status_enum DEFAULT 'not_sent',
  invitation_method invitation_method_enum NOT NULL DEFAULT 'email',
  invitation_sent_at TIMESTAMPTZ,
  rsvp_status rsvp_status_enum NOT NULL DEFAULT 'pending',
  rsvp_token TEXT,
  answers JSON,
  updated_at TIMESTAMPTZ
);

CREATE FUNCTION touch() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON guests FOR EACH ROW EXECUTE FUNCTION touch();

INSERT INTO organisers (name) VALUES ('Maria');
INSERT INTO events (id, organiser_id, name, date, settings) VALUES
  ('e0000000-0000-0000-0000-000000000001', 1, 'Garden party', '2026-06-20', '{"colour": "green"}');
INSERT INTO guests (id, event_id, name, phone, rsvp_status, rsvp_token, answers) VALUES
  ('a0000000-0000-0000-0000-000000000001', 'e0000000-0000-0000-0000-000000000001', 'Ana', '912345678', 'yes', 'same', '{}'),
  ('a0000000-0000-0000-0000-000000000002', 'e0000000-0000-0000-0000-000000000001', 'Rui', NULL, 'pending', 'same', NULL);
