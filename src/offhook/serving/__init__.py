"""`offhook serve`: the node on a real network, with real processes around it."""
