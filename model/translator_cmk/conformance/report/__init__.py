"""The report of a run: one folder, written as the run goes on, from which every verdict can be
derived again.
"""
