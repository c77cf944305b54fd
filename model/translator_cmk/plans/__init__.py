"""Says what a planned change does to what an account holds: the command `check-plan`.

From the bottom to the top, each module reads what the one before it made:

1. `reading` finds out what a file is; `terraform` and `what_if` read it into one neutral `plan`.
2. `things` has a record for each kind of resource, and `forms` the tables by which it is read.
3. `estate` knows each thing by all its names, and `setup` is what was there before, as commands.
4. `changes` turns each difference into commands, and `order` says which come first.
5. `walk` lets the oracle follow every order; `consequences` says what one command costs there, and
   `findings` what a plan does at each address.
6. `advice` and `words` make the sentences, from the templates in `advice.yaml` and `demands.yaml`;
   `json_form`, `junit` and `sarif` write them in other formats.

A change is a kind, commands and names until there.  What follows from a command is said nowhere
here: the rows of the model say it.
"""
