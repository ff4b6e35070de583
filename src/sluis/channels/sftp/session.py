"""The SFTP protocol over a room: asyncssh's requests turned into verbs of the room, with bounds on memory and time."""

from __future__ import annotations

import asyncio
import errno
import os
import posixpath
import stat
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncssh
from asyncssh.sftp import SFTPServerHandler

from sluis.channels.intake.model import LARGEST_FILE, IntakeFile
from sluis.channels.sftp.paths import Place, clean, place_of
from sluis.channels.sftp.room import Node, Room
from sluis.log import log

MOST_HANDLES = 16
UPLOAD_SECONDS = 3_600.0
"""How long one upload may take; a line of 75 kilobit a second carries the largest file in that time."""

QUIET_SECONDS = 300.0
"""How long an upload may stand still."""

_READ, _WRITE, _APPEND, _CREATE, _TRUNCATE, _EXCLUSIVE = 1, 2, 4, 8, 16, 32
_T = TypeVar("_T")


class Memory:
    """How many bytes of uploads a process holds at once, of all its sessions together."""

    def __init__(self, most: int = 256 * 1024 * 1024) -> None:
        self._most, self._held = most, 0

    @property
    def held(self) -> int:
        """The bytes that are held now."""
        return self._held

    def take(self, size: int) -> None:
        """Hold more, or raise where that is too much at this moment."""
        if self._held + size > self._most:
            raise OSError(errno.ENOSPC, "too many uploads at once: try again later")
        self._held += size

    def give_back(self, size: int) -> None:
        """Hold less."""
        self._held -= size


@dataclass
class _Upload:
    place: Place
    content: bytearray = field(default_factory=bytearray, repr=False)
    is_append: bool = False
    begun: float = field(default_factory=time.monotonic)
    moved: float = field(default_factory=time.monotonic)
    is_lost: bool = False


@dataclass
class _Download:
    content: bytes = field(repr=False)
    node: Node
    answer: IntakeFile | None
    read_to: int = 0


