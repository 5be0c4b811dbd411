"""Listeners that ask for it hear of each period of the clock once."""

from features.listening import introduced
from features.schedules.watch import DAY, HOUR, Watch
from gqlspaces.bootstrap import create_first_environment
from harness import Api

CRON = {"on": ["cron:*"]}
_TICKS = "{ environment { ticks { targetId cadence period firedAt } } }"


async def rung(api: Api) -> list[str]:
    return await api.topics(topics=["cron:*"])


async def test_nothing_is_told_where_nobody_asks(watch: Watch) -> None:
    async with introduced(watch.api, "deaf", {"on": ["job:*"]}):
        await watch.look()
        assert 0 == await watch.pass_by(8 * DAY)
    assert [] == await rung(watch.api)
    assert [] == (await watch.api(_TICKS))["environment"]["ticks"]


async def test_each_period_is_told_once(watch: Watch) -> None:
    async with introduced(watch.api, "here", CRON):
        assert 0 == await watch.look()
        assert 1 == await watch.pass_by(5 * 60)
        assert ["cron:5-minutes"] == await rung(watch.api)
        assert 0 == await watch.pass_by(60)
        assert 2 == await watch.pass_by(HOUR)
        assert 3 == await watch.pass_by(DAY)
        assert 4 == await watch.pass_by(7 * DAY)
        assert 0 == await watch.look()
    counts = {topic: (await rung(watch.api)).count(topic) for topic in set(await rung(watch.api))}
    assert {"cron:5-minutes": 4, "cron:hourly": 3, "cron:daily": 2, "cron:weekly": 1} == counts


async def test_the_event_tells_only_where_it_is(watch: Watch) -> None:
    async with introduced(watch.api, "here", {"on": ["cron:hourly"]}):
        await watch.look()
        await watch.pass_by(HOUR)
    [event] = await watch.api.heard(
        "topic domain context payload namespaces origin", topics=["cron:*"]
    )
    environment = watch.api.principal.environment_id
    assert {"environmentId": environment, "actorId": "system"}.items() <= event["context"].items()
    assert "spaceId" not in event["context"]
    assert ("cron:hourly", "cron", {}, [], None) == (
        event["topic"],
        event["domain"],
        event["payload"],
        event["namespaces"],
        event["origin"],
    )
    [tick] = (await watch.api(_TICKS))["environment"]["ticks"]
    assert (environment, "HOURLY", "2026-01-01T01Z") == (
        tick["targetId"],
        tick["cadence"],
        tick["period"],
    )


async def test_only_the_topics_asked_for_are_told(watch: Watch) -> None:
    async with introduced(watch.api, "here", {"on": ["cron:daily", "job:*"]}):
        await watch.look()
        assert 1 == await watch.pass_by(8 * DAY)
    assert ["cron:daily"] == await rung(watch.api)


async def test_a_listener_that_left_may_catch_up_for_a_week(watch: Watch) -> None:
    async with introduced(watch.api, "here", {"on": ["cron:daily"]}):
        await watch.look()
    assert 1 == await watch.pass_by(6 * DAY)
    assert 0 == await watch.pass_by(2 * DAY)
    assert [] == (await watch.api(_TICKS))["environment"]["ticks"]

    async with introduced(watch.api, "again", {"on": ["cron:daily"]}):
        assert 0 == await watch.look()
        assert 1 == await watch.pass_by(DAY)


async def test_environments_hear_of_the_clock_for_themselves(watch: Watch) -> None:
    database = watch.api.gateway.database
    token = await create_first_environment(database, "production")
    other = await Api.with_key(watch.api.gateway, token)
    assert other.principal.environment_id != watch.api.principal.environment_id
    async with introduced(other, "here", {"on": ["cron:hourly"]}):
        await watch.look()
        assert 1 == await watch.pass_by(HOUR)
    assert ["cron:hourly"] == await rung(other)
    assert [] == await rung(watch.api)


async def test_the_night_in_which_the_clock_is_changed_has_one_midnight(watch: Watch) -> None:
    watch.clock.moment = watch.clock.moment.replace(month=3, day=28, hour=20)
    async with introduced(watch.api, "here", {"on": ["cron:daily", "cron:weekly"]}):
        await watch.look()
        told = [await watch.pass_by(HOUR / 2) for _ in range(2 * 28)]
    # Midnight is at 23:00 UTC before the change and at 22:00 after it, when Monday begins.
    assert {5: 1, 51: 2} == {step: number for step, number in enumerate(told) if number}
