use proptest::prelude::*;
use sqlx::AssertSqlSafe;

use super::*;
use crate::server::store::scratch::{Scratch, both};
use crate::wire::event::{Event, Frame};
use crate::wire::result::Column;
use crate::wire::tool::{Cell, Table, ToolOutcome};
use crate::wire::transcript::{EndReason, Usage};

/// A database with conversations written as their logs have them.
struct Written {
    database: Database,
    _scratch: Scratch,
}

impl Written {
    async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for scratch in both().await {
            all.push(Self { database: scratch.open().await, _scratch: scratch });
        }
        all
    }

    async fn conversation(&self, id: &str, owner: &str, title: &str) {
        sqlx::query(
            "INSERT INTO conversations (id, owner, title, created_at, updated_at, last_seq, history) \
             VALUES ($1, $2, $3, 0, 0, 0, '')",
        )
        .bind(id)
        .bind(owner)
        .bind(title)
        .execute(self.database.pool())
        .await
        .unwrap();
        self.log(id, vec![(Event::Title, title.to_owned())]).await;
    }

    async fn log(&self, conversation: &str, events: Vec<(Event, String)>) {
        for (event, content) in events {
            let seq: i64 = sqlx::query("SELECT last_seq + 1 AS seq FROM conversations WHERE id = $1")
                .bind(conversation)
                .fetch_one(self.database.pool())
                .await
                .unwrap()
                .try_get("seq")
                .unwrap();
            let completed = matches!(event, Event::RunEnd { .. });
            let conversation_id = Some(ConversationId::from(conversation));
            let frame = Frame { event, seq: seq.unsigned_abs(), conversation: conversation_id, content, completed };
            sqlx::query("INSERT INTO events (conversation, seq, frame) VALUES ($1, $2, $3)")
                .bind(conversation)
                .bind(seq)
                .bind(serde_json::to_string(&frame).unwrap())
                .execute(self.database.pool())
                .await
                .unwrap();
            sqlx::query("UPDATE conversations SET last_seq = $1, updated_at = $1 WHERE id = $2")
                .bind(seq)
                .bind(conversation)
                .execute(self.database.pool())
                .await
                .unwrap();
        }
    }

    async fn turn(&self, conversation: &str, message: &str, question: &str, answer: &str, rows: &[&str]) {
        let event = Event::Message {
            message: message.into(),
            instead_of: None,
            command: None,
            asked_at: 1,
            fresh_context: false,
        };
        self.log(conversation, vec![(event, question.to_owned())]).await;
        self.answer(conversation, message, answer, rows, EndReason::Done).await;
    }

    async fn answer(&self, conversation: &str, message: &str, answer: &str, rows: &[&str], why: EndReason) {
        self.log(conversation, run(message, answer, rows)).await;
        self.end(conversation, message, why).await;
    }

    async fn end(&self, conversation: &str, message: &str, why: EndReason) {
        let end = Event::RunEnd {
            run: run_id(message),
            why,
            problem: None,
            milliseconds: 1,
            usage: Usage::default(),
            ungrounded: Vec::new(),
        };
        self.log(conversation, vec![(end, String::new())]).await;
        self.index(conversation).await;
    }

    async fn index(&self, conversation: &str) {
        let mut transaction = self.database.begin().await.unwrap();
        index_news(self.database.kind(), &mut transaction, &conversation.into()).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn hits(&self, owner: &str, query: &str) -> Vec<SearchHit> {
        self.database.search(&PersonId::from_stored(owner.to_owned()), query, 50).await.unwrap()
    }

    /// The turns that are found, or the conversations by their titles.
    async fn found(&self, owner: &str, query: &str) -> Vec<String> {
        let hits = self.hits(owner, query).await;
        hits.into_iter().map(|hit| hit.message.map_or(hit.conversation.0, |message| message.0)).collect()
    }

    async fn rows(&self, table: &str) -> i64 {
        let count = format!("SELECT COUNT(*) AS rows FROM {table}");
        sqlx::query(AssertSqlSafe(count)).fetch_one(self.database.pool()).await.unwrap().try_get("rows").unwrap()
    }
}

fn run_id(message: &str) -> crate::wire::id::RunId {
    format!("run-{message}").into()
}

fn run(message: &str, answer: &str, rows: &[&str]) -> Vec<(Event, String)> {
    let run = run_id(message);
    let row = |row: &&str| row.split('|').map(|text| Cell { text: text.to_owned(), link: None }).collect();
    let table = Table {
        columns: vec![Column { name: "name".into(), ..Column::default() }],
        rows: rows.iter().map(row).collect(),
    };
    let outcome = ToolOutcome { table: Some(table), summary: "all of them".into(), ..ToolOutcome::default() };
    let start =
        Event::RunStart { run: run.clone(), message: message.into(), model: "m".into(), stand_in: true, started_at: 2 };
    let input = serde_json::Value::Null;
    vec![
        (start, String::new()),
        (
            Event::ToolUse { run: run.clone(), part: 0, call: "c".into(), name: "n".into(), input },
            "interfaces".to_owned(),
        ),
        (Event::ToolResult { run: run.clone(), call: "c".into(), outcome }, String::new()),
        (Event::Text { run, part: 1, offset: 0 }, answer.to_owned()),
    ]
}

