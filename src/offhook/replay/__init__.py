"""Running a past call again: what the far end did then, against the app as it is now.

The whole server runs in virtual time (offhook.testing), with a telephone that does at the same
points what the recorded far end did. Only the app is real, and asked over HTTP. Compared are the
event logs of then and now, without what differs from call to call.
"""
