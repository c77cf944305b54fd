"""The conformance kit: puts a system in any language to the test, over one contract, and reports what came of it."""
