"""Reads PROV-JSON with the library of the format: every record comes through, and comes back the same."""

import json
import pathlib
import sys

from prov.model import ProvActivity, ProvDocument, ProvEntity

text = pathlib.Path(sys.argv[1]).read_text()
document = ProvDocument.deserialize(content=text, format="json")
kinds = {name: len(records) for name, records in json.loads(text).items() if name != "prefix"}
assert len(document.get_records()) == sum(kinds.values()), kinds
again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
assert document == again
known = {record.identifier for record in document.get_records() if record.identifier}
for record in document.get_records():
    for name, value in record.formal_attributes:
        if name.localpart in ("entity", "activity", "agent", "plan") and value is not None:
            assert value in known, f"{value} is not there"
entities, activities = (list(document.get_records(kind)) for kind in (ProvEntity, ProvActivity))
print(len(entities), "entities,", len(activities), "activities")
