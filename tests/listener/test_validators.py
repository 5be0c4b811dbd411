"""Validators: the constraints of Fields and Sheets that listeners check."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from gqlspaces.listener import Event, Listener, Record, Verdict

from .office import Office

PEOPLE = {
    "name": "People",
    "fields": [
        {
            "key": "email",
            "constraints": [
                {"type": "EXTERNAL", "validator": "address", "config": {"domain": "acme.com"}},
                {"type": "REQUIRED"},
            ],
        },
        {
            "key": "phone",
            "constraints": [{"type": "STORED", "validator": "phone", "config": {"digits": 5}}],
        },
        {"key": "begins", "type": "NUMBER"},
        {"key": "ends", "type": "NUMBER"},
    ],
    "constraints": [
        {"type": "EXTERNAL", "validator": "order", "fields": ["begins", "ends"]},
        {"type": "EXTERNAL", "validator": "whole", "config": {"most": 2}},
    ],
}
PLAIN = {"name": "Plain", "fields": [{"key": "email"}]}


@pytest.fixture
async def people(office: Office) -> str:
    return await office.make_sheets(PEOPLE, PLAIN)


def validating() -> Listener:
    listener = Listener()

    @listener.validator("address")
    def address(value: Any, _record: Record, config: Mapping[str, Any]) -> str | None:
        domain = config["domain"]
        return None if value.endswith(f"@{domain}") else f"must end in @{domain}"

    @listener.validator("phone")
    async def phone(value: Any, record: Record, config: Mapping[str, Any]) -> Verdict:
        await asyncio.sleep(0)
        if len(value) == config["digits"]:
            return None
        return ("warn", f"{record['email']} has no phone of {config['digits']} digits")

    @listener.sheet_validator("order")
    def order(record: Record, _config: Mapping[str, Any]) -> str | None:
        return "begins after it ends" if record.get("begins", 0) > record.get("ends", 0) else None

    @listener.sheet_validator("whole")
    async def whole(record: Record, config: Mapping[str, Any]) -> Verdict:
        return ("info", "so many cells") if len(list(record)) > config["most"] else None

    return listener


async def test_the_constraints_of_a_sheet_are_checked_by_the_validators_they_name(
    office: Office, people: str
) -> None:
    await office.insert(
        people,
        {"email": "ann@acme.com", "phone": "12345"},
        {"email": "bob@b.c", "phone": "1", "begins": 2, "ends": 1},
        {"phone": "123"},
    )

    assert await office.tell(validating()) == []

    assert await office.said(people) == [
        [],
        [
            ("email", "ERROR", "must end in @acme.com"),
            ("phone", "WARN", "bob@b.c has no phone of 5 digits"),
            ("begins", "ERROR", "begins after it ends"),
            ("ends", "ERROR", "begins after it ends"),
            (None, "INFO", "so many cells"),
        ],
        [("phone", "WARN", "None has no phone of 5 digits")],
    ]
    assert await office.open_commits(people) == 0
    assert len(office.wire.writes()) == 1


async def test_validators_judge_what_hooks_have_made_in_one_write(
    office: Office, people: str
) -> None:
    listener = validating()

    @listener.record_hook("people")
    def tidy(record: Record, _event: Event) -> None:
        record["email"] = record["email"].strip()
        record.add_info("email", "tidied")

    await office.insert(people, {"email": "ann@acme.com "}, {"email": "bob@b.c "})
    await office.tell(listener)

    assert await office.said(people) == [
        [("email", "INFO", "tidied")],
        [("email", "ERROR", "must end in @acme.com"), ("email", "INFO", "tidied")],
    ]
    assert len(office.wire.writes()) == 1


async def test_a_sheet_that_names_no_validator_of_the_listener_is_left_to_others(
    office: Office, people: str
) -> None:
    plain = office.sheets["plain"]
    await office.insert(plain, {"email": "nowhere"})

    await office.tell(validating())

    assert await office.open_commits(plain) == 1
    assert [content for content in office.wire.sent if "records(" in content["query"]] == []


async def test_a_validator_in_a_scope_checks_only_what_the_scope_hears(
    office: Office, people: str
) -> None:
    listener = Listener()
    scope = listener.namespace("workbook:elsewhere")
    scope.validator("address")(lambda _value, _record, _config: "wrong")

    await office.insert(people, {"email": "ann@acme.com"})
    await office.tell(listener)

    assert await office.said(people) == [[]]
    assert office.wire.sent == []


async def test_a_validator_that_raises_or_answers_nonsense_leaves_the_commit_open(
    office: Office, people: str
) -> None:
    listener = Listener()
    listener.validator("address")(lambda value, _record, _config: value.no_such_thing)
    nonsense: Any = lambda _value, _record, _config: ("fatal", "text")  # noqa: E731 - no function
    listener.validator("phone")(nonsense)

    await office.insert(people, {"email": "ann@acme.com", "phone": "1"})
    raised = await office.tell(listener)

    assert [type(error) for error in raised] == [AttributeError, ValueError]
    assert await office.said(people) == [[]]
    assert await office.open_commits(people) == 1


async def test_a_corrected_value_is_valid_again(office: Office, people: str) -> None:
    [id] = await office.insert(people, {"email": "ann@b.c"})
    listener = validating()
    await office.tell(listener)
    assert [record["valid"] for record in await office.records(people)] == [False]

    await office.change(people, id, email="ann@acme.com")
    await office.tell(listener)

    assert [record["valid"] for record in await office.records(people)] == [True]
