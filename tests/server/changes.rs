//! Changes of the real NetBox by plans that a person approved, and by nothing else.

use std::time::Duration;

use http::Method;
use netbox_chatbox::server::config::{
    AnswerConfig, LimitConfig, ModelSource, PeopleConfig, RemoteModel, SignInMode, StorageConfig,
};
use netbox_chatbox::wire::change::{Approval, Decision};
use netbox_chatbox::wire::transcript::{EndReason, Part};
use serde_json::{Value, json};

use crate::scratch::both;
use crate::scripted_model::{Reply, Script, events, said, text};
use crate::sign_in::{made_for, rest, setting, signed_in, with_netbox};
use crate::stack::{Socket, Stack, behind_a_proxy, remote_netbox};

/// One local person, who may change NetBox.
fn alone() -> PeopleConfig {
    PeopleConfig { changes: true, ..PeopleConfig::nobody() }
}

/// A model that plays these replies, before the real NetBox with the token in this variable.
async fn stack(people: PeopleConfig, token: &str, replies: Vec<Reply>) -> (Script, Stack) {
    stack_over(people, token, replies, StorageConfig::memory()).await
}

async fn stack_over(people: PeopleConfig, token: &str, replies: Vec<Reply>, storage: StorageConfig) -> (Script, Stack) {
    let (script, url) = Script::serve(replies).await;
    let netbox = remote_netbox(&format!("{}/", setting("TEST_NETBOX_URL")), &setting(token));
    let model = ModelSource::Remote(RemoteModel::new(url, None, "claude-haiku-5-5"));
    let (answers, drain) = (AnswerConfig::default(), Duration::from_millis(300));
    let stack = Stack::start_limited(people, netbox, model, answers, drain, LimitConfig::unlimited(), storage).await;
    (script, stack)
}

fn planning(id: &str, reason: &str, changes: &Value) -> Reply {
    let input = json!({"reason": reason, "changes": changes});
    let call = json!({"type": "tool_use", "id": id, "name": "netbox_change", "input": input});
    Reply::Events(events(&[call], "tool_use"))
}

/// Asks, and waits for the plan.
async fn plan(socket: &mut Socket) -> Value {
    socket.send(json!({"type": "send", "text": "Change it"})).await;
    socket.until("approval").await
}

fn word(approval: &Value, decision: &str) -> Value {
    json!({
        "type": "approve", "conversation": approval["conversation"], "approval": approval["approval"],
        "digest": approval["digest"], "decision": decision,
    })
}

fn approval(socket: &Socket) -> Approval {
    let parts = &socket.transcript.turns.last().unwrap().answer.as_ref().unwrap().parts;
    let found = parts.iter().find_map(|part| match part {
        Part::Tool(tool) => tool.approval.clone(),
        _ => None,
    });
    found.expect("there is no plan")
}

fn end(socket: &Socket) -> EndReason {
    socket.transcript.turns.last().unwrap().answer.as_ref().unwrap().end.as_ref().unwrap().why
}

/// What the model was told of its call.
fn told(script: &Script, request: usize) -> String {
    let messages = script.requests()[request].clone();
    messages.as_array().unwrap().last().unwrap()["content"][0]["content"].as_str().unwrap().to_owned()
}

async fn netbox(method: Method, path: &str, body: Value) -> Value {
    rest(method, path, &setting("TEST_NETBOX_TOKEN"), body).await
}

/// A tenant of a name that nobody else uses; its id.
async fn tenant(description: &str) -> (String, u64) {
    let name = format!("changes-{:08x}", rand::random::<u32>());
    let made = json!({"name": name, "slug": name, "description": description});
    let made = netbox(Method::POST, "tenancy/tenants/", made).await;
    (name, made["id"].as_u64().unwrap())
}

async fn description(id: u64) -> Value {
    netbox(Method::GET, &format!("tenancy/tenants/{id}/"), Value::Null).await["description"].clone()
}

async fn delete(id: u64) {
    netbox(Method::DELETE, &format!("tenancy/tenants/{id}/"), Value::Null).await;
}