#[tokio::test]
async fn names_of_a_network_are_found_by_any_part_of_them() {
    for written in Written::all().await {
        written.conversation("c1", "ada", "Switches of Cleveland").await;
        written
            .turn(
                "c1",
                "m1",
                "Which switches are there?",
                "It is **core-sw-1** at `10.1.2.3`.",
                &["xe-0/0/3|00:50:56:A1:B2:C3|FDO2213A0BC", "10.1.2.0/24|vlan100|2001:0db8::0001"],
            )
            .await;
        for query in [
            "core",
            "core-sw-1",
            "sw-1",
            "sw1",
            "CORE sw",
            "10.1.2.3",
            "10.1.2",
            "10.1.2.0/24",
            "xe-0/0/3",
            "xe-0/0",
            "00:50:56:a1:b2:c3",
            "0050.56a1.b2c3",
            "005056A1B2C3",
            "00-50-56",
            "0050.56",
            "FDO2213A0BC",
            "fdo22",
            "2213A",
            "VLAN 100",
            "vlan-100",
            "2001:db8::1",
            "2001:0db8",
            "interf",
            "switch cleveland",
            "cle core 10.1.2.0",
            "\"core-sw-1 at 10.1.2.3\"",
            "\"are there\"",
            "\u{201c}it is core",
            "swi",
        ] {
            let found = written.found("ada", query).await;
            assert!(found.contains(&"m1".to_owned()), "{query} finds {found:?} ({:?})", written.database.kind());
        }
        for query in [
            "ore",
            "10.1.3",
            "\"core sw 10\"",
            "\"is there\"",
            "core-sw-2",
            "sw-1 sw-2",
            "00:50:57",
            "\"vlan 10\"",
            "name",
            "m1",
            "ada",
            "hidden",
            "**",
            "",
            "\"",
            "NOT",
            "core NOT sw",
            "x OR core",
            "words:core",
        ] {
            assert_eq!(written.found("ada", query).await, [""; 0], "{query} ({:?})", written.database.kind());
        }
    }
}

#[tokio::test]
async fn whole_words_and_what_people_wrote_come_first_and_everywhere_in_the_same_order() {
    for written in Written::all().await {
        for (id, question, answer) in [
            ("c1", "vlan 100?", "nothing"),
            ("c2", "something", "It is VLAN 10, of vlan 10 and vlan 10."),
            ("c3", "vlan 10?", "nothing"),
            ("c4", "vlan", "with 10 ports"),
        ] {
            written.conversation(id, "ada", "").await;
            written.turn(id, &format!("m-{id}"), question, answer, &[]).await;
        }
        assert_eq!(written.found("ada", "vlan 10").await, ["m-c3", "m-c2", "m-c1", "m-c4"]);
        assert_eq!(written.hits("ada", "vlan 10").await[0].snippet, ["", "vlan", " ", "10", "?"]);
        let two = written.database.search(&PersonId::from_stored("ada".into()), "vlan 10", 2).await.unwrap();
        assert_eq!(two.len(), 2);
    }
}

