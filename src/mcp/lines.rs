//! The protocol on standard input and output, a message a line. No line is too long to be refused, what
//! is no message is answered with an error, and what was asked before the input ended is answered.

use crate::json::harmless_text;
use rmcp::ErrorData;
use rmcp::RoleServer;
use rmcp::model::ClientJsonRpcMessage;
use rmcp::model::ClientNotification;
use rmcp::model::JsonRpcMessage;
use rmcp::model::RequestId;
use rmcp::model::ServerJsonRpcMessage;
use rmcp::transport::Transport;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::future::Future;
use std::io;
use std::io::BufRead;
use std::io::Read;
use std::io::Write;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::time;

/// The longest line that is read: a call with a long text has a few thousand bytes.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// How many messages wait on their way in or out.
const QUEUE_LENGTH: usize = 64;

/// How many requests are worked on at the same time; who asks for more hears out the answers first.
const OPEN_MAX: usize = 64;

/// How often it is looked whether answers are still read.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long the last answers may take to be read.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// A line on its way out, and who wants to know when it is there.
enum Line {
    Message(String),
    End(oneshot::Sender<()>),
}

/// The requests that are not answered yet.
#[derive(Default)]
struct Open {
    requests: Mutex<HashSet<RequestId>>,
    has_room: Condvar,
    answered: Notify,
}

impl Open {
    fn requests(&self) -> MutexGuard<'_, HashSet<RequestId>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one as soon as there is room, as long as answers are read; whether it is none of those that
    /// are open.
    fn add(&self, id: &RequestId, outgoing: &mpsc::Sender<Line>) -> bool {
        let mut requests = self.requests();
        while requests.len() >= OPEN_MAX && !outgoing.is_closed() {
            let waited = self.has_room.wait_timeout(requests, LOOK_EVERY);
            requests = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        requests.insert(id.clone())
    }

    fn remove(&self, id: &RequestId) {
        self.requests().remove(id);
        self.has_room.notify_one();
        self.answered.notify_one();
    }

    fn is_empty(&self) -> bool {
        self.requests().is_empty()
    }
}

/// Both directions.
pub struct Lines {
    incoming: mpsc::Receiver<ClientJsonRpcMessage>,
    outgoing: mpsc::Sender<Line>,
    open: Arc<Open>,
    has_begun: bool,
}

/// What waits for the last lines to be written.
pub struct LastLines(mpsc::Sender<Line>);

impl Lines {
    /// Reads and writes on threads of their own: a read that nobody ends keeps nothing from ending.
    pub fn new(
        input: impl BufRead + Send + 'static,
        output: impl Write + Send + 'static,
    ) -> (Self, LastLines) {
        let (sender, incoming) = mpsc::channel(QUEUE_LENGTH);
        let (outgoing, lines) = mpsc::channel(QUEUE_LENGTH);
        let open = Arc::new(Open::default());
        let reader =
            Reader { incoming: sender, refusals: outgoing.clone(), open: Arc::clone(&open) };
        thread::spawn(move || reader.read(input));
        thread::spawn(move || write(output, lines));
        let end = LastLines(outgoing.clone());
        (Self { incoming, outgoing, open, has_begun: false }, end)
    }
}

impl LastLines {
    /// Waits until all is written, or it takes too long.
    pub async fn flush(self) {
        let (written, all) = oneshot::channel();
        let flush = async {
            if self.0.send(Line::End(written)).await.is_ok() {
                let _ = all.await;
            }
        };
        let _ = time::timeout(FLUSH_WITHIN, flush).await;
    }
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(
        &mut self,
        item: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let (outgoing, open) = (self.outgoing.clone(), Arc::clone(&self.open));
        async move {
            let id = match &item {
                JsonRpcMessage::Response(response) => Some(response.id.clone()),
                JsonRpcMessage::Error(error) => error.id.clone(),
                JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
            };
            let sent = outgoing.send(Line::Message(text_of(&item)?)).await;
            if let Some(id) = id {
                open.remove(&id);
            }
            sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            let message = tokio::select! {
                message = self.incoming.recv() => message,
                () = self.outgoing.closed() => return None,
            };
            let Some(message) = message else {
                // Whoever sends all at once and hears out the answers gets them.
                while !self.open.is_empty() && !self.outgoing.is_closed() {
                    tokio::select! {
                        () = self.open.answered.notified() => {}
                        () = self.outgoing.closed() => {}
                    }
                }
                return None;
            };
            match &message {
                JsonRpcMessage::Request(_) => self.has_begun = true,
                // Nothing was asked that this could be about.
                _ if !self.has_begun => continue,
                JsonRpcMessage::Notification(notification) => {
                    if let ClientNotification::CancelledNotification(cancelled) =
                        &notification.notification
                        && let Some(id) = &cancelled.params.request_id
                    {
                        self.open.remove(id);
                    }
                }
                JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => {}
            }
            return Some(message);
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        Ok(())
    }
}

fn text_of(message: &ServerJsonRpcMessage) -> Result<String, io::Error> {
    Ok(harmless_text(&serde_json::to_value(message)?))
}

/// What is done with the lines that come in.
struct Reader {
    incoming: mpsc::Sender<ClientJsonRpcMessage>,
    refusals: mpsc::Sender<Line>,
    open: Arc<Open>,
}

impl Reader {
    /// Reads messages until the input ends or nobody wants them.
    fn read(&self, mut input: impl BufRead) {
        let mut line = Vec::new();
        loop {
            line.clear();
            match input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let is_too_long = line.len() as u64 == LINE_BYTES_MAX && !line.ends_with(b"\n");
            if is_too_long && input.skip_until(b'\n').is_err() {
                return;
            }
            let read = if is_too_long {
                let message = format!("message is longer than {LINE_BYTES_MAX} bytes");
                Err((None, ErrorData::invalid_request(message, None)))
            } else if line.trim_ascii().is_empty() {
                continue;
            } else {
                message(&line).and_then(|message| self.admit(message))
            };
            let is_taken = match read {
                Ok(message) => self.incoming.blocking_send(message).is_ok(),
                Err((id, error)) => {
                    let text = text_of(&ServerJsonRpcMessage::error(error, id)).unwrap_or_default();
                    self.refusals.blocking_send(Line::Message(text)).is_ok()
                }
            };
            if !is_taken {
                return;
            }
        }
    }

