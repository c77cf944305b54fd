"""What is lost, and what comes back.

`events` are the rows of the table of consequences.  What a change rests on, and the basis of each
loss and of each end for good, comes from the oracle (`oracle.grounds`).  Any other change, such as
a return, has the weakest basis of what it rests on.

- `events`: what each event takes, and what comes back after its remedies;
- `chain`: where what the data hangs on can be cut, and how sure each cut is;
- `over_time`: what is there, can come back or is gone, moment by moment;
- `charted`: the graph of a bounded world, each of its states as a row of numbers;
- `explorer`: all answers of the page What if, from this graph, written down as `diagrams`.
"""
