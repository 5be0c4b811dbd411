"""Whatever is asked: a refusal that says why, or the answer that plain Python gives as well."""

import os
from collections.abc import Sequence
from random import Random
from secrets import randbits

from features.records.conditions.evaluation import Stored, holds
from features.records.conditions.generation import make_layout, make_stored
from features.records.conditions.questions import (
    Answer,
    Question,
    make_condition,
    make_question,
    render,
    scramble,
)
from features.records.conditions.store import Store
from gqlspaces.features.records.conditions.condition import Condition
from gqlspaces.features.records.conditions.ffql import parse_query
from gqlspaces.features.records.conditions.search import asked
from gqlspaces.features.records.layout import Layout
from gqlspaces.kernel.errors import DomainError

SEED = os.environ.get("GQLSPACES_TEST_SEED", str(randbits(32)))

# A case is a question put to a record: with both databases there are a hundred thousand.
ROUNDS, QUESTIONS, RECORDS = 100, 25, 20
QUERIES = 10_000


async def test_both_databases_answer_as_plain_python_does(store: Store) -> None:
    random = _random(store.dialect)
    cases = 0
    for _ in range(ROUNDS):
        layout = make_layout(random)
        stored = [make_stored(random, layout) for _ in range(RECORDS)]
        questions = [make_question(random, layout, stored) for _ in range(QUESTIONS)]
        await _compare(store, layout, stored, questions)
        cases += len(questions) * len(stored)
    assert 50_000 == cases


def test_a_query_means_what_was_written_or_is_refused_in_words() -> None:
    random = _random("queries")
    refused = 0
    for _ in range(QUERIES // 100):
        layout = make_layout(random)
        stored = [make_stored(random, layout) for _ in range(RECORDS)]
        for _ in range(100):
            condition = make_condition(random, layout, stored, random.choice([0, 1, 2, 3]))
            query = render(random, layout, condition)
            assert condition == parse_query(query, layout), query
            refused += _understood(layout, Question({"q": scramble(random, query)}, None)) is None
    assert QUERIES * 0.3 < refused < QUERIES * 0.9


def _random(name: str) -> Random:
    print(f"GQLSPACES_TEST_SEED={SEED}")  # noqa: T201 - shown when the test fails
    return Random(f"{SEED} {name}")


async def _compare(
    store: Store, layout: Layout, stored: Sequence[Stored], questions: Sequence[Question]
) -> None:
    """Put questions in one statement and compare each answer for each record."""
    understood = [found for one in questions if (found := _understood(layout, one))]
    truths = await store.truths([condition for _, condition, _ in understood], layout, stored)
    for one, row in zip(stored, truths, strict=True):
        for (question, condition, answer), truth in zip(understood, row, strict=True):
            assert answer(one) == truth, (question.arguments, condition, one, layout)


def _understood(layout: Layout, question: Question) -> tuple[Question, Condition, Answer] | None:
    try:
        condition = asked(layout, **question.arguments)
    except DomainError as error:
        refusal = error
    else:
        answer = question.answer or (lambda one: holds(condition, one, layout))
        return question, condition, answer
    assert question.answer is None, (question.arguments, refusal.message)
    assert ("BAD_USER_INPUT", ("q",)) == (refusal.code, refusal.path)
    assert refusal.message.endswith((".", "?"))
    assert len(refusal.message.encode()) < 1000
    return None
