//! How often and how much, through the whole server; two servers over one database share what there is.

use netbox_chatbox::server::audit::Filter;
use netbox_chatbox::server::config::{
    Bounds, BudgetConfig, LimitConfig, OidcConfig, PeopleConfig, RateConfig, SignInMode, StorageConfig,
};
use serde_json::{Value, json};

use crate::scratch::both;
use crate::stack::{Browser, Model, Socket, Stack, USER_HEADER, http_client};

fn rates(change: impl FnOnce(&mut RateConfig)) -> LimitConfig {
    let mut limits = LimitConfig::unlimited();
    change(&mut limits.rates);
    limits
}

fn budget(person: Bounds) -> LimitConfig {
    LimitConfig { budgets: BudgetConfig { person, all: Bounds::default() }, ..LimitConfig::unlimited() }
}

async fn memory(limits: LimitConfig) -> Stack {
    Stack::limited(limits, StorageConfig::memory(), Model::default()).await
}

fn browser(stack: &Stack, name: &str) -> Browser {
    stack.with_header(USER_HEADER, name)
}

/// Asks and waits for the end, or for the refusal.
async fn ask(socket: &mut Socket, number: usize) -> Value {
    socket.send(json!({"type": "send", "id": format!("command-{number}"), "text": "How many sites do we have?"})).await;
    loop {
        let frame = socket.next().await;
        if frame["type"] == "error" || frame["completed"] == true {
            return frame;
        }
    }
}

#[tokio::test]
async fn two_servers_over_one_database_share_a_persons_messages() {
    for scratch in both().await {
        let limits = rates(|rates| rates.messages = 4);
        let one = Stack::limited(limits.clone(), StorageConfig::at(scratch.location()), Model::default()).await;
        let other = Stack::limited(limits, StorageConfig::at(scratch.location()), Model::default()).await;
        let mut sockets = [browser(&one, "anna").socket().await, browser(&other, "anna").socket().await];
        let mut refusals = Vec::new();
        for number in 0..6 {
            let last = ask(&mut sockets[number % 2], number).await;
            if last["type"] == "error" {
                refusals.push(last);
            }
        }
        assert_eq!(refusals.len(), 2, "{refusals:?}");
        for refusal in refusals {
            assert_eq!(refusal["problem"]["code"], "rate_limited");
            assert!(refusal["problem"]["retry_after_milliseconds"].as_u64().unwrap() > 0);
            assert!(refusal["problem"]["hint"].is_string());
            // By the command the page finds the question, and keeps its text.
            assert!(refusal["id"].as_str().unwrap().starts_with("command-"), "{refusal}");
        }
        let last = ask(&mut browser(&other, "bert").socket().await, 0).await;
        assert_eq!(last["why"], "done", "somebody else's are their own");
    }
}

#[tokio::test]
async fn a_command_that_is_sent_again_is_acknowledged_and_not_counted() {
    let stack = memory(rates(|rates| rates.messages = 3)).await;
    let mut socket = browser(&stack, "anna").socket().await;
    assert_eq!(ask(&mut socket, 1).await["why"], "done");
    for _ in 0..5 {
        socket.send(json!({"type": "send", "id": "command-1", "text": "How many sites do we have?"})).await;
        assert_eq!(socket.until("ack").await["duplicate"], true);
    }
    for number in [2, 3] {
        assert_eq!(ask(&mut socket, number).await["why"], "done", "the others are left");
    }
    assert_eq!(ask(&mut socket, 4).await["problem"]["code"], "rate_limited");
    socket.send(json!({"type": "send", "id": "command-1", "text": "How many sites do we have?"})).await;
    assert_eq!(socket.until("ack").await["duplicate"], true, "also where nothing is left");
    // What was refused left nothing behind, and the socket stays usable.
    assert_eq!(socket.transcript.turns.len(), 3);
    socket.send(json!({"type": "ping"})).await;
    socket.until("pong").await;
}

#[tokio::test]
async fn another_answer_to_a_question_counts_as_a_message() {
    let stack = memory(rates(|rates| rates.messages = 1)).await;
    let mut socket = browser(&stack, "anna").socket().await;
    ask(&mut socket, 1).await;
    let (conversation, message) = (socket.conversation(), socket.transcript.turns[0].message.clone());
    socket.send(json!({"type": "regenerate", "id": "again", "conversation": conversation, "message": message})).await;
    assert_eq!(socket.until("error").await["problem"]["code"], "rate_limited");
}

