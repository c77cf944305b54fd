"""JSON text is read strictly, and every error is one line that says where."""

import pytest

from translator_cmk.language import LONGEST, WireError, from_text


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"", "f:1: not JSON at column 1 (Expecting value); write one JSON object"),
        (b'{"a": }', "f:1: not JSON at column 7 (Expecting value); write one JSON object"),
        (b'{"a": 1} {}', "f:1: not JSON at column 10 (Extra data); write one JSON object"),
        (b"\xef\xbb\xbf{}", "f:1: a byte order mark stands before it; save the text as UTF-8 without one"),
        (b'{"a": "\xe9"}', "f:1: not UTF-8 at byte 8; save the text as UTF-8"),
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', "f:1: the field 'c' stands there twice; leave one out"),
        (b'{"a": NaN}', "f:1: NaN is no JSON; write a number, or leave the field out"),
        (b'{"a": -Infinity}', "f:1: -Infinity is no JSON; write a number, or leave the field out"),
        (b"[" * 200_000, "f:1: nested too deeply; no message has more than five levels"),
        (b"1" * 5000, "f:1: a number of thousands of digits; no message needs more than six"),
        (b" " * (LONGEST + 1), "f:1: longer than 1 MiB; write one message on each line"),
    ],
)
def test_what_is_not_strict_json_is_one_line(text: bytes, error: str) -> None:
    with pytest.raises(WireError) as raised:
        from_text(text, "f:1")
    assert str(raised.value) == error


def test_json_is_read() -> None:
    assert from_text(b'{"a": [1, "\\u00e9", true]}\r\n') == {"a": [1, "é", True]}
