"""Decisions without I/O: no Qt, SQL, HTTP, asyncio or clock."""
