"""Files of Blueprints: read with their faults told, written whole."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from gqlspaces.cli.failure import Failure, Misuse

FAULTS = 5  # so many are told at once


def text_of(file: Path) -> str:
    """The text of a file."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise Misuse(f"cannot read {file}: {reason}") from None


def blueprint_in(file: Path) -> dict[str, Any]:
    """The Blueprint that a file holds, checked as the gateway will check it."""
    from pydantic import ValidationError

    from gqlspaces.blueprint.notation import Unreadable, read_blueprint
    from gqlspaces.blueprint.problems import problems

    try:
        return read_blueprint(text_of(file))
    except Unreadable as error:
        raise Misuse(f"{file}: {error}", advice=_CONVERT) from None
    except ValidationError as error:
        found = [f"{'.'.join(one.path)}: {one.message}" for one in problems(error)]
        more = f" … and {len(found) - FAULTS} more." if len(found) > FAULTS else ""
        told = f"{file} is no Blueprint: {' '.join(found[:FAULTS])}{more}"
        raise Misuse(told, advice=_CONVERT) from None


_CONVERT = "`gqlspaces blueprint convert` makes one of SQL, JSON Schema or the original's JSON."


def write_blueprint(
    document: Mapping[str, Any], file: Path | None, comments: Iterable[str] = ()
) -> None:
    """Write the document to a file or to standard output: YAML, or JSON as the file is called."""
    from gqlspaces.blueprint.notation import write_blueprint as as_yaml

    if file is not None and file.suffix.lower() == ".json":
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    else:
        text = as_yaml(document, comments)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {file}: {error.strerror}") from None
