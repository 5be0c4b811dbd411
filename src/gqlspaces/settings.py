"""Every value an operator can set, and where each may come from.

A value is looked for in this order, and the first place that has it wins: a flag of the command
line, a `GQLSPACES_*` variable of the environment, the same variable in `.env`, a key of
`gqlspaces.toml`, the default written here. A name that no setting has is refused.
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "GQLSPACES_"
TESTS_ONLY = f"{PREFIX}TEST_"  # steers the test suite, is no setting
ENV_FILE = ".env"
TOML_FILE = "gqlspaces.toml"


class SettingsError(ValueError):
    """A setting is unknown or cannot have its value; says which, where it was found, and why."""

    def __init__(self, code: Literal["UNKNOWN_SETTING", "INVALID_SETTING"], message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def _known_database(url: str) -> str:
    if not url.startswith(("sqlite:", "sqlite+", "postgresql:", "postgresql+")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return url


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be the IANA name of a time zone, such as Europe/Berlin") from None
    return name


def _without_commas(value: object) -> object:
    if isinstance(value, str):
        return [word for part in value.split(",") if (word := part.strip())]
    return value


class Settings(BaseSettings):
    """The settings of one process; `Settings.load()` reads and checks them."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_ignore_empty=True,
        env_prefix=PREFIX,
        extra="ignore",  # `load` refuses unknown names itself, to say where they stand
        frozen=True,
        hide_input_in_errors=True,
        toml_file=TOML_FILE,
    )

    data_dir: Path = Field(
        default=Path("data"), description="Folder of the SQLite database and of stored files."
    )
    database_url: Annotated[str, AfterValidator(_known_database)] = Field(
        default_factory=lambda values: f"sqlite:///{values['data_dir'] / 'gqlspaces.db'}",
        description="SQLite or PostgreSQL; without it, gqlspaces.db in the data folder.",
        repr=False,  # it may carry a password
    )
    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(
        default=8000, ge=0, le=65_535, description="Port that the server listens on; 0 takes any."
    )
    environment_name: str = Field(
        default="development",
        min_length=1,
        max_length=64,
        description="Name of the environment that `serve` creates in an empty database.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_without_commas)] = Field(
        default=(),
        description="Origins of browsers that may connect besides our own, comma-separated.",
    )
    playground: bool = Field(default=True, description="Serve the playground page at `/`.")
    introspection: bool = Field(default=True, description="Answer introspection queries.")

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe message that is logged."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="One line for people, or one JSON object, per message."
    )

    event_retention_days: float = Field(
        default=7, gt=0, description="Age in days after which an event may be forgotten."
    )
    event_retention_min: int = Field(
        default=10_000, ge=0, description="Newest events of an environment kept at any age."
    )
    poll_interval: float = Field(
        default=1, gt=0, description="Seconds between looks at the log when no hint arrives."
    )
    sweep_interval: float = Field(
        default=5,
        gt=0,
        description="Seconds between looks at schedules and leases that ran out.",
    )
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC",
        description="IANA name of the time zone whose midnight starts daily and weekly schedules.",
    )
    open_spaces: int = Field(
        default=100, ge=1, description="Most databases of Spaces open at once, on SQLite."
    )
    send_timeout: float = Field(
        default=10, gt=0, description="Seconds a client may take to accept a message."
    )
    receive_timeout: float = Field(
        default=30, gt=0, description="Seconds a client may pause while it sends records."
    )

    max_body: int = Field(default=8_388_608, ge=1024, description="Largest request body, in bytes.")
    max_tokens: int = Field(
        default=4000, ge=1, description="Most lexical tokens of one GraphQL document."
    )
    max_depth: int = Field(
        default=12, ge=1, description="Deepest nesting of one operation, fragments followed."
    )
    max_aliases: int = Field(
        default=30, ge=0, description="Most aliases of one operation, fragments expanded."
    )
    max_operations_per_socket: int = Field(
        default=20, ge=1, description="Most operations under way on one WebSocket."
    )

    url: str = Field(
        default_factory=lambda values: f"http://127.0.0.1:{values['port']}/graphql",
        pattern=r"^https?://",
        description="Endpoint that commands which are clients talk to; else our port here.",
    )
    key: SecretStr | None = Field(
        default=None, description="API key that the commands which are clients present."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not one of our places
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The places of settings, strongest first."""
        toml_settings = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, toml_settings

    @classmethod
    def load(cls, **flags: Any) -> Self:
        """The settings in force, a flag of `None` counting as not given; or a SettingsError."""
        given = {name: value for name, value in flags.items() if value is not None}
        flag_names = {name: f"--{name.replace('_', '-')}" for name in given}
        places = (_Place("on the command line", flag_names), *_places())
        for place in places:
            place.refuse_unknown(cls.model_fields)
        try:
            return cls(**given)
        except ValidationError as error:
            raise _explained(error, places) from None


@dataclass(frozen=True)
class _Place:
    """Where settings come from, and how it spells those it holds."""

    name: str
    spelling: Mapping[str, str]
    prefix: str = ""

    def refuse_unknown(self, known: Iterable[str]) -> None:
        for setting, spelled in self.spelling.items():
            if setting in known:
                continue
            likely = get_close_matches(setting, known, n=1)
            advice = (
                f"did you mean {self.spell(likely[0])}?"
                if likely
                else f"known are {', '.join(sorted(self.spell(name) for name in known))}"
            )
            raise SettingsError("UNKNOWN_SETTING", f"{spelled} {self.name}; {advice}")

    def spell(self, setting: str) -> str:
        return f"{self.prefix}{setting}".upper() if self.prefix else setting


def _places() -> tuple[_Place, ...]:
    return (
        _Place("in the environment", _variables(os.environ), PREFIX),
        _Place(f"in {ENV_FILE}", _variables(dotenv_values(ENV_FILE)), PREFIX),
        _Place(f"in {TOML_FILE}", {key: key for key in _toml()}),
    )


def _variables(names: Iterable[str]) -> dict[str, str]:
    """Settings among variables; what does not begin with our prefix belongs to others."""
    return {
        name.upper().removeprefix(PREFIX).lower(): name
        for name in names
        if name.upper().startswith(PREFIX) and not name.upper().startswith(TESTS_ONLY)
    }


def _toml() -> dict[str, Any]:
    try:
        return tomllib.loads(Path(TOML_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("INVALID_SETTING", f"{TOML_FILE} is not TOML: {error}") from None


def _explained(error: ValidationError, places: Iterable[_Place]) -> SettingsError:
    """The first complaint about a value, with the key and place it stands at, never the value."""
    for complaint in error.errors(include_url=False, include_input=False, include_context=False):
        setting = str(complaint["loc"][0])
        for place in places:
            if setting in place.spelling:
                where = f"{place.spelling[setting]} {place.name}"
                reason = complaint["msg"].removeprefix("Value error, ")
                return SettingsError("INVALID_SETTING", f"{where}: {reason}")
    return SettingsError("INVALID_SETTING", str(error))
