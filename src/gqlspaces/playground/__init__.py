"""The playground: a page for running operations and watching Spaces, served from this folder.

It has no build step and asks no other host for anything, so that it works offline and under a
content security policy without exceptions.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from starlette.requests import Request

# The scheme sources are there because not every browser lets 'self' cover its own WebSocket.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_PAGE = "index.html"

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    # File names carry no version, so every use asks again; the answer is mostly a 304.
    "cache-control": "no-cache",
}


@dataclass(frozen=True)
class Asset:
    """One file of the playground with its strong entity tag and content type."""

    body: bytes
    etag: str
    content_type: str

    def answer(self, request: Request) -> Response:
        """Give the file, or 304 without a body when the caller already has it."""
        headers = _HEADERS | {"etag": self.etag}
        if _names(request.headers.get("if-none-match", ""), self.etag):
            return Response(status_code=304, headers=headers)
        return Response(self.body, headers=headers, media_type=self.content_type)


def playground_routes() -> list[BaseRoute]:
    """Return the routes of the page at `/` and of its files at `/playground/<name>`."""
    assets = _load_assets()

    async def page(request: Request) -> Response:
        return assets[_PAGE].answer(request)

    async def file(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(status_code=404)
        return asset.answer(request)

    return [
        Route("/", page, methods=["GET"], name="playground"),
        Route("/playground/{name}", file, methods=["GET"], name="playground-file"),
    ]


def _load_assets() -> dict[str, Asset]:
    """Read every servable file once: they are few, small and part of the installed package."""
    assets = {}
    for entry in resources.files(__name__).iterdir():
        content_type = CONTENT_TYPES.get(f".{entry.name.rpartition('.')[2]}")
        if content_type is not None:
            body = entry.read_bytes()
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            assets[entry.name] = Asset(body, etag, content_type)
    return assets


def _names(if_none_match: str, etag: str) -> bool:
    """Tell whether an `If-None-Match` header names the tag, compared weakly (RFC 9110 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag in tags
