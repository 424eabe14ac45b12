//! The kinds of questions that the stand-in knows, each in several wordings: what it says is compared with what the
//! REST API of the same NetBox says, without any tool between.

mod addresses;
mod cabling;
mod devices;
mod people;
mod places;
mod services;
mod truth;

use super::stack::Stack;
pub use truth::Fact;

/// A kind of question: its name, its wordings, and what each answer must hold.
pub type Kind = (&'static str, &'static [&'static str], &'static [Fact]);

const FAMILIES: &[&[Kind]] =
    &[devices::KINDS, places::KINDS, addresses::KINDS, cabling::KINDS, services::KINDS, people::KINDS];

/// All wordings of all kinds.
pub fn wordings() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().flat_map(|family| family.iter()).flat_map(|(_, wordings, _)| wordings.iter().copied())
}

/// Rounds of calls that a question may take.
const MOST_ROUNDS: usize = 2;

async fn check(family: &[Kind]) {
    let stack = Stack::start().await;
    let mut wrong = Vec::new();
    for (kind, wordings, facts) in family {
        assert!(wordings.len() >= 2, "{kind} has one wording only");
        let mut expected = Vec::new();
        for fact in *facts {
            expected.extend(fact.words(&stack).await);
        }
        assert!(!expected.is_empty(), "{kind} has nothing that the answer must hold");
        for question in *wordings {
            let answer = stack.one(question).await;
            let missing: Vec<&String> = expected.iter().filter(|words| !answer.text.contains(*words)).collect();
            let rounds = answer.calls.iter().map(|call| call.round + 1).max().unwrap_or_default();
            let failed = answer.calls.iter().any(|call| call.failed);
            if !missing.is_empty() || failed || rounds == 0 || rounds > MOST_ROUNDS {
                let calls: Vec<String> =
                    answer.calls.iter().map(|call| format!("{} {}", call.name, call.input)).collect();
                wrong.push(format!("{kind}: {question}\n  without {missing:?}\n  got {}\n  {calls:?}", answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn devices() {
    check(devices::KINDS).await;
}

#[tokio::test]
async fn places() {
    check(places::KINDS).await;
}

#[tokio::test]
async fn addresses() {
    check(addresses::KINDS).await;
}

#[tokio::test]
async fn cabling() {
    check(cabling::KINDS).await;
}

#[tokio::test]
async fn services() {
    check(services::KINDS).await;
}

#[tokio::test]
async fn people() {
    check(people::KINDS).await;
}

#[test]
fn there_are_enough_kinds_and_wordings() {
    let kinds = FAMILIES.iter().map(|family| family.len()).sum::<usize>();
    let wordings =
        FAMILIES.iter().flat_map(|family| family.iter()).map(|(_, wordings, _)| wordings.len()).sum::<usize>();
    assert!(kinds >= 45 && wordings >= 2 * kinds, "{kinds} kinds in {wordings} wordings");
}
