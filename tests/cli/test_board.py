"""The progress bars of `gqlspaces jobs watch`."""

from typing import Any

import pytest

from gqlspaces.cli.jobs import Board


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def job(identity: str, status: str, progress: int, **parts: Any) -> dict[str, Any]:
    named = {"id": identity, "name": "space:configure", "status": status, "progress": progress}
    return {**named, "info": None, "outcome": None, **parts}


def test_every_job_has_one_bar_in_its_last_state(capsys: pytest.CaptureFixture[str]) -> None:
    with Board() as board:
        board.show(job("jb_1", "READY", 0))
        board.show(job("jb_2", "EXECUTING", 50, info="Customer workbook created"))
        board.show(job("jb_1", "COMPLETE", 100, outcome={"message": "Configured"}))
    first, second = capsys.readouterr().out.splitlines()
    assert "100%" in first
    assert "complete" in first
    assert "Configured" in first
    assert "50%" in second
    assert "executing" in second
    assert "Customer workbook created" in second


def test_the_info_of_a_job_can_neither_mark_up_nor_steer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Board() as board:
        board.show(job("jb_1", "EXECUTING", 10, info="[bold]\x1b[2J"))
    assert "[bold]\\x1b[2J" in capsys.readouterr().out


def test_a_silent_board_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Board(silent=True) as board:
        board.show(job("jb_1", "COMPLETE", 100))
    assert capsys.readouterr().out == ""
