//! What the programs of gates are held to: that it holds, that without it the same acts succeed, and that the
//! record says which.

mod attacks;
mod held;
mod limits;
mod missing;
mod planted;

use crate::house::House;

/// A confined project with one gate that runs a script; `more` are further keys of the gate.
pub fn house(script: &str, more: &str) -> House {
    House::new().confined().workflow("demo", &gate(script, more))
}

/// That gate.
pub fn gate(script: &str, more: &str) -> String {
    format!("[[gate]]\nid = 'act'\nexecutor = 'command'\nshell = '''\n{script}\n'''\n{more}\n")
}

/// What the record says of the gate's program.
pub fn held_to(house: &House) -> serde_json::Value {
    house.attempt("act", 1)["invocations"][0]["permits"].clone()
}
