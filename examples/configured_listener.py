"""Configure every new Space from one description: two workbooks, a document and a theme.

Run it with `gqlspaces listen examples.configured_listener:listener` from the folder above.
"""

from typing import Any

from gqlspaces.listener import Listener, configure_space

Json = dict[str, Any]

REQUIRED = [{"type": "required"}]
UNIQUE = [{"type": "required"}, {"type": "unique"}]


def reference(sheet: str, key: str) -> Json:
    """Return the type of a field that points to a row of another sheet."""
    return {"type": "reference", "config": {"ref": sheet, "key": key, "relationship": "has-one"}}


def choice(*values: str) -> Json:
    """Return the type of a field that takes one of some values."""
    options = [{"value": value, "label": value.capitalize()} for value in values]
    return {"type": "enum", "config": {"options": options}}


MONEY: Json = {"type": "number", "config": {"decimalPlaces": 2}}

CUSTOMERS: Json = {
    "name": "Customers",
    "slug": "customers",
    "fields": [
        {"key": "id", "type": "string", "label": "Customer No.", "constraints": UNIQUE},
        {"key": "name", "type": "string", "label": "Name", "constraints": REQUIRED},
        {"key": "email", "type": "string", "label": "Email", "constraints": UNIQUE},
        {"key": "segment", "label": "Segment", **choice("private", "business", "public")},
        {"key": "tags", "type": "string-list", "label": "Tags"},
        {"key": "since", "type": "date", "label": "Customer since"},
        {"key": "newsletter", "type": "boolean", "label": "Newsletter"},
    ],
}

PRODUCTS: Json = {
    "name": "Products",
    "slug": "products",
    "fields": [
        {"key": "sku", "type": "string", "label": "SKU", "constraints": UNIQUE},
        {"key": "name", "type": "string", "label": "Name", "constraints": REQUIRED},
        {"key": "price", "label": "Price", **MONEY},
        {"key": "available", "type": "boolean", "label": "Available"},
    ],
}

ORDERS: Json = {
    "name": "Orders",
    "slug": "orders",
    "fields": [
        {"key": "number", "type": "string", "label": "Order No.", "constraints": UNIQUE},
        {"key": "customer", "label": "Customer", **reference("customers", "id")},
        {"key": "product", "label": "Product", **reference("products", "sku")},
        {"key": "quantity", "type": "number", "label": "Quantity", "config": {"decimalPlaces": 0}},
        {"key": "total", "label": "Total", **MONEY},
        {"key": "orderedOn", "type": "date", "label": "Ordered on", "constraints": REQUIRED},
        {"key": "status", "label": "Status", **choice("open", "shipped", "returned")},
    ],
}

DEPARTMENTS: Json = {
    "name": "Departments",
    "slug": "departments",
    "fields": [
        {"key": "code", "type": "string", "label": "Code", "constraints": UNIQUE},
        {"key": "name", "type": "string", "label": "Name", "constraints": REQUIRED},
        {"key": "budget", "label": "Budget", **MONEY},
    ],
}

USERS: Json = {
    "name": "Users",
    "slug": "users",
    "fields": [
        {"key": "email", "type": "string", "label": "Email", "constraints": UNIQUE},
        {"key": "firstName", "type": "string", "label": "First Name", "constraints": REQUIRED},
        {"key": "lastName", "type": "string", "label": "Last Name", "constraints": REQUIRED},
        {"key": "department", "label": "Department", **reference("departments", "code")},
        {"key": "role", "label": "Role", **choice("admin", "member", "guest")},
        {"key": "joinedOn", "type": "date", "label": "Joined on"},
    ],
}

PROJECTS: Json = {
    "name": "Projects",
    "slug": "projects",
    "fields": [
        {"key": "name", "type": "string", "label": "Name", "constraints": UNIQUE},
        {"key": "owner", "label": "Owner", **reference("users", "email")},
        {"key": "department", "label": "Department", **reference("departments", "code")},
        {"key": "startsOn", "type": "date", "label": "Starts on"},
        {"key": "budget", "label": "Budget", **MONEY},
        {"key": "stage", "label": "Stage", **choice("planned", "running", "done")},
    ],
}

ACTIONS: list[Json] = [
    {
        "operation": "download",
        "label": "Download",
        "mode": "background",
        "description": "Download all sheets of this workbook",
    },
    {
        "operation": "submit",
        "label": "Submit",
        "mode": "foreground",
        "primary": True,
        "description": "Submit the company data for processing",
        "constraints": [{"type": "hasData"}, {"type": "hasAllValid"}],
    },
]

CUSTOMERS_GUIDE = """
# Customers

This Space takes in your **customers** with their orders and the products they bought.

1. Fill the sheets *Customers* and *Products* first: orders refer to both.
2. Add the *Orders*; a customer or product that is missing is marked as an error.
3. Go on with the *Company Workbook* and press **Submit** when all rows are valid.
"""

BLUEPRINT: Json = {
    "workbooks": [
        {"name": "Customers Workbook", "sheets": [CUSTOMERS, ORDERS, PRODUCTS]},
        {
            "name": "Company Workbook",
            "sheets": [USERS, DEPARTMENTS, PROJECTS],
            "actions": ACTIONS,
        },
    ],
    "documents": [{"title": "Customers", "body": CUSTOMERS_GUIDE}],
    "space": {
        "metadata": {
            "theme": {
                "root": {"primaryColor": "#4F46E5", "actionColor": "#000000"},
                "sidebar": {"logo": "www.example.com/logo.png"},
            }
        }
    },
}

listener = Listener().use(configure_space(BLUEPRINT))
