from typing import Any

from gqlspaces.blueprint import Blueprint, dump, render

CONTACTS = {
    "name": "Contacts",
    "slug": "contacts",
    "fields": [
        {"key": "firstName", "type": "string", "label": "First Name"},
        {"key": "lastName", "type": "string", "label": "Last Name"},
        {"key": "email", "type": "string", "label": "Email Address"},
        {"key": "phone", "type": "string", "label": "Phone Number"},
    ],
}
WELCOME = """
            <h1>Welcome to Customer Data Import</h1>
            <p>This Space helps you import and validate customer contact information.</p>
            <h2>Getting Started</h2>
            <ol>
              <li>Upload your CSV file or enter data manually</li>
              <li>Review and correct any validation errors</li>
              <li>Click "Submit Data" when ready</li>
            </ol>
          """
LISTING: dict[str, Any] = {
    "workbooks": [
        {
            "name": "Customer Data",
            "sheets": [CONTACTS],
            "actions": [
                {
                    "operation": "submit",
                    "label": "Submit Data",
                    "mode": "foreground",
                    "primary": True,
                    "description": "Submit customer data for processing",
                    "constraints": [{"type": "hasData"}],
                }
            ],
        }
    ],
    "documents": [{"title": "Welcome Guide", "body": WELCOME}],
    "space": {
        "metadata": {
            "theme": {
                "root": {
                    "primaryColor": "#4F46E5",
                    "borderColor": "#E5E7EB",
                    "fontFamily": "Inter, system-ui, sans-serif",
                },
                "sidebar": {
                    "backgroundColor": "#1F2937",
                    "textColor": "#F9FAFB",
                    "titleColor": "#4F46E5",
                },
            }
        }
    },
}


def test_the_listing_of_the_guide_is_its_own_canonical_form() -> None:
    assert dump(Blueprint.model_validate(LISTING)) == LISTING


def test_the_welcome_guide_is_shown_as_it_was_written() -> None:
    html = render(WELCOME)

    assert html.startswith("<h1>Welcome to Customer Data Import</h1>")
    assert html.count("<li>") == 3
    assert "<code>" not in html


def test_the_theme_of_the_short_listing_gets_a_scheme_for_its_logo() -> None:
    theme = {
        "root": {"primaryColor": "#4F46E5", "actionColor": "#000000"},
        "sidebar": {"logo": "www.example.com/logo.png"},
    }
    document = dump(Blueprint.model_validate({"space": {"metadata": {"theme": theme}}}))

    assert (
        document["space"]["metadata"]["theme"]["sidebar"]["logo"]
        == "https://www.example.com/logo.png"
    )


def test_the_kitchen_sink_sample_is_accepted() -> None:
    fields = [{"key": k, "type": "string", "label": k} for k in ("firstName", "lastName", "email")]
    send = {
        "operation": "sendToPeople",
        "mode": "background",
        "label": "Send",
        "type": "string",
        "requireSelection": True,
        "requireAllValid": False,
    }
    submit = {
        "operation": "submitActionFg",
        "mode": "foreground",
        "label": "Submit foreground",
        "description": "Submit data",
        "primary": True,
        "constraints": [{"type": "hasAllValid"}, {"type": "hasSelection"}],
    }
    sample = {
        "workbooks": [
            {
                "spaceId": "us_sp_1",
                "environmentId": "us_env_1",
                "name": "All Data",
                "labels": ["pinned"],
                "settings": {"trackChanges": True},
                "sheets": [
                    {"name": "Contacts", "slug": "contacts", "fields": fields, "actions": [send]},
                    {"name": "Sheet 2", "slug": "sheet2", "fields": fields},
                ],
                "actions": [submit],
            }
        ],
        "documents": [{"title": "Welcome", "body": "<div><h1>Hello</h1></div>"}],
        "space": {
            "metadata": {
                "theme": {
                    "root": {"primaryColor": "black"},
                    "sidebar": {
                        "backgroundColor": "white",
                        "activeTextColor": "black",
                        "logo": "https://images.example.com/logo.svg",
                    },
                }
            }
        },
    }
    blueprint = Blueprint.model_validate(sample)

    assert blueprint.workbooks is not None
    (workbook,) = blueprint.workbooks
    assert workbook.settings.track_changes
    assert [c.type for c in workbook.sheets[0].actions[0].constraints] == ["hasSelection"]
    assert blueprint == Blueprint.model_validate(dump(blueprint))
