//! Wishes for changes, with the tool that plans them and a person who decides: what NetBox says afterwards counts.

use netbox_chatbox::wire::change::Decision;
use serde_json::{Value, json};

use super::stack::{Answer, CHANGE, Stack};

/// The changes of the one plan that an answer made.
fn planned(answer: &Answer) -> &Vec<Value> {
    let plans: Vec<&Value> = answer.calls.iter().filter(|call| call.name == CHANGE).map(|call| &call.input).collect();
    assert_eq!(plans.len(), 1, "{}\n{:?}", answer.text, answer.calls);
    assert!(!plans[0]["reason"].as_str().unwrap().is_empty());
    plans[0]["changes"].as_array().unwrap()
}

#[tokio::test]
async fn an_approved_wish_comes_true() {
    let stack = Stack::deciding(Some(Decision::Approved)).await;
    let answer = stack.one("Set the status of cle-01-rtr-01 to offline").await;
    assert_eq!(answer.text, "Done: `device cle-01-rtr-01` was changed.");
    assert_eq!(planned(&answer).len(), 1);
    assert_eq!(stack.rest("dcim/devices/?name=cle-01-rtr-01").await["results"][0]["status"]["value"], "offline");
    let log = stack.rest("core/object-changes/").await["results"][0].clone();
    assert_eq!(log["message"], "Set the status of cle-01-rtr-01 to offline");

    for (wish, query, field, value) in [
        ("Rename the site Akron 01 to Akron Works", "dcim/sites/?slug=akr-01", "name", json!("Akron Works")),
        (
            "Change the description of rack A01 at Columbus 01 to \"Leaves in March\"",
            "dcim/racks/?site=cmh-01&name=A01",
            "description",
            json!("Leaves in March"),
        ),
        ("Create a tenant called Acme Works", "tenancy/tenants/?name=Acme%20Works", "slug", json!("acme-works")),
        ("Create a site called Foo in Ohio", "dcim/sites/?name=Foo", "slug", json!("foo")),
        ("Add the VLAN 123 named lab at cle-01", "ipam/vlans/?name=lab&site=cle-01", "vid", json!(123)),
    ] {
        let answer = stack.one(wish).await;
        assert!(answer.text.starts_with("Done: "), "{wish}: {}\n{:?}", answer.text, answer.calls);
        assert_eq!(stack.rest(query).await["results"][0][field], value, "{wish}");
    }
    let answer = stack.one("Delete the tenant Acme Works").await;
    assert!(answer.text.contains("`tenant Acme Works` was deleted"), "{}", answer.text);
    assert_eq!(stack.total("tenancy/tenants/?name=Acme%20Works").await, 0);
}

#[tokio::test]
async fn all_of_a_list_are_changed_by_one_plan() {
    let stack = Stack::deciding(Some(Decision::Approved)).await;
    let there = stack.total("dcim/devices/?site=sin-01").await;
    assert!((2..=50).contains(&there), "{there} devices");
    let answer = stack.one("Set the status of all devices in Singapore 01 to planned").await;
    assert_eq!(planned(&answer).len() as u64, there, "{}", answer.text);
    assert!(answer.text.starts_with(&format!("Done: all {there} changes were made")), "{}", answer.text);
    assert_eq!(stack.total("dcim/devices/?site=sin-01&status=planned").await, there);
    assert!(answer.calls.iter().any(|call| call.name == "netbox_get_objects"));
    let many = stack.one("Set the status of all devices to planned").await;
    assert!(
        many.text.contains("I changed nothing") && many.calls.iter().all(|call| call.name != CHANGE),
        "{}",
        many.text
    );
    // What is not understood must not widen a change.
    let unknown = stack.one("Set the status of all devices in Atlantis to planned").await;
    assert!(unknown.calls.iter().all(|call| call.name != CHANGE), "{}", unknown.text);
}

#[tokio::test]
async fn it_is_what_was_talked_about() {
    let stack = Stack::deciding(Some(Decision::Approved)).await;
    let mut messages = Vec::new();
    stack.answer(&mut messages, "Tell me about cle-01-rtr-01").await;
    let answer = stack.answer(&mut messages, "Set its status to offline").await;
    assert!(answer.text.starts_with("Done: "), "{}", answer.text);
    assert_eq!(stack.rest("dcim/devices/?name=cle-01-rtr-01").await["results"][0]["status"]["value"], "offline");
    let after = stack.answer(&mut messages, "How many devices do we have?").await;
    assert!(after.calls.iter().all(|call| call.name != CHANGE), "nothing is asked for twice");
}

#[tokio::test]
async fn what_did_not_happen_is_said() {
    for (word, words) in [
        (Decision::Rejected, "You did not approve it, so nothing was changed."),
        (Decision::Expired, "Nobody approved it in time"),
        (Decision::Withdrawn, "stopped before anybody approved it"),
    ] {
        let stack = Stack::deciding(Some(word)).await;
        let answer = stack.one("Set the status of cle-01-rtr-01 to offline").await;
        assert!(answer.text.contains(words), "{}", answer.text);
        assert_eq!(stack.rest("dcim/devices/?name=cle-01-rtr-01").await["results"][0]["status"]["value"], "active");
    }
    let stack = Stack::deciding(Some(Decision::Approved)).await;
    let refused = stack.one("Set the status of cle-01-rtr-01 to \"on fire\"").await;
    assert!(
        refused.text.contains("status cannot be") && refused.text.contains("Nothing was changed"),
        "{}",
        refused.text
    );
    let kept = stack.one("Delete the manufacturer Cisco").await;
    assert!(kept.text.contains("was not deleted") && kept.text.contains("dependent objects"), "{}", kept.text);
    assert_eq!(stack.total("dcim/manufacturers/?slug=cisco").await, 1);
}

#[tokio::test]
async fn where_nothing_can_be_changed_it_says_how_that_is_switched_on() {
    let stack = Stack::start().await;
    for wish in ["Set the status of cle-01-rtr-01 to offline", "Decommission everything"] {
        let answer = stack.one(wish).await;
        assert!(answer.text.contains("`CHANGES=on`") && answer.calls.is_empty(), "{}", answer.text);
    }
    let stack = Stack::deciding(Some(Decision::Approved)).await;
    let answer = stack.one("Reboot cle-01-rtr-01").await;
    assert!(answer.text.contains("did not understand that change") && answer.calls.is_empty(), "{}", answer.text);
}
