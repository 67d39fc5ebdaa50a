"""`offhook demo`: one call out and one call in, end to end, over real SIP and RTP on loopback.

A server process, a voice app process and two telephones; the calls are placed by the official SDK
and by a telephone. What the telephones heard is checked, and kept as WAV files.
"""
