"""Azure's own interfaces, in two packages that share nothing but names and need the extra `azure`.

`server` puts the model behind them.  `client` is the adapter from the kit to whatever answers as
Azure does. Nothing here is imported before it is used, since most installations lack the extra.
"""
