"""Who may know whom: the import contracts, and a kernel that knows no noun of the product."""

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from gqlspaces.reference import PAGES

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "src" / "gqlspaces" / "kernel"

# `event` is the kernel's own noun; `space` and `environment` are its units of scope, by which rows
# are seen, versioned and announced. `document` and `field` are words of GraphQL, `key` one of
# every mapping.
NOUNS = {
    *("workbook", "sheet", "theme", "blueprint", "action", "job", "app", "guest"),
    *("workbooks", "sheets", "themes", "blueprints", "actions", "jobs", "apps", "guests"),
}
SHARED = {
    # Scopes and error codes are closed sets for the whole API, written down in one place.
    "auth.py": {"job"},
    "errors.py": {"job"},
    # An ASGI application.
    "graphql/server/http.py": {"app"},
}


def words_of(source: str) -> Iterator[str]:
    """Every word in a name, in any spelling; comments and texts are for people."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", token.string):
                yield part.lower()


@pytest.mark.parametrize(
    "path", sorted(KERNEL.rglob("*.py")), ids=lambda path: str(path.relative_to(KERNEL))
)
def test_the_kernel_knows_no_noun_of_the_product(path: Path) -> None:
    found = NOUNS & set(words_of(path.read_text(encoding="utf-8")))

    assert SHARED.get(path.relative_to(KERNEL).as_posix(), set()) == found


def test_a_noun_is_found_in_any_spelling() -> None:
    source = "class WorkbookRow: pass\nsheet_id = the.jobs\n"

    assert {"workbook", "sheet", "jobs"} == NOUNS & set(words_of(source))
    assert set() == NOUNS & set(words_of("# A workbook.\ntext = 'workbook'\nhappen = append\n"))


def test_the_import_contracts_hold() -> None:
    command = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_that_of_the_code(page: str) -> None:
    committed = ROOT / "docs" / "reference" / page

    assert committed.read_text(encoding="utf-8") == PAGES[page](), "Run `make reference`."
