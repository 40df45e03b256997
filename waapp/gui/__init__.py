"""The window. Knows core types, db functions and engine handles; never SQL, never Twilio."""
