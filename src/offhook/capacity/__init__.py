"""How many calls this machine carries, and what runs out first: `offhook bench`.

A server of its own is given more and more calls, by telephones and an application of this machine,
until one of the rules in `steps` is broken.
"""