    /// Lets a message in; of two requests that cannot be told apart only the first.
    fn admit(&self, message: ClientJsonRpcMessage) -> Result<ClientJsonRpcMessage, Refusal> {
        match &message {
            JsonRpcMessage::Request(request) if !self.open.add(&request.id, &self.refusals) => {
                let error = ErrorData::invalid_request("a request with this id is open", None);
                Err((Some(request.id.clone()), error))
            }
            JsonRpcMessage::Request(_)
            | JsonRpcMessage::Response(_)
            | JsonRpcMessage::Notification(_)
            | JsonRpcMessage::Error(_) => Ok(message),
        }
    }
}

/// What is wrong with a line, and the request that it is, as far as that can be told.
type Refusal = (Option<RequestId>, ErrorData);

/// A message, or what is wrong with it.
fn message(line: &[u8]) -> Result<ClientJsonRpcMessage, Refusal> {
    let json: Json = serde_json::from_slice(line)
        .map_err(|error| (None, ErrorData::parse_error(error.to_string(), None)))?;
    let id = json.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
    serde_json::from_value(json)
        .map_err(|_| (id, ErrorData::invalid_request("not a JSON-RPC 2.0 message", None)))
}

/// Writes lines until nobody has any, or nobody reads them.
fn write(mut output: impl Write, mut lines: mpsc::Receiver<Line>) {
    while let Some(line) = lines.blocking_recv() {
        match line {
            Line::Message(text) => {
                let written =
                    output.write_all(format!("{text}\n").as_bytes()).and_then(|()| output.flush());
                if written.is_err() {
                    return;
                }
            }
            Line::End(written) => {
                let _ = written.send(());
                return;
            }
        }
    }
}
