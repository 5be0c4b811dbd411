"""What listeners hear when the clock moves on."""

from collections.abc import Iterator

from gqlspaces.features.schedules.model import Tick
from gqlspaces.kernel.recorder import Change, Fact

CATALOGUE = {
    "cron:5-minutes": "Five minutes of the clock have passed, for listeners that ask for it.",
    "cron:hourly": "An hour of UTC has begun, for listeners that ask for it.",
    "cron:daily": "A day in the time zone of the service has begun, for listeners that ask for it.",
    "cron:weekly": "A Monday has begun, for listeners that ask for it.",
}


def tick_topics(tick: Tick, change: Change) -> Iterator[Fact]:
    """Announce the periods of an environment; an Action that starts has its Job announced."""
    if tick.action_id is None and change.touches("fired_at"):
        yield Fact(f"cron:{tick.cadence}")


TOPICS = {Tick: tick_topics}
