"""What is lost, and what comes back: questions to the graph of a bounded world.

All pages on losses ask one graph of states: `searched` has it, with what each state still leads to.
`events` are the rows of the table of consequences.  What a change rests on, and the basis of each
loss and of each end for good, comes from the oracle (`oracle.grounds`).  Any other change, such as
a return, has the weakest basis of what it rests on.

- `events`: what each event takes, and what comes back after its remedies;
- `fates`: what ends a thing for good or for a time, over all states;
- `chain`: where what the data hangs on can be cut, and how sure each cut is;
- `over_time`: what is there, can come back or is gone, moment by moment;
- `explorer`: all answers of the page What if, written down as `diagrams`.
"""
