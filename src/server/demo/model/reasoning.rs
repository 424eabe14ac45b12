//! What the model says: the newest question is understood by rules, looked up with the offered tools and answered.

mod history;
mod look;

use serde_json::json;

use super::reply::Reply;
use super::request::Request;
use history::Outcome;
use look::{Call, Look, Wait};

/// Rounds of calls for one question before it is given up.
const MOST_ROUNDS: usize = 8;

/// The next message of the assistant.
pub(super) fn reply(request: &Request) -> Reply {
    let turns = history::turns(&request.messages);
    let Some(turn) = turns.last() else {
        return Reply::text(String::new(), "I did not find a question in this conversation.".into());
    };
    let offered = |name: &str| request.tools.iter().any(|tool| tool.name == name);
    let mut look = Look::new(&turn.exchanges, &offered);
    match count_sites(&turn.question, &mut look) {
        Ok(text) => Reply::text(look.thinking(), text),
        Err(Wait) => match look.missing {
            Some(tool) => {
                Reply::text(String::new(), format!("I cannot look that up: the tool `{tool}` is not offered here."))
            }
            None if turn.rounds >= MOST_ROUNDS || !request.may_call => {
                Reply::text(String::new(), "I could not finish looking this up.".into())
            }
            None => {
                let thinking = look.thinking();
                let most = if request.parallel { usize::MAX } else { 1 };
                let calls = look.pending.into_iter().take(most).map(|call| (call.name.to_owned(), call.input));
                Reply::calls(thinking, calls)
            }
        },
    }
}

fn count_sites(question: &str, look: &mut Look) -> Result<String, Wait> {
    if !question.to_lowercase().contains("site") {
        return Ok(
            "I am the demo's stand-in model and did not understand that. Ask me: How many sites do we have?".into()
        );
    }
    look.think("The question is about sites. One list of dcim.site gives the number.");
    let input = json!({"object_type": "dcim.site", "limit": 20, "fields": ["id", "name", "status", "region"]});
    Ok(match look.one(Call { name: "netbox_get_objects", input })? {
        Outcome::Failed(reason) => format!("NetBox did not answer: {reason}"),
        Outcome::Found(list) => {
            let rows = list["results"].as_array().map(Vec::as_slice).unwrap_or_default();
            let names: Vec<String> = rows
                .iter()
                .filter_map(|row| Some(format!("- {}", row["name"].as_str().or(row["display"].as_str())?)))
                .collect();
            format!("There are **{} sites**.\n\n{}", list["total"], names.join("\n"))
        }
    })
}
