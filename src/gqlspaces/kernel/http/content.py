"""What a request body says that it is."""

from collections.abc import Sequence

from starlette.requests import HTTPConnection

from gqlspaces.kernel.http.refusal import HttpRefusal


def check_content(request: HTTPConnection, media_types: Sequence[str]) -> None:
    """Refuse a body that is of none of these media types, or not plain UTF-8."""
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    charsets = [
        value.strip(' "')
        for name, _, value in (parameter.partition("=") for parameter in parameters)
        if name.strip() == "charset"
    ]
    encoding = request.headers.get("content-encoding", "identity").lower()
    if media_type.strip() not in media_types:
        message = f"The body must have the content type {' or '.join(media_types)}."
    elif any(charset not in ("utf-8", "utf8") for charset in charsets):
        message = "The body must be in UTF-8."
    elif encoding != "identity":
        message = "The body must not be compressed."
    else:
        return
    headers = {"accept": ", ".join(media_types)}
    raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", message, headers)
