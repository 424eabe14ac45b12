//! TEMP
use crate::server::netbox::{Client, Credentials};
pub struct Toolbox;
pub struct Definition {
    pub name: String,
    pub description: String,
    pub input_schema: serde_json::Value,
}
pub struct Outcome {
    pub model_text: String,
    pub evidence: crate::wire::tool::ToolOutcome,
}
impl Toolbox {
    pub fn new(_: std::sync::Arc<Client>) -> Self {
        Self
    }
    pub fn definitions(&self) -> Vec<Definition> {
        vec![]
    }
    pub fn title(&self, _: &str, _: &serde_json::Value) -> String {
        String::new()
    }
    pub async fn call(&self, _: &Credentials, _: &str, _: &serde_json::Value) -> Outcome {
        Outcome { model_text: String::new(), evidence: Default::default() }
    }
}
