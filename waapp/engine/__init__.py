"""Background work: sending, polling and settling, without a window."""
