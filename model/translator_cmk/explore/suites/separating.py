"""Sequences that tell the states of a reduced machine apart, harmonised: any two states share one that does it.

A splitting tree has all states at its root.  Each inner node has a sequence of inputs, and its states go to its
children by what that sequence shows of them; each leaf has one state.  What a state is known by are the sequences of
the nodes that it passes: two states part at one node, and that node's sequence is among those of both.
"""

from collections.abc import Iterable

from .reduced import Reduced

Inputs = tuple[int, ...]


class Node:
    """A node of the splitting tree."""

    __slots__ = ("children", "depth", "parent", "sequence", "states")

    def __init__(self, states: list[int], parent: "Node | None") -> None:
        self.states = states
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.sequence: Inputs = ()
        self.children: list[Node] = []


def identifiers(machine: Reduced) -> tuple[tuple[Inputs, ...], ...]:
    """Of each state, the sequences that between them tell it from any other, none a prefix of another."""
    leaf = splitting_tree(machine)
    return tuple(longest(passed(leaf[state])) for state in range(machine.states))


def splitting_tree(machine: Reduced) -> list[Node]:
    """The leaves of a splitting tree, by state."""
    root = Node(list(range(machine.states)), None)
    leaf = [root] * machine.states
    waiting = [root] if machine.states > 1 else []
    while waiting:
        later: list[Node] = []
        split_now = []
        for node in waiting:
            sequence = shortest(machine, node, leaf)
            if sequence is None:
                later.append(node)
            else:
                split_now.append((node, sequence))
        # All that one round splits is found before any of it is split, so that sequences come shortest first.
        least = min(len(sequence) for _, sequence in split_now)
        for node, sequence in split_now:
            if len(sequence) > least:
                later.append(node)
                continue
            split(machine, node, sequence, leaf)
            later += [child for child in node.children if len(child.states) > 1]
        waiting = later
    return leaf


def shortest(machine: Reduced, node: Node, leaf: list[Node]) -> Inputs | None:
    """A sequence that shows a difference among the states of a leaf, as far as the tree has one: an input that shows it
    at once, or one that leads to states which are told apart already.
    """
    best: Inputs | None = None
    for number in range(machine.width):
        places = [state * machine.width + number for state in node.states]
        if len({machine.output[place] for place in places}) > 1:
            return (number,)
        fork = common({leaf[machine.after[place]] for place in places})
        if fork.children and (best is None or len(fork.sequence) + 1 < len(best)):
            best = (number, *fork.sequence)
    return best


def common(nodes: Iterable[Node]) -> Node:
    """The lowest node that all of these are under, or are."""
    nodes = set(nodes)
    while len(nodes) > 1:
        deepest = max(nodes, key=lambda node: node.depth)
        nodes.remove(deepest)
        assert deepest.parent is not None
        nodes.add(deepest.parent)
    return nodes.pop()


def split(machine: Reduced, node: Node, sequence: Inputs, leaf: list[Node]) -> None:
    """Part the states of a leaf by what the sequence shows of them."""
    node.sequence = sequence
    parts: dict[Inputs, list[int]] = {}
    for state in node.states:
        parts.setdefault(shown(machine, state, sequence), []).append(state)
    for states in parts.values():
        child = Node(states, node)
        node.children.append(child)
        for state in states:
            leaf[state] = child


def shown(machine: Reduced, state: int, sequence: Inputs) -> Inputs:
    """The outputs of a sequence of inputs from a state on."""
    outputs = []
    for number in sequence:
        place = state * machine.width + number
        outputs.append(machine.output[place])
        state = machine.after[place]
    return tuple(outputs)


def passed(leaf: Node) -> list[Inputs]:
    """The sequences of the nodes above a leaf."""
    sequences = []
    node = leaf.parent
    while node is not None:
        sequences.append(node.sequence)
        node = node.parent
    return sequences


def longest(sequences: Iterable[Inputs]) -> tuple[Inputs, ...]:
    """Those that are no prefix of another, each once, in order: to go the whole way shows all that a part does."""
    kept: list[Inputs] = []
    for sequence in sorted(set(sequences), reverse=True):
        if not kept or kept[-1][: len(sequence)] != sequence:
            kept.append(sequence)
    return tuple(reversed(kept))
