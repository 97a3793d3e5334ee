//! The schema that SARIF logs must fit, as OASIS published it.

/// What holds a log against the schema of OASIS, which is that of the crate serde-sarif 0.8.0.
pub fn validator() -> jsonschema::Validator {
    let schema = include_str!("sarif/sarif-schema-2.1.0.json");
    // One pattern of it, for a key that is not written here, is none that a strict parser takes.
    let schema = schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$");
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}
