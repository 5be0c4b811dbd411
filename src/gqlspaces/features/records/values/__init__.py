"""What the values of a record must be: their stored form, their faults, what is indexed of them."""

from gqlspaces.features.records.values.digest import digest_of, text_of
from gqlspaces.features.records.values.index import Demand, Entry, UniqueRule
from gqlspaces.features.records.values.messages import (
    MESSAGE_LENGTH,
    MESSAGES_PER_RECORD,
    Message,
    MessageSource,
    is_valid,
    merge,
    sent_messages,
)
from gqlspaces.features.records.values.reference import Lookup, Reference, demands_on
from gqlspaces.features.records.values.rules import SheetRules

__all__ = [
    "MESSAGES_PER_RECORD",
    "MESSAGE_LENGTH",
    "Demand",
    "Entry",
    "Lookup",
    "Message",
    "MessageSource",
    "Reference",
    "SheetRules",
    "UniqueRule",
    "demands_on",
    "digest_of",
    "is_valid",
    "merge",
    "sent_messages",
    "text_of",
]
