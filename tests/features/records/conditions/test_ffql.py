"""The query language: what is written, what it means, and what is said when it means nothing."""

import pytest

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.condition import (
    And,
    Comparison,
    Condition,
    Operator,
    Or,
    State,
    Status,
)
from gqlspaces.features.records.conditions.ffql import parse_query
from gqlspaces.features.records.layout import Cell, Layout
from gqlspaces.kernel.errors import DomainError

LAYOUT = Layout(
    (
        Cell(0, "first_name", "First Name", FieldType.STRING),
        Cell(1, "last_name", "Last Name", FieldType.STRING),
        Cell(2, "email", "E-mail", FieldType.STRING),
        Cell(3, "and", "error", FieldType.STRING),
        Cell(4, "eq", 'Say "it\'s" \\ now', FieldType.STRING),
        Cell(5, "logins", "email", FieldType.NUMBER),
    ),
    removed=(Cell(6, "nickname", "Nickname", FieldType.STRING),),
)
FIRST = Comparison("first_name", Operator.EQ, "Bender")
LAST = Comparison("last_name", Operator.EQ, "Rodriguez")
ERROR = Status(State.ERROR)


def equal(text: str) -> Condition:
    return Comparison(None, Operator.EQ, text)


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("first_name eq Bender", FIRST),
        ('"First Name" eq Bender', FIRST),
        ("'First Name' eq 'Bender'", FIRST),
        ("  first_name\n\teq\u00a0Bender ", FIRST),
        ('eq "Planet Express"', equal("Planet Express")),
        ('eq""', equal("")),
        ('first_name eq ""', Comparison("first_name", Operator.EQ, "")),
        ("filter: first_name eq Bender", FIRST),
        ("filter:first_name eq Bender", FIRST),
        ("FILTER:is error", ERROR),
        ("is error", ERROR),
        ("IS Error", ERROR),
        ("first_name is valid", Status(State.VALID, "first_name")),
        ("'E-mail' IS WARNING", Status(State.WARNING, "email")),
        ("logins gt 5", Comparison("logins", Operator.GT, "5")),
    ],
)
def test_a_comparison_is_a_field_an_operator_and_a_value(query: str, meaning: Condition) -> None:
    assert meaning == parse_query(query, LAYOUT)


