"""Requests to applications: ask for BXML, notify of events, fetch audio."""
