"""SIP signalling (RFC 3261): a sans-IO stack and its sockets."""
