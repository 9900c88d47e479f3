"""Taking the compression off a response body, never further than a limit."""

from __future__ import annotations

import zlib

ACCEPTED = "gzip, deflate"
"""What we ask for. httpx's own decoders inflate a whole chunk at once, so a few kilobytes could fill the memory."""


class TooLarge(Exception):
    """More than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class BadEncoding(Exception):
    """A compression that we didn't ask for, or that is broken."""


class Inflater:
    """Gathers a body chunk by chunk.

    `encoding` is the Content-Encoding header. Raises `BadEncoding`; `TooLarge` as soon as the body, as sent or as
    inflated, passes `limit` bytes.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BadEncoding(f"it came compressed with {encoding!r}, which we didn't ask for")
        self._limit = limit
        self._sent = 0
        self._body = bytearray()
        # 47: gzip or zlib, told by the header (zlib manual, inflateInit2: windowBits 15 + 32).
        self._stream = zlib.decompressobj(47) if self._encoding not in ("", "identity") else None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes as they were sent."""
        self._sent += len(chunk)
        try:
            self._body += self._inflated(chunk)
        except zlib.error as error:
            raise BadEncoding(f"its {self._encoding} compression is broken ({error})") from error
        if max(self._sent, len(self._body)) > self._limit:
            raise TooLarge(self._limit)

    def body(self) -> bytes:
        """Give what has been gathered."""
        return bytes(self._body)

    def _inflated(self, chunk: bytes) -> bytes:
        if self._stream is None:
            return chunk
        room = self._limit - len(self._body) + 1
        try:
            return self._stream.decompress(chunk, room)
        except zlib.error:
            if self._encoding != "deflate" or self._body:
                raise
            # Some servers send deflate without zlib's header (RFC 9110, section 8.4.1.2, note).
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._stream.decompress(chunk, room)
