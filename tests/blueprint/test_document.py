from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gqlspaces.blueprint import render

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://a.example/x.png' onload=alert(1)>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img src='//evil.example/x.png'>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=x&gt;'>",
    "<iframe src='https://evil.example'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<embed type='text/html' src='https://evil.example'>",
    "<embed type='embedded-sheet' sheetId='a\" onload=alert(1)' code='x'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' &#106;avascript:alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='https://ok.example' style='position:fixed' onclick='x()'>x</a>",
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<style>@import 'https://evil.example'</style>",
    "<link rel=stylesheet href='https://evil.example'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='https://evil.example'>",
    "<form action='https://evil.example'><button formaction='javascript:x()'>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details ontoggle=alert(1) open>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<p style='background:url(javascript:alert(1))' class='admin' id='root'>x</p>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "```<script>\nalert(1)\n```",
    '``` x"onmouseover=alert(1)\nx\n```',
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<a href='https://a.example'><script>x</script></a",
    '<img src="https://a.example/`onerror=alert(1)">',
]

TAG_NAMES = (
    "a abbr b blockquote br caption code dd del details div dl dt em embed h1 h2 h3 h4 h5 h6 hr i"
    " img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot"
    " th thead tr u ul var"
)
HARMLESS_NAMES = (
    "title class open type workbookid sheetid snapshotid name defaultexpanded showheader direction"
    " alt width height start align colspan rowspan"
)
TAGS = frozenset(TAG_NAMES.split())
HARMLESS = frozenset(HARMLESS_NAMES.split())


class Inspector(HTMLParser):
    """Collects whatever a browser should not have been given."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(tag)
        self.found += [f"{tag} {k}={v}" for k, v in attrs if not self.is_harmless(tag, k, v or "")]

    def is_harmless(self, tag: str, key: str, value: str) -> bool:
        if key == "href":
            return value.lower().startswith(("https://", "mailto:", "#"))
        if key == "src":
            return tag == "img" and value.lower().startswith("https://")
        if key == "type":
            return value in {"embedded-workbook", "embedded-sheet", "embedded-diff"}
        return key in HARMLESS or (tag == "a" and key in {"rel", "target"})


def _dangers(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.found


@pytest.mark.parametrize("body", ATTACKS)
def test_an_attack_is_defused(body: str) -> None:
    assert _dangers(render(body)) == []


@given(st.lists(st.sampled_from([*ATTACKS, "<", ">", "'", '"', "`", "\n\n", "</", "&#"])))
def test_combined_attacks_are_defused(parts: list[str]) -> None:
    assert _dangers(render("".join(parts))) == []


def test_markdown_becomes_html() -> None:
    body = "# Hi\n\n- **a**\n- ~~b~~\n\n|x|y|\n|-|-|\n|1|2|\n\n```js\nx < 1\n```"
    html = render(body)

    for part in ("<h1>Hi</h1>", "<strong>a</strong>", "<s>b</s>", "<td>2</td>"):
        assert part in html
    assert '<code class="language-js">x &lt; 1' in html


def test_markdown_and_html_mix() -> None:
    assert (
        render("Press <kbd>F1</kbd> and *wait*") == "<p>Press <kbd>F1</kbd> and <em>wait</em></p>"
    )


def test_indented_html_with_blank_lines_is_not_taken_for_code() -> None:
    body = """
            <h1>Welcome</h1>

            <ol>
              <li>One</li>

              <li>Two</li>
            </ol>
    """
    html = render(body)

    assert "<h1>Welcome</h1>" in html
    assert "<li>Two</li>" in html
    assert "code" not in html


def test_links_open_in_a_new_tab_without_a_way_back() -> None:
    assert (
        render("[x](https://a.example)")
        == '<p><a href="https://a.example" target="_blank" rel="noopener noreferrer">x</a></p>'
    )


def test_a_link_cannot_choose_its_own_target() -> None:
    html = render("<a href='https://a.example' target='_top' rel='opener'>x</a>")

    assert 'target="_blank" rel="noopener noreferrer"' in html
    assert "_top" not in html


def test_embedded_blocks_stay_with_their_attributes() -> None:
    html = render(
        "<embed type='embedded-diff' workbookId='wb_1' sheetId='sh_1' snapshotId='ss_1' name='N'"
        " defaultExpanded='true' showHeader='false' direction='sheet_to_snapshot'>"
    )

    assert html == (
        '<embed type="embedded-diff" workbookid="wb_1" sheetid="sh_1" snapshotid="ss_1" name="N"'
        ' defaultexpanded="true" showheader="false" direction="sheet_to_snapshot">'
    )


def test_rendering_what_was_rendered_changes_nothing_harmful() -> None:
    for body in ATTACKS:
        assert _dangers(render(render(body))) == []
