"""What the playground serves: complete, from one host, under a strict policy."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import gqlspaces.playground
from gqlspaces.playground import CONTENT_TYPES, playground_routes

FOLDER = Path(gqlspaces.playground.__file__).parent
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix in CONTENT_TYPES)
EVENT_HANDLER = re.compile(r"on[a-z]+")

# The name of a vocabulary, never fetched.
NAMESPACES = {"http://www.w3.org/2000/svg"}


class Page(HTMLParser):
    """What a page refers to, and what it carries inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.references: list[str] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self._inside: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attrs:
            if name in {"src", "href"} and value and not value.startswith("#"):
                self.references.append(value)
            if name == "id" and value:
                self.ids.append(value)
            if name == "style" or EVENT_HANDLER.fullmatch(name):
                self.inline.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        # The last tag opened, even if closed since, is the one whose text a script would be.
        if self._inside in {"script", "style"} and data.strip():
            self.inline.append(f"{self._inside} {data.strip()[:40]}")


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=playground_routes()))


@pytest.fixture(scope="module")
def page() -> Page:
    return Page((FOLDER / "index.html").read_text(encoding="utf-8"))


def test_the_page_is_served_at_the_root(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>gqlspaces playground</title>" in answer.text


def test_every_file_the_page_refers_to_is_served(client: TestClient, page: Page) -> None:
    assert page.references
    missing = [name for name in page.references if client.get(f"/{name}").status_code != 200]
    assert missing == []


def test_references_are_relative_so_that_a_path_prefix_works(page: Page) -> None:
    assert [name for name in page.references if name.startswith("/")] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_module_imports_only_files_that_exist(path: Path) -> None:
    imported = re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8"))
    assert [name for name in imported if not (FOLDER / name).is_file()] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_names_another_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r"""(?:https?:|wss?:)?//[\w.-]+\.\w[^\s"'`)]*""", text))
    assert found - NAMESPACES == set()


def test_the_page_carries_nothing_inline(page: Page) -> None:
    assert page.inline == []


def test_no_script_writes_markup_or_evaluates_text() -> None:
    dangerous = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\("
    )
    found = [path.name for path in FILES if dangerous.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_every_element_a_script_asks_for_is_in_the_page(page: Page) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".js")
    asked = set(re.findall(r'byId\("([^"]+)"\)', text))
    assert asked
    assert asked - set(page.ids) == set()


def test_every_id_of_the_page_is_its_own(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("path", ["/", "/playground/app.js", "/playground/style.css"])
def test_every_answer_carries_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "connect-src 'self' ws: wss:" in policy
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_has_the_content_type_of_its_kind(client: TestClient, path: Path) -> None:
    answer = client.get(f"/playground/{path.name}")
    assert answer.content == path.read_bytes()
    assert answer.headers["content-type"] == CONTENT_TYPES[path.suffix]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_a_known_file_is_not_sent_again(client: TestClient, form: str) -> None:
    etag = client.get("/playground/app.js").headers["etag"]
    answer = client.get("/playground/app.js", headers={"if-none-match": form.format(etag)})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == etag


def test_a_changed_file_is_sent_again(client: TestClient) -> None:
    answer = client.get("/playground/app.js", headers={"if-none-match": '"older"'})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["__init__.py", "missing.js", "..%2F__init__.py", ".."])
def test_nothing_else_of_the_package_is_served(client: TestClient, name: str) -> None:
    answer = client.get(f"/playground/{name}")
    assert "playground_routes" not in answer.text
    assert name == ".." or answer.status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_page_can_only_be_read(client: TestClient, method: str) -> None:
    assert client.request(method, "/").status_code == 405


def test_the_key_never_reaches_the_storage_that_outlives_the_tab() -> None:
    text = (FOLDER / "storage.js").read_text(encoding="utf-8")
    assert "write(session, KEY" in text
    assert "write(session, HEADERS" in text
    others = [path for path in FILES if path.suffix == ".js" and path.name != "storage.js"]
    users = [
        path.name for path in others if "Storage" in re.sub(r"//.*", "", path.read_text("utf-8"))
    ]
    assert users == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400