#[tokio::test]
async fn nobody_finds_what_is_not_theirs() {
    for written in Written::all().await {
        // The words by which the index is kept apart are the same for these: the conversation's own row decides.
        for owner in ["ada", "a-da", "bob"] {
            let id = format!("c-{owner}");
            written.conversation(&id, owner, "Secret names").await;
            written.turn(&id, &format!("m-{owner}"), "Which is the secret core?", "None.", &[]).await;
        }
        for owner in ["ada", "a-da", "bob"] {
            assert_eq!(written.found(owner, "core").await, [format!("m-{owner}")]);
        }
        assert_eq!(written.found("eve", "core").await, [""; 0]);
        assert_eq!(written.found("", "core").await, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_withdrawn_replaced_or_deleted_is_not_found() {
    for written in Written::all().await {
        written.conversation("c1", "ada", "Title").await;
        written.turn("c1", "m1", "Which question?", "The apricot.", &["banana"]).await;
        assert_eq!(written.found("ada", "apricot").await, ["m1"]);

        // Answered again: the question stays.
        let mut events = run("m1", "The cherry.", &["damson"]);
        let again = crate::wire::id::RunId::from("run-again");
        for (event, _) in &mut events {
            match event {
                Event::RunStart { run, .. }
                | Event::ToolUse { run, .. }
                | Event::ToolResult { run, .. }
                | Event::Text { run, .. } => run.clone_from(&again),
                _ => {}
            }
        }
        written.log("c1", events).await;
        written.index("c1").await;
        assert_eq!(written.found("ada", "apricot").await, ["m1"], "an answer is indexed when it has ended");
        let end = Event::RunEnd {
            run: again,
            why: EndReason::Done,
            problem: None,
            milliseconds: 1,
            usage: Usage::default(),
            ungrounded: Vec::new(),
        };
        written.log("c1", vec![(end, String::new())]).await;
        written.index("c1").await;
        for (query, expected) in
            [("apricot", false), ("banana", false), ("cherry", true), ("damson", true), ("question", true)]
        {
            assert_eq!(!written.found("ada", query).await.is_empty(), expected, "{query}");
        }

        // Withdrawn by the model.
        written
            .log(
                "c1",
                vec![(
                    Event::Message {
                        message: "m2".into(),
                        instead_of: None,
                        command: None,
                        asked_at: 1,
                        fresh_context: false,
                    },
                    "fig?".to_owned(),
                )],
            )
            .await;
        written.answer("c1", "m2", "The grape.", &["hazelnut"], EndReason::Refused).await;
        assert_eq!(written.found("ada", "fig").await, ["m2"]);
        assert_eq!(written.found("ada", "grape").await, [""; 0]);
        assert_eq!(written.found("ada", "hazelnut").await, [""; 0]);

        // Another title.
        written.log("c1", vec![(Event::Title, "Lemons".to_owned())]).await;
        written.index("c1").await;
        assert_eq!(written.found("ada", "lemon").await, ["c1"]);
        assert_eq!(written.found("ada", "title").await, [""; 0]);

        // Deleted.
        sqlx::query("DELETE FROM conversations WHERE id = 'c1'").execute(written.database.pool()).await.unwrap();
        for query in ["cherry", "damson", "question", "lemon", "fig"] {
            assert_eq!(written.found("ada", query).await, [""; 0], "{query}");
        }
        assert_eq!((written.rows("search_texts").await, written.rows("search_state").await), (0, 0));
        if written.database.kind() == Kind::Sqlite {
            assert_eq!(written.rows("search_words").await, 0);
        }
    }
}

#[tokio::test]
async fn what_the_index_has_not_is_put_into_it() {
    for written in Written::all().await {
        for number in 0..120 {
            let id = format!("c{number:03}");
            written.conversation(&id, "ada", "").await;
            if number % 40 == 0 {
                let event = Event::Message {
                    message: id.as_str().into(),
                    instead_of: None,
                    command: None,
                    asked_at: 1,
                    fresh_context: false,
                };
                written.log(&id, vec![(event, "orphan?".to_owned())]).await;
                written.log(&id, run(&id, "An answer", &[])).await;
                let end = Event::RunEnd {
                    run: run_id(&id),
                    why: EndReason::Done,
                    problem: None,
                    milliseconds: 1,
                    usage: Usage::default(),
                    ungrounded: Vec::new(),
                };
                written.log(&id, vec![(end, String::new())]).await;
            }
        }
        assert_eq!(written.found("ada", "orphan").await, [""; 0]);
        assert_eq!(written.database.index_what_is_missing().await.unwrap(), 120);
        assert_eq!(written.found("ada", "orphan").await, ["c080", "c040", "c000"]);
        assert_eq!(written.database.index_what_is_missing().await.unwrap(), 0, "nothing is missing any more");

        // By other rules.
        sqlx::query("UPDATE search_texts SET text = 'gone'").execute(written.database.pool()).await.unwrap();
        assert_eq!(written.database.index_anew().await.unwrap(), 120);
        assert_eq!(written.hits("ada", "orphan").await[0].snippet, ["", "orphan", "?"]);
        assert_eq!(written.rows("search_texts").await, 9);
    }
}

#[tokio::test]
async fn a_long_text_is_found_by_all_of_it() {
    for written in Written::all().await {
        written.conversation("c1", "ada", "").await;
        let rows: Vec<String> = (0..2_000).map(|row| format!("10.1.{}.{}|eth{row}", row / 256, row % 256)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        written.turn("c1", "m1", "All addresses?", &"\u{1f980} x".repeat(100_000), &rows).await;
        for query in ["10.1.0.0", "10.1.3.77 eth845", "\"10.1.7.207 eth1999\"", "addresses 10.1.7.207"] {
            assert_eq!(written.found("ada", query).await, ["m1"], "{query}");
        }
    }
}

#[test]
fn no_text_is_a_wrong_query() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let all = runtime.block_on(async {
        let all = Written::all().await;
        for written in &all {
            written.conversation("c1", "ada", "core-sw-1 \u{e9}\u{130}\u{df} 10.1.2.3").await;
            written.turn("c1", "m1", "Is \u{6771}\u{4eac} it? \\ ' \" : * ( )", "AND OR NOT NEAR <-> & | !", &[]).await;
        }
        all
    });
    let query = "\\PC{0,40}|.{0,40}|[\"'*():^+\\-&|!<>\\\\ a-z0-9\u{6771}\u{130}\u{0}]{0,60}";
    let mut runner = proptest::test_runner::TestRunner::default();
    runner
        .run(&query.prop_map(|text| text), |text| {
            let mut found = Vec::new();
            for written in &all {
                let owner = PersonId::from_stored("ada".to_owned());
                let hits = runtime.block_on(written.database.search(&owner, &text, 50));
                found.push(hits.map_err(|problem| TestCaseError::fail(problem.to_string()))?);
            }
            found.dedup();
            prop_assert_eq!(found.len(), 1, "both databases find the same");
            Ok(())
        })
        .unwrap();
}
