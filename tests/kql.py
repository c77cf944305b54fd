"""Runs the operators of Kusto that our alerts use over rows in memory, and refuses every other.

A query is a table and filters: `Table | where CONDITION | where CONDITION`.  Columns have types, as
Azure Monitor's tables do; an absent number is null, with which no comparison holds, and an absent
text is empty.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Columns = Mapping[str, str]
"""The type of each column: `string`, `int` or `bool`."""
Condition = Callable[[Row], bool]


class NotSupported(Exception):
    """A query has something that is not known here."""


TOKEN = re.compile(
    r"\s+|//[^\n]*|"
    r'(?P<token>"[^"\\\n]*"|\d+|!?in~|!?in\b|[A-Za-z_]\w*|==|=~|<=|>=|<|>|[(),|])'
)
TYPES = {"string": str, "int": int, "bool": bool}


def tokens(text: str) -> Iterator[str]:
    """Yield the tokens of a query, without comments."""
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise NotSupported(f"{text[at : at + 20]!r}")
        if found["token"]:
            yield found["token"]
        at = found.end()


class Query:
    """A query that was read: the table, and the conditions that its rows have to meet."""

    def __init__(self, text: str, schemas: Mapping[str, Columns]) -> None:
        self._left = list(tokens(text))
        self.table = self._next()
        if self.table not in schemas:
            raise NotSupported(f"table {self.table}")
        self._columns = schemas[self.table]
        self.conditions: list[Condition] = []
        while self._left:
            self._expect("|")
            self._expect("where")
            self.conditions.append(self._either())

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows of its table that meet every condition."""
        return [row for row in rows if all(holds(row) for holds in self.conditions)]

    def _next(self) -> str:
        if not self._left:
            raise NotSupported("the query ends too early")
        return self._left.pop(0)

    def _expect(self, wanted: str) -> None:
        found = self._next()
        if found != wanted:
            raise NotSupported(f"{found} in place of {wanted}")

    def _either(self) -> Condition:
        parts = [self._comparison()]
        while self._left[:1] == ["or"]:
            self._next()
            parts.append(self._comparison())
        return lambda row: any(part(row) for part in parts)

    def _comparison(self) -> Condition:
        name = self._next()
        if name == "isnull":
            return self._is_null()
        kind = self._type_of(name)
        operator = self._next()
        if operator.strip("!~") == "in":
            values = self._list(kind)
        else:
            values = [self._value(kind)]
        return comparison(name, kind, operator, values)

    def _is_null(self) -> Condition:
        self._expect("(")
        name = self._next()
        if self._type_of(name) == "string":
            raise NotSupported("isnull of a string, which is never null")
        self._expect(")")
        return lambda row: row.get(name) is None

    def _type_of(self, name: str) -> str:
        if name not in self._columns:
            raise NotSupported(f"column {name} of {self.table}")
        return self._columns[name]

    def _list(self, kind: str) -> list[Any]:
        self._expect("(")
        values = [self._value(kind)]
        while self._left[:1] == [","]:
            self._next()
            values.append(self._value(kind))
        self._expect(")")
        return values

    def _value(self, kind: str) -> Any:
        token = self._next()
        if token.startswith('"'):
            value: Any = token[1:-1]
        elif token in ("true", "false"):
            value = token == "true"
        elif token.isdigit():
            value = int(token)
        else:
            raise NotSupported(f"value {token}")
        if type(value) is not TYPES[kind]:
            raise NotSupported(f"{token} where a {kind} is wanted")
        return value


def comparison(name: str, kind: str, operator: str, values: list[Any]) -> Condition:
    """Return the condition that a column meets an operator and its values."""
    (first, *_) = values
    folded = [each.casefold() if isinstance(each, str) else each for each in values]
    if kind == "string":
        by_operator: dict[str, Callable[[Any], bool]] = {
            "==": lambda found: found == first,
            "=~": lambda found: found.casefold() == folded[0],
            "in": lambda found: found in values,
            "in~": lambda found: found.casefold() in folded,
            "!in": lambda found: found not in values,
            "!in~": lambda found: found.casefold() not in folded,
            "endswith": lambda found: found.casefold().endswith(folded[0]),
        }
    else:
        by_operator = {"==": lambda found: found == first, "in": lambda found: found in values}
    if kind == "int":
        by_operator["<"] = lambda found: found < first
        by_operator[">="] = lambda found: found >= first
    if operator not in by_operator:
        raise NotSupported(f"operator {operator} on a {kind}")
    meets = by_operator[operator]

    def holds(row: Row) -> bool:
        found = row.get(name, "" if kind == "string" else None)
        return found is not None and meets(found)

    return holds