fn describe(name: &str, description: &str) -> Value {
    json!([{"action": "update", "object_type": "tenancy.tenant", "name": name, "values": {"description": description}}])
}

/// Somebody approves a change, and it is made and taken back, with what is kept at `storage`.
pub async fn one_is_approved(storage: StorageConfig) {
    let (name, id) = tenant("before").await;
    let replies = vec![planning("a", "Why", &describe(&name, "after")), said(&[text("done")])];
    let (_script, stack) = stack_over(alone(), "TEST_NETBOX_TOKEN", replies, storage).await;
    let mut socket = Socket::open(&stack.address, None).await;
    let shown = plan(&mut socket).await;
    socket.send(word(&shown, "approve")).await;
    socket.until_completed().await;
    stack.audit().flush().await;
    delete(id).await;
}

#[tokio::test]
async fn what_was_approved_is_done_as_it_was_shown_and_the_model_and_netbox_know_why() {
    let (name, id) = tenant("before").await;
    let other = format!("{name}-other");
    let changes = json!([
        {"action": "update", "object_type": "tenancy.tenant", "id": id, "values": {"description": "after", "name": name}},
        {"action": "create", "object_type": "tenancy.tenant", "values": {"name": other, "slug": other, "tags": []}},
    ]);
    let removal = json!([{"action": "delete", "object_type": "tenancy.tenant", "name": other}]);
    let replies = vec![
        planning("a", "Moved to Ohio", &changes),
        said(&[text("done")]),
        planning("b", "Not needed", &removal),
        said(&[text("gone")]),
    ];
    let (script, stack) = stack(alone(), "TEST_NETBOX_TOKEN", replies).await;
    let mut socket = Socket::open(&stack.address, None).await;
    let shown = plan(&mut socket).await;
    assert_eq!(shown["content"], "Make 2 changes: update 1 tenant, create 1 tenant");
    let [update, create] = shown["plan"]["changes"].as_array().unwrap().as_slice() else { panic!("{shown}") };
    assert_eq!(update["fields"], json!([{"field": "description", "before": "before", "after": "after"}]));
    assert_eq!(update["body"], json!({"description": "after", "changelog_message": "Moved to Ohio"}));
    assert_eq!((&update["method"], &update["path"]), (&json!("PATCH"), &json!(format!("/api/tenancy/tenants/{id}/"))));
    assert!(update["link"].as_str().unwrap().ends_with(&format!("/tenancy/tenants/{id}/")), "{update}");
    assert_eq!((&create["method"], &create["object"]), (&json!("POST"), &json!(other)));
    assert_eq!(description(id).await, "before", "nothing is done before somebody says so");

    socket.send(word(&shown, "approve")).await;
    let frames = socket.until_completed().await;
    let kinds: Vec<&str> = frames.iter().filter_map(|frame| frame["type"].as_str()).collect();
    let place = |kind: &str| kinds.iter().position(|known| *known == kind).unwrap_or_else(|| panic!("{kinds:?}"));
    assert!(place("decided") < place("applied") && place("applied") < place("tool_result"), "{kinds:?}");
    assert_eq!(description(id).await, "after");
    let applied = approval(&socket).applied;
    assert_eq!(applied.iter().map(|applied| applied.status).collect::<Vec<_>>(), [200, 201]);
    let link = applied[1].link.clone().unwrap();
    let made = netbox(Method::GET, &format!("tenancy/tenants/?name={other}"), Value::Null).await;
    assert!(link.ends_with(&format!("/tenancy/tenants/{}/", made["results"][0]["id"])), "{link}");
    let result: Value = serde_json::from_str(&told(&script, 1)).unwrap();
    assert_eq!(result["decision"], "approved");
    assert!(result["applied"].as_array().unwrap().iter().all(|applied| applied["done"] == true), "{result}");
    let log = format!("core/object-changes/?changed_object_type=tenancy.tenant&changed_object_id={id}&ordering=-time");
    let log = netbox(Method::GET, &log, Value::Null).await;
    assert_eq!(log["results"][0]["message"], "Moved to Ohio");

    let shown = plan(&mut socket).await;
    assert_eq!(shown["content"], format!("Delete tenant {other}"));
    socket.send(word(&shown, "approve")).await;
    socket.until_completed().await;
    let left = netbox(Method::GET, &format!("tenancy/tenants/?name={other}"), Value::Null).await;
    assert_eq!(left["count"], 0);
    // Whoever comes later sees what was said and done.
    let before = socket.transcript.clone();
    let mut late = Socket::open(&stack.address, None).await;
    late.send(json!({"type": "subscribe", "conversation": before.conversation, "after": 0})).await;
    late.until("snapshot").await;
    assert_eq!(late.transcript, before);
    delete(id).await;
}

