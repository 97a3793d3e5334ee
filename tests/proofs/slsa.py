"""Reads a SLSA provenance as a consumer does: envelope, signature, statement, predicate."""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf.json_format import ParseDict
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

folder = pathlib.Path(sys.argv[1])
envelope = Envelope.from_dict(json.loads((folder / "provenance.intoto.jsonl").read_text()))
key = SSlibKey.from_crypto(load_pem_public_key((folder / "signer.pem").read_bytes()))
envelope.verify([key], 1)

statement = json.loads(envelope.payload)
read = Statement.copy_from_pb(ParseDict(statement, statement_pb2.Statement()))
read.validate()
# Refuses names that the predicate does not have.
provenance = ParseDict(statement["predicate"], provenance_pb2.Provenance())
assert provenance.run_details.builder.id.startswith("urn:orch:signer:")
for dependency in provenance.build_definition.resolved_dependencies:
    ResourceDescriptor.copy_from_pb(dependency).validate()
assert "level" not in envelope.payload.decode().lower()

for subject in statement["subject"]:
    found = hashlib.sha256(pathlib.Path(subject["name"]).read_bytes()).hexdigest()
    if found != subject["digest"]["sha256"]:
        sys.exit(f"{subject['name']}: not as recorded")
print(len(statement["subject"]), "files as recorded")
