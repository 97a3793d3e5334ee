//! Contracts: what a gate must leave behind. Parsed whole, with every template
//! and parameter checked, before a run begins.

mod broken;
mod compared;
mod contradictions;
mod read;
mod rule;

pub use broken::broken;
pub use compared::place_of_since;
pub use read::inside;
pub use read::output_schema;
pub use read::schema;
pub use rule::common_schema;

use crate::check;
use crate::check::Check;
use crate::check::Kind;
use crate::check::Since;
use crate::check::WorkRemark;
use crate::files::Globs;
use crate::finding::Severity;
use crate::source::Source;
use crate::source::Unsound;
use crate::template;
use crate::template::Context;
use crate::template::Names;
use crate::template::Template;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;
use serde_json::Value as Json;

/// The folder of all runs, relative to the project: no output lies there.
pub const RUNS: &str = "orchestration/runs";

/// What a gate must leave behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Contract {
    /// Its name, as gates refer to it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What must be left behind.
    pub outputs: Vec<Output>,
    /// Checks over no single output.
    pub checks: Vec<Rule>,
}

/// One file, or a set of files, and what must hold for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Output {
    /// The files.
    pub target: OutputFiles,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether it must be of the round that it is judged in; the gate's executor says otherwise.
    pub fresh: Option<bool>,
    /// What must hold for each of its files.
    pub checks: Vec<Rule>,
}

/// Which files an output means.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum OutputFiles {
    /// One file.
    Path(Template),
    /// Any of some files; one of them must hold.
    AnyOf(Vec<Template>),
    /// The first of these that exists.
    FirstOf(Vec<Template>),
    /// All files that match.
    Glob(Template),
}

/// A check as the contract asks for it, its templates not yet rendered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// Which check it is.
    #[serde(serialize_with = "kind_to_name", deserialize_with = "kind_of_name")]
    pub kind: &'static Kind,
    pub(super) parameters: Json,
    /// What a finding of it does.
    pub severity: Severity,
    /// When it applies; always, if there is none.
    pub when: Option<Template>,
    /// What its findings say in place of the check's own words.
    pub message: Option<Template>,
    /// The file that it reads, where it is not the output's.
    pub path: Option<Template>,
    /// Whether it says what whoever judges has decided, and not what they must achieve.
    pub is_decision: bool,
}

fn kind_to_name<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name)
}

fn kind_of_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Kind, D::Error> {
    let name = String::deserialize(deserializer)?;
    check::kind(&name).ok_or_else(|| D::Error::custom(format!("unknown check `{name}`")))
}

impl Contract {
    /// Parses a contract; `names` are the names that its templates may use.
    pub fn parse(source: &Source, names: &Names) -> Result<Self, Box<Unsound>> {
        Self::parse_all(source, names).map_err(|mut errors| errors.swap_remove(0))
    }

    /// The same, with everything that is wrong: at least one thing.
    pub fn parse_all(source: &Source, names: &Names) -> Result<Self, Vec<Box<Unsound>>> {
        read::read(source, names)
    }

    /// The contract without the checks of some kinds.
    #[must_use]
    pub fn without(&self, leaves_out: impl Fn(&Kind) -> bool) -> Self {
        let mut contract = self.clone();
        let outputs = contract.outputs.iter_mut().map(|output| &mut output.checks);
        for rules in outputs.chain([&mut contract.checks]) {
            rules.retain(|rule| !leaves_out(rule.kind));
        }
        contract
    }

    /// The contract without what its checks have to say of a decision.
    #[must_use]
    pub fn without_decisions(&self) -> Self {
        let mut contract = self.clone();
        let outputs = contract.outputs.iter_mut().map(|output| &mut output.checks);
        for rules in outputs.chain([&mut contract.checks]) {
            rules.retain(|rule| !rule.is_decision);
        }
        contract
    }

    /// The gates whose passes its checks compare with, as far as no template names them. Templates
    /// beside such a name are left as they stand.
    pub fn gates_compared_with(&self) -> Vec<String> {
        let comparing = self.rules().filter(|rule| (rule.kind.compares)());
        let built = comparing
            .filter_map(|rule| (rule.kind.from_json)(rule.parameters.clone()).ok()?.baseline());
        let gates = built.filter_map(|request| match request.since {
            Since::Gate(gate) if !template::has_expressions(&gate) => Some(gate),
            Since::Gate(_) | Since::Run | Since::Attempt => None,
        });
        gates.collect()
    }

