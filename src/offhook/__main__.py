"""`python -m offhook` is the `offhook` command."""

from offhook.garbage import uncollected

with uncollected():
    from offhook.cli import main

if __name__ == "__main__":
    main()