#[tokio::test]
async fn requests_are_counted_by_person_and_by_address_and_a_monitor_is_always_answered() {
    let stack = memory(rates(|rates| rates.requests = 5)).await;
    let anna = browser(&stack, "anna");
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(anna.call("conversations", json!({})).await.0);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429, 429]);
    assert_eq!(browser(&stack, "bert").call("conversations", json!({})).await.0, 200);

    let stack = memory(rates(|rates| rates.requests_of_an_address = 5)).await;
    for number in 0..8 {
        let url = format!("http://{}/api/conversations", stack.address);
        let request = http_client().post(url).header("x-forwarded-for", "203.0.113.7").json(&json!({}));
        let response = request.send().await.unwrap();
        // A stranger is counted before anybody looks who it is.
        assert_eq!(response.status(), if number < 5 { 401 } else { 429 });
        if number >= 5 {
            let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            let problem: Value = response.json().await.unwrap();
            assert_eq!(problem["code"], "rate_limited");
            assert!(problem["hint"].is_string() && problem["message"].is_string(), "{problem}");
        }
    }
    assert_eq!(browser(&stack, "anna").call("conversations", json!({})).await.0, 200, "another address");
    for _ in 0..20 {
        let url = format!("http://{}/health", stack.address);
        let response = http_client().get(url).header("x-forwarded-for", "203.0.113.7").send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn a_page_whose_address_looks_like_a_file_is_counted_and_files_are_not() {
    let limited: [fn(&mut RateConfig); 2] = [|rates| rates.requests = 5, |rates| rates.requests_of_an_address = 5];
    for change in limited {
        let stack = memory(rates(change)).await;
        let anna = browser(&stack, "anna");
        for _ in 0..20 {
            assert_eq!(anna.page("/pkg/none.js").await.0, 404);
            // Where the site was built.
            assert!(matches!(anna.page("/favicon.svg").await.0, 200 | 404));
            if anna.page("/favicon.svg").await.0 == 404 {
                break;
            }
        }
        let paths = ["/x.y", "/c/a.b", "/pkg.js", "/c/favicon.svg", "/robots.txt?x=1", "/%2e", "/a/pkg/b.c", "/."];
        let mut refused = 0;
        for path in paths {
            refused += usize::from(anna.page(path).await.0 == 429);
        }
        assert!(refused >= paths.len() - 5, "{refused} of {} are refused", paths.len());
    }
}

/// How many entries of the trail say that somebody could not sign in, and how many of them that it was too often.
async fn noted_failures(stack: &Stack) -> (usize, usize) {
    stack.audit().flush().await;
    let rows = stack.database().audit_page(&Filter::default(), "", 1_000).await.unwrap();
    let failed: Vec<_> = rows.iter().filter(|row| row.kind == "sign_in_failed").collect();
    (failed.len(), failed.iter().filter(|row| row.detail["reason"] == "too many attempts").count())
}

#[tokio::test]
async fn strangers_cannot_fill_the_trail_with_attempts_to_sign_in() {
    let limits = rates(|rates| rates.sign_ins_of_an_address = 3);
    let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
    let stack = Stack::with_limits(people, limits.clone()).await;
    let stranger = stack.with_header("accept-language", "en");
    for number in 0..20 {
        let answer = stranger.submit("/sign-in", &[("username", "anna"), ("password", "wrong")]).await;
        assert_eq!(answer.status() == 429, number >= 3, "{number}");
    }
    assert_eq!(noted_failures(&stack).await, (4, 1));

    // Nobody is asked for what comes back from no sign-in.
    let provider = SignInMode::Oidc(OidcConfig::new("http://127.0.0.1:9", "chatbox"));
    let stack = Stack::with_limits(PeopleConfig { mode: provider, ..PeopleConfig::nobody() }, limits).await;
    for number in 0..20 {
        let url = format!("http://{}/sign-in/oidc/callback?code=made-up&state=made-up-{number}", stack.address);
        let answer = http_client().get(url).send().await.unwrap();
        assert_eq!(answer.status(), if number < 3 { 400 } else { 429 }, "{number}");
        assert_eq!(answer.headers().contains_key("retry-after"), number >= 3);
    }
    assert_eq!(noted_failures(&stack).await, (4, 1));
    // Those are counted by themselves: an attempt that begins is still let through, to a provider that is away.
    let begun = http_client().get(format!("http://{}/sign-in/oidc", stack.address)).send().await.unwrap();
    assert_eq!(begun.status(), 502);
}

#[tokio::test]
async fn sockets_are_counted_while_they_are_open() {
    let stack = memory(rates(|rates| rates.sockets = 2)).await;
    let anna = browser(&stack, "anna");
    let refused = || async {
        let request = http_client().get(format!("http://{}/ws/chat", stack.address)).header(USER_HEADER, "anna");
        let request = request.header("connection", "upgrade").header("upgrade", "websocket");
        let request =
            request.header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.send().await.unwrap()
    };
    let (one, _two) = (anna.socket().await, anna.socket().await);
    let answer = refused().await;
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "rate_limited");
    let _bert = browser(&stack, "bert").socket().await;
    drop(one.cut());
    // The server notices in its own time that it is gone.
    while refused().await.status() == 429 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn passwords_cannot_be_tried_without_end() {
    let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
    let limits = rates(|rates| {
        rates.sign_ins_of_a_name = 3;
        rates.sign_ins_of_an_address = 8;
    });
    let stack = Stack::with_limits(people, limits).await;
    let attempt = async |name: &str, address: &str| {
        let body = format!("username={name}&password=wrong");
        let request = http_client().post(format!("http://{}/sign-in", stack.address)).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.header("x-forwarded-for", address).send().await.unwrap()
    };
    for (number, name) in ["anna", "ANNA", " anna", "anna", "Anna"].iter().enumerate() {
        let answer = attempt(name, &format!("203.0.113.{number}")).await;
        assert_eq!(answer.status() == 429, number >= 3, "{number}: one name, however it is written and from wherever");
        assert_eq!(answer.headers().contains_key("retry-after"), number >= 3);
    }
    let mut refused = 0;
    for number in 0..10 {
        refused += usize::from(attempt(&format!("person-{number}"), "198.51.100.9").await.status() == 429);
    }
    assert_eq!(refused, 2, "one address, whatever the names");
}

#[tokio::test]
async fn two_servers_over_one_database_share_a_budget_and_the_page_says_how_it_stands() {
    for scratch in both().await {
        let limits = budget(Bounds { tokens_a_day: 3_000, ..Bounds::default() });
        let one = Stack::limited(limits.clone(), StorageConfig::at(scratch.location()), Model::default()).await;
        let other = Stack::limited(limits, StorageConfig::at(scratch.location()), Model::default()).await;
        let anna = browser(&one, "anna");
        let mut sockets = [anna.socket().await, browser(&other, "anna").socket().await];
        let (mut used, mut refused, mut warned) = (0, None, 0);
        for number in 0..50 {
            let last = ask(&mut sockets[number % 2], number).await;
            if last["type"] == "error" {
                refused = Some(last);
                break;
            }
            let usage = &last["usage"];
            used += ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]
                .iter()
                .map(|name| usage[*name].as_u64().unwrap_or_default())
                .sum::<u64>();
            warned += usize::from(last["problem"]["code"] == "budget_warning");
        }
        let refused = refused.expect("nothing was refused");
        assert_eq!(refused["problem"]["code"], "budget_limit", "{refused}");
        assert!(refused["problem"]["retry_after_milliseconds"].as_u64().unwrap() <= 24 * 3_600_000);
        assert!(used >= 3_000, "{used} tokens were used, and nothing more was allowed");
        assert!(warned <= 1, "told once");
        let last = ask(&mut browser(&other, "anna").socket().await, 99).await;
        assert_eq!(last["problem"]["code"], "budget_limit", "on the other server too: {last}");
        assert_eq!(ask(&mut browser(&other, "bert").socket().await, 1).await["type"], "run_end");
        let (status, page) = anna.page("/usage").await;
        assert_eq!(status, 200);
        assert!(page.contains("used up") && page.contains("of 3,000 tokens"), "{page}");
    }
}

