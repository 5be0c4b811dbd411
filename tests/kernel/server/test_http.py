"""GraphQL over HTTP: what is accepted, what is refused, and how that looks."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

RESPONSE_JSON = "application/graphql-response+json"


def post(client: TestClient, body: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        "/graphql", content=content, headers={"content-type": "application/json"} | named
    )


def code(response: Any) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


def test_a_query_is_answered(client: TestClient) -> None:
    response = post(client, {"query": "{ hello }"})
    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "Hello, world!"}}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["vary"] == "Accept"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_variables_and_operation_name_are_used(client: TestClient) -> None:
    query = "query A { hello } query B($name: String!) { hello(name: $name) }"
    body = {"query": query, "operationName": "B", "variables": {"name": "you"}}
    assert post(client, body).json() == {"data": {"hello": "Hello, you!"}}


def test_integers_beyond_64_bits_are_sent(client: TestClient) -> None:
    assert post(client, {"query": "{ huge }"}).json()["data"]["huge"]["number"] == 10**40


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_post_is_allowed(client: TestClient, method: str) -> None:
    response = client.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert code(response) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
    ],
)
def test_json_in_utf_8_is_taken_however_it_is_spelled(
    client: TestClient, content_type: str
) -> None:
    assert post(client, {"query": "{ hello }"}, content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/jsonx"},
        {"content_type": ""},
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_encoding": "gzip"},
    ],
)
def test_other_content_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    response = post(client, gzip.compress(b'{"query": "{ hello }"}', mtime=0), **headers)
    assert response.status_code == 415
    assert code(response) == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"7",
        b'"x"',
        b"null",
        b"[]",
        b'[{"query": "{ hello }"}]',
        b'{"query": NaN}',
        b'{"query": "{ hello }", "variables": {"n": ' + b"9" * 5000 + b"}}",
        b"[" * 100_000,
        b'{"query": ' * 100_000,
        b'{"query": "\xff\xfe"}',
        b'{"query": "\\ud800"}',
        gzip.compress(b'{"query": "{ hello }"}', mtime=0),
        b"{}",
        b'{"query": null}',
        b'{"query": 7}',
        b'{"query": "{ hello }", "operationName": 7}',
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "{}"}',
        b'{"query": "{ hello }", "extensions": 7}',
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
def test_a_malformed_body_is_a_bad_request(client: TestClient, body: bytes) -> None:
    response = post(client, body)
    assert response.status_code == 400
    assert code(response) == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ double(number: "x") }', "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { double(number: $n) }", "BAD_USER_INPUT"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
        ("{ hello " + "@skip(if: false) " * 21 + "}", "LIMIT_EXCEEDED"),
    ],
)
def test_a_refused_document_is_400_only_in_the_newer_media_type(
    client: TestClient, query: str, expected: str
) -> None:
    newer = post(client, {"query": query}, accept=RESPONSE_JSON)
    older = post(client, {"query": query}, accept="application/json")
    assert [newer.status_code, older.status_code] == [400, 200]
    assert [code(newer), code(older)] == [expected, expected]
    assert "data" not in newer.json()
    assert newer.headers["content-type"] == f"{RESPONSE_JSON}; charset=utf-8"


def test_an_unknown_operation_name_is_refused(client: TestClient) -> None:
    response = post(client, {"query": "query A { hello }", "operationName": "B"})
    assert code(response) == "OPERATION_RESOLUTION_FAILURE"


def test_an_answer_in_a_type_the_client_cannot_read_is_refused(client: TestClient) -> None:
    response = post(client, {"query": "{ hello }"}, accept="text/html, image/*;q=0.8")
    assert response.status_code == 406
    assert code(response) == "NOT_ACCEPTABLE"


def test_a_subscription_that_cannot_be_streamed_is_refused(client: TestClient) -> None:
    response = post(client, {"query": "subscription { items(count: 1) { number } }"})
    assert response.status_code == 406
    assert code(response) == "NOT_ACCEPTABLE"
    assert "text/event-stream" in response.json()["errors"][0]["message"]


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    response = post(client, {"query": "{ hello }", "padding": "x" * 1024 * 1024})
    assert response.status_code == 413
    assert code(response) == "PAYLOAD_TOO_LARGE"


def test_a_body_of_20_megabytes_is_not_read_to_its_end(
    endpoint: Any, serve: Callable[..., Any]
) -> None:
    import http.client

    with serve(endpoint) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest("POST", "/graphql")
        connection.putheader("content-type", "application/json")
        connection.putheader("content-length", str(20 * 1024 * 1024))
        connection.endheaders()
        connection.send(b" " * (1024 * 1024 + 1))
        response = connection.getresponse()
        assert response.status == 413
        assert json.loads(response.read())["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"
        assert server.lost.wait(5)
        connection.close()


def test_a_sane_request_id_is_repeated(client: TestClient) -> None:
    response = post(client, {"query": "{ sender }"}, x_request_id="abc-1.2")
    assert response.headers["x-request-id"] == "abc-1.2"
    assert response.json()["data"]["sender"]["requestId"] == "abc-1.2"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>"])
def test_any_other_request_id_is_replaced(client: TestClient, given: str) -> None:
    made = post(client, {"query": "{ hello }"}, x_request_id=given).headers["x-request-id"]
    assert made != given
    assert len(made) == 32


def test_the_headers_of_interest_reach_the_context(client: TestClient) -> None:
    sender = post(
        client,
        {"query": "{ sender }"},
        authorization="Bearer good",
        x_gqlspaces_lease="jb_1 token",
        last_event_id="v1.e.7",
        origin="https://app.example",
    ).json()["data"]["sender"]
    assert sender["bearer"] == "good"
    assert sender["lease"] == "jb_1 token"
    assert sender["lastEventId"] == "v1.e.7"
    assert sender["origin"] == "https://app.example"


@pytest.mark.parametrize(
    "authorization", ["Bearer bad", "Basic abc", "Bearer", "bad", "Bearer a b"]
)
def test_a_bad_key_is_unauthenticated(client: TestClient, authorization: str) -> None:
    response = post(client, {"query": "{ hello }"}, authorization=authorization)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert code(response) == "UNAUTHENTICATED"


def test_a_bad_key_learns_nothing_about_its_document(client: TestClient) -> None:
    response = post(client, {"query": "{ nothing }"}, authorization="Bearer bad")
    assert code(response) == "UNAUTHENTICATED"


def test_an_overloaded_server_says_so(client: TestClient) -> None:
    response = post(client, {"query": "{ hello }"}, authorization="Bearer busy")
    assert response.status_code == 503
    assert code(response) == "OVERLOADED"


def test_a_bug_outside_the_executor_is_masked(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = post(client, {"query": "{ hello }"}, authorization="Bearer boom")
    assert response.status_code == 500
    assert code(response) == "INTERNAL_SERVER_ERROR"
    assert "hunter2" not in response.text
    assert len(caplog.records) == 1


def test_suggestions_are_for_authenticated_callers(client: TestClient) -> None:
    anonymous = post(client, {"query": "{ helo }"})
    known = post(client, {"query": "{ helo }"}, authorization="Bearer good")
    assert "Did you mean" not in anonymous.text
    assert "Did you mean 'hello'?" in known.json()["errors"][0]["message"]
