"""Which media type an answer may have, from the Accept header (RFC 9110, section 12.5.1)."""

from dataclasses import dataclass

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"

_OFFERED = (JSON, RESPONSE_JSON, EVENT_STREAM)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the client can read: the type it likes best, and whether it named event streams."""

    preferred: str
    streams: bool


@dataclass(frozen=True, slots=True)
class _Range:
    pattern: str
    quality: float
    position: int

    @property
    def specificity(self) -> int:
        return 0 if self.pattern == "*/*" else 1 if self.pattern.endswith("/*") else 2

    def covers(self, media_type: str) -> bool:
        kind, _, name = self.pattern.partition("/")
        return (kind in ("*", media_type.partition("/")[0])) and (
            name == "*" or self.pattern == media_type
        )


def negotiate(accept: str | None) -> Acceptance | None:
    """Pick the media type of an answer; None if the client accepts none that is offered.

    Among types of equal quality the one the client names first wins. Without a header, and for a
    wildcard, it is application/json.
    """
    if not accept or not accept.strip():
        return Acceptance(JSON, streams=False)
    ranges = [_read_range(part, position) for position, part in enumerate(accept.split(","))]
    judged = {offer: _judge(offer, ranges) for offer in _OFFERED}
    acceptable = {offer: by for offer, by in judged.items() if by is not None and by.quality > 0}
    if not acceptable:
        return None
    preferred = min(acceptable, key=lambda t: (-acceptable[t].quality, acceptable[t].position))
    stream = acceptable.get(EVENT_STREAM)
    return Acceptance(preferred, streams=stream is not None and stream.pattern == EVENT_STREAM)


def _judge(offer: str, ranges: list[_Range]) -> _Range | None:
    covering = [each for each in ranges if each.covers(offer)]
    return max(covering, key=lambda each: (each.specificity, -each.position), default=None)


def _read_range(part: str, position: int) -> _Range:
    pattern, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            quality = _read_quality(value.strip())
    return _Range(pattern, quality, position)


def _read_quality(text: str) -> float:
    whole, _, fraction = text.partition(".")
    if not (whole + fraction).isdecimal() or len(text) > len("0.000"):
        return 0.0
    return min(float(text), 1.0)
