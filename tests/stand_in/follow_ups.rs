//! Follow-ups of questions that one call answered: the same of something else, narrower, or of what was found.

use serde_json::json;

use super::stack::Stack;

#[tokio::test]
async fn the_same_is_asked_of_something_else() {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    stack.answer(&mut messages, "How full is 10.17.16.0/26?").await;
    let next = stack.answer(&mut messages, "and 10.17.0.0/24?").await;
    assert_eq!(next.calls[0].input, json!({"question": "utilization", "prefix": "10.17.0.0/24"}));
    let mut messages = Vec::new();
    stack.answer(&mut messages, "What breaks if cle-01-core-01 fails?").await;
    let next = stack.answer(&mut messages, "what about cle-01-rtr-01?").await;
    assert_eq!(next.calls[0].input["name"], "cle-01-rtr-01", "{}", next.text);
    let mut messages = Vec::new();
    stack.answer(&mut messages, "What is in rack A01 at Columbus 01?").await;
    let next = stack.answer(&mut messages, "and A02?").await;
    assert!(next.text.contains("Rack **A02** at Columbus 01"), "{}", next.text);
    let next = stack.answer(&mut messages, "and at Dallas?").await;
    assert!(next.text.contains("Rack **A02** at Dallas 01"), "{}\n{:?}", next.text, next.calls);
}

#[tokio::test]
async fn a_place_or_a_state_narrows_a_count() {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    let all = stack.answer(&mut messages, "Devices by vendor").await;
    assert!(all.text.contains(&format!("{} devices", stack.total("dcim/devices/").await)), "{}", all.text);
    let there = stack.answer(&mut messages, "and in Ohio?").await;
    let total = stack.total("dcim/devices/?region=ohio").await;
    assert!(there.text.contains(&format!("{total} devices")), "{}\n{:?}", there.text, there.calls);
    let active = stack.answer(&mut messages, "only the active ones").await;
    let total = stack.total("dcim/devices/?region=ohio&status=active").await;
    assert!(active.text.contains(&format!("{total} devices")), "{}\n{:?}", active.text, active.calls);
    let dallas = stack.answer(&mut messages, "and in Dallas?").await;
    let total = stack.total("dcim/devices/?site=dfw-01&status=active").await;
    assert!(dallas.text.contains(&format!("{total} devices")), "{}\n{:?}", dallas.text, dallas.calls);
}

#[tokio::test]
async fn what_was_found_is_narrowed_counted_and_shown_by_its_handle() {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    stack.answer(&mut messages, "Which devices are at Columbus 01?").await;
    let without = stack.answer(&mut messages, "Which of those have no primary IP?").await;
    let total = stack.total("dcim/devices/?site=cmh-01&has_primary_ip=false").await;
    assert!(without.text.contains(&format!("**{total}** of those devices")), "{}\n{:?}", without.text, without.calls);
    assert!(without.calls.iter().all(|call| call.input["from"].is_string()), "{:?}", without.calls);
    let roles = stack.answer(&mut messages, "group them by role").await;
    assert!(roles.text.contains(&format!("{total} devices")), "{}", roles.text);
    assert!(roles.calls.iter().all(|call| call.input["from"].is_string()), "{:?}", roles.calls);
    let table = stack.answer(&mut messages, "show them as a table").await;
    assert!(table.calls.is_empty() && table.text.contains("{{result:r"), "{}", table.text);
}

#[tokio::test]
async fn it_means_what_the_call_was_about() {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    stack.answer(&mut messages, "Neighbours of cle-01-rtr-01").await;
    let ports = stack.answer(&mut messages, "how many free ports does it have?").await;
    assert_eq!(ports.calls[0].input["name"], "cle-01-rtr-01", "{}", ports.text);
    let place = stack.answer(&mut messages, "where is it?").await;
    assert!(place.text.contains("MDF-1"), "{}\n{:?}", place.text, place.calls);
}

#[tokio::test]
async fn a_near_name_is_taken_and_what_is_unknown_is_said() {
    let stack = Stack::start().await;
    let near = stack.one("Which racks of Columbus have room for 4 units?").await;
    assert!(near.text.contains("at Columbus 01"), "{}", near.text);
    let unknown = stack.one("What breaks if xyz-99 fails?").await;
    assert!(unknown.text.contains("could not look that up") && unknown.text.contains("xyz-99"), "{}", unknown.text);
    let lost = stack.one("blorp the frobnicator").await;
    for ability in ["did not understand", "free addresses", "what breaks", "changed"] {
        assert!(lost.text.contains(ability), "{ability}: {}", lost.text);
    }
}
