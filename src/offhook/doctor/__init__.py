"""Looking at a machine before, or while, a server runs on it: one file per family of checks."""
