"""The conformance kit: tests a system in any language over one contract, and reports the
results.
"""
