//! `orch mcp`, spoken to by hand as clients speak: in both eras of the protocol.

mod answers;
mod gates;
mod hostile;
mod operator;
mod over_http;
mod people;
mod reading;
mod tools;

use crate::house::House;
use crate::house::Piped;
use serde_json::Value as Json;
use serde_json::json;

/// How a client speaks: with a handshake, or by what each request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    Handshake,
    Inline,
}

pub const ERAS: [Era; 2] = [Era::Handshake, Era::Inline];

/// A client with a server of its own.
pub struct Client {
    pub piped: Piped,
    era: Era,
    asked: u64,
    /// More for the `_meta` of each request.
    meta: Json,
    /// What it says that it can do, in the era in which each request says so.
    pub capabilities: Json,
}

impl Client {
    pub fn new(house: &House, era: Era, arguments: &[&str]) -> Self {
        let piped = house.talk_to(&[&["mcp"], arguments].concat());
        let mut client = Self { piped, era, asked: 0, meta: json!({}), capabilities: json!({}) };
        if era == Era::Handshake {
            let hello = json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            });
            let told = client.ask("initialize", hello);
            assert_eq!(told["serverInfo"]["name"], "orch");
            client.piped.say_line(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        }
        client
    }

    /// The agent's surface, in the older era.
    pub fn agent(house: &House) -> Self {
        Self::new(house, Era::Handshake, &[])
    }

    pub fn operator(house: &House) -> Self {
        Self::new(house, Era::Inline, &["--surface", "operator"])
    }

    pub fn with_session(mut self, key: &str) -> Self {
        self.meta["orch/session"] = key.into();
        self
    }

    /// Asks, and gives the whole reply.
    #[track_caller]
    pub fn reply(&mut self, method: &str, mut params: Json) -> Json {
        self.asked += 1;
        let mut meta = self.meta.clone();
        if self.era == Era::Inline {
            meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28".into();
            meta["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
            meta["io.modelcontextprotocol/clientInfo"] = json!({ "name": "test", "version": "1" });
        }
        params["_meta"] = meta;
        let id = self.asked;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.piped.say_line(&request.to_string());
        let reply: Json = serde_json::from_str(&self.piped.line().expect("an answer")).unwrap();
        assert_eq!(reply["id"], id, "{reply}");
        reply
    }

    /// Asks, and gives the result.
    #[track_caller]
    pub fn ask(&mut self, method: &str, params: Json) -> Json {
        let reply = self.reply(method, params);
        assert!(reply.get("error").is_none(), "{reply}");
        let result = &reply["result"];
        if self.era == Era::Inline {
            assert_eq!(result["resultType"], "complete", "{reply}");
        }
        result.clone()
    }

    /// Calls a tool, and gives the result: the same as text and as structured content, and short.
    #[track_caller]
    pub fn result(&mut self, tool: &str, arguments: Json) -> Json {
        let result = self.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.len() < 8192, "{} bytes", text.len());
        assert_eq!(serde_json::from_str::<Json>(text).unwrap(), result["structuredContent"]);
        result
    }

    /// Calls a tool that does what it should.
    #[track_caller]
    pub fn call(&mut self, tool: &str, arguments: Json) -> Json {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        result["structuredContent"].clone()
    }

    /// Calls a tool that may refuse yet.
    #[track_caller]
    pub fn refusable(&mut self, tool: &str, arguments: Json) -> Json {
        self.result(tool, arguments)["structuredContent"].clone()
    }

    /// Calls a tool that refuses; gives what it says.
    #[track_caller]
    pub fn refused(&mut self, tool: &str, arguments: Json) -> Json {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        let told = result["structuredContent"].clone();
        assert_eq!(told["success"], false);
        told
    }
}

/// One gate for an agent that leaves a poem of three words, and nobody who does it.
pub fn poem() -> House {
    House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'agent'\nprompt = 'ask.md'\ncontract = 'poem'\n\
             retry = { attempts = 2 }\n",
        )
        .file("prompts/ask.md", "Write the poem.\n")
        .contract(
            "poem",
            "[[output]]\npath = 'out/poem.md'\nchecks = [{ kind = 'word_count', min = 3 }]\n",
        )
}

/// The same with a run that waits for the work.
pub fn waiting_poem() -> House {
    let house = poem();
    house.orch("run demo --agent none").code(3);
    house
}
