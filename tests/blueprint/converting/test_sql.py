from typing import Any

import pytest

from gqlspaces.blueprint.converting import Conversion
from gqlspaces.blueprint.converting.sql import from_sql
from gqlspaces.blueprint.notation import Unreadable

WHOLE = {"decimalPlaces": 0}


def sheets_of(conversion: Conversion) -> dict[str, Any]:
    (workbook,) = conversion.blueprint["workbooks"]
    return {sheet["slug"]: sheet for sheet in workbook["sheets"]}


def told_of(conversion: Conversion) -> list[tuple[str, str]]:
    return [("/".join(one.path), one.message) for one in conversion.omissions]


def fields_of(conversion: Conversion, sheet: str = "t") -> dict[str, Any]:
    return {
        field["key"]: {key: value for key, value in field.items() if key != "key"}
        for field in sheets_of(conversion)[sheet]["fields"]
    }


def rules(*types: str) -> dict[str, Any]:
    return {"constraints": [{"type": type_} for type_ in types]}


def test_tables_become_sheets_with_references() -> None:
    conversion = from_sql(
        """
        CREATE TABLE customers (
            id integer PRIMARY KEY,
            email text NOT NULL UNIQUE,
            state text NOT NULL CHECK (state IN ('new', 'old')),
            born date
        );
        CREATE TABLE orders (
            number integer NOT NULL,
            customer integer NOT NULL REFERENCES customers (id),
            line integer,
            UNIQUE (number, line)
        );
        """,
        name="Shop",
    )
    options = [{"value": "new"}, {"value": "old"}]
    reference = {"ref": "customers", "relationship": "has-one"}
    composite = {
        "type": "unique",
        "name": "number, line",
        "fields": ["number", "line"],
        "requiredFields": ["number", "line"],
        "strategy": "hash",
    }

    assert "Shop" == conversion.blueprint["workbooks"][0]["name"]
    assert {
        "id": {"type": "number", "config": WHOLE, **rules("required", "unique")},
        "email": {"type": "string", **rules("required", "unique")},
        "state": {"type": "enum", "config": {"options": options}, **rules("required")},
        "born": {"type": "date"},
    } == fields_of(conversion, "customers")
    assert {
        "number": {"type": "number", "config": WHOLE, **rules("required")},
        "customer": {"type": "reference", "config": reference, **rules("required")},
        "line": {"type": "number", "config": WHOLE},
    } == fields_of(conversion, "orders")
    assert [composite] == sheets_of(conversion)["orders"]["constraints"]
    assert [] == told_of(conversion)


