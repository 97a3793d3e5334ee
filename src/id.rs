//! Names of runs, gates and invocations, each a type of its own, so that one is
//! never taken for another and an ill-formed one cannot exist. A run says each many times: a copy
//! shares the text.

use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;
use std::fmt;
use std::sync::Arc;

/// What random suffixes are written in.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The longest name that a person may choose, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// Why a text is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid {kind}; {rule}")]
pub struct Error {
    /// The text.
    pub text: String,
    /// What it was to be.
    pub kind: &'static str,
    /// What such an id is made of.
    pub rule: &'static str,
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $valid:path, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String")]
        #[schemars(with = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes any text; gives the id, or says which rule it breaks.
            pub fn parse(text: impl Into<String>) -> Result<Self, Error> {
                let text = text.into();
                if $valid(&text) {
                    Ok(Self(text.into()))
                } else {
                    Err(Error { text, kind: $kind, rule: $rule })
                }
            }

            /// The text of it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self, Error> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id_type!(
    /// A run: `run_20260119T143012Z_the-word-robot_ab12cd`.
    RunId,
    "run id",
    is_run_id,
    "expected run_<time>_<key>_<six letters or digits>"
);
id_type!(
    /// A gate of a workflow, or one instance of a fanned-out gate: `write[intro]`.
    GateId,
    "gate id",
    is_gate_id,
    "use at most 64 letters, digits, `.`, `_` and `-`, starting with a letter or digit"
);
id_type!(
    /// One call of an executor: `inv_20260119T143012Z_ab12cd`.
    InvocationId,
    "invocation id",
    is_name,
    "use at most 64 letters, digits, `.`, `_` and `-`, starting with a letter or digit"
);

/// One attempt at a gate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptId {
    /// The gate that was attempted.
    pub gate: GateId,
    /// Counted from 1.
    pub number: u32,
}

impl AttemptId {
    /// The attempt of a gate that has this number.
    pub fn new(gate: &GateId, number: u32) -> Self {
        Self { gate: gate.clone(), number }
    }
}

impl RunId {
    /// The id of a run that starts at `time` (`YYYYMMDDThhmmssZ`) about `key`.
    pub fn new(time: &str, key: &str, random: &str) -> Self {
        Self(format!("run_{time}_{}_{random}", slug_of(key)).into())
    }

    /// Whether `part` of it names it: a part that reaches beyond the key, or all of the key. One within
    /// the key is most likely another key.
    pub fn has_part(&self, part: &str) -> bool {
        let key = self.0.splitn(3, '_').nth(2).and_then(|rest| rest.rsplit_once('_'));
        let Some((key, random)) = key else { return self.0.contains(part) };
        let start = self.0.len() - random.len() - key.len() - 1;
        let end = start + key.len();
        self.0.match_indices(part).any(|(at, _)| {
            let (from, to) = (at, at + part.len());
            from < start || to > end || (from, to) == (start, end)
        })
    }

    /// The part that chance made: short, and with some luck no other id of a project has it.
    pub fn random(&self) -> &str {
        self.0.rsplit('_').next().unwrap_or_default()
    }

    /// The second in which it started, as the id has it: `YYYYMMDDThhmmssZ`.
    pub fn second(&self) -> &str {
        self.0.split('_').nth(1).unwrap_or_default()
    }
}

impl InvocationId {
    /// The id of a call that begins at `time`.
    pub fn new(time: &str, random: &str) -> Self {
        Self(format!("inv_{time}_{random}").into())
    }
}

impl GateId {
    /// The instance of this gate for one item of its `each` list.
    pub fn instance(&self, item: &str) -> Self {
        Self(format!("{}[{}]", self.0, slug_of(item)).into())
    }

    /// Whether both are instances, of items of one name.
    pub fn is_of_item_of(&self, other: &Self) -> bool {
        let item = |id: &Self| id.0.split_once('[').map(|(_, item)| item.to_owned());
        item(self).is_some() && item(self) == item(other)
    }

