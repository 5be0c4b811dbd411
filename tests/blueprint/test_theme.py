from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gqlspaces.blueprint import Configuration, Theme, normalize_theme

Tell = Callable[[type[Configuration], Any], list[tuple[str, str]]]
WHOLE = {
    "root": {
        "primaryColor": "#4F46E5",
        "actionColor": "#000000",
        "dangerColor": "rgb(255 0 0 / 50%)",
        "warningColor": "hsl(120, 50%, 50%)",
        "borderColor": "transparent",
        "fontFamily": "Inter, system-ui, 'Segoe UI', sans-serif",
        "buttonBorderRadius": "4px",
        "pillBorderRadius": "0.5rem 4px",
    },
    "sidebar": {"logo": "https://example.com/logo.png", "activeTextColor": "black"},
    "document": {"borderColor": "#fff8"},
    "table": {
        "fontFamily": "Arial",
        "cell": {
            "active": {"borderWidth": "0", "borderShadow": "0 0 4px rgba(0, 0, 0, 0.2)"},
            "selected": {"backgroundColor": "rebeccapurple"},
            "number": {"fontFamily": "monospace"},
        },
        "column": {"header": {"fontSize": "12px", "dragHandle": {"idle": "red"}}},
        "indexColumn": {"selected": {"color": "blue"}},
        "inputs": {"checkbox": {"color": "red"}, "radio": {"color": "red"}},
        "filters": {"outerBorder": "1px solid red", "error": {"activeBackgroundColor": "red"}},
        "buttons": {"iconColor": "red", "pill": {"backgroundColor": "red"}},
        "boolean": {"toggleChecked": "red"},
        "loading": {"color": "red"},
    },
    "email": {"logo": "https://example.com/a.png", "dark": {"buttonBgColor": "red"}},
    "vendor": {"spacing": 4, "dense": True, "radius": "2px", "label": "Plain text, really"},
}


def test_a_whole_theme_is_kept_as_it_is() -> None:
    assert normalize_theme(WHOLE) == WHOLE


def test_null_stays_so_that_a_merge_patch_can_remove() -> None:
    theme = {"root": {"primaryColor": None, "other": None}, "sidebar": None}

    assert theme == normalize_theme(theme)


@pytest.mark.parametrize(
    ("logo", "expected"),
    [
        ("www.example.com/logo.png", "https://www.example.com/logo.png"),
        ("//cdn.example.com/l.png", "https://cdn.example.com/l.png"),
        ("example.com:8080/l.png?v=1", "https://example.com:8080/l.png?v=1"),
        ("https://example.com/l.png", "https://example.com/l.png"),
    ],
)
def test_a_logo_without_a_scheme_gets_https(logo: str, expected: str) -> None:
    theme = normalize_theme({"sidebar": {"logo": logo}})

    assert {"sidebar": {"logo": expected}} == theme
    assert theme == normalize_theme(theme)


@pytest.mark.parametrize(
    "logo",
    [
        "http://example.com/l.png",
        "javascript:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "data:image/png;base64,AAAA",
        "data:image/svg+xml,<svg>",
        "https://user:password@example.com/l.png",
        "https://",
        "https:///l.png",
        "https://localhost/l.png",
        "https://example.com:99999/l.png",
        "https://[::1/l.png",
        "https://example.com/a b.png",
        "https://example.com/'onerror=alert(1)",
        'https://example.com/"x',
        "file:///etc/passwd",
        "ftp://example.com/l.png",
        "",
        " ",
    ],
)
def test_a_logo_that_is_no_https_address_is_refused(told: Tell, logo: str) -> None:
    assert told(Theme, {"sidebar": {"logo": logo}}) == [("INVALID", "sidebar.logo")]


def test_a_logo_has_at_most_two_kibibytes(told: Tell) -> None:
    logo = "https://example.com/" + "a" * 2048

    assert told(Theme, {"sidebar": {"logo": logo}}) == [("TOO_LONG", "sidebar.logo")]


ATTACKS = [
    "red; background: blue",
    "red} body { display: none",
    "url(https://evil.example/x)",
    "URL (x)",
    "@import 'x'",
    "\\75rl(x)",
    "</style><script>alert(1)</script>",
    "expression(alert(1))",
    "var(--x)",
    "image-set('https://evil.example' 1x)",
    "red\nblue",
    "red /* x */",
    "red\x00",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "path",
    [
        ("root", "primaryColor"),
        ("root", "fontFamily"),
        ("root", "buttonBorderRadius"),
        ("table", "filters", "outerBorder"),
        ("table", "cell", "active", "borderShadow"),
        ("sidebar", "logo"),
        ("sidebar", "activeTextColor"),
        ("root", "vendorFontFamily"),
        ("vendor", "anything"),
        ("vendor", "deep", "cornerRadius"),
        ("vendor",),
    ],
)
def test_css_attacks_are_refused_wherever_they_stand(attack: str, path: tuple[str, ...]) -> None:
    theme: Any = attack
    for key in reversed(path):
        theme = {key: theme}

    with pytest.raises(ValidationError):
        normalize_theme(theme)


@pytest.mark.parametrize(
    ("theme", "path"),
    [
        ({"root": {"primaryColor": "reddish"}}, "root.primaryColor"),
        ({"root": {"primaryColor": "#12345"}}, "root.primaryColor"),
        ({"root": {"primaryColor": ""}}, "root.primaryColor"),
        ({"root": {"fontFamily": "Inter'"}}, "root.fontFamily"),
        ({"root": {"buttonBorderRadius": "4"}}, "root.buttonBorderRadius"),
        ({"root": {"buttonBorderRadius": 4}}, "root.buttonBorderRadius"),
        ({"sidebar": {"hoverTextColor": "reddish"}}, "sidebar.hoverTextColor"),
        ({"vendor": {"list": ["x"]}}, "vendor.list"),
        ({"vendor": {"a b": "x"}}, "vendor.a b"),
        ({"root": []}, "root"),
    ],
)
def test_values_that_are_not_what_they_should_be_are_refused(
    told: Tell, theme: Any, path: str
) -> None:
    assert [("INVALID", path)] == told(Theme, theme)


@given(st.text(alphabet=st.sampled_from("aurl(;{}\\@ 1#px'/*<,)"), max_size=30))
def test_no_accepted_value_can_leave_its_declaration(value: str) -> None:
    try:
        kept = str(normalize_theme({"root": {"x": value, "yColor": "red"}})["root"]["x"])
    except ValidationError:
        return

    assert not set(kept) & set(';{}\\@<>"\n')
    assert "url(" not in kept.lower().replace(" ", "")