def test_a_dump_of_postgresql_is_read_as_it_is() -> None:
    conversion = from_sql(
        """
        \\restrict abc
        SET statement_timeout = 0;
        SELECT pg_catalog.set_config('search_path', '', false);
        CREATE TYPE public.mood AS ENUM ('sad', 'ok');
        CREATE TABLE public.t (
            id integer NOT NULL,
            m public.mood,
            ms public.mood[],
            tags text[],
            sum numeric(10,2) GENERATED ALWAYS AS (a * 2) STORED,
            st text CHECK ((st = ANY (ARRAY['a'::text, 'b'::text]))),
            big bigserial,
            other uuid
        );
        CREATE TABLE public.u (id uuid);
        ALTER TABLE public.t OWNER TO me;
COPY public.t (id) FROM stdin;
1\tsad
\\.
        ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass);
        ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
        ALTER TABLE ONLY public.t
            ADD CONSTRAINT t_fkey FOREIGN KEY (other) REFERENCES public.u(id) ON DELETE CASCADE;
        CREATE UNIQUE INDEX i ON public.t USING btree (st);
        CREATE UNIQUE INDEX j ON public.t (big) WHERE big > 1;
        COMMENT ON COLUMN public.t.id IS 'The number.';
        COMMENT ON TABLE public.t IS 'Things.';
        """.replace("\n        ", "\n")
    )
    moods = {"options": [{"value": "sad"}, {"value": "ok"}]}
    letters = {"options": [{"value": "a"}, {"value": "b"}]}

    assert {
        "id": {
            "type": "number",
            "config": WHOLE,
            "description": "The number.",
            **rules("unique"),
        },
        "m": {"type": "enum", "config": moods},
        "ms": {"type": "enum-list", "config": moods},
        "tags": {"type": "string-list"},
        "sum": {
            "type": "number",
            "config": {"decimalPlaces": 2},
            "readonly": True,
            **rules("computed"),
        },
        "st": {"type": "enum", "config": letters, **rules("unique")},
        "big": {"type": "number", "config": WHOLE},
        "other": {"type": "reference", "config": {"ref": "u", "relationship": "has-one"}},
    } == fields_of(conversion)
    assert "Things." == sheets_of(conversion)["t"]["description"]
    assert [
        ("t/id", "The default is not filled in: NEXTVAL(CAST('t_id_seq' AS REGCLASS))."),
        ("t/sum", "Left out: AS a * 2."),
        ("t/sum", "That it has at most 10 digits is not checked."),
        ("t/big", "The default is not filled in: the next number."),
        ("t/other", "Left out: ON DELETE CASCADE."),
        ("u/id", "Kept as text, not as UUID."),
        ("ALTER TABLE", "Left out: 1 statement."),
        ("COPY", "Left out: 1 statement."),
        ("CREATE INDEX", "Left out: 1 statement."),
        ("SELECT", "Left out: 1 statement."),
        ("SET", "Left out: 1 statement."),
    ] == told_of(conversion)


def test_the_dialect_of_mysql_is_recognised() -> None:
    conversion = from_sql(
        """
        CREATE TABLE `t` (
            `id` int unsigned NOT NULL AUTO_INCREMENT,
            `kind` enum('x','y') NOT NULL COMMENT 'What it is.',
            `marks` set('a','b'),
            `on` tinyint(1) NOT NULL,
            `size` tinyint,
            `note` mediumtext,
            `at` datetime,
            PRIMARY KEY (`id`),
            UNIQUE KEY `one` (`kind`, `size`),
            KEY `other` (`at`)
        ) ENGINE=InnoDB COMMENT='Things.';
        INSERT INTO `t` VALUES (1), (2);
        INSERT INTO `t` VALUES (3);
        """
    )
    fields = fields_of(conversion)

    assert ["enum", "enum-list", "boolean", "number"] == [
        fields[key]["type"] for key in ("kind", "marks", "on", "size")
    ]
    assert rules("unique") == {"constraints": fields["id"]["constraints"]}
    assert "What it is." == fields["kind"]["description"]
    assert {"size": "medium"} == fields["note"]["config"]
    assert ["one"] == [rule["name"] for rule in sheets_of(conversion)["t"]["constraints"]]
    assert "Things." == sheets_of(conversion)["t"]["description"]
    assert [
        ("t", 'Left out: INDEX "other" ("at"), ENGINE=InnoDB.'),
        ("t/id", "The default is not filled in: the next number."),
        ("t/id", "That it is not negative is not checked."),
        ("t/at", "Kept as text, not as DATETIME."),
        ("INSERT", "Left out: 2 statements."),
    ] == told_of(conversion)


def test_a_script_of_sql_server_is_read_in_its_batches() -> None:
    conversion = from_sql(
        "CREATE TABLE [dbo].[t] ([id] int IDENTITY(1,1) NOT NULL, [long] nvarchar(max) NULL,\n"
        " [on] bit NOT NULL, CONSTRAINT [pk] PRIMARY KEY CLUSTERED ([id] ASC))\nGO\n"
        "CREATE TABLE u (x nvarchar(255))\nGO\n"
    )

    assert ["t", "u"] == list(sheets_of(conversion))
    assert {
        "id": {"type": "number", "config": WHOLE, **rules("unique")},
        "long": {"type": "string", "config": {"size": "long"}},
        "on": {"type": "boolean", **rules("required")},
    } == fields_of(conversion)


