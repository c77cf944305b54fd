"""Protocol 2: commands, outcomes, observations and stages as sentences and as JSON, with the JSON
Schema of each."""
