//! Templates that are not plain are rendered by a helper process: a text doubled forty times in one
//! expression, loops without end, values nested beyond the stack end the helper and become errors.
//! One helper serves all the templates of a process, so that a render costs a message and no start.

use super::Context;
use super::Error;
use super::plain;
use crate::process;
use crate::process::Helper;
use crate::process::Lost;
use serde::Deserialize;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The argument that makes this program the helper.
pub const ARGUMENT: &str = "template-helper";

/// The memory that a helper may take, its program aside.
const MEMORY_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// The longest that one template may take.
const RENDERING_MAX: Duration = Duration::from_secs(3);

/// Whether this program, started once more with the argument, is a helper.
static CAN_HELP: AtomicBool = AtomicBool::new(false);

static HELPER: Mutex<Option<Helper>> = Mutex::new(None);

/// What a helper needs to render a template; to whoever asks, the values are the engine's.
#[derive(Serialize, Deserialize)]
struct Request<'r, V> {
    name: Cow<'r, str>,
    texts: BTreeMap<Cow<'r, str>, Cow<'r, str>>,
    values: BTreeMap<Cow<'r, str>, V>,
}

/// Says that this program is a helper where it is started with the argument.
pub fn use_helper() {
    CAN_HELP.store(true, Ordering::Relaxed);
}

pub(super) fn is_used() -> bool {
    CAN_HELP.load(Ordering::Relaxed)
}

/// Has a helper render one of some templates.
pub(super) fn render(
    name: &str,
    texts: &BTreeMap<String, String>,
    context: &Context,
) -> Result<String, Error> {
    let texts = needed(name, texts).into_iter().map(|(name, text)| (name.into(), text.into()));
    let request = Request { name: name.into(), texts: texts.collect(), values: context.all() };
    let request = serde_json::to_vec(&request).map_err(Error::other)?;
    match ask(&request)? {
        Ok(text) => String::from_utf8(text).map_err(Error::other),
        Err(error) => Err(serde_json::from_slice(&error).unwrap_or_else(Error::other)),
    }
}

/// The templates that one may call upon, itself among them: what it includes, and all components.
fn needed<'t>(name: &str, texts: &'t BTreeMap<String, String>) -> BTreeMap<&'t str, &'t str> {
    let mut wanted = vec![name.to_owned()];
    let components = texts.iter().filter(|(_, text)| plain::may_define_component(text));
    wanted.extend(components.map(|(name, _)| name.clone()));
    let mut needed = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        if let Some((name, text)) = texts.get_key_value(&name)
            && needed.insert(name.as_str(), text.as_str()).is_none()
        {
            wanted.extend(super::included(text));
        }
    }
    needed
}

/// Asks the helper of this process, or a new one where it has ended.
fn ask(request: &[u8]) -> Result<process::Answer, Error> {
    let mut slot = HELPER.lock().unwrap_or_else(PoisonError::into_inner);
    let mut answer = slot.as_mut().map(|helper| helper.ask(request));
    // One that was at work before may have been killed since: that is not this template's fault.
    if matches!(answer, None | Some(Err(Lost::Ended))) {
        let mut helper = Helper::start(ARGUMENT).map_err(Error::other)?;
        answer = Some(helper.ask(request));
        *slot = Some(helper);
    }
    let lost = match answer {
        Some(Ok(answer)) => return Ok(answer),
        Some(Err(lost)) => lost,
        None => Lost::Ended,
    };
    *slot = None;
    Err(Error::other(match lost {
        Lost::TooLong => format!(
            "rendering takes longer than {} s; check loops and includes",
            RENDERING_MAX.as_secs()
        ),
        Lost::Ended => format!(
            "rendering needs more than {} MiB of memory, or values nest too deeply; \
             check repetitions and joins",
            MEMORY_BYTES_MAX / 1024 / 1024
        ),
    }))
}

/// Is the helper of the process that started this one, until that ends.
pub fn help() -> io::Result<()> {
    process::help(MEMORY_BYTES_MAX, RENDERING_MAX, |request| {
        let rendered = rendered(request);
        rendered.map(String::into_bytes).map_err(|error| {
            serde_json::to_vec(&error).unwrap_or_else(|error| error.to_string().into_bytes())
        })
    })
}

fn rendered(request: &[u8]) -> Result<String, Error> {
    let request: Request<'_, serde_json::Value> =
        serde_json::from_slice(request).map_err(Error::other)?;
    let values = tera::Context::from_serialize(&request.values).map_err(Error::other)?;
    let mut engine = super::new_engine();
    engine.add_raw_templates(request.texts.iter()).map_err(|error| super::explain(&error))?;
    let only = request.texts.values().next().filter(|_| request.texts.len() == 1);
    super::render(&engine, (&request.name, only.map(|text| &**text)), &values)
}
