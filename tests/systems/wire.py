"""A vendor's program over standard input and output: the example in Python, with faults.

`python wire.py COMMAND=FAULT...`; instead of a command `hello` and `bye` are possible.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "python"

Answer = dict[str, object]


def write(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def line(answer: Answer) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def crash(_: Answer) -> None:
    print("Traceback: \x1b[31mthe disk is gone", file=sys.stderr, flush=True)
    os._exit(7)


def killed(_: Answer) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(_: Answer) -> None:
    print("hanging", file=sys.stderr, flush=True)
    time.sleep(3600)


def gigabyte(_: Answer) -> None:
    for _each in range(1024):
        write(b"x" * 2**20)


def partial(answer: Answer) -> None:
    write(line(answer)[:20])
    time.sleep(3600)


def half_a_line(answer: Answer) -> None:
    write(line(answer)[:20])
    os._exit(0)


def slow(answer: Answer) -> None:
    time.sleep(0.2)
    write(line(answer))


def late(answer: Answer) -> None:
    time.sleep(1.2)
    write(line(answer))


def flood(answer: Answer) -> None:
    for _each in range(64):
        sys.stderr.write("e" * 2**16)
    sys.stderr.flush()
    write(line(answer))


def escapes(answer: Answer) -> None:
    """Takes no heed of its end, and has a child of its own that has left its process group."""
    child = subprocess.Popen(["/bin/sleep", "3600"], start_new_session=True)
    print(child.pid, file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    write(line(answer))


def markup(answer: Answer) -> None:
    name = '<script>alert(1)</script>\x1b[31m & "[x](y)" \u202e'
    write(line(answer | {"product": name, "version": "1|2\x07"}))


def renamed(answer: Answer) -> None:
    """Each process is another product, and there can be several."""
    write(line(answer | {"product": f"emulator {os.getpid()}", "capabilities": ["parallel"]}))


def stays(answer: Answer) -> None:
    write(line(answer))
    time.sleep(3600)


def accents(answer: Answer) -> None:
    """Answers with almost as many bytes as it may, in letters that ASCII has to escape."""
    words = {"id": answer["id"], "answer": "error", "message": "é" * 500_000}
    write(json.dumps(words, ensure_ascii=False).encode() + b"\n")


OWN_WORDS = {
    "answer": "refused",
    "code": "QuotaExceeded",
    "message": "No more than <two> policies.",
}

FAULTS: dict[str, Callable[[Answer], object]] = {
    "crash": crash,
    "killed": killed,
    "hang": hang,
    "gigabyte": gigabyte,
    "partial": partial,
    "half-a-line": half_a_line,
    "junk": lambda _: write(b"Segmentation fault\n"),
    "not-utf-8": lambda _: write(b'{"id":"\xff\xfe"}\n'),
    "twice": lambda answer: write(line(answer) * 2),
    "wrong-id": lambda answer: write(line(answer | {"id": "another"})),
    "unknown-field": lambda answer: write(line(answer | {"verdict": "passed"})),
    "unknown-answer": lambda answer: write(line(answer | {"answer": "maybe"})),
    "unknown-reason": lambda answer: write(
        line({"id": answer["id"], "answer": "refused", "because": ["no.such"]})
    ),
    "error": lambda answer: write(
        line({"id": answer["id"], "answer": "error", "message": "no quota"})
    ),
    "error-code": lambda answer: write(
        line(
            {
                "id": answer["id"],
                "answer": "error",
                "code": "QuotaExceeded",
                "message": "no quota",
            }
        )
    ),
    "nothing-learned": lambda answer: write(
        line({"id": answer["id"], "answer": "nothing-learned", "message": "a policy"})
    ),
    "remarks": lambda answer: write(
        line({"id": answer["id"], "answer": "error", "message": "no quota", "said": ["0 s: 409"]})
    ),
    "own-words": lambda answer: write(line({"id": answer["id"], **OWN_WORDS})),
    "accents": accents,
    "flood": flood,
    "slow": slow,
    "late": late,
    "escapes": escapes,
    "markup": markup,
    "renamed": renamed,
    "stays": stays,
}


def main(faults: dict[str, str]) -> None:
    """Answer as the example does, but for the faults."""
    sys.path.insert(0, str(EXAMPLE))
    example: Any = __import__("emulator")
    emulator = None
    for text in sys.stdin:
        request = json.loads(text)
        verb = request["verb"]
        emulator, answer = example.answer(emulator, request)
        fault = faults.get(request["command"]["command"] if verb == "submit" else verb)
        (FAULTS[fault] if fault else lambda each: write(line(each)))(
            {"id": request["id"], **answer}
        )
        if verb == "bye":
            break


if __name__ == "__main__":
    main(dict(each.split("=") for each in sys.argv[1:]))
