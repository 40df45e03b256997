"""Personal WhatsApp invitations from the desk, with delivery status for every guest."""

__version__ = "0.1.0"