@pytest.mark.parametrize(
    ("sql", "field", "dialect"),
    [
        ("a number", {"type": "number"}, "oracle"),
        ("a varchar2(255 char)", {"type": "string", "config": {"size": "tiny"}}, "oracle"),
        ("a", {"type": "string"}, "sqlite"),
        ("a real", {"type": "number"}, "sqlite"),
        ("a boolean", {"type": "boolean", "config": {"allowIndeterminate": True}}, None),
        ("a varchar", {"type": "string"}, None),
        ("a double precision", {"type": "number"}, None),
        (
            "a int check (a in (1, 2))",
            {"type": "enum", "config": {"options": [{"value": 1}, {"value": 2}]}},
            None,
        ),
    ],
)
def test_a_column_becomes_a_field(sql: str, field: dict[str, Any], dialect: str | None) -> None:
    conversion = from_sql(f"CREATE TABLE t ({sql});", dialect=dialect)

    assert ({"a": field}, []) == (fields_of(conversion), told_of(conversion))


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("a decimal(5)", ("t/a", "That it has at most 5 digits is not checked.")),
        ("a int[]", ("t/a", "Kept as a list of texts, not of INT.")),
        ("a boolean check (a in (0))", ("t/a", "Its 1 values are not checked.")),
        ("a timestamp", ("t/a", "Kept as text, not as TIMESTAMP.")),
        ("a varchar(40)", ("t/a", "Texts may have 255 characters, not only 40.")),
        ("a text default 'x'", ("t/a", "The default is not filled in: 'x'.")),
        ("a text check (a > 'b')", ("t/a", "Left out: CHECK (a > 'b').")),
        ("a text, check (a > 'b')", ("t", "Left out: CHECK (a > 'b').")),
        (
            "a int references v (b)",
            ("t/a", "No reference: v has no such column in this file."),
        ),
        (
            "a int, b int, foreign key (a, b) references t (b, a)",
            ("t", "Left out: (a, b) leads to t, and a reference is one Field."),
        ),
    ],
)
def test_what_a_sheet_cannot_say_is_told(sql: str, told: tuple[str, str]) -> None:
    assert [told] == told_of(from_sql(f"CREATE TABLE t ({sql});"))


def test_a_default_takes_the_place_of_a_required_value() -> None:
    fields = fields_of(from_sql("CREATE TABLE t (a text NOT NULL DEFAULT 'x', b text NOT NULL);"))

    assert ({"type": "string"}, {"type": "string", **rules("required")}) == (
        fields["a"],
        fields["b"],
    )


def test_tables_of_one_name_keep_their_schemas() -> None:
    conversion = from_sql(
        "CREATE TABLE one.t (id int primary key); CREATE TABLE two.t (x int references one.t);"
    )

    assert ["one.t", "two.t"] == list(sheets_of(conversion))
    assert "one.t" == fields_of(conversion, "two.t")["x"]["config"]["ref"]


def test_names_are_those_of_the_tables_however_they_are_capitalised() -> None:
    conversion = from_sql(
        "CREATE TABLE Customer (Id int PRIMARY KEY);"
        "CREATE TABLE t (c int, FOREIGN KEY (C) REFERENCES CUSTOMER (ID));"
    )

    assert {"ref": "Customer", "key": "Id", "relationship": "has-one"} == fields_of(conversion)[
        "c"
    ]["config"]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1;", "no CREATE TABLE"),
        ("CREATE TABLE t (a int;\nfoo", "reads it up to line"),
        ("CREATE TABLE t AS SELECT 1", "no CREATE TABLE"),
    ],
)
def test_what_holds_no_table_is_refused(sql: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        from_sql(sql)


def test_an_unknown_dialect_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Unreadable, match="known are postgres, mysql"):
        from_sql("CREATE TABLE t (a int)", dialect="cobol")