#[tokio::test]
async fn an_answer_is_told_to_stop_when_the_rest_of_the_budget_is_used() {
    let limits = budget(Bounds { tokens_a_day: 10_000, ..Bounds::default() });
    let model = Model { faults: true, ..Model::default() };
    let stack = Stack::limited(limits, StorageConfig::memory(), model).await;
    let mut socket = browser(&stack, "anna").socket().await;
    socket.send(json!({"type": "send", "text": "[[endless]] How many racks do we have?"})).await;
    let end = socket.until("run_end").await;
    assert_eq!(end["problem"]["code"], "budget_limit", "{end}");
    assert!(end["problem"]["hint"].as_str().unwrap().contains("/usage"), "{end}");
}

/// What this person used today, in tokens, of a budget of a million.
async fn used(person: &Browser) -> u64 {
    let (_, page) = person.page("/usage").await;
    let told = regex::Regex::new(r"([\d,]+) of 1,000,000 tokens").unwrap();
    told.captures(&page).unwrap_or_else(|| panic!("{page}"))[1].replace(',', "").parse().unwrap()
}

#[tokio::test]
async fn what_was_used_counts_although_the_conversation_is_deleted_before_the_answer_ends() {
    for scratch in both().await {
        let person = Bounds { tokens_a_day: 1_000_000, ..Bounds::default() };
        let slow = Model { natural: true, faults: true, ..Model::default() };
        let stack = Stack::limited(budget(person), StorageConfig::at(scratch.location()), slow).await;
        let anna = browser(&stack, "anna");
        let mut socket = anna.socket().await;
        socket.send(json!({"type": "send", "text": "[[slow]] Which devices are in site Columbus?"})).await;
        socket.until("tool_result").await;
        assert_eq!(anna.call("delete_conversation", json!({"id": socket.conversation()})).await.0, 200);
        assert!(used(&anna).await > 0, "the call that asked for the tool was paid for");
    }
}

