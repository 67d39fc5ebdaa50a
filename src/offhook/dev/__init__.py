"""`offhook dev`: a phone network in a box.

A real server and, in this process, telephones whose numbers behave (`personas`). They are a SIP
peer as a carrier is one: signalling and sound go over loopback, and nothing is cut short.
"""
