//! Follow-ups: a question that only makes sense after the one before it.

use super::stack::Stack;

/// Asks in turn; each answer must hold NetBox's count for the query, before the noun.
async fn converse(turns: &[(&str, &str, &str)]) {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    for (question, query, noun) in turns {
        let answer = stack.answer(&mut messages, question).await;
        let expected = format!("{} {noun}", stack.total(query).await);
        assert!(
            answer.text.contains(&expected),
            "{question}: expected {expected}, got {}\n{:?}",
            answer.text,
            answer.calls
        );
    }
}

#[tokio::test]
async fn a_place_replaces_a_place_and_a_type_a_type() {
    converse(
        &[
            ("Which sites do we have in Ohio?", "dcim/sites/?region=ohio", "sites in Ohio"),
            ("and in New York?", "dcim/sites/?region=new-york", "sites"),
            ("and the racks?", "dcim/racks/?region=new-york", "racks"),
            ("only active ones", "dcim/racks/?region=new-york&status=active", "active racks"),
            ("what about Columbus 01?", "dcim/racks/?site=cmh-01&status=active", "active racks"),
            ("How many devices are there?", "dcim/devices/", "devices"),
        ]
        .map(|(question, query, noun)| (question, query, noun.split(" in ").next().unwrap())),
    )
    .await;
}

#[tokio::test]
async fn states_and_tenants_carry_over_until_they_are_replaced() {
    converse(&[
        ("how many devices does tenant Research have?", "dcim/devices/?tenant=research", "devices"),
        ("and Orbit Medical?", "dcim/devices/?tenant=orbit-medical", "devices"),
        (
            "Are there offline servers in Texas?",
            "dcim/devices/?role=server&region=texas&status=offline",
            "offline servers",
        ),
        ("and in Ohio?", "dcim/devices/?role=server&region=ohio&status=offline", "offline server"),
    ])
    .await;
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_stopped() {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    let first = stack.answer(&mut messages, "Which devices are in Ohio?").await;
    let total = stack.total("dcim/devices/?region=ohio").await;
    assert!(first.text.contains(&format!("{total} devices")) && first.text.contains("{{result:r"), "{}", first.text);
    let second = stack.answer(&mut messages, "next").await;
    assert_eq!(second.calls[0].input["offset"], 10);
    assert!(second.text.contains(&format!("11–20 of {total} shown")), "{}", second.text);
    let counted = stack.answer(&mut messages, "How many sites do we have?").await;
    assert!(!counted.text.contains('|'), "a count is no table: {}", counted.text);
    let all = stack.answer(&mut messages, "which ones?").await;
    assert!(all.text.contains("| Akron 01 |") && all.text.contains("| Toronto 01 |"), "{}", all.text);
}

#[tokio::test]
async fn it_means_the_object_that_was_talked_about() {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    stack.answer(&mut messages, "Tell me about cle-01-rtr-01").await;
    let interfaces = stack.answer(&mut messages, "its interfaces").await;
    let total = stack.total("dcim/interfaces/?device=cle-01-rtr-01").await;
    assert!(interfaces.text.contains(&format!("{total} interfaces")), "{}", interfaces.text);
    let place = stack.answer(&mut messages, "where is it?").await;
    assert!(place.text.contains("rack MDF-1"), "{}", place.text);
    let changes = stack.answer(&mut messages, "who changed it?").await;
    let id = &stack.rest("dcim/devices/?name=cle-01-rtr-01").await["results"][0]["id"];
    assert_eq!(changes.calls[0].input["filters"]["changed_object_id"], *id);
    let peer = stack.answer(&mut messages, "what is connected to xe-0/1/2 of cle-01-rtr-01?").await;
    assert!(peer.text.contains("cle-01-fw-01"), "{}", peer.text);
    let next = stack.answer(&mut messages, "and xe-0/1/0?").await;
    assert!(next.text.contains("cle-01-core-01"), "{}", next.text);
}
