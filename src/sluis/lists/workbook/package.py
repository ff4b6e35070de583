"""The zip package of a workbook, opened with suspicion: every entry is judged before a byte of it is inflated."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sluis.lists.workbook.model import MEBIBYTE, Limits, Refused

ZIP_MAGIC: Final = b"PK\x03\x04"

_LOCAL_HEADER: Final = struct.Struct("<4s5H3I2H")
_SEGMENT: Final = re.compile(r"[^/\\\x00-\x1f:*?\"<>|]+")
_ENCRYPTED: Final = 0x1 | 0x40
_BOMB_FROM_BYTES: Final = 4 * MEBIBYTE
_BOMB_RATIO: Final = 300
"""A sheet of numbers deflates 10 to 20 times, a sheet of formatted blanks up to about 100; a bomb a thousand times."""
_LARGEST_SMALL_PART: Final = 2 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Package:
    """A judged package: parts by their name in lower case without the leading slash."""

    archive: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def read(self, name: str) -> bytes:
        """Return the inflated part, its checksum verified; a missing or broken part is a damaged workbook."""
        info = self.entries.get(name.lower())
        if info is None:
            raise Refused("workbook-damaged")
        try:
            with self.archive.open(info) as part:
                content = part.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as broken:
            raise Refused("workbook-damaged") from broken
        if len(content) != info.file_size:
            raise Refused("workbook-damaged")
        return content

    def read_tree(self, name: str) -> Element:
        """Return a small XML part as a tree: no DTD, no entities, at most 2 MiB."""
        info = self.entries.get(name.lower())
        if info is not None and info.file_size > _LARGEST_SMALL_PART:
            raise Refused("workbook-too-large")
        return parse_tree(self.read(name))


def parse_tree(content: bytes) -> Element:
    """Parse XML of a stranger; a document type definition of any kind ends the reading."""
    try:
        return fromstring(content, forbid_dtd=True)
    except DefusedXmlException as trick:
        raise Refused("workbook-dtd") from trick
    except (ParseError, ValueError, LookupError, ImportError, OSError) as broken:
        raise Refused("workbook-damaged") from broken


def open_package(content: bytes, limits: Limits) -> Package:
    """Judge the zip's directory and every local header against it; raises `Refused`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as broken:
        raise Refused("workbook-damaged") from broken
    infos = archive.infolist()
    if len(infos) > limits.entries:
        raise Refused("workbook-bomb")
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        _check_entry(info)
        name = info.filename.lower()
        if name in entries:
            raise Refused("workbook-package-tricks")
        entries[name] = info
    _check_sizes(infos, limits)
    _check_layout(content, infos)
    return Package(archive, entries)


def _check_entry(info: zipfile.ZipInfo) -> None:
    segments = info.orig_filename.removesuffix("/").split("/")
    if info.orig_filename != info.filename or any(
        segment in {".", ".."} or not _SEGMENT.fullmatch(segment) for segment in segments
    ):
        raise Refused("workbook-package-tricks")
    if info.flag_bits & _ENCRYPTED or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused("workbook-package-tricks")


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    for info in infos:
        if info.file_size > _BOMB_FROM_BYTES and info.file_size > _BOMB_RATIO * info.compress_size:
            raise Refused("workbook-bomb")
    if sum(info.file_size for info in infos) > limits.inflated_bytes:
        raise Refused("workbook-too-large")


def _check_layout(content: bytes, infos: list[zipfile.ZipInfo]) -> None:
    """Entries start at the first byte, lie one after the other, and say the same in both headers."""
    end_of_last = 0
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for position, info in enumerate(ordered):
        if info.header_offset < end_of_last or (position == 0 and info.header_offset != 0):
            raise Refused("workbook-package-tricks")
        try:
            fields = _LOCAL_HEADER.unpack_from(content, info.header_offset)
        except struct.error as broken:
            raise Refused("workbook-damaged") from broken
        magic, flags, method, name_size, extra_size = fields[0], fields[2], fields[3], fields[9], fields[10]
        name_at = info.header_offset + _LOCAL_HEADER.size
        name = content[name_at : name_at + name_size]
        encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
        if magic != ZIP_MAGIC:
            raise Refused("workbook-damaged")
        if name != info.orig_filename.encode(encoding, "replace") or method != info.compress_type or flags & _ENCRYPTED:
            raise Refused("workbook-package-tricks")
        end_of_last = name_at + name_size + extra_size + info.compress_size
    if end_of_last > len(content):
        raise Refused("workbook-damaged")
