"""How long a listener waits before it tries again."""

import itertools
import random

from gqlspaces.listener import Pace


def test_waits_double_up_to_the_longest_with_chance_between_a_half_and_the_whole() -> None:
    pace = Pace(first=1, longest=8, chance=random.Random(1))

    steps = [1, 2, 4, 8, 8, 8]
    for step, delay in zip(steps, itertools.islice(pace.delays(), len(steps)), strict=True):
        assert step / 2 <= delay <= step


def test_two_listeners_do_not_wait_equally_long() -> None:
    first, second = Pace(chance=random.Random(1)), Pace(chance=random.Random(2))

    assert next(first.delays()) != next(second.delays())
    assert first.around(30) != second.around(30)
