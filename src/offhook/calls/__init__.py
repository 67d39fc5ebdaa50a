"""Call control: a call is a coroutine (design.md 3)."""
