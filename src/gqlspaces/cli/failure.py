"""How a command ends when it cannot do what was asked."""


class Failure(Exception):
    """A command could not do its work; `advice` says what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class Misuse(Failure):
    """A command was called or configured in a way it does not understand."""

    exit_code = 2
