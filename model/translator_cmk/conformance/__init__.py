"""The conformance kit: tests a system in any language over one contract, and reports the
results.

It has four rooms, each of which imports only those before it: `wire` asks a system and writes down
what it answers, `judgement` says what a case is and gives the verdict on its answers, `report`
writes the verdicts and reads them again, and `run` puts a system through the cases.  The commands
and the pytest plugin are beside them, and use all four.
"""
