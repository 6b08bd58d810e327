"""One way to compile kernels with numba: cached where this user can write, also when site-packages is read-only.

Importing this module imports numba; commands import it only when a plan is really made.
"""

import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit

F = TypeVar("F", bound=Callable[..., Any])


def _sources() -> str:
    """Return a mark of the kernels' sources: numba itself notices a changed caller, not a changed callee."""
    here = Path(__file__).parent
    text = b"".join((here / f"{name}.py").read_bytes() for name in ("compiled", "moves", "search", "pricing"))
    return sha256(text).hexdigest()[:12]


def writable_cache() -> str:
    """Return a directory for compiled kernels: the user's cache, or else a private temporary one."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    wanted = base / "shortlist" / f"kernels-{_sources()}"
    try:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=wanted):
            return str(wanted)
    except OSError:
        return tempfile.mkdtemp(prefix="shortlist-kernels-")


if not getattr(config, "CACHE_DIR", ""):
    setattr(config, "CACHE_DIR", writable_cache())  # noqa: B010 — numba makes its settings at run time


_SHORT = {
    "T": "int32[:,::1]",
    "C": "int32[:,:,::1]",
    "L": "int32[::1]",
    "F": "float64[::1]",
    "G": "float64[:,:,::1]",
    "N": "int64[::1]",
    "M": "int64[:,::1]",
    "i": "int64",
    "f": "float64",
    "b": "boolean",
    "v": "void",
}


def kernel(returns: str, takes: str) -> Callable[[F], F]:
    """Compile a function once, for one signature, without the interpreter lock, cached on disk.

    One letter per type: T, C int32 tables of 2 and 3 dimensions, L a row of int32, F a row and G a 3-dimensional table
    of float64, N a row and M a table of int64, i a whole number, f a number, b a truth value, v nothing; a
    ``returns`` of several letters is a tuple. One signature keeps numba from compiling a kernel several times.
    """
    types = ", ".join(_SHORT[letter] for letter in takes)
    back = (
        _SHORT[returns]
        if len(returns) == 1
        else f"Tuple(({', '.join(_SHORT[letter] for letter in returns)}))"
    )

    def compile_it(function: F) -> F:
        made: F = njit(  # type: ignore[assignment]  # the dispatcher is called like the function
            f"{back}({types})", cache=True, nogil=True, boundscheck=False, error_model="numpy"
        )(function)
        return made

    return compile_it
