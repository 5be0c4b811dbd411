"""The theme of a Space: merged, checked, kept."""

from typing import Any

from features.structure import new_space, state
from harness import Api

THEME = """
  space {
    metadata version
    theme { root { primaryColor fontFamily } sidebar { logo backgroundColor }
            table { column { header { fontSize } } } }
  }
"""


async def test_a_theme_is_merged_into_what_is_there(api: Api) -> None:
    space = await new_space(api, metadata={"mine": 1, "theme": {"root": {"primaryColor": "red"}}})
    made = await api.do(
        "updateTheme",
        THEME,
        id=space,
        theme={"root": {"fontFamily": "Arial"}, "sidebar": {"backgroundColor": "#ABC"}},
    )

    assert made["space"]["theme"] == {
        "root": {"primaryColor": "red", "fontFamily": "Arial"},
        "sidebar": {"logo": None, "backgroundColor": "#ABC"},
        "table": None,
    }
    assert made["space"]["metadata"]["mine"] == 1
    assert made["space"]["version"] == 2


async def test_null_clears_a_value_and_the_whole_theme(api: Api) -> None:
    space = await new_space(
        api, metadata={"theme": {"root": {"primaryColor": "red", "fontFamily": "Arial"}}}
    )
    made = await api.do("updateTheme", THEME, id=space, theme={"root": {"primaryColor": None}})
    assert made["space"]["metadata"] == {"theme": {"root": {"fontFamily": "Arial"}}}

    made = await api.do("updateTheme", THEME, id=space, theme=None)
    assert made["space"]["metadata"] == {}
    assert made["space"]["theme"] == {"root": None, "sidebar": None, "table": None}


async def test_unlisted_keys_are_kept_and_a_logo_gets_its_scheme(api: Api) -> None:
    space = await new_space(api)
    made = await api.do(
        "updateTheme",
        THEME,
        id=space,
        theme={"sidebar": {"logo": "www.example.com/logo.png", "activeTextColor": "#fff"}},
    )

    sidebar = {"logo": "https://www.example.com/logo.png", "activeTextColor": "#fff"}
    assert made["space"]["metadata"] == {"theme": {"sidebar": sidebar}}
    assert made["space"]["theme"]["sidebar"]["logo"] == "https://www.example.com/logo.png"


BROKEN: list[Any] = [
    ({"root": {"primaryColor": "url(https://evil.example)"}}, "theme.root.primaryColor"),
    ({"root": {"primaryColor": "red; background: blue"}}, "theme.root.primaryColor"),
    ({"root": {"fontFamily": "a{}"}}, "theme.root.fontFamily"),
    ({"root": {"primaryColor": 5}}, "theme.root.primaryColor"),
    ({"sidebar": {"logo": "javascript:alert(1)"}}, "theme.sidebar.logo"),
    ({"sidebar": {"logo": "data:image/svg+xml,x"}}, "theme.sidebar.logo"),
    (
        {"table": {"column": {"header": {"fontSize": "@x"}}}},
        "theme.table.column.header.fontSize",
    ),
    ({"root": {"newColor": "expression(1)"}}, "theme.root.newColor"),
    ({"root": "red"}, "theme.root"),
    ("red", "theme"),
    ([], "theme"),
]


async def test_what_is_no_theme_is_refused_at_its_place(api: Api) -> None:
    space = await new_space(api)
    before = await state(api, space)

    for theme, path in BROKEN:
        assert await api.refused("updateTheme", id=space, theme=theme) == [("INVALID", path)]
        told = await api.refused("updateSpace", id=space, metadata={"theme": theme})
        assert told == [("INVALID", f"metadata.{path}")]
        assert await state(api, space) == before


async def test_a_changed_theme_is_announced_as_metadata(api: Api) -> None:
    space = await new_space(api)
    await api.do("updateTheme", "", id=space, theme={"root": {"primaryColor": "#123456"}})
    [event] = await api.heard("payload", topics=["space:updated"])

    assert event["payload"]["changes"] == [
        {
            "field": "metadata",
            "previousValue": {},
            "newValue": {"theme": {"root": {"primaryColor": "#123456"}}},
        }
    ]
