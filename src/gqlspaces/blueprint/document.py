"""Documents: static pages of a Space, written in Markdown or HTML."""

import re
from collections.abc import Mapping
from typing import Final

import nh3
from markdown_it import MarkdownIt
from pydantic import Field

from gqlspaces.blueprint.action import Actions
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.text import Body, Name, Names

# Indented code stays off: bodies come from indented literals in source code, HTML above all.
_MARKDOWN: Final = (
    MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("code")
)

_TAGS: Final = (
    "a abbr b blockquote br caption code dd del details div dl dt em embed h1 h2 h3 h4 h5 h6 hr i"
    " img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot"
    " th thead tr u ul var"
)

_NUMBER: Final = re.compile(r"\d{1,4}%?")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_FLAG: Final = re.compile("true|false|")
_TEXT: Final = re.compile(r"[^\x00]*")
_WHERE: Final = re.compile("left|center|right")

# What an attribute must look like to stay (reliability reference 4.6). HTML has lower-case names.
_ATTRIBUTES: Final[Mapping[str, Mapping[str, re.Pattern[str]]]] = {
    "a": {"href": re.compile(r"(?:https://|mailto:|#).*", re.IGNORECASE), "title": _TEXT},
    "abbr": {"title": _TEXT},
    "code": {"class": re.compile(r"language-[A-Za-z0-9_+-]{1,32}")},
    "details": {"open": _FLAG},
    "embed": {
        "type": re.compile("embedded-(?:workbook|sheet|diff)"),
        "workbookid": _ID,
        "sheetid": _ID,
        "snapshotid": _ID,
        "name": _TEXT,
        "defaultexpanded": _FLAG,
        "showheader": _FLAG,
        "direction": re.compile("sheet_to_snapshot|snapshot_to_sheet"),
    },
    "img": {
        "src": re.compile(r"https://.*", re.IGNORECASE),
        "alt": _TEXT,
        "title": _TEXT,
        "width": _NUMBER,
        "height": _NUMBER,
    },
    "ol": {"start": _NUMBER},
    "td": {"align": _WHERE, "colspan": _NUMBER, "rowspan": _NUMBER},
    "th": {"align": _WHERE, "colspan": _NUMBER, "rowspan": _NUMBER},
}


_LINK: Final = {"rel": "noopener noreferrer", "target": "_blank"}


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if tag == "a" and attribute in _LINK:
        return _LINK[attribute]
    pattern = _ATTRIBUTES.get(tag, {}).get(attribute)
    return value if pattern is not None and pattern.fullmatch(value) else None


_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS.split()),
    attributes={tag: set(attributes) for tag, attributes in _ATTRIBUTES.items()},
    attribute_filter=_keep,
    url_schemes={"https", "mailto"},
    link_rel=_LINK["rel"],
    set_tag_attribute_values={"a": {"target": _LINK["target"]}},
)


def render(body: str) -> str:
    """Harmless HTML for a body in Markdown, HTML or both; links open in a new tab.

    A hostile body of the largest size takes about a second: render in a thread, once per write.

    `embed` blocks of Workbooks, Sheets and diffs stay, with their attribute names in lower case as
    HTML has them.
    """
    return _CLEANER.clean(_MARKDOWN.render(body)).strip()


class DocumentConfig(Configuration):
    """A static page of a Space (domain reference 2.8)."""

    title: Name = Field(description="What people call the Document, unique in its Space.")
    body: Body = Field(description="Its text: Markdown in which HTML may be used, or HTML.")
    treatments: Names = Field(
        default=[], description="Hints; an `ephemeral` Document takes over the whole screen."
    )
    actions: Actions = Field(default=[], description="Buttons on the Document.")


@patches(DocumentConfig)
class DocumentPatch(Patch):
    """Changes to a Document: absent leaves unchanged, null clears."""