    /// Every template of the contract.
    pub fn each_template(&self, visit: &mut dyn FnMut(&str)) {
        for output in &self.outputs {
            match &output.target {
                OutputFiles::Path(one) | OutputFiles::Glob(one) => visit(one.text()),
                OutputFiles::AnyOf(some) | OutputFiles::FirstOf(some) => {
                    for one in some {
                        visit(one.text());
                    }
                }
            }
        }
        for rule in self.rules() {
            let own = [&rule.when, &rule.message, &rule.path];
            own.into_iter().flatten().for_each(|template| visit(template.text()));
            each_text(&rule.parameters, visit);
        }
    }

    /// Every rule of the contract, those under outputs first.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.outputs.iter().flat_map(|output| &output.checks).chain(&self.checks)
    }

    /// Whether progress is told while the work is done.
    pub fn asks_for_updates(&self) -> bool {
        self.rules().any(|rule| (rule.kind.asks_for)() == Some(WorkRemark::Update))
    }

    /// Whether the work is handed in with a summary of it.
    pub fn asks_for_summary(&self) -> bool {
        self.asks_for(WorkRemark::Summary)
    }

    /// Whether a check of it wants this said about the work.
    pub fn asks_for(&self, remark: WorkRemark) -> bool {
        self.rules().any(|rule| (rule.kind.asks_for)() == Some(remark))
    }
}

impl Output {
    /// A file that must be there, whatever it holds.
    pub fn that_may_be_empty(path: Template) -> Self {
        let parameters = serde_json::json!({ "min_bytes": 0 });
        let exists = Rule::implied().map(|rule| Rule { parameters, ..rule });
        let checks = exists.into_iter().collect();
        Self { target: OutputFiles::Path(path), optional: false, fresh: None, checks }
    }

    /// The glob of its files, as it is written.
    pub fn glob(&self) -> Option<&str> {
        match &self.target {
            OutputFiles::Glob(glob) => Some(glob.text()),
            OutputFiles::Path(_) | OutputFiles::AnyOf(_) | OutputFiles::FirstOf(_) => None,
        }
    }

    /// How the output is named to people: its rendered path, alternatives or glob.
    pub fn show(&self, context: &Context) -> Result<String, template::Error> {
        let (paths, between) = self.paths(context)?;
        Ok(paths.join(between))
    }

    /// The same in Markdown.
    pub fn markdown(&self, context: &Context) -> Result<String, template::Error> {
        let (paths, between) = self.paths(context)?;
        let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        Ok(paths.join(between))
    }

    /// Patterns that match the files it means and no others.
    pub fn patterns(&self, context: &Context) -> Result<Vec<String>, template::Error> {
        let literal = |path: &Template| path.render(context).map(|path| Globs::literal(&path));
        match &self.target {
            OutputFiles::Path(path) => Ok(vec![literal(path)?]),
            OutputFiles::Glob(glob) => Ok(vec![glob.render_glob(context)?]),
            OutputFiles::AnyOf(paths) | OutputFiles::FirstOf(paths) => {
                paths.iter().map(literal).collect()
            }
        }
    }

    /// The paths that it may have, and what is said between two of them.
    fn paths(&self, context: &Context) -> Result<(Vec<String>, &'static str), template::Error> {
        Ok(match &self.target {
            OutputFiles::Path(path) | OutputFiles::Glob(path) => (vec![path.render(context)?], ""),
            OutputFiles::AnyOf(paths) => (rendered_paths(paths, context)?, " or "),
            OutputFiles::FirstOf(paths) => (rendered_paths(paths, context)?, ", else "),
        })
    }
}

impl Rule {
    /// The glob whose files it counts, as it is written.
    pub fn counted_glob(&self) -> Option<&str> {
        self.parameters.get((self.kind.counts)()?)?.as_str()
    }

    /// The texts of a parameter that is a list of them, as they are written.
    pub fn texts(&self, parameter: &str) -> Vec<String> {
        let listed = self.parameters.get(parameter).and_then(Json::as_array);
        let texts = listed.into_iter().flatten().filter_map(Json::as_str);
        texts.map(str::to_owned).collect()
    }

    /// Every text among its parameters.
    pub fn each_parameter(&self, visit: &mut dyn FnMut(&str)) {
        each_text(&self.parameters, visit);
    }

