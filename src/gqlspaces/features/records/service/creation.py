"""Adding records."""

from collections.abc import Mapping, Sequence
from typing import Any

from gqlspaces.features.records.desk import Work
from gqlspaces.features.records.service.rows import Rows, custom_messages, details, sent_values
from gqlspaces.features.records.writing import Draft, Writing


def inserting(sent: Sequence[Mapping[str, Any]]) -> Work:
    """Add records; a row that cannot be taken is told of and left out."""
    rows = Rows(sent)

    def work(writing: Writing) -> Mapping[str, Any]:
        drafts = [draft for _, draft in rows.taken(lambda row: new_draft(writing, row))]
        if drafts:
            give_numbers(writing, drafts)
            writing.store(drafts)
        return rows.answer([draft.n for draft in drafts])

    return work


def new_draft(writing: Writing, row: Mapping[str, Any]) -> Draft:
    """Make a new record of what was sent, without a number yet; raise what is wrong with it."""
    meta, config = details(row)
    return Draft(
        n=0,
        before=None,
        values=writing.rulebook.rules.normalised(sent_values(row)),
        custom=custom_messages(writing, row) or [],
        meta=meta,
        config=config,
        changed=None,
    )


def give_numbers(writing: Writing, drafts: Sequence[Draft]) -> None:
    """Give new records their numbers."""
    first = writing.state.next_record(len(drafts))
    for n, draft in enumerate(drafts, start=first):
        draft.n = n
