//! The trail on both databases: what is noted is there, in order, and stays as it was noted.

use futures::TryStreamExt;
use serde_json::{Value, json};
use sqlx::Executor as _;

use super::*;
use crate::server::person::{PersonId, Role};
use crate::server::store::scratch::both;

async fn exported(database: &Database, filter: Filter) -> Vec<Value> {
    let pages: Vec<String> = lines(database.clone(), filter).try_collect().await.unwrap();
    pages.concat().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn content(content: bool) -> AuditConfig {
    AuditConfig { content, retention_days: 0 }
}

#[tokio::test]
async fn what_is_noted_is_exported_in_order_and_can_be_picked() {
    for scratch in both().await {
        let database = scratch.open().await;
        let audit = Audit::start(database.clone(), content(false));
        let anna = PersonId::new();
        let bert = database.meet("netbox:bert", "Bert", Role::User, 1).await.unwrap().id;
        // More than one page.
        for number in 0..600 {
            audit.record(Entry::settings(&anna, &number.to_string()));
        }
        audit.record(Entry::sign_in("netbox:bert", "netbox").from("203.0.113.7".parse().unwrap()));
        audit.flush().await;
        let all = exported(&database, Filter::default()).await;
        assert_eq!(all.len(), 601);
        let numbers: Vec<_> = all[..600].iter().map(|line| line["detail"]["what"].as_str().unwrap()).collect();
        assert!(numbers.iter().enumerate().all(|(number, what)| *what == number.to_string()));
        let last = &all[600];
        assert_eq!((&last["kind"], &last["subject"]), (&json!("sign_in"), &json!("netbox:bert")));
        assert_eq!(last["person"], bert.as_str());
        assert_eq!((&last["address"], &last["detail"]["mode"]), (&json!("203.0.113.7"), &json!("netbox")));
        for person in [bert.as_str(), "netbox:bert"] {
            let of_bert = exported(&database, Filter { person: Some(person.to_owned()), ..Filter::default() }).await;
            assert_eq!(of_bert, std::slice::from_ref(last));
        }
        let at = |line: &Value| line["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let after = Filter { since: Some(at(last) + 1), ..Filter::default() };
        assert!(exported(&database, after).await.is_empty());
        let before = Filter { until: Some(at(&all[0])), ..Filter::default() };
        assert!(exported(&database, before).await.is_empty());
        database.close().await;
    }
}

#[tokio::test]
async fn an_entry_cannot_be_changed_and_goes_only_by_its_age() {
    for scratch in both().await {
        let database = scratch.open().await;
        let audit = Audit::start(database.clone(), content(false));
        audit.record(Entry::sign_in_failed("netbox", Some("anna"), "wrong password"));
        audit.flush().await;
        let changed = database.pool_for_tests().execute("UPDATE audit SET kind = 'sign_in'").await;
        assert!(changed.unwrap_err().to_string().contains("append-only"));
        let now = crate::server::clock::now();
        assert_eq!(database.forget_audit(now - 60_000).await.unwrap(), 0);
        assert_eq!(exported(&database, Filter::default()).await[0]["kind"], "sign_in_failed");
        assert_eq!(database.forget_audit(now + 60_000).await.unwrap(), 1);
        assert!(exported(&database, Filter::default()).await.is_empty());
        database.close().await;
    }
}

#[tokio::test]
async fn words_are_written_only_where_they_are_wanted() {
    for wanted in [false, true] {
        let database = Database::memory().await.unwrap();
        let audit = Audit::start(database.clone(), content(wanted));
        audit.record(Entry::question(&PersonId::new(), &"c-12345678".into(), &"m".into(), "Where is Bielefeld?"));
        audit.flush().await;
        let line = exported(&database, Filter::default()).await.remove(0);
        assert_eq!(line.to_string().contains("Bielefeld"), wanted, "{line}");
        assert_eq!((&line["conversation"], &line["detail"]["characters"]), (&json!("c-12345678"), &json!(19)));
    }
}

#[tokio::test]
async fn a_database_that_fails_is_told_and_nothing_waits_for_it() {
    let database = Database::memory().await.unwrap();
    let audit = Audit::start(database.clone(), content(false));
    assert_eq!(audit.fault(), None);
    database.pool_for_tests().execute("ALTER TABLE audit RENAME TO elsewhere").await.unwrap();
    let person = PersonId::new();
    audit.record(Entry::sign_out(&person));
    audit.flush().await;
    let fault = audit.fault().unwrap();
    assert!(fault.since.is_some() && fault.lost == 0, "{fault:?}");
    for _ in 0..WAITING_ENTRIES + 50 {
        audit.record(Entry::sign_out(&person));
    }
    assert!(audit.fault().unwrap().lost >= 49, "memory has a bound");
    // It is tried again until it works; whoever waits here waits for that.
    database.pool_for_tests().execute("ALTER TABLE elsewhere RENAME TO audit").await.unwrap();
    while audit.fault().unwrap().since.is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    audit.flush().await;
    assert!(exported(&database, Filter::default()).await.len() > WAITING_ENTRIES - 10);
}
