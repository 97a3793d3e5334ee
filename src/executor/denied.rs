//! What an agent was not permitted to do, as it reports it: work that was skipped for want of a
//! permission looks like work that was forgotten.

use super::pointer::Pointer;
use super::pointer::Pointers;
use super::transient::Pattern;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How many denials are told apart.
const DENIALS_MAX: usize = 20;

/// The longest denial that is kept, in characters.
const CHARACTERS_MAX: usize = 200;

/// Where the output reports what the agent was not permitted to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Denied {
    /// Regular expressions for the values that a line must have at these JSON pointers.
    #[serde(default)]
    fields: BTreeMap<Pointer, Pattern>,
    /// Where to find the denials of such a line; the line itself by default.
    #[serde(default)]
    each: Pointers,
    /// Where to find the tool in a denial.
    #[serde(default)]
    tool: Pointers,
    /// Where to find what the tool was to do, such as a command or a path.
    #[serde(default)]
    input: Pointers,
}

impl Denied {
    /// Adds the denials that one document reports, each once.
    pub(super) fn take(&self, denied: &mut Vec<String>, json: &Json) {
        let fits = |(place, pattern): (&Pointer, &Pattern)| {
            place.values(json).iter().any(|value| pattern.fits(value))
        };
        if !self.fields.iter().all(fits) {
            return;
        }
        let each: Vec<Json> = if self.each.is_empty() {
            vec![json.clone()]
        } else {
            self.each.values(json).collect()
        };
        for denial in each {
            let (tool, input) = (self.tool.text(&denial), self.input.text(&denial));
            let shown = match (tool, input) {
                (Some(tool), Some(input)) => format!("{tool}({input})"),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => continue,
            };
            let plain = shown.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
            let shown: String = plain.take(CHARACTERS_MAX).collect();
            if denied.len() < DENIALS_MAX && !denied.contains(&shown) {
                denied.push(shown);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn denials(table: Json, lines: &[Json]) -> Vec<String> {
        let denied: Denied = serde_json::from_value(table).unwrap();
        let mut found = Vec::new();
        for line in lines {
            denied.take(&mut found, line);
        }
        found
    }

    #[test]
    fn denials_are_told_once_with_tool_and_input() {
        let table =
            json!({"each": "/denied/*", "tool": "/name", "input": ["/in/command", "/in/path"]});
        let lines = [
            json!({"denied": [{"name": "Bash", "in": {"command": "cargo test\n"}}, {"name": "Web"}]}),
            json!({"denied": [{"name": "Web"}, {"other": 1}]}),
            json!({}),
        ];
        assert_eq!(denials(table, &lines), ["Bash(cargo test )", "Web"]);
    }

    #[test]
    fn a_line_may_be_a_denial_itself() {
        let table = json!({"fields": {"/state": "^refused"}, "tool": "/tool"});
        let lines =
            [json!({"state": "refused it", "tool": "a"}), json!({"state": "done", "tool": "b"})];
        assert_eq!(denials(table, &lines), ["a"]);
    }
}
