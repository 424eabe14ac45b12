use secrecy::SecretString;

use super::*;
use crate::server::netbox::Credentials;
use crate::server::person::PersonId;
use crate::server::store::scratch;
use crate::server::tools::frame::Cell;
use crate::wire::id::ConversationId;

fn owner(conversation: &str) -> Owner {
    Owner { conversation: conversation.to_owned(), reader: "ada".to_owned() }
}

fn stored(rows: usize) -> Stored {
    let mut frame = Frame::new(&["a"]);
    for _ in 0..rows {
        frame.push(vec![Cell::plain("x")]);
    }
    let total = rows as u64;
    let title = String::new();
    Stored { title, kind: None, frame, offset: 0, total, source: None, page: None, picture: None }
}

async fn keep(results: &Results, conversation: &str, rows: usize) -> String {
    let handle = results.reserve(conversation);
    results.keep(&owner(conversation), &handle, stored(rows)).await;
    handle
}

async fn has(results: &Results, owner: &Owner, handle: &str) -> bool {
    results.find(owner, handle, &Schema::embedded(None)).await.unwrap().is_some()
}

#[tokio::test]
async fn handles_count_within_a_conversation() {
    let results = Results::default();
    let mut handles = Vec::new();
    for conversation in ["a", "a", "b"] {
        handles.push(keep(&results, conversation, 1).await);
    }
    assert_eq!(handles, ["r1", "r2", "r1"]);
    assert_eq!(results.handles(&owner("a")).await.unwrap(), ["r2", "r1"]);
    assert!(!has(&results, &owner("b"), "r2").await, "another conversation's results are not found");
    assert!(has(&results, &owner("a"), " R2 ").await);
    let other = Owner { reader: "grace".to_owned(), ..owner("a") };
    assert!(!has(&results, &other, "r1").await, "nor what somebody else was shown");
    assert!(results.handles(&other).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_person_keeps_results_over_another_token_and_without_one_the_token_decides() {
    let [old, new] = ["nbt_old.token", "nbt_new.token"].map(|token| Credentials::new(&SecretString::from(token)));
    let of = |credentials, person| Owner::of(Asking { person, ..Asking::new(credentials, "a") });
    assert_eq!(of(&old, Some("ada")), of(&new, Some("ada")));
    assert_ne!(of(&old, Some("ada")), of(&old, Some("grace")));
    assert_ne!(of(&old, None), of(&new, None));
    assert_eq!(of(&old, None), of(&old, None));
}

#[tokio::test]
async fn numbers_go_on_after_a_restart() {
    let results = Results::default();
    results.go_on_after("a", 7);
    assert_eq!(results.reserve("a"), "r8");
    results.go_on_after("a", 7);
    assert_eq!((results.reserve("a"), results.reserve("b")), ("r9".to_owned(), "r1".to_owned()));
}

#[tokio::test]
async fn the_longest_unused_go_when_there_is_no_room() {
    let results = Results::default();
    let first = keep(&results, "a", MOST_CELLS / 3).await;
    let second = keep(&results, "a", MOST_CELLS / 3).await;
    assert!(has(&results, &owner("a"), &first).await);
    let third = keep(&results, "a", MOST_CELLS / 2).await;
    assert!(!has(&results, &owner("a"), &second).await && has(&results, &owner("a"), &first).await);
    assert!(has(&results, &owner("a"), &third).await);
    let huge = keep(&results, "a", MOST_CELLS * 2).await;
    assert!(has(&results, &owner("a"), &huge).await, "the newest is always there");
    assert_eq!(results.lock().cells, stored(MOST_CELLS * 2).cells());
}

#[tokio::test]
async fn results_are_there_again_after_a_restart() {
    for scratch in scratch::both().await {
        let database = scratch.open().await;
        let conversation = ConversationId::from("a");
        database.create_conversation(&conversation, &PersonId::from_stored("ada".to_owned())).await.unwrap();
        let before = Results::in_database(database, 90);
        let handle = keep(&before, "a", 3).await;

        let after = Results::in_database(scratch.open().await, 90);
        let found = after.find(&owner("a"), &handle, &Schema::embedded(None)).await.unwrap().unwrap();
        assert_eq!((found.frame.rows.len(), found.total), (3, 3));
        assert_eq!(after.handles(&owner("a")).await.unwrap(), [handle.as_str()]);
        let other = Owner { reader: "grace".to_owned(), ..owner("a") };
        assert!(!has(&after, &other, &handle).await, "another person is refused");
        // What is read now is what the handle means from now on, also after the next restart.
        after.keep(&owner("a"), &handle, stored(5)).await;
        let again = Results::in_database(scratch.open().await, 90);
        let found = again.find(&owner("a"), &handle, &Schema::embedded(None)).await.unwrap().unwrap();
        assert_eq!(found.frame.rows.len(), 5);
    }
}

#[tokio::test]
async fn what_is_older_than_the_setting_says_is_forgotten() {
    for scratch in scratch::both().await {
        let database = scratch.open().await;
        let conversation = ConversationId::from("a");
        database.create_conversation(&conversation, &PersonId::from_stored("ada".to_owned())).await.unwrap();
        let results = Results::in_database(database.clone(), 1);
        let handle = keep(&results, "a", 1).await;
        results.forget_old().await.unwrap();
        let again = Results::in_database(database.clone(), 1);
        assert!(has(&again, &owner("a"), &handle).await, "it is of today");
        // With no day at all, nothing is written, and what was is forgotten.
        let none = Results::in_database(database.clone(), 0);
        none.forget_old().await.unwrap();
        none.keep(&owner("a"), "r9", stored(1)).await;
        let again = Results::in_database(database, 90);
        assert_eq!(again.handles(&owner("a")).await.unwrap(), Vec::<String>::new());
        assert!(has(&none, &owner("a"), "r9").await, "but in memory it is");
    }
}