#[tokio::test]
async fn a_word_counts_once_about_what_was_shown_in_its_time_and_for_nobody_else() {
    let (name, id) = tenant("before").await;
    let replies = vec![planning("a", "Why", &describe(&name, "after")), said(&[text("as you wish")])];
    let (script, stack) = stack(alone(), "TEST_NETBOX_TOKEN", replies).await;
    let mut socket = Socket::open(&stack.address, None).await;
    let shown = plan(&mut socket).await;
    let mut forged = word(&shown, "approve");
    forged["digest"] = json!("0".repeat(64));
    let mut unknown = word(&shown, "approve");
    unknown["approval"] = json!("another");
    let mut elsewhere = word(&shown, "approve");
    elsewhere["conversation"] = json!("some-other-conversation");
    for (frame, code) in [(forged, "conflict"), (unknown, "conflict"), (elsewhere, "not_found")] {
        socket.send(frame).await;
        assert_eq!(socket.until("error").await["problem"]["code"], code);
    }
    socket.send(word(&shown, "reject")).await;
    socket.until_completed().await;
    assert_eq!((approval(&socket).decision, end(&socket)), (Some(Decision::Rejected), EndReason::Done));
    assert!(told(&script, 1).contains("\"rejected\""), "{}", told(&script, 1));
    // The same word once more is no mistake; another one is too late.
    socket.send(word(&shown, "reject")).await;
    socket.send(word(&shown, "approve")).await;
    assert_eq!(socket.until("error").await["problem"]["message"], "The plan was rejected");
    socket.send(json!({"type": "ping"})).await;
    socket.until("pong").await;
    assert_eq!(description(id).await, "before");
    delete(id).await;
}

