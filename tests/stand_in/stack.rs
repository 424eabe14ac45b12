//! A demo NetBox and a stand-in model on loopback, and a tool loop between them as small as one can be.

use std::sync::Arc;

use netbox_chatbox::server::demo::model::{self, MODEL, Pace, Settings};
use netbox_chatbox::server::demo::netbox::{self as demo, DEMO_TOKEN};
use netbox_chatbox::server::netbox::{Address, Client, Credentials};
use netbox_chatbox::server::tools::{Asking, Carried, Changes, Outcome, Toolbox};
use netbox_chatbox::wire::change::{Approval, Decision, Plan};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The tool that changes something.
pub const CHANGE: &str = "netbox_change";
/// The time that every conversation is told.
pub const NOW: &str = "2026-11-22T10:00:00Z";

pub struct Stack {
    http: reqwest::Client,
    model: String,
    netbox: String,
    toolbox: Toolbox,
    credentials: Credentials,
    /// What the person says to every plan; none where nothing can be changed.
    word: Option<Decision>,
}

/// One call that the model made.
#[derive(Debug)]
pub struct Call {
    /// Which message of the assistant made it.
    pub round: usize,
    pub name: String,
    pub input: Value,
    pub failed: bool,
}

/// An answer and how it came about.
#[derive(Debug)]
pub struct Answer {
    pub text: String,
    pub calls: Vec<Call>,
}

impl Stack {
    pub async fn start() -> Self {
        Self::deciding(None).await
    }

    /// A stack that can change NetBox, with a person who says this to every plan.
    pub async fn deciding(word: Option<Decision>) -> Self {
        let (netbox, listener) = listen().await;
        tokio::spawn(demo::serve(listener, NOW.parse().unwrap()));
        let model = start_model(Settings { pace: Pace::Instant, key: None, faults: true }).await;
        let settings = netbox_chatbox::server::netbox::Settings::new(Address::parse(&netbox).unwrap());
        Self {
            http: reqwest::Client::new(),
            model,
            toolbox: Toolbox::new(Arc::new(Client::new(settings).unwrap())).changing(match word {
                Some(_) => Changes::All,
                None => Changes::Off,
            }),
            netbox,
            credentials: Credentials::new(&DEMO_TOKEN.to_owned().into()),
            word,
        }
    }

    /// How many objects NetBox itself counts.
    pub async fn total(&self, query: &str) -> u64 {
        self.rest(query).await["count"].as_u64().unwrap()
    }

    /// An answer of NetBox's REST API.
    pub async fn rest(&self, query: &str) -> Value {
        let join = if query.contains('?') { '&' } else { '?' };
        let address = format!("{}/api/{query}{join}limit=500", self.netbox);
        let request = self.http.get(address).header("authorization", format!("Bearer {DEMO_TOKEN}"));
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    /// All objects of a query, page by page.
    pub async fn all(&self, query: &str) -> Vec<Value> {
        let join = if query.contains('?') { '&' } else { '?' };
        let mut objects = Vec::new();
        loop {
            let page = self.rest(&format!("{query}{join}offset={}", objects.len())).await;
            let rows = page["results"].as_array().unwrap();
            objects.extend(rows.iter().cloned());
            if rows.is_empty() || objects.len() as u64 >= page["count"].as_u64().unwrap() {
                return objects;
            }
        }
    }

    /// The tools that are offered: those that change something only where something can be changed.
    pub fn tools(&self) -> Vec<Value> {
        let offered = Toolbox::definitions().into_iter().filter(|tool| self.word.is_some() || tool.name != CHANGE);
        let tool = |tool: netbox_chatbox::server::tools::Definition| json!({"name": tool.name, "description": tool.description, "input_schema": tool.input_schema});
        offered.map(tool).collect()
    }

    /// A plan, decided: what the model is told of it.
    async fn decided(&self, plan: Plan, word: Decision) -> Outcome {
        let asking = Asking::new(&self.credentials, "test");
        let mut applied = Vec::new();
        if word == Decision::Approved {
            for change in &plan.changes {
                applied.push(self.toolbox.apply(asking, change).await.0);
                if applied.iter().any(|applied| applied.problem.is_some()) {
                    break;
                }
            }
        }
        let approval = Approval {
            approval: serde_json::from_value(json!("test")).unwrap(),
            digest: String::new(),
            plan,
            expires_at: 0,
            decision: Some(word),
            applied,
        };
        Toolbox::told(&Carried { approval, broke_off: false, problem: None })
    }

    /// One request to the model; panics unless it is accepted.
    pub async fn ask(&self, messages: &[Value]) -> Value {
        let body = json!({
            "model": MODEL, "max_tokens": 32000, "tools": self.tools(), "messages": messages,
            "thinking": {"type": "adaptive", "display": "summarized"}, "cache_control": {"type": "ephemeral"},
        });
        let (status, reply) = post(&self.model, &body).await;
        assert_eq!(status, 200, "{reply}");
        serde_json::from_str(&reply).unwrap()
    }

    /// Asks a question in a conversation and runs its tools until there is an answer.
    pub async fn answer(&self, messages: &mut Vec<Value>, question: &str) -> Answer {
        let time = format!("Current time: {NOW}");
        messages.push(
            json!({"role": "user", "content": [{"type": "text", "text": question}, {"type": "text", "text": time}]}),
        );
        let mut calls = Vec::new();
        for round in 0..9 {
            let reply = self.ask(messages).await;
            messages.push(json!({"role": "assistant", "content": reply["content"]}));
            let mut results = Vec::new();
            for block in reply["content"].as_array().unwrap().iter().filter(|block| block["type"] == "tool_use") {
                let name = block["name"].as_str().unwrap();
                let mut outcome =
                    self.toolbox.call(Asking::new(&self.credentials, "test"), name, &block["input"]).await;
                if let (Some(plan), Some(word)) = (outcome.plan.take(), self.word) {
                    outcome = self.decided(plan, word).await;
                }
                let failed = outcome.evidence.is_error;
                calls.push(Call { round, name: name.to_owned(), input: block["input"].clone(), failed });
                results.push(json!({"type": "tool_result", "tool_use_id": block["id"], "content": outcome.model_text, "is_error": failed}));
            }
            if results.is_empty() {
                assert_eq!(reply["stop_reason"], "end_turn");
                let texts = reply["content"].as_array().unwrap().iter().filter_map(|block| block["text"].as_str());
                return Answer { text: texts.collect(), calls };
            }
            assert_eq!(reply["stop_reason"], "tool_use");
            messages.push(json!({"role": "user", "content": results}));
        }
        panic!("{question}: no answer after nine rounds: {calls:#?}");
    }

    /// One question in a conversation of its own.
    pub async fn one(&self, question: &str) -> Answer {
        self.answer(&mut Vec::new(), question).await
    }
}

/// A stand-in model by itself; gives its address.
pub async fn start_model(settings: Settings) -> String {
    let (address, listener) = listen().await;
    tokio::spawn(model::serve(listener, settings));
    address
}

async fn listen() -> (String, TcpListener) {
    // Another test of this process may have done it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (format!("http://{}", listener.local_addr().unwrap()), listener)
}

/// Posts to `/v1/messages`; gives the status and the whole body.
pub async fn post(address: &str, body: &Value) -> (u16, String) {
    let request =
        reqwest::Client::new().post(format!("{address}/v1/messages")).header("anthropic-version", "2026-10-21");
    let response = request.body(body.to_string()).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap_or_default())
}
