//! What the server draws, read as text.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::location::RequestUrl;

use super::*;
use crate::wire::deployment::{ConversationSummary, StartingQuestion};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{Answer, AnswerEnd, EndReason, Part, Transcript, Turn, Usage};

fn draw(path: &str, bootstrap: Bootstrap) -> String {
    Owner::new().with(|| {
        provide_meta_context();
        provide_context(RequestUrl::new(path));
        provide_context(bootstrap);
        view! { <App /> }.to_html()
    })
}

fn conversation(question: &str, answer: &str, end: Option<EndReason>) -> Bootstrap {
    let end = end.map(|why| AnswerEnd {
        why,
        problem: None,
        milliseconds: 1_250,
        usage: Usage::default(),
        ungrounded: Vec::new(),
    });
    let answer = Answer {
        run: "r".into(),
        model: "claude".into(),
        stand_in: false,
        started_at: 1,
        parts: vec![Part::Text { text: answer.into() }],
        notice: None,
        end,
    };
    let turn = Turn {
        message: "m".into(),
        parent: None,
        question: question.into(),
        asked_at: 1,
        fresh_context: false,
        answer: Some(answer),
    };
    let mut transcript = Transcript::new("c".into());
    transcript.title = "Sites in Ohio".into();
    transcript.turns.push(turn);
    Bootstrap { opened: Opened::Conversation { transcript }, ..Bootstrap::default() }
}

#[test]
fn the_page_comes_with_its_transcript() {
    let page = draw("/c/c", conversation("Which sites?", "There are **14** sites.", Some(EndReason::Done)));
    assert!(page.contains("Which sites?"), "{page}");
    assert!(page.contains("<strong>14"), "{page}");
    assert!(page.contains("Sites in Ohio"), "{page}");
    assert!(page.contains("1.2 s"), "{page}");
}

#[test]
fn nothing_that_is_written_becomes_markup() {
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    let page = draw("/c/c", conversation(evil, &format!("{evil} [a](javascript:alert(1))"), Some(EndReason::Done)));
    for markup in ["<script>alert", "<img", "href=\"javascript"] {
        assert!(!page.contains(markup), "{markup} in {page}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
}

#[test]
fn no_style_attribute_is_drawn_because_the_policy_forbids_them() {
    let page = draw("/c/c", conversation("q", "|a|b|\n|-|-:|\n|1|2|\n\n```json\n{\"a\": 1}\n```", None));
    assert!(page.contains("<table>") && page.contains("code-"), "{page}");
    assert!(!page.contains(" style="), "{page}");
}

#[test]
fn what_a_refused_answer_had_begun_is_withdrawn() {
    let page = draw("/c/c", conversation("q", "half a secret", Some(EndReason::Refused)));
    assert!(!page.contains("half a secret"), "{page}");
    assert!(page.contains("declined"), "{page}");
}

#[test]
fn the_first_page_offers_questions_and_lists_conversations_as_links() {
    let bootstrap = Bootstrap {
        conversations: vec![ConversationSummary {
            id: "c1".into(),
            title: "Racks".into(),
            updated_at: 1,
            running: true,
            undecided: false,
        }],
        starting_questions: vec![StartingQuestion { topic: "Sites".into(), text: "Which sites?".into() }],
        ..Bootstrap::default()
    };
    let page = draw("/", bootstrap);
    assert!(page.contains(r#"href="/c/c1""#), "{page}");
    assert!(page.contains("/?question=Which%20sites"), "{page}");
    assert!(page.contains("Ask your NetBox"), "{page}");
}

#[test]
fn a_missing_conversation_says_so_and_leads_on() {
    let problem = Problem::new(ProblemCode::NotFound, "There is no such conversation").hint("It may have been deleted");
    let page = draw("/c/x", Bootstrap { opened: Opened::Missing { problem }, ..Bootstrap::default() });
    assert!(page.contains("There is no such conversation") && page.contains("It may have been deleted"), "{page}");
}

#[test]
fn an_unknown_address_is_not_a_conversation() {
    let page = draw("/settings", Bootstrap::default());
    assert!(page.contains("There is nothing at this address"), "{page}");
}