    /// The gate in the workflow that this is, or is an instance of.
    pub fn base(&self) -> &str {
        self.0.split('[').next().unwrap_or(&self.0)
    }

    /// The name that a workflow gives a gate, unless it only repeats the gate's id.
    pub fn own_name<'n>(&self, name: &'n str) -> Option<&'n str> {
        (name != self.base()).then_some(name)
    }
}

/// Whether a text is a slug: lower-case words joined by `-`, `_` or `.`.
pub fn is_slug(text: &str) -> bool {
    is_name(text)
        && !text.ends_with('.')
        && !text.contains("..")
        && text.bytes().all(|byte| !byte.is_ascii_uppercase())
}

/// The slug that a text was most likely meant to be; none where most of it would be lost.
pub fn slug_like(text: &str) -> Option<String> {
    let slug = slug_of(text);
    (slug.len() * 2 > text.chars().count()).then_some(slug)
}

/// The nearest slug to any text, at most 48 bytes; `item` where nothing is left.
pub fn slug_of(text: &str) -> String {
    let mut slug = String::new();
    for character in text.to_lowercase().chars() {
        if slug.len() >= 48 {
            break;
        }
        if character.is_ascii_alphanumeric() || character == '_' || character == '.' {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let mut slug = slug.trim_matches(['-', '.', '_']).to_owned();
    // Three would leave two.
    while slug.contains("..") {
        slug = slug.replace("..", ".");
    }
    if slug.is_empty() { "item".to_owned() } else { slug }
}

/// Six random letters and digits, or fixed ones from a seed and a counter.
pub fn random_suffix(seed: Option<u64>, counter: u64) -> String {
    let mut bytes = [0_u8; 8];
    let mut number = match seed {
        Some(seed) => seed.wrapping_add(counter),
        None if getrandom::fill(&mut bytes).is_ok() => u64::from_le_bytes(bytes),
        None => u64::from(std::process::id()).wrapping_mul(2_654_435_761).wrapping_add(counter),
    };
    let mut text = String::with_capacity(6);
    for _ in 0..6 {
        text.insert(0, char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
    }
    text
}

/// Bytes that nobody can guess; `None` where the system gives none.
pub fn random_key() -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}

/// A text that nobody can guess and nothing has twice; `None` where the system gives no such bytes.
pub fn nonce() -> Option<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && text.as_bytes()[0].is_ascii_alphanumeric()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn is_gate_id(text: &str) -> bool {
    match text.split_once('[') {
        None => is_name(text),
        Some((base, item)) => is_name(base) && item.strip_suffix(']').is_some_and(is_name),
    }
}

fn is_run_id(text: &str) -> bool {
    text.len() <= 128
        && text.strip_prefix("run_").is_some_and(|rest| rest.split('_').count() >= 3)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && !text.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_reads_back_and_never_leaves_its_folder() {
        let id = RunId::new("20260119T143012Z", "The Word/Robot", "ab12cd");
        assert_eq!(id.as_str(), "run_20260119T143012Z_the-word-robot_ab12cd");
        assert_eq!(RunId::parse(id.as_str()).unwrap(), id);
        let id = RunId::new("20260119T143012Z", "Wait... what.....now", "ab12cd");
        assert_eq!(RunId::parse(id.as_str()).unwrap(), id);
        for bad in ["", "run_", "run_../../x_y", "run_a_b/c_d", "other_1_2_3"] {
            assert!(RunId::parse(bad).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn a_gate_id_is_a_name_or_an_instance_of_one() {
        let gate = GateId::parse("write").unwrap();
        let instance = gate.instance("Intro & more");
        assert_eq!(instance.as_str(), "write[intro-more]");
        assert_eq!(instance.base(), "write");
        assert!(GateId::parse("write[intro").is_err());
        assert!(GateId::parse("../x").is_err());
    }

    #[test]
    fn a_seed_fixes_the_suffix() {
        assert_eq!(random_suffix(Some(1), 1), "000002");
        assert_ne!(random_suffix(None, 0), random_suffix(None, 0));
    }
}
