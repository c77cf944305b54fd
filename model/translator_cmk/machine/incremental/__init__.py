"""How the consequences of a change are found without looking at every row of every entity.

Nothing here decides what a row means.  A machine that evaluated every consequence of every entity
in each round would take the same steps, many times slower.

Theory of operation
===================
- **The state before a step is a fixpoint.**  No consequence applies in it.  It is the first
  state, in which nothing but the stage exists, or it was left by a step that went on until
  nothing changed.
- **So a consequence can apply only if something that it reads has changed**, by the command or by
  another consequence.  `triggers` finds the rows that read a changed field.
- **What a row reads is found in its code**, by `read_sets`: the attributes that it names, and those
  named by the functions and meanings that it calls.  So no row has a list of what it reads, which
  somebody could forget to change.
- **To find too much is safe, to find too little is not.**  A row that is evaluated in vain costs
  time; one that is not evaluated when it applies is a consequence that never happens.  So every
  attribute that is mentioned counts as a field that is read, of every kind of entity that the row
  can get to, whether a link or a look-up leads there.

A silent row that was chosen not to apply leaves a state that is no fixpoint of that row.  It is
asked about again when something that it may read changes, and not before.

What rows must keep to
======================
They reach the world through attributes, through kinds of entity (`world.every(Workspace)`) and
through functions, each under a name that Python resolves in the function's module, its closure or
its defaults.  A field that is read by `getattr`, or a function that is kept in a dictionary, would
go unnoticed.  So would a field of another entity of the kind that the row is about: a row about a
workspace may look up grants, and asks nothing of other workspaces.
"""

from .triggers import Triggers

__all__ = ["Triggers"]
