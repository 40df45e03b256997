"""The Twilio seam, and the practice Twilio that stands in for it."""
