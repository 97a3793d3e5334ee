"""Runs the RO-Crate validator over a crate, with the context from a package instead of the network."""

import importlib.resources
import json
import sys

import requests
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.utils.http import HttpRequester

CONTEXT = "https://w3id.org/ro/crate/1.1/context"

context = json.loads(importlib.resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_text())
# Version 1.1 names it without `terms`.
context["@context"]["ComputationalWorkflow"] = "https://bioschemas.org/ComputationalWorkflow"


def get(_requester, url, **_options):
    if url != CONTEXT:
        raise RuntimeError(f"nothing is loaded from {url}")
    response = requests.Response()
    response.status_code = 200
    response.headers["Content-Type"] = "application/ld+json"
    response._content = json.dumps(context).encode()
    return response


HttpRequester.get = get
crate, profile = sys.argv[1:]
result = services.validate(
    ValidationSettings(
        rocrate_uri=crate,
        profile_identifier=profile,
        requirement_severity=Severity.REQUIRED,
        skip_availability_check=True,
    )
)
for issue in result.get_issues():
    print(issue.severity, issue.check.identifier, issue.message, file=sys.stderr)
sys.exit(0 if result.passed() else 1)
