"""A segment's file: named arrays one after the other, mapped into memory and shared by all who read it."""

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vetting.segments.documents import SegmentError

FORMAT: Final = 2  # which arrays there are: a file of another is built again
_MAGIC: Final = f"touchstone segment {FORMAT}\n".encode()
_ALIGNED: Final = 64

Arrays = Mapping[str, NDArray[Any]]


def write(path: Path, arrays: Arrays) -> tuple[int, str]:
    """Beside its place first, then moved into it: nobody ever sees half a file. Its size and digest."""
    head: dict[str, tuple[str, list[int], int, int]] = {}
    place = 0
    for name, array in arrays.items():
        place += -place % _ALIGNED
        head[name] = (array.dtype.str, list(array.shape), place, _sum(array))
        place += array.nbytes
    written = json.dumps(head).encode()
    start = len(_MAGIC) + 8 + len(written)
    start += -start % _ALIGNED
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        file.write(_MAGIC + len(written).to_bytes(8, "little") + written)
        for name, array in arrays.items():
            file.seek(start + head[name][2])
            file.write(_bytes(array))
        file.truncate(start + place)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return start + place, hashlib.sha256(written).hexdigest()


def read(path: Path, *, size: int, digest: str) -> Arrays:
    """SegmentError where the file is missing, of another size, or not the one of that digest.

    The digest is that of its head, which holds a sum of each array: `check` computes those.
    """
    try:
        mapped = np.memmap(path, np.uint8, "r")
    except (OSError, ValueError) as error:
        message = f"{path.name} cannot be read: {error}"
        raise SegmentError(message) from error
    start, head = _head(path, mapped, size, digest)
    return {
        name: np.frombuffer(
            mapped, np.dtype(kind), count=int(np.prod(shape, dtype=np.int64)), offset=start + place
        ).reshape(shape)
        for name, (kind, shape, place, _) in head.items()
    }


def check(path: Path, *, size: int, digest: str) -> None:
    """Every byte of it, once where a process first opens it. SegmentError where one is another."""
    arrays = read(path, size=size, digest=digest)
    _, head = _head(path, np.memmap(path, np.uint8, "r"), size, digest)
    for name, array in arrays.items():
        if _sum(array) != head[name][3]:
            message = f"{path.name} is damaged in {name}"
            raise SegmentError(message)


def _head(path: Path, mapped: NDArray[np.uint8], size: int, digest: str) -> tuple[int, dict[str, Any]]:
    first = len(_MAGIC)
    length = int.from_bytes(mapped[first : first + 8].tobytes(), "little")
    written = mapped[first + 8 : first + 8 + length].tobytes() if length <= size else b""
    intact = mapped.size == size and mapped[:first].tobytes() == _MAGIC
    if not intact or hashlib.sha256(written).hexdigest() != digest:
        message = f"{path.name} is not the file that was written"
        raise SegmentError(message)
    start = first + 8 + length
    return start + -start % _ALIGNED, json.loads(written)


def _sum(array: NDArray[Any]) -> int:
    return zlib.crc32(_bytes(array))


def _bytes(array: NDArray[Any]) -> memoryview:
    """Without a copy."""
    return memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
