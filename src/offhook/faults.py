"""Where an exception came from: what may be told of a fault of Offhook's own."""

import traceback
from pathlib import Path


def place(error: BaseException) -> str:
    """Return an exception's type and the place in the code that raised it; no values."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