#[tokio::test]
async fn a_plan_that_nobody_decides_about_expires_and_one_that_is_stopped_is_withdrawn() {
    let (name, id) = tenant("before").await;
    let people = PeopleConfig { approval: Duration::from_millis(700), ..alone() };
    let replies = vec![planning("a", "Why", &describe(&name, "after")), said(&[text("too late")])];
    let (script, expiring) = stack(people, "TEST_NETBOX_TOKEN", replies).await;
    let mut socket = Socket::open(&expiring.address, None).await;
    let shown = plan(&mut socket).await;
    socket.until_completed().await;
    assert_eq!(approval(&socket).decision, Some(Decision::Expired));
    assert!(told(&script, 1).contains("\"expired\""));
    socket.send(word(&shown, "approve")).await;
    let error = socket.until("error").await;
    assert_eq!(error["problem"]["message"], "The plan expired before anybody decided");

    let (_script, stopped) =
        stack(alone(), "TEST_NETBOX_TOKEN", vec![planning("a", "Why", &describe(&name, "after"))]).await;
    let mut socket = Socket::open(&stopped.address, None).await;
    let shown = plan(&mut socket).await;
    socket.send(json!({"type": "stop"})).await;
    socket.until_completed().await;
    assert_eq!((approval(&socket).decision, end(&socket)), (Some(Decision::Withdrawn), EndReason::Stopped));
    socket.send(word(&shown, "approve")).await;
    assert_eq!(socket.until("error").await["problem"]["code"], "conflict");
    assert_eq!(description(id).await, "before");
    delete(id).await;
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_left_alone_and_what_follows_a_failure_is_not_done() {
    let (first, first_id) = tenant("first").await;
    let (second, second_id) = tenant("second").await;
    let (third, third_id) = tenant("third").await;
    let changes: Vec<Value> = [&first, &second, &third].iter().map(|name| describe(name, "after")[0].clone()).collect();
    let replies = vec![planning("a", "Why", &json!(changes)), said(&[text("partly")])];
    let (script, stack) = stack(alone(), "TEST_NETBOX_TOKEN", replies).await;
    let mut socket = Socket::open(&stack.address, None).await;
    let shown = plan(&mut socket).await;
    netbox(Method::PATCH, &format!("tenancy/tenants/{second_id}/"), json!({"description": "theirs"})).await;
    socket.send(word(&shown, "approve")).await;
    socket.until_completed().await;
    let applied = approval(&socket).applied;
    assert_eq!(applied.iter().map(|applied| applied.status).collect::<Vec<_>>(), [200, 412]);
    assert!(applied[1].problem.as_ref().unwrap().message.contains("changed in NetBox since"), "{applied:?}");
    let now = [description(first_id).await, description(second_id).await, description(third_id).await];
    assert_eq!(now, ["after", "theirs", "third"]);
    let result: Value = serde_json::from_str(&told(&script, 1)).unwrap();
    let done: Vec<&Value> = result["applied"].as_array().unwrap().iter().map(|applied| &applied["done"]).collect();
    assert_eq!(done, [&json!(true), &json!(false), &json!(false)], "{result}");
    for id in [first_id, second_id, third_id] {
        delete(id).await;
    }
}

#[tokio::test]
async fn what_netbox_would_ignore_or_may_not_be_done_never_becomes_a_plan() {
    let (_, id) = tenant("before").await;
    let update = |object_type: &str, values: Value| json!([{"action": "update", "object_type": object_type, "id": id, "values": values}]);
    let cases = [
        (update("tenancy.tenant", json!({"descripton": "x"})), "there is description"),
        (update("tenancy.tenant", json!({"description": "before"})), "Nothing would be different"),
        (update("tenancy.tenant", json!({"circuit_count": 3})), "sets circuit_count of tenants itself"),
        (update("tenancy.tenant", json!({"group": 99_999_999})), "no tenant group with id 99999999"),
        (update("tenancy.tenant", json!({"group": "No such group"})), "no tenant group"),
        (update("tenancy.tenant", json!({"cf_nonsense": 1})), "no custom field nonsense"),
        (update("tenancy.tenant", json!({"changelog_message": "x"})), "put it into reason"),
        (
            json!([{"action": "delete", "object_type": "tenancy.tenant", "id": id, "name": "somebody else"}]),
            "not somebody else",
        ),
        (update("users.user", json!({"is_superuser": true})), "not changed from here"),
        (json!([{"action": "create", "object_type": "tenancy.tenant", "values": {"name": "x"}}]), "needs slug"),
        (
            json!([{"action": "update", "object_type": "dcim.site", "name": "cle-01", "values": {"status": "gone"}}]),
            "one of planned",
        ),
        (
            json!([{"action": "delete", "object_type": "tenancy.tenant", "id": 99_999_999}]),
            "There is no tenant with id",
        ),
    ];
    let mut replies: Vec<Reply> =
        cases.iter().enumerate().map(|(number, (changes, _))| planning(&number.to_string(), "Why", changes)).collect();
    replies.push(said(&[text("it cannot be")]));
    let (script, stack) = stack(alone(), "TEST_NETBOX_TOKEN", replies).await;
    let mut socket = Socket::open(&stack.address, None).await;
    socket.send(json!({"type": "send", "text": "Change it"})).await;
    let frames = socket.until_completed().await;
    assert!(frames.iter().all(|frame| frame["type"] != "approval"), "{frames:?}");
    for (number, (changes, words)) in cases.iter().enumerate() {
        let told = told(&script, number + 1);
        assert!(told.contains(words) && told.contains("\nhint: "), "{changes}: {told}");
    }
    assert_eq!(description(id).await, "before");

    // A token that may only read, and one of somebody who may not.
    for token in ["TEST_NETBOX_TOKEN_READONLY", "TEST_NETBOX_TOKEN_VIEWER"] {
        let replies = vec![
            planning(
                "a",
                "Why",
                &json!([{"action": "update", "object_type": "dcim.site", "name": setting("TEST_NETBOX_VIEWER_SITE"), "values": {"description": "x"}}]),
            ),
            said(&[text("no")]),
        ];
        let (script, stack) = self::stack(alone(), token, replies).await;
        let mut socket = Socket::open(&stack.address, None).await;
        socket.send(json!({"type": "send", "text": "Change it"})).await;
        assert!(socket.until_completed().await.iter().all(|frame| frame["type"] != "approval"));
        assert!(told(&script, 1).contains("does not let this person update sites"), "{}", told(&script, 1));
    }
    delete(id).await;
}

#[tokio::test]
async fn everything_that_is_sent_is_shown_and_related_objects_by_their_names() {
    let (name, id) = tenant("before").await;
    let (other, other_id) = tenant("other").await;
    let site = setting("TEST_NETBOX_VIEWER_SITE");
    let before = netbox(Method::GET, &format!("dcim/sites/?slug={site}"), Value::Null).await["results"][0].clone();
    assert_ne!(before["tenant"]["id"], other_id);
    let values = |tenant: Value| json!([{"action": "update", "object_type": "dcim.site", "id": before["id"], "values": {"tenant": tenant}}]);
    let text = json!([{"action": "update", "object_type": "tenancy.tenant", "id": id, "values": {"description": "be\u{200b}fore", "comments": "one\ntwo"}}]);
    let cases = [
        (values(json!(other_id)), vec![("tenant", other.as_str())], json!({"tenant": other_id})),
        (values(json!({"id": other_id})), vec![("tenant", other.as_str())], json!({"tenant": other_id})),
        (values(json!(other)), vec![("tenant", other.as_str())], json!({"tenant": other_id})),
        (
            text,
            vec![("description", "be\\u{200b}fore"), ("comments", "one⏎two")],
            json!({"description": "be\u{200b}fore", "comments": "one\ntwo"}),
        ),
    ];
    for (changes, shown, sent) in cases {
        let (_script, stack) = stack(alone(), "TEST_NETBOX_TOKEN", vec![planning("a", "Why", &changes)]).await;
        let mut socket = Socket::open(&stack.address, None).await;
        let planned = plan(&mut socket).await["plan"]["changes"][0].clone();
        let fields = planned["fields"].as_array().unwrap();
        let after: Vec<(&str, &str)> =
            fields.iter().map(|field| (field["field"].as_str().unwrap(), field["after"].as_str().unwrap())).collect();
        assert_eq!(after, shown, "{changes}");
        let mut body = planned["body"].clone();
        assert_eq!(body.as_object_mut().unwrap().remove("changelog_message"), Some(json!("Why")));
        assert_eq!(body, sent, "{changes}");
    }
    assert_eq!(name.len(), other.len());
    delete(id).await;
    delete(other_id).await;
}

#[tokio::test]
async fn a_conversation_that_is_deleted_while_its_plan_waits_is_gone_and_its_server_can_stop() {
    let (name, id) = tenant("before").await;
    let replies = vec![planning("a", "Why", &describe(&name, "after"))];
    let (_script, stack) = stack(alone(), "TEST_NETBOX_TOKEN", replies).await;
    let mut socket = Socket::open(&stack.address, None).await;
    let shown = plan(&mut socket).await;
    let browser = stack.with_header("accept-language", "en");
    assert_eq!(browser.call("delete_conversation", json!({"id": shown["conversation"]})).await.0, 200);
    let mut other = Socket::open(&stack.address, None).await;
    other.send(word(&shown, "approve")).await;
    assert_eq!(other.until("error").await["problem"]["code"], "not_found");
    // Nobody works on it any more: not even for the moment that answers get when the server stops.
    assert!(stack.has_no_runs(Duration::from_secs(20)).await, "its run goes on for ever");
    assert_eq!(description(id).await, "before");
    delete(id).await;
}

fn is_offered(script: &Script) -> bool {
    script.bodies()[0]["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "netbox_change")
}

#[tokio::test]
async fn only_people_with_rights_of_their_own_are_offered_changes_and_only_where_they_are_switched_on() {
    let (name, id) = tenant("before").await;
    let replies = || vec![planning("a", "Why", &describe(&name, "after")), said(&[text("no")])];
    // Switched off; and everybody with the server's token.
    for people in [PeopleConfig::nobody(), PeopleConfig { changes: true, ..behind_a_proxy() }] {
        let is_proxy = matches!(people.mode, SignInMode::Proxy(_));
        let (script, stack) = stack(people, "TEST_NETBOX_TOKEN", replies()).await;
        let mut socket = if is_proxy { stack.script().await } else { Socket::open(&stack.address, None).await };
        socket.send(json!({"type": "send", "text": "Change it"})).await;
        assert!(socket.until_completed().await.iter().all(|frame| frame["type"] != "approval"));
        assert!(!is_offered(&script));
        assert!(told(&script, 1).contains("switched off"), "{}", told(&script, 1));
    }
    // With one's own NetBox user: the session's token may write, and NetBox knows who it was.
    let people = PeopleConfig { changes: true, ..with_netbox() };
    let (script, stack) = stack(people, "TEST_NETBOX_TOKEN", replies()).await;
    let before = made_for("admin").await;
    let (browser, _) = signed_in(&stack, &[("username", "admin"), ("password", "admin")]).await;
    let made: Vec<i64> = made_for("admin").await.difference(&before).copied().collect();
    let mut socket = browser.socket().await;
    let shown = plan(&mut socket).await;
    assert!(is_offered(&script));
    // Somebody else cannot say it for them.
    let (other, _) = signed_in(&stack, &[("username", "reader"), ("password", "reader")]).await;
    let mut others = other.socket().await;
    others.send(word(&shown, "approve")).await;
    assert_eq!(others.until("error").await["problem"]["code"], "not_found");
    socket.send(word(&shown, "approve")).await;
    socket.until_completed().await;
    assert_eq!(description(id).await, "after");
    let log = format!("core/object-changes/?changed_object_type=tenancy.tenant&changed_object_id={id}&ordering=-time");
    assert_eq!(netbox(Method::GET, &log, Value::Null).await["results"][0]["user_name"], "admin");
    for browser in [browser, other] {
        browser.submit("/sign-out", &[]).await;
    }
    // Others may sign in as the same user meanwhile.
    let left = made_for("admin").await;
    assert!(made.iter().any(|token| !left.contains(token)), "a token that may write deletes itself: {made:?} {left:?}");
    delete(id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_goes_on_waiting_when_its_server_stops_and_is_decided_at_the_next() {
    for scratch in both().await {
        let (name, id) = tenant("before").await;
        let storage = || StorageConfig::at(scratch.location());
        let replies = vec![planning("a", "Why", &describe(&name, "after"))];
        let (_script, first) = stack_over(alone(), "TEST_NETBOX_TOKEN", replies, storage()).await;
        let mut socket = Socket::open(&first.address, None).await;
        let shown = plan(&mut socket).await;
        first.tell_to_stop();
        first.stopped().await;

        let (script, second) = stack_over(alone(), "TEST_NETBOX_TOKEN", vec![said(&[text("done")])], storage()).await;
        let mut socket = Socket::open(&second.address, None).await;
        socket.send(json!({"type": "subscribe", "conversation": shown["conversation"], "after": 0})).await;
        socket.until("snapshot").await;
        let known = approval(&socket);
        assert_eq!((known.decision, json!(known.digest)), (None, shown["digest"].clone()));
        assert_eq!(description(id).await, "before");
        socket.send(word(&shown, "approve")).await;
        socket.until_completed().await;
        assert_eq!((end(&socket), description(id).await), (EndReason::Done, json!("after")));
        assert!(told(&script, 0).contains("\"approved\""));
        assert_eq!(approval(&socket).applied.len(), 1);
        delete(id).await;
    }
}
