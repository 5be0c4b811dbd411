"""What long-running commands log, and what they never do."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from gqlspaces.cli.logs import configure_logs, masked
from gqlspaces.settings import Settings


@pytest.fixture(autouse=True)
def root() -> Iterator[None]:
    """Gives the root logger back as it was."""
    logger = logging.getLogger()
    before = logger.level, logger.handlers[:]
    yield
    logger.level, logger.handlers[:] = before


def logged(settings: Settings, message: str, **extra: object) -> str:
    configure_logs(settings)
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        float("postgresql://me:planted@localhost/spaces")
    except ValueError:
        logging.getLogger("gqlspaces.test").exception(message, extra=extra)
    return stream.getvalue()


@pytest.mark.parametrize("form", ["console", "json"])
def test_secrets_are_masked_wherever_they_stand(form: str) -> None:
    settings = Settings(log_format="json" if form == "json" else "console")
    text = logged(settings, "key gsk_dev_planted", token="eyJplanted.planted.planted")
    assert "planted" not in text
    assert "gsk_***" in text
    assert "postgresql://***@localhost/spaces" in text


def test_a_json_log_is_one_object_a_line() -> None:
    (line,) = logged(Settings(log_format="json"), "over\ntwo lines", job="jb_1").splitlines()
    entry = json.loads(line)
    assert entry["message"] == "over\ntwo lines"
    assert entry["level"] == "error"
    assert entry["job"] == "jb_1"
    assert entry["exception"].startswith("Traceback")


def test_the_level_decides_what_is_logged() -> None:
    configure_logs(Settings(log_level="warning"))
    assert not logging.getLogger("gqlspaces.test").isEnabledFor(logging.INFO)


def test_requests_of_libraries_are_not_logged() -> None:
    configure_logs(Settings(log_level="info"))
    assert not logging.getLogger("httpx2").isEnabledFor(logging.INFO)


@pytest.mark.parametrize("text", ["postgresql://localhost/x", "at 10:30://", "https://a/b@c"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text
