use serde_json::Value;

use crate::side::Side;

#[tokio::test]
async fn scratch() {
    let text = std::fs::read_to_string("/tmp/calls.jsonl").unwrap();
    for side in Side::both().await {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let call: Value = serde_json::from_str(line).unwrap();
            let name = call["name"].as_str().unwrap();
            let outcome = side.call(name, call["input"].clone()).await;
            println!("\n## {} {}", side.name, call["input"]);
            println!("{}\n-- {} B, {} requests, {} ms, {} B from NetBox | {}", outcome.model_text, outcome.model_text.len(), outcome.evidence.requests.len(), outcome.evidence.milliseconds, outcome.evidence.requests.iter().map(|r| r.bytes).sum::<u64>(), outcome.evidence.summary);
        }
    }
}
