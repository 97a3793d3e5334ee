//! The shipped presets: agents as data, one TOML file each beside this one. A new
//! agent needs no code.

use super::settings::AgentSettings;
use crate::document;
use crate::source::Source;
use crate::source::Unsound;
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "src/executor/presets"]
struct Files;

/// A shipped preset, as text.
#[derive(Debug, Clone)]
pub struct Preset {
    pub name: String,
    source: Source,
}

impl Preset {
    /// Every preset, by name.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Files::iter()
            .filter_map(|file| {
                let name = file.strip_suffix(".toml")?.to_owned();
                let bytes = Files::get(&file)?.data;
                let source = Source::new(&*file, String::from_utf8_lossy(&bytes));
                Some(Self { name, source })
            })
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// The preset of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|preset| preset.name == name)
    }

    /// What the preset says.
    pub fn settings(&self) -> Result<AgentSettings, Box<Unsound>> {
        document::read_shipped(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::Agent;
    use crate::executor::Counts;
    use crate::executor::Prices;
    use crate::executor::Usage;
    use std::path::Path;

    /// Reads a golden output as its preset says.
    fn usage(file: &str) -> Usage {
        let preset = Preset::find(file.split('-').next().unwrap()).unwrap();
        let output = preset.settings().unwrap().output.unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/executor/golden");
        let bytes = crate::files::read_own(&folder.join(file)).unwrap().unwrap();
        Usage { unread: None, ..output.read(bytes.as_slice()).unwrap() }
    }

    fn expected(session: &str, model: &str, cost_usd: f64, tokens: [u64; 3], error: &str) -> Usage {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let count = |count: u64| (count > 0).then_some(count);
        Usage {
            session: text(session),
            model: text(model),
            cost_usd: (cost_usd > 0.0).then_some(cost_usd),
            cost_is_estimate: false,
            input_tokens: count(tokens[0]),
            output_tokens: count(tokens[1]),
            cached_input_tokens: count(tokens[2]),
            error: text(error),
            unread: None,
        }
    }

    /// Nothing said: in `expected`, zero and the empty text stand for what is unknown.
    const NONE: [u64; 3] = [0, 0, 0];

    #[test]
    fn every_preset_is_an_agent() {
        let names: Vec<String> = Preset::all().into_iter().map(|preset| preset.name).collect();
        assert_eq!(names, ["claude", "codex", "gemini", "opencode"]);
        for preset in Preset::all() {
            let mut settings = preset.settings().unwrap();
            assert!(settings.description.is_some() && settings.preset.is_none());
            settings.model = Some("m".to_owned());
            let agent = Agent::new(&preset.name, settings, &Prices::new()).unwrap();
            assert_eq!(agent.program(), preset.name);
        }
    }

    #[test]
    fn claude_is_read() {
        let sonnet = "claude-sonnet-4-5";
        let cases = [
            ("claude-success.jsonl", expected("6e0c", sonnet, 0.0421, [18012, 420, 15000], "")),
            ("claude-resumed.jsonl", expected("6e0e", sonnet, 0.0113, [18103, 77, 18000], "")),
            (
                "claude-interrupted.jsonl",
                Usage {
                    input_tokens: Some(4),
                    output_tokens: Some(9),
                    ..expected("6e0f", sonnet, 0.0, NONE, "")
                },
            ),
            ("claude-no-usage.jsonl", Usage::default()),
            (
                "claude-failure.jsonl",
                Usage {
                    cached_input_tokens: Some(0),
                    ..expected("6e0d", sonnet, 0.001, [5, 1, 0], "API Error: 529 overloaded")
                },
            ),
            (
                "claude-single.jsonl",
                expected(
                    "6e10",
                    "claude-sonnet-4-5, claude-haiku-4-5",
                    1.5,
                    [10, 20, 0],
                    "error_max_turns",
                ),
            ),
        ];
        for (file, expected) in cases {
            assert_eq!(usage(file), expected, "{file}");
        }
    }

    #[test]
    fn codex_is_read() {
        let disconnected = "stream disconnected before completion";
        let success = expected("0199-a", "", 0.0, [24763, 122, 24448], "");
        let cases = [
            ("codex-success.jsonl", success.clone()),
            ("codex-failure.jsonl", expected("0199-b", "", 0.0, NONE, disconnected)),
            ("codex-interrupted.jsonl", expected("0199-c", "", 0.0, NONE, "")),
            ("codex-no-usage.jsonl", expected("0199-d", "", 0.0, NONE, "")),
        ];
        for (file, expected) in cases {
            assert_eq!(usage(file), expected, "{file}");
        }
        let output = Preset::find("codex").unwrap().settings().unwrap().output.unwrap();
        assert_eq!(output.counts, Counts::Delta);
        let resumed = usage("codex-resumed.jsonl").since(&success);
        assert_eq!(resumed, expected("0199-a", "", 0.0, [5237, 78, 5000], ""));
    }

    #[test]
    fn gemini_is_read() {
        let both = "gemini-2.5-flash-lite, gemini-2.5-pro";
        let limit = "Reached max session turns";
        let cases = [
            ("gemini-success.json", expected("5f1a", both, 0.0, [21000, 850, 12100], "")),
            ("gemini-failure.json", expected("5f1b", "", 0.0, NONE, limit)),
            (
                "gemini-resumed.json",
                expected("5f1a", "gemini-2.5-pro", 0.0, [21500, 100, 21000], ""),
            ),
            ("gemini-interrupted.json", Usage::default()),
            ("gemini-no-usage.json", expected("5f1d", "", 0.0, NONE, "")),
        ];
        for (file, expected) in cases {
            assert_eq!(usage(file), expected, "{file}");
        }
    }

    #[test]
    fn opencode_is_read() {
        let cases = [
            ("opencode-success.jsonl", expected("ses_1", "", 0.75, [3280, 80, 2130], "")),
            ("opencode-failure.jsonl", expected("ses_2", "", 0.0, NONE, "Unauthorized")),
            ("opencode-resumed.jsonl", expected("ses_1", "", 0.125, [40, 10, 0], "")),
            ("opencode-interrupted.jsonl", expected("ses_3", "", 0.25, [1000, 50, 0], "")),
            ("opencode-no-usage.jsonl", expected("ses_4", "", 0.0, NONE, "")),
        ];
        for (file, expected) in cases {
            assert_eq!(usage(file), expected, "{file}");
        }
    }
}
