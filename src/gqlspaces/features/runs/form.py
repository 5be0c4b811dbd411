"""The answers to the form of an Action: typed, and complete with what the form offers."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from gqlspaces.blueprint.input_form import InputConstraintType, InputFieldType
from gqlspaces.blueprint.problems import Problem, ProblemCode, echo, refuse, suggestion
from gqlspaces.features.columns import refused


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


_ASKED: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    InputFieldType.STRING: (_is_text, "Must be a text."),
    InputFieldType.TEXTAREA: (_is_text, "Must be a text."),
    InputFieldType.NUMBER: (_is_number, "Must be a number."),
    InputFieldType.BOOLEAN: (_is_flag, "Must be true or false."),
}


def answers(form: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the input of the Job, or None where nothing is asked; raise Refused for wrong answers.

    A question without an answer gets the default; null is no answer.
    """
    asked = {question["key"]: question for question in form["fields"]} if form else {}
    found = {
        key: answer
        for key, question in asked.items()
        if (answer := given.get(key, question.get("defaultValue"))) is not None
    }
    try:
        refuse(_problems(asked, given, found))
    except ValidationError as error:
        raise refused(error, ("input",)) from error
    return found if form else None


def _problems(
    asked: Mapping[str, Any], given: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Problem]:
    for key in given:
        if key not in asked:
            message = f"Nobody asks for {echo(key)}.{suggestion(key, asked)}"
            yield Problem(ProblemCode.INVALID, message, (key,))
    for key, question in asked.items():
        problem = _problem(question, found.get(key))
        if problem is not None:
            yield Problem(*problem, (key,))


def _problem(question: Mapping[str, Any], answer: Any) -> tuple[ProblemCode, str] | None:
    if answer in (None, ""):
        rules = {rule["type"] for rule in question.get("constraints", ())}
        is_required = InputConstraintType.REQUIRED in rules
        return (ProblemCode.REQUIRED, "Must be answered.") if is_required else None
    if question["type"] == InputFieldType.ENUM:
        options = [option["value"] for option in question["config"]["options"]]
        known = any(type(answer) is type(value) and answer == value for value in options)
        return None if known else (ProblemCode.INVALID, "Must be one of the choices.")
    fits, message = _ASKED[question["type"]]
    return None if fits(answer) else (ProblemCode.INVALID, message)
