//! Searching in conversations, as the page does it.

use serde_json::{Value, json};

use crate::stack::{Browser, Stack};

async fn found(browser: &Browser, query: &str) -> Vec<Value> {
    let (status, hits) = browser.call("search_conversations", json!({ "query": query })).await;
    assert_eq!(status, 200, "{query}: {hits}");
    hits.as_array().unwrap().clone()
}

#[tokio::test]
async fn what_was_asked_answered_and_shown_is_found_until_it_is_deleted() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("Which sites do we have in Ohio?").await;
    let conversation = socket.conversation();
    let turn = socket.transcript.turns[0].clone();
    let row = {
        use netbox_chatbox::wire::transcript::Part;
        let parts = turn.answer.unwrap().parts;
        let tables = parts.into_iter().filter_map(|part| match part {
            Part::Tool(tool) => tool.outcome?.table,
            _ => None,
        });
        tables.flat_map(|table| table.rows).next().unwrap()[0].text.clone()
    };
    for query in ["ohio", "\"sites do we\"", "OHI whic", row.as_str()] {
        let hits = found(&browser, query).await;
        assert!(
            hits.iter()
                .any(|hit| hit["conversation"] == conversation.as_str() && hit["message"] == turn.message.as_str()),
            "{query}: {hits:?}"
        );
    }
    let hits = found(&browser, "ohio").await;
    assert!(hits[0]["snippet"].as_array().unwrap().iter().any(|piece| piece == "Ohio"), "{hits:?}");

    let arguments = json!({"id": conversation, "title": "Quokkas"});
    assert_eq!(browser.call("rename_conversation", arguments).await.0, 200);
    assert_eq!(found(&browser, "quokka").await[0]["place"], "title");
    assert_eq!(browser.call("delete_conversation", json!({"id": conversation})).await.0, 200);
    for query in ["ohio", "quokka"] {
        assert_eq!(found(&browser, query).await, [Value::Null; 0], "{query}");
    }
}

#[tokio::test]
async fn any_text_is_a_search() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    browser.socket().await.ask("How many sites do we have?").await;
    for query in
        ["", " ", "\"", "* OR", "NEAR(", "'; DROP TABLE events", "\u{0}", "\u{202e}", "sites AND (", "\u{1f980}"]
    {
        found(&browser, query).await;
    }
    found(&browser, &"long ".repeat(10_000)).await;
}
