//! Results by reference outlive the program: an old conversation shows its tables as they were.

use netbox_chatbox::wire::id::ConversationId;
use netbox_chatbox::wire::transcript::{Part, Transcript};
use serde_json::{Value, json};

use crate::program::{Program, without_addresses};
use crate::scratch::both;
use crate::stack::{Browser, USER_HEADER, http_client};

const QUESTION: &str = "Which devices are at Columbus 01?";

/// People whom a proxy on loopback names: there are several.
const PEOPLE: [(&str, &str); 2] = [("AUTH_MODE", "proxy"), ("TRUSTED_PROXIES", "127.0.0.1")];

fn browser(program: &Program, person: &str) -> Browser {
    let header = (USER_HEADER.to_owned(), person.to_owned());
    Browser { client: http_client(), address: program.address.clone(), header }
}

/// The handle of the newest result that the answer is made of.
fn handle_of(transcript: &Transcript) -> String {
    let answer = transcript.turns.last().unwrap().answer.as_ref().unwrap();
    let mut outcomes = answer.parts.iter().filter_map(|part| match part {
        Part::Tool(call) => call.outcome.as_ref()?.result.clone(),
        _ => None,
    });
    outcomes.next_back().expect("the answer has a result").handle
}

async fn page(browser: &Browser, conversation: &ConversationId, handle: &str) -> (u16, Value) {
    let query = json!({"offset": 10, "limit": 20, "ordering": "name", "search": ""});
    browser.call("result_page", json!({"conversation": conversation, "handle": handle, "query": query})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_shown_again_after_the_program_was_killed() {
    for scratch in both().await {
        let program = Program::start_with(scratch.location(), &PEOPLE).await;
        let first = browser(&program, "ada");
        let mut socket = first.socket().await;
        socket.send(json!({"type": "send", "id": "one", "text": QUESTION})).await;
        let conversation = ConversationId::from(socket.until("ack").await["conversation"].as_str().unwrap());
        socket.until_over(1).await;
        let handle = handle_of(&socket.transcript);
        let (status, before) = page(&first, &conversation, &handle).await;
        assert_eq!(status, 200, "{before}");
        assert_eq!(before["rows"].as_array().unwrap().len(), 20, "{before}");
        program.kill();

        let program = Program::start_with(scratch.location(), &PEOPLE).await;
        let again = browser(&program, "ada");
        let (status, after) = page(&again, &conversation, &handle).await;
        assert_eq!(status, 200, "{after}");
        assert_eq!(without_addresses(&after.to_string()), without_addresses(&before.to_string()));
        let (status, refused) = page(&browser(&program, "grace"), &conversation, &handle).await;
        assert_eq!(status, 404, "another person's: {refused}");
        // What the next question finds gets a handle of its own.
        let mut socket = again.socket().await;
        socket.send(json!({"type": "subscribe", "conversation": conversation, "after": 0})).await;
        socket.until("snapshot").await;
        socket.ask("And how many racks?").await;
        assert_ne!(handle_of(&socket.transcript), handle);
        let (status, gone) = page(&again, &conversation, "r99").await;
        assert_eq!(status, 404, "{gone}");
    }
}
