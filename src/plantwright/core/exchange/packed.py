"""What may be unpacked: a small file can be made that fills a disk, or a memory, once something opens it.

A zip tells the sizes of its files itself, and may lie; so what it says is looked at first, and then each file is
unpacked once and counted, before any other program sees it.
"""

from __future__ import annotations

import copy
import gzip
import io
import zipfile
import zlib
from pathlib import Path

from plantwright.core.problem import Problem, ProblemError, problem_kind

ARCHIVE_WRONG = problem_kind(
    "archive-wrong",
    "The archive {value} cannot be taken: {what}.",
    "Pack it anew; a zip holds the CSV files alone, without folders.",
)
MEGABYTE = 1024 * 1024
MOST_FILES, MOST_MEGABYTES = 500, 1024
"""Files in a zip or workbook, and what they may grow to together."""
MOST_TIMES, SMALL = 200, MEGABYTE
"""So many times what it takes packed a file may grow; one that stays small may do so as it likes."""
HEAD = 64 * 1024
DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
"""With these, XML declares entities, which can grow without bounds; no spreadsheet program writes them."""


def wrong(name: str, what: str) -> Problem:
    """Give the problem of an archive."""
    return ARCHIVE_WRONG.at(column="file", value=name, where=name, what=what)


def check_zip(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a zip that grows without bounds.

    Parameters
    ----------
    archive : the opened zip, which a workbook is too
    name : its name, for the problem

    Raises
    ------
    ProblemError : archive-wrong
    zipfile.BadZipFile, zlib.error, EOFError : it is damaged

    Cost: each file in it is unpacked once, in pieces.
    """
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > MOST_FILES or size > MOST_MEGABYTES * MEGABYTE:
        raise ProblemError([wrong(name, f"it grows to {size // MEGABYTE} MB in {len(members)} files")])
    if any(one.file_size > SMALL and one.file_size > MOST_TIMES * max(one.compress_size, 1) for one in members):
        raise ProblemError([wrong(name, f"a file in it grows more than {MOST_TIMES} times")])
    if any(member.flag_bits & 1 for member in members):
        raise ProblemError([wrong(name, "it is locked by a password")])
    for member in members:
        _count(archive, member, name)


def _count(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """Unpack a file and refuse it where it is larger than the zip says: other programs would unpack all of it."""
    unbounded = copy.copy(member)
    unbounded.file_size = 2**62  # read on behind the size that is told
    left, head = member.file_size, b""
    with archive.open(unbounded) as source:
        while piece := source.read(MEGABYTE):
            head = head or piece[:HEAD]
            left -= len(piece)
            if left < 0:
                raise ProblemError([wrong(name, f"{member.filename!r} in it is larger than it says")])
    if member.filename.lower().endswith((".xml", ".rels")) and declares(head):
        raise ProblemError([wrong(name, f"{member.filename!r} in it declares entities of XML")])


def declares(xml: bytes) -> bool:
    """Tell whether XML declares entities, in UTF-8 or UTF-16.

    >>> declares(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'), declares("<!DOCTYPE x>".encode("utf-16"))
    (True, True)
    """
    plain = xml.replace(b"\0", b"")
    return any(word in plain for word in DECLARED)


def ungzipped(path: Path) -> bytes:
    """Unpack a file that gzip has packed.

    Raises
    ------
    ProblemError : archive-wrong, where it grows without bounds
    OSError, EOFError, zlib.error : it is damaged

    Notes
    -----
    Tables of few different values shrink far more than a thousandth here and there, so that only the size counts.
    """
    with gzip.GzipFile(fileobj=io.BytesIO(path.read_bytes())) as source:
        data = source.read(MOST_MEGABYTES * MEGABYTE + 1)
    if len(data) > MOST_MEGABYTES * MEGABYTE:
        raise ProblemError([wrong(path.name, f"it grows to more than {MOST_MEGABYTES} MB")])
    return data


DAMAGED = (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, zlib.error)
"""What reading a damaged archive raises."""