@pytest.mark.parametrize(
    "operator", ["eq", "ne", "lt", "gt", "lte", "gte", "like", "ilike", "contains"]
)
@pytest.mark.parametrize("spelling", [str, str.upper, str.title])
def test_operators_may_be_written_in_any_case(operator: str, spelling: type[str]) -> None:
    assert Comparison("email", Operator(operator), "x") == parse_query(
        f"email {spelling(operator)} x", LAYOUT
    )


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("is error and is error", And((ERROR, ERROR))),
        ("eq a AND eq b or eq c", Or((And((equal("a"), equal("b"))), equal("c")))),
        ("eq a Or eq b and eq c", Or((equal("a"), And((equal("b"), equal("c")))))),
        ("(eq a or eq b)and eq c", And((Or((equal("a"), equal("b"))), equal("c")))),
        ("eq a and (eq b and (eq c))", And((equal("a"), equal("b"), equal("c")))),
        ("((((eq a))))", equal("a")),
    ],
)
def test_and_binds_tighter_than_or(query: str, meaning: Condition) -> None:
    assert meaning == parse_query(query, LAYOUT)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        (r'eq "hello \" world"', 'hello " world'),
        (r"eq 'hello \' world'", "hello ' world"),
        (r'eq "hello world \\"', "hello world \\"),
        (r'eq "hello \ world"', "hello \\ world"),
        (r'eq "hello \\ world"', "hello \\ world"),
        (r'eq "\n \\n \\\""', '\\n \\n \\"'),
        (r'eq "John \"Johnny\" Doe"', 'John "Johnny" Doe'),
        ('eq "it\'s"', "it's"),
        (r'eq "it\'s"', "it's"),
        ("eq \"two\nlines (and) 'more'\"", "two\nlines (and) 'more'"),
        (r"eq C:\new\"x", r"C:\new\"x"),
        ("eq O'Brien", "O'Brien"),
        ("eq on-hold,pending;%_*", "on-hold,pending;%_*"),
        ("eq filter:", "filter:"),
        ("eq and", "and"),
        ("eq eq", "eq"),
        ("eq is", "is"),
        ("eq 😀İß", "😀İß"),
    ],
)
def test_a_value_is_a_word_or_stands_in_quotes(query: str, value: str) -> None:
    assert equal(value) == parse_query(query, LAYOUT)


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("and eq x", "and"),
        ("error eq x", "and"),
        ("'eq' eq x", "eq"),
        (r'"Say \"it\'s\" \\ now" eq x', "eq"),
        ("email eq x", "email"),
        ("logins eq x", "logins"),
    ],
)
def test_a_name_is_a_key_or_else_a_label_and_its_place_tells_it_from_keywords(
    query: str, key: str
) -> None:
    assert Comparison(key, Operator.EQ, "x") == parse_query(query, LAYOUT)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Expected a comparison at column 1, the query ends there. For example: "),
        ("filter: ", "Expected a comparison at column 9, the query ends there."),
        ("()", 'Expected a comparison at column 2, found ")".'),
        ("first_name", "Expected eq, ne, lt, gt, lte, gte, like, ilike, contains or is at column"),
        ("First Name eq x", 'at column 7, found "Name". A name of several words stands in quotes'),
        ("first_name eq", "Expected a value at column 14, the query ends there."),
        ("eq (", 'Expected a value at column 4, found "(".'),
        ("first_name is", "Expected error, valid or warning at column 14, the query ends there."),
        ("is bad", 'Expected error, valid or warning at column 4, found "bad".'),
        (
            "first_name eq Planet Express",
            'Expected and, or, or the end at column 22, found "Express". A value of several words',
        ),
        ("eq a and", "Expected a comparison at column 9, the query ends there."),
        ("(eq a", "Expected and, or, or ) at column 6, the query ends there. Every ( needs its )."),
        ("(eq a eq b", 'Expected and, or, or ) at column 7, found "eq".'),
        ("eq a) or eq b", "The ) at column 5 closes nothing."),
        ('first_name eq "Bender', "The quote at column 15 is not closed."),
        (r'eq "Bender\"', "The quote at column 4 is not closed."),
        ("eq a 'b", "The quote at column 6 is not closed."),
        ("eq a eq " + "x" * 50, "found"),
        ("eq a " + "x" * 50, f'found "{"x" * 40}…".'),
        ("first_nam eq x", 'The Sheet has no Field "first_nam" (see column 1). Did you mean "'),
        ("eq a and (frist_name is error)", '(see column 11). Did you mean "first_name"'),
        ("LAST_NAME eq x", 'Did you mean "last_name"'),
        ("zzz eq x", 'no Field "zzz" (see column 1). Give the key or the label of a Field.'),
        ("'' eq x", 'no Field "" (see column 1).'),
        ("nickname eq x", 'no Field "nickname"'),
        ("y" * 500 + " eq x", f'no Field "{"y" * 40}…" (see column 1). Give the key'),
        ("eq a\0", "The character at column 5 is NUL."),
        ("eq \ud800", "The character at column 4 is half of a surrogate pair."),
        ("eq " + "x" * 9_998, "Give at most 10000 characters."),
        (" and ".join(["eq a"] * 101), "Give at most 100 comparisons; see column 901."),
        (" or ".join(["is error"] * 101), "Give at most 100 comparisons; see column 1201."),
        ("(" * 51 + "eq a" + ")" * 51, "Nest parentheses at most 50 deep; see column 51."),
    ],
)
def test_a_refusal_says_what_was_expected_where_and_what_to_do(query: str, said: str) -> None:
    with pytest.raises(DomainError) as caught:
        parse_query(query, LAYOUT)
    assert ("BAD_USER_INPUT", ("q",)) == (caught.value.code, caught.value.path)
    assert said in caught.value.message


def test_queries_up_to_the_limits_are_understood() -> None:
    assert equal("a") == parse_query("(" * 50 + "eq a" + ")" * 50, LAYOUT)
    assert And((equal("a"),) * 100) == parse_query(" and ".join(["eq a"] * 100), LAYOUT)
    assert equal("x" * 9_997) == parse_query("eq " + "x" * 9_997, LAYOUT)


def test_names_that_are_all_alike_are_compared_in_little_time() -> None:
    cells = [Cell(n, "a" * 250 + str(n), "a" * 250, FieldType.STRING) for n in range(1000)]
    with pytest.raises(DomainError, match="no Field"):
        parse_query("a" * 9_000 + " eq x", Layout(tuple(cells)))
