"""Which media type an answer has."""

import pytest

from gqlspaces.kernel.graphql.server.negotiation import Acceptance, negotiate

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
EVENTS = "text/event-stream"
URQL = f"{RESPONSE}, application/graphql+json, {JSON}, {EVENTS}, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "preferred", "streams"),
    [
        (None, JSON, False),
        ("", JSON, False),
        ("*/*", JSON, False),
        ("application/*", JSON, False),
        ("text/*", EVENTS, False),
        (JSON, JSON, False),
        ("Application/JSON", JSON, False),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE, False),
        (f"{RESPONSE};q=0.5, {JSON};q=0.9", JSON, False),
        (f"{JSON}, {RESPONSE}", JSON, False),
        (EVENTS, EVENTS, True),
        (URQL, RESPONSE, True),
        (f"{EVENTS}, multipart/mixed", EVENTS, True),
        (f"{JSON};q=0.5, {EVENTS}", EVENTS, True),
        (f"{JSON}, {EVENTS}", JSON, True),
        (f"{EVENTS};q=0, */*", JSON, False),
        (f"{JSON};q=0, */*;q=0.1", RESPONSE, False),
        (f"{JSON}; charset=utf-8; q=0.8, {RESPONSE}; q=0.7", JSON, False),
        (f"{JSON};q=nonsense, {RESPONSE};q=0.1", RESPONSE, False),
    ],
)
def test_the_client_gets_what_it_likes_best(
    accept: str | None, preferred: str, streams: bool
) -> None:
    assert negotiate(accept) == Acceptance(preferred, streams)


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", "image/*", "*/*;q=0", "x", ";;;"])
def test_nothing_acceptable_is_none(accept: str) -> None:
    assert negotiate(accept) is None
