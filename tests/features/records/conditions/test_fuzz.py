"""Whatever is asked: a refusal that says why, or the answer that plain Python gives as well."""

import os
from collections.abc import Sequence
from random import Random
from secrets import randbits

import pytest

from features.records.conditions.evaluation import Stored, holds
from features.records.conditions.generation import make_layout, make_stored
from features.records.conditions.questions import Answer, Question, make_question
from features.records.conditions.store import Store
from gqlspaces.features.records.conditions.condition import Condition
from gqlspaces.features.records.conditions.search import asked
from gqlspaces.features.records.layout import Layout
from gqlspaces.kernel.errors import DomainError

SEED = int(os.environ.get("GQLSPACES_TEST_SEED", randbits(32)))
ROUNDS = 100
QUESTIONS = 50
RECORDS = 10
"""A case is a question and a record; with both databases there are a hundred thousand."""


@pytest.mark.parametrize("part", range(ROUNDS // 50))
async def test_both_databases_answer_as_plain_python_does(store: Store, part: int) -> None:
    print(f"GQLSPACES_TEST_SEED={SEED}")
    random = Random(f"{SEED} {store.dialect} {part}")
    cases = 0
    for _ in range(ROUNDS):
        layout = make_layout(random)
        stored = [make_stored(random, layout) for _ in range(RECORDS)]
        cases += await _ask(random, store, layout, stored)
    assert cases == ROUNDS * QUESTIONS * RECORDS


async def _ask(random: Random, store: Store, layout: Layout, stored: Sequence[Stored]) -> int:
    """Put many questions in one statement; give how many answers there were."""
    questions = [make_question(random, layout, stored) for _ in range(QUESTIONS)]
    understood = [(q, *meant) for q in questions if (meant := _meant(layout, q))]
    truths = await store.truths([condition for _, condition, _ in understood], layout, stored)
    for one, found in zip(stored, truths, strict=True):
        for (question, condition, answer), truth in zip(understood, found, strict=True):
            expected = answer(one)
            assert expected == truth, (question.arguments, condition, one, layout)
    return len(questions) * len(stored)


def _meant(layout: Layout, question: Question) -> tuple[Condition, Answer] | None:
    try:
        condition = asked(layout, **question.arguments)
    except DomainError as error:
        assert question.answer is None, (question.arguments, error.message)
        assert ("BAD_USER_INPUT", ("q",)) == (error.code, error.path)
        assert error.message.endswith((".", "?")), error.message
        error.message.encode()
        return None
    return condition, question.answer or (lambda one: holds(condition, one, layout))