class RoomServer(asyncssh.SFTPServer):
    """One session. Every verb of the room runs in a thread: the loop serves the other clients meanwhile."""

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], room: Room, memory: Memory) -> None:
        super().__init__(chan)
        self._room, self._memory = room, memory
        self._open: list[_Upload | _Download] = []
        self.is_over = False
        self._running = 0

    @property
    def is_busy(self) -> bool:
        """Whether a file is open or a verb runs: a stopping server waits for that."""
        return bool(self._open or self._running)

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open an answer or a receipt to read, or a name in `in` to write."""
        if len(self._open) >= MOST_HANDLES:
            raise OSError(errno.EMFILE, "too many files are open")
        place = _place(path)
        if path.endswith(b"/"):
            raise FileNotFoundError(errno.ENOENT, "no such folder")  # a client that meant a folder that is not there
        opened: _Upload | _Download
        if pflags & _WRITE:
            if pflags & _READ:
                raise PermissionError(errno.EACCES, "what is sent cannot be read back")
            if not pflags & (_CREATE | _TRUNCATE):
                # Going on where a broken upload stopped: its first part was never kept.
                raise PermissionError(errno.EACCES, "an upload cannot be continued: send the whole file again")
            await self._in_thread(lambda: self._room.check_upload(place))
            opened = _Upload(place, is_append=bool(pflags & _APPEND))
        else:
            content, answer = await self._in_thread(lambda: self._room.read(place))
            opened = _Download(content, Node(place.name, stat.S_IFREG | 0o640, len(content), 0), answer)
            self._memory.take(len(content))
        self._open.append(opened)
        return opened

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Return a part of what was opened to read."""
        if not isinstance(file_obj, _Download):
            raise PermissionError(errno.EACCES, "not opened to read")
        part = file_obj.content[offset : offset + size]
        if part:
            file_obj.read_to = max(file_obj.read_to, offset + len(part))
        return part

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Keep a part of an upload in memory; too large, too slow or too much at once ends it."""
        upload = _upload(file_obj)
        if upload.is_append:
            offset = len(upload.content)
        end, now = offset + len(data), time.monotonic()
        if end > LARGEST_FILE:
            self._lose(upload)
            raise OSError(errno.EFBIG, f"a file has at most {LARGEST_FILE // 1024**2} MiB")
        if now - upload.begun > UPLOAD_SECONDS or now - upload.moved > QUIET_SECONDS:
            self._lose(upload)
            raise OSError(errno.ETIMEDOUT, "this upload took too long")
        if end > len(upload.content):
            self._memory.take(end - len(upload.content))
            upload.content.extend(bytes(end - len(upload.content)))
        upload.content[offset:end] = data
        upload.moved = now
        return len(data)

    async def close(self, file_obj: object) -> None:
        """Close: a complete upload is on disk, sealed, before the client hears that it is closed."""
        if file_obj in self._open:
            self._open.remove(file_obj)
        if isinstance(file_obj, _Download):
            self._memory.give_back(len(file_obj.content))
            answer = file_obj.answer
            if answer is not None and file_obj.read_to >= len(file_obj.content):
                await self._in_thread(lambda: self._room.was_fetched(answer))
            return
        if not isinstance(file_obj, _Upload) or file_obj.is_lost:
            return
        content = bytes(file_obj.content)
        self._lose(file_obj)
        if self.is_over:
            return  # the line broke: what came is half a file, and the client was told nothing
        await self._in_thread(lambda: self._room.upload(file_obj.place, content))

    def drop_what_stands_still(self) -> None:
        """Give the memory of uploads back that do not move any more."""
        now = time.monotonic()
        for one in self._open:
            if isinstance(one, _Upload) and (now - one.moved > QUIET_SECONDS or now - one.begun > UPLOAD_SECONDS):
                self._lose(one)

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """Return what is known of a thing."""
        place = _place(path)
        return _attrs(await self._in_thread(lambda: self._room.look(place)))

    lstat = stat

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """Return what is known of something that is open."""
        if isinstance(file_obj, _Download):
            return _attrs(file_obj.node)
        upload = _upload(file_obj)
        return _attrs(Node(upload.place.name, stat.S_IFREG | 0o640, len(upload.content), 0))

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """Yield what lies in a folder."""
        place = _place(path)
        nodes = await self._in_thread(lambda: self._room.list_folder(place))
        for name in (b".", b".."):
            yield asyncssh.SFTPName(name, b"", _attrs(Node("", stat.S_IFDIR | 0o750, 0, 0)))
        for node in nodes:
            yield asyncssh.SFTPName(node.name.encode(), _long_name(node), _attrs(node))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a half upload its last name."""
        source, target = _place(oldpath), _place(newpath)
        await self._in_thread(lambda: self._room.rename(source, target))

    posix_rename = rename

    async def remove(self, path: bytes) -> None:
        """Remove an answer, a receipt or a half upload."""
        place = _place(path)
        await self._in_thread(lambda: self._room.remove(place))

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Let a client "make" a folder that is there; there are no others."""
        place = _place(path)
        if not await self._in_thread(lambda: self._room.is_folder(place)):
            raise PermissionError(errno.EACCES, "folders are those of the agreements")

    def realpath(self, path: bytes) -> bytes:
        """Return a path from the root of the room; there is nothing above it."""
        text = clean(path)
        if text is None:
            raise FileNotFoundError(errno.ENOENT, "no such file")
        return text.encode()

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Times and rights that a client wants to keep mean nothing here."""

    lsetstat = setstat

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Times and rights mean nothing here; a size cuts an upload."""
        if attrs.size is not None and isinstance(file_obj, _Upload) and attrs.size < len(file_obj.content):
            self._memory.give_back(len(file_obj.content) - attrs.size)
            del file_obj.content[attrs.size :]

    def fsync(self, file_obj: object) -> None:
        """An upload is on disk when it is closed."""

    def readlink(self, path: bytes) -> bytes:
        """There are no links."""
        raise FileNotFoundError(errno.EINVAL, "there are no links")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links."""
        raise PermissionError(errno.EACCES, "links are not possible")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links."""
        raise PermissionError(errno.EACCES, "links are not possible")

    def rmdir(self, path: bytes) -> None:
        """The folders stay."""
        raise PermissionError(errno.EACCES, "folders are those of the agreements")

    def statvfs(self, path: bytes) -> Any:  # noqa: ANN401 - asyncssh's own type is private
        """Nothing is told of the disk."""
        raise OSError(errno.EOPNOTSUPP, "not told")

    def fstatvfs(self, file_obj: object) -> Any:  # noqa: ANN401 - asyncssh's own type is private
        """Nothing is told of the disk."""
        raise OSError(errno.EOPNOTSUPP, "not told")

    def lock(self, file_obj: object, offset: int, length: int, flags: int) -> None:
        """There are no locks."""
        raise OSError(errno.EOPNOTSUPP, "there are no locks")

    def unlock(self, file_obj: object, offset: int, length: int) -> None:
        """There are no locks."""
        raise OSError(errno.EOPNOTSUPP, "there are no locks")

    def _lose(self, upload: _Upload) -> None:
        if not upload.is_lost:
            self._memory.give_back(len(upload.content))
            upload.content, upload.is_lost = bytearray(), True

    async def _in_thread(self, verb: Callable[[], _T]) -> _T:
        self._running += 1
        try:
            return await asyncio.to_thread(verb)
        except OSError:
            raise
        except Exception as error:
            # What asyncssh does not know it would tell the client by its text, and a text may quote a row.
            log().error("sftp.failed", kind=type(error).__name__)
            raise OSError(errno.EIO, "not possible now: try again later") from None
        finally:
            self._running -= 1


class Handler(SFTPServerHandler):
    """asyncssh's handler, which tells the session when it is over before it closes what is still open.

    Without that, a line that breaks in the middle of an upload looks like its end.
    `test_an_upload_that_breaks_off_is_not_taken_up` holds this to the version of asyncssh that is used.
    """

    _extensions = ((b"posix-rename@openssh.com", b"1"), (b"fsync@openssh.com", b"1"), (b"limits@openssh.com", b"1"))  # type: ignore[assignment]  # a list there; never changed

    async def _cleanup(self, exc: Exception | None) -> None:
        server = self._server
        if isinstance(server, RoomServer):
            server.is_over = True
        await super()._cleanup(exc)


def _place(path: bytes) -> Place:
    place = place_of(path)
    if place is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    return place


def _upload(file_obj: object) -> _Upload:
    if not isinstance(file_obj, _Upload):
        raise PermissionError(errno.EACCES, "not opened to write")
    if file_obj.is_lost:
        raise OSError(errno.ETIMEDOUT, "this upload was ended")
    return file_obj


def _attrs(node: Node) -> asyncssh.SFTPAttrs:
    return asyncssh.SFTPAttrs(
        size=node.size, permissions=node.mode, uid=0, gid=0, atime=node.changed, mtime=node.changed
    )


def _long_name(node: Node) -> bytes:
    moment = time.strftime("%b %d %H:%M", time.gmtime(node.changed))
    return f"{stat.filemode(node.mode)} 1 sluis sluis {node.size:>10} {moment} {posixpath.basename(node.name)}".encode()