#[tokio::test]
async fn only_so_many_answers_are_written_at_once_and_a_message_may_wait() {
    for scratch in both().await {
        let limits = budget(Bounds { running: 1, ..Bounds::default() });
        let model = Model { natural: true, ..Model::default() };
        let one = Stack::limited(limits.clone(), StorageConfig::at(scratch.location()), model).await;
        let other = Stack::limited(limits, StorageConfig::at(scratch.location()), model).await;
        let mut socket = browser(&one, "anna").socket().await;
        socket.send(json!({"type": "send", "text": "List all devices"})).await;
        socket.until("run_start").await;
        socket.send(json!({"type": "send", "text": "How many sites do we have?"})).await;
        socket.until("queued").await;
        let mut elsewhere = browser(&other, "anna").socket().await;
        let refused = ask(&mut elsewhere, 1).await;
        assert_eq!(refused["problem"]["code"], "rate_limited", "{refused}");
        assert_eq!(ask(&mut browser(&other, "bert").socket().await, 1).await["why"], "done");
        socket.until_completed().await;
        socket.until_completed().await;
        assert_eq!(ask(&mut elsewhere, 2).await["why"], "done");
    }
}

#[tokio::test]
async fn a_flood_of_commands_is_answered_and_the_socket_stays_usable() {
    let stack = memory(LimitConfig::unlimited()).await;
    let mut socket = browser(&stack, "anna").socket().await;
    for _ in 0..400 {
        socket.send(json!({"type": "subscribe", "conversation": "nobody-knows-it"})).await;
    }
    let mut refused = 0;
    for _ in 0..400 {
        let error = socket.until("error").await;
        refused += usize::from(error["problem"]["code"] == "rate_limited");
    }
    assert!((1..=200).contains(&refused), "{refused}");
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    socket.send(json!({"type": "ping"})).await;
    socket.until("pong").await;
}

#[tokio::test]
async fn reading_results_counts_as_queries_do() {
    let stack = memory(rates(|rates| rates.tool_calls = 6)).await;
    let anna = browser(&stack, "anna");
    let mut socket = anna.socket().await;
    socket.ask("Which sites do we have?").await;
    let asked = json!({"conversation": socket.conversation(), "handle": "r1", "query": {}});
    let mut refused = None;
    for _ in 0..7 {
        let (status, answer) = anna.call("result_page", asked.clone()).await;
        if status != 200 {
            refused = Some((status, answer));
            break;
        }
    }
    let (status, answer) = refused.expect("it is read without end");
    assert!(status == 429 && answer.to_string().contains("TOOL_CALLS_PER_MINUTE"), "{status} {answer}");
}
