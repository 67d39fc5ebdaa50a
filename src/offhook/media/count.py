"""numpy's C function that counts true elements, without the Python around it.

A tick counts some thirty times; `np.count_nonzero` looks for an axis and for other kinds of arrays
first, in Python, which takes longer than to count the flags of a thousand legs.
"""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Count = Callable[[npt.NDArray[Any]], int]


def _find() -> Count:
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        try:
            found: Count = importlib.import_module(name).count_nonzero
        except (ImportError, AttributeError):  # it is no promise of numpy's
            continue
        return found
    return np.count_nonzero


count_true = _find()