    /// The check with its templates rendered, or why there is none.
    pub fn build(&self, context: &Context) -> Result<Box<dyn Check + Send + Sync>, String> {
        let globs = (self.kind.globs)();
        let mut parameters =
            rendered(&self.parameters, &|text| template::render_text(text, context))
                .map_err(|error| error.to_string())?;
        for (key, value) in parameters.as_object_mut().into_iter().flatten() {
            if globs.contains(&key.as_str()) {
                let written = &self.parameters[key.as_str()];
                *value = rendered(written, &|text| template::render_glob(text, context))
                    .map_err(|error| error.to_string())?;
            }
        }
        let check = (self.kind.from_json)(parameters)?;
        check.flaw().map_or(Ok(check), |flaw| Err(flaw.message))
    }

    /// The `file_exists` that every output implies.
    pub fn implied() -> Option<Self> {
        Some(Self {
            kind: check::kind("file_exists")?,
            parameters: Json::Object(serde_json::Map::new()),
            severity: Severity::Error,
            when: None,
            message: None,
            path: None,
            is_decision: false,
        })
    }
}

fn rendered_paths(paths: &[Template], context: &Context) -> Result<Vec<String>, template::Error> {
    paths.iter().map(|path| path.render(context)).collect()
}

fn each_text(value: &Json, visit: &mut dyn FnMut(&str)) {
    match value {
        Json::String(text) => visit(text),
        Json::Array(items) => items.iter().for_each(|item| each_text(item, visit)),
        Json::Object(table) => table.values().for_each(|item| each_text(item, visit)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

type Render<'r> = dyn Fn(&str) -> Result<String, template::Error> + 'r;

fn rendered(value: &Json, render: &Render<'_>) -> Result<Json, template::Error> {
    Ok(match value {
        Json::String(text) => Json::from(render(text)?),
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| rendered(item, render)).collect::<Result<_, _>>()?)
        }
        Json::Object(table) => {
            let entries =
                table.iter().map(|(key, item)| Ok((key.clone(), rendered(item, render)?)));
            Json::Object(entries.collect::<Result<_, template::Error>>()?)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Contract, Box<Unsound>> {
        let names = ["slug", "depth"].into_iter().collect();
        Contract::parse(&Source::new("c.toml", text), &names)
    }

    fn error(text: &str) -> String {
        let error = parse(text).unwrap_err();
        let (_, line, column) = error.place();
        let help = error.help.clone().unwrap_or_default();
        format!("{line}:{column} {} | {help}", error.message)
    }

    #[test]
    fn a_sound_contract_renders_its_parameters() {
        let contract = parse(
            "name = 'R'\n[[output]]\npath = '{{ slug }}/a.md'\nchecks = [{ kind = 'min_sources', \
             min = \"{{ {'deep': 15}[depth] }}\", severity = 'warning' }]\n\
             [[check]]\nkind = 'file_exists'\npath = 'b.md'\n",
        )
        .unwrap();
        let context = Context::default().with("slug", &"x").with("depth", &"deep");
        let rule = &contract.outputs[0].checks[0];
        assert_eq!(contract.outputs[0].show(&context).unwrap(), "x/a.md");
        assert!(rule.build(&context).unwrap().words().contains("at least 15"));
        assert_eq!(rule.severity, Severity::Warning);
        assert!(contract.checks[0].path.is_some());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let output = "name = 'R'\n[[output]]\npath = 'a.md'\n";
        assert_eq!(
            error(&format!("{output}checks = [{{ kind = 'min_source', min = 1 }}]")),
            "4:20 unknown check `min_source` | did you mean `min_sources`?"
        );
        assert_eq!(
            error(&format!("{output}checks = [{{ kind = 'min_sources', mni = 1 }}]")),
            "4:35 unknown key `mni` | did you mean `min`?"
        );
        assert_eq!(
            error(&format!(
                "{output}checks = [{{ kind = 'min_sources', min = '{{{{ slugg }}}}' }}]"
            )),
            "4:45 unknown name `slugg` in a template | did you mean `slug`?"
        );
        assert!(error("name = 'R'\n[[output]]\npath = '../a'\n").starts_with("3:8 path \"../a\""));
        let folder = error("name = 'R'\n[[output]]\npath = '{{ slug }}/'\n");
        assert!(folder.starts_with("3:8 \"{{ slug }}/\" names a folder | write "), "{folder}");
        assert!(
            error("name = 'R'\n[[output]]\nany_of = ['a', 'b/.']\n").starts_with("3:16 \"b/.\"")
        );
        assert!(
            error("name = 'R'\n[[output]]\n").starts_with("2:1 an output requires exactly one of")
        );
        assert!(error("name = 'R'\nfoo = 1").starts_with("2:1 unknown key `foo`"));
        assert!(error("description = 'R'").contains("missing key `name`"));
    }
}
