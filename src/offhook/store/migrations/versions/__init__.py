"""One file per revision; each is in `tables.REVISIONS`."""
