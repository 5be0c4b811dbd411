"""Node runs the pure functions of the playground, outside any browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import gqlspaces.playground

if TYPE_CHECKING:
    from collections.abc import Callable

PURE = ("protocol", "graphql", "completion", "schema", "examples", "storage")


@pytest.fixture(scope="session")
def evaluate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Return `evaluate(expression, given)`: the value of a JavaScript expression, as JSON."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("NOT TESTED: the playground's JavaScript, because node is not installed")
    folder = tmp_path_factory.mktemp("playground")
    shutil.copytree(Path(gqlspaces.playground.__file__).parent, folder, dirs_exist_ok=True)
    # Without a package.json that says so, older versions of node take .js for CommonJS.
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    imports = "".join(f'import * as {name} from "./{name}.js";\n' for name in PURE)

    def run(expression: str, given: Any = None) -> Any:
        program = (
            f"{imports}const given = {json.dumps(given)};\n"
            f"process.stdout.write(JSON.stringify(({expression}) ?? null));"
        )
        done = subprocess.run(
            [node, "--input-type=module", "-"],
            input=program,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
