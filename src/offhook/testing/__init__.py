"""The published test kit: virtual time, a virtual network, phones and a scripted application.

Everything here is a verified fake: it speaks the real protocols to the real server, only without
sockets and without waiting. Use it to test Offhook, or your own voice application.
"""
