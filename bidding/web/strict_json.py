"""Reading JSON from strangers: exactly one meaning, or nothing.

Two readers of the same bytes must never see two different bids. So this reader refuses what JSON
parsers commonly forgive (RFC 8259 calls it unpredictable, section 4 and 6):

1. a key given twice in one object;
2. numbers that are not whole: 1.0, 1e2, NaN, Infinity. Every amount of ours is an integer;
3. integers beyond 2^53-1, which JavaScript would round;
4. text that is not UTF-8, a byte order mark, lone surrogates;
5. nesting deeper than any message of ours.

It knows no message: what the values mean is for the models.
"""

import json
from typing import Any, Final

MAX_INT: Final = 2**53 - 1
MAX_DEPTH: Final = 12


class NotStrict(ValueError):
    """The bytes are not exactly one plain JSON value. `code` is one of `bidding.web.problems`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(raw: bytes) -> Any:
    """Parse `raw`. Raises NotStrict, and nothing else, for whatever is wrong."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrict("BAD_UTF8") from None
    try:
        value = _DECODER.decode(text)
    except NotStrict:
        raise
    except RecursionError:
        raise NotStrict("TOO_DEEP") from None
    except ValueError:
        raise NotStrict("BAD_JSON") from None
    _inspect(value, 1)
    return value


def _inspect(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotStrict("TOO_DEEP")
    match value:
        case str():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise NotStrict("BAD_UTF8") from None
        case dict():
            for key, inner in value.items():
                _inspect(key, depth)
                _inspect(inner, depth + 1)
        case list():
            for inner in value:
                _inspect(inner, depth + 1)
        case _:
            pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict("DUPLICATE_KEY")
    return found


def _integer(digits: str) -> int:
    # Refuse by length first: turning a million digits into an integer is itself an attack.
    if len(digits) > 17 or abs(value := int(digits)) > MAX_INT:
        raise NotStrict("BAD_NUMBER")
    return value


def _not_whole(_digits: str) -> Any:
    raise NotStrict("BAD_NUMBER")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_not_whole, parse_constant=_not_whole
)
