"""How much a blueprint may hold: every limit with the source it comes from."""

from typing import Final

# From the original system (domain reference 8).
FIELDS_PER_SHEET: Final = 1000
CONSTRAINTS_PER_FIELD: Final = 10
ENUM_OPTIONS: Final = 100

# Our own, where the original is silent: generous for people, finite for machines.
WORKBOOKS_PER_SPACE: Final = 100
SHEETS_PER_WORKBOOK: Final = 200
DOCUMENTS_PER_SPACE: Final = 200
ACTIONS_PER_TARGET: Final = 100
CONSTRAINTS_PER_SHEET: Final = 100
LIST_ITEMS: Final = 100
ORDERED_IDS: Final = 1000

# Characters. The original's strings are "tiny", 255, and "normal", 64 kB (domain reference 8).
NAME_LENGTH: Final = 255
KEY_LENGTH: Final = 255
PROSE_LENGTH: Final = 10_000
DOCUMENT_BODY_LENGTH: Final = 64 * 1024
NAMESPACE_LENGTH: Final = 63

# Metadata and other free JSON values: depth of nesting, bytes of compact UTF-8, bits of a number.
JSON_DEPTH: Final = 20
JSON_BYTES: Final = 64 * 1024
JSON_INTEGER_BITS: Final = 64

# Theme values (reliability reference 4.6).
FONT_LENGTH: Final = 200
COLOR_LENGTH: Final = 64
CSS_LENGTH: Final = 200
LOGO_LENGTH: Final = 2048

# What one answer tells about a bad document.
PROBLEMS_PER_ANSWER: Final = 100
ECHO_LENGTH: Final = 40
PATH_ITEM_LENGTH: Final = 100
