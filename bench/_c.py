"""The programs in C of this folder, compiled when they are needed and where that can be done."""

import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path


@functools.cache
def compiled(name: str) -> tuple[str, ...] | None:
    """Return the command that runs `name`.c; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, program = Path(__file__).parent / f"{name}.c", Path(_folder()) / name
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return (str(program),)


@functools.cache
def _folder() -> str:
    folder = tempfile.mkdtemp(prefix="offhook-bench")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
