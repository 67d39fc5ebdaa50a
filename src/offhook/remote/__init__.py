"""A running server as commands use it: over HTTP, as any client does."""
