"""Values of a theme: colours, sizes, fonts, borders and the logo, each from a safe pattern."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from coloraide import Color as CssColor
from pydantic import AfterValidator

from gqlspaces.blueprint.limits import COLOR_LENGTH, CSS_LENGTH, FONT_LENGTH, LOGO_LENGTH
from gqlspaces.blueprint.problems import ProblemCode, reject

_FORBIDDEN: Final = re.compile(r"url\s*\(|[;{}\\@]", re.IGNORECASE)
_COLOR: Final = re.compile(r"[A-Za-z0-9#(),.%/ +-]+")
_FONT: Final = re.compile(r"[A-Za-z0-9 ,'-]+")
_LENGTH: Final = r"-?\d{1,5}(?:\.\d{1,4})?(?:px|em|rem|%|pt|ch|ex|vh|vw|vmin|vmax)|0"
_SIZE: Final = re.compile(rf"(?:{_LENGTH})(?: (?:{_LENGTH})){{0,3}}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ,.:/#%()'_+-]*")
_CALL: Final = re.compile(r"([A-Za-z0-9_-]*)\s*\(")
_FUNCTIONS: Final = "rgb rgba hsl hsla hwb lab lch oklab oklch color"
_COLOR_FUNCTIONS: Final = frozenset(_FUNCTIONS.split())
_KEYWORDS: Final = frozenset({"currentcolor", "inherit", "transparent"})
_LOGO: Final = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]!$&*+,=%-]+")
_HOST: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\.?")


def _refuse_tricks(value: str, limit: int) -> None:
    if len(value) > limit:
        reject(ProblemCode.TOO_LONG, f"Must have at most {limit} characters.")
    if _FORBIDDEN.search(value):
        reject(ProblemCode.INVALID, "Must not contain any of `url(`, `;`, `{`, `}`, `\\`, `@`.")


def check_color(value: str) -> str:
    """The value, a colour of CSS such as `#4F46E5`, `black` or `rgb(0 0 0 / 50%)`."""
    _refuse_tricks(value, COLOR_LENGTH)
    if value.lower() not in _KEYWORDS and not (_COLOR.fullmatch(value) and _parses(value)):
        reject(ProblemCode.INVALID, "Must be a colour such as '#4F46E5' or 'black'.")
    return value


def _parses(value: str) -> bool:
    try:
        CssColor(value)
    except ValueError:
        return False
    return True


def check_font(value: str) -> str:
    """The value, a list of font families such as `Inter, system-ui, sans-serif`."""
    _refuse_tricks(value, FONT_LENGTH)
    if not _FONT.fullmatch(value) or value.count("'") % 2:
        reject(ProblemCode.INVALID, "Must be font families such as 'Inter, sans-serif'.")
    return value


def check_size(value: str) -> str:
    """The value, one to four lengths such as `4px`."""
    _refuse_tricks(value, CSS_LENGTH)
    if not _SIZE.fullmatch(value):
        reject(ProblemCode.INVALID, "Must be a number with a unit such as '4px'.")
    return value


def check_css(value: str) -> str:
    """The value, plain text in which the only functions are those of colours."""
    _refuse_tricks(value, CSS_LENGTH)
    calls = {name.lower() for name in _CALL.findall(value)}
    if not _PLAIN.fullmatch(value) or calls - _COLOR_FUNCTIONS:
        reject(ProblemCode.INVALID, "Must be a plain value such as '1px solid #4F46E5'.")
    return value


def check_logo(value: str) -> str:
    """The address of an image, with `https://` in front when it came without a scheme."""
    address = "https:" + value if value.startswith("//") else value
    address = address if "://" in address else "https://" + address
    _refuse_tricks(address, LOGO_LENGTH)
    if not _LOGO.fullmatch(address) or not _has_host(address):
        reject(ProblemCode.INVALID, "Must be an https address of an image.")
    return address


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return port != 0 and _HOST.fullmatch(parts.hostname or "") is not None


Color = Annotated[str, AfterValidator(check_color)]
Font = Annotated[str, AfterValidator(check_font)]
Size = Annotated[str, AfterValidator(check_size)]
Css = Annotated[str, AfterValidator(check_css)]
Logo = Annotated[str, AfterValidator(check_logo)]
