//! Plans of changes when something breaks: while they wait, when the word is said, and while they are carried out. NetBox
//! is changed once or not at all, and people are told which, or that nobody knows.

use std::time::Duration;

use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::wire::change::{Applied, Approval, Decision};
use netbox_chatbox::wire::command::Word;
use netbox_chatbox::wire::transcript::EndReason;
use serde_json::Value;

use crate::client::Client;
use crate::process::World;
use crate::proxy::Fault;
use crate::scratch::{Scratch, both};

/// The objects that are changed, one after the other.
const SITES: [&str; 5] = ["Akron 01", "Cleveland 01", "Columbus 01", "Singapore 01", "Toledo 01"];
/// What passes on the way to NetBox before the request is whole, and on the way back when it has been carried out.
const SENT: &str = "PATCH /api/";
const ANSWERED: &str = "\r\netag: ";

async fn world(scratch: Scratch) -> World {
    let mut world = World::new(scratch, Pace::Instant).await;
    world.changes = true;
    world
}

/// Asks for a change of this site, and waits for the plan.
async fn asked(client: &mut Client, site: &str) -> Approval {
    client.ask(&format!("change {site}"), &format!("Set the description of the site {site} to \"moved\"")).await;
    client.until_plan().await
}

/// What NetBox says of the site, and how often it was changed.
async fn now(world: &World, site: &str) -> (String, u64) {
    let found = world.netbox_says(&format!("/api/dcim/sites/?name={}", site.replace(' ', "%20"))).await;
    let site = found["results"][0].clone();
    let changes = format!(
        "/api/core/object-changes/?changed_object_type=dcim.site&changed_object_id={}&action=update",
        site["id"]
    );
    let changes = world.netbox_says(&changes).await;
    let moved = |change: &&Value| change["postchange_data"]["description"] == "moved";
    let times = changes["results"].as_array().unwrap().iter().filter(moved).count() as u64;
    (site["description"].as_str().unwrap().to_owned(), times)
}

fn end(client: &Client) -> EndReason {
    client.transcript.turns.last().unwrap().answer.as_ref().unwrap().end.as_ref().unwrap().why
}

/// The plan at the end, which everybody sees alike.
async fn carried(client: &mut Client) -> Approval {
    client.until_rest(1).await;
    assert_eq!(client.transcript, client.whole().await);
    client.plan().unwrap()
}

/// Ends the connections to NetBox that there are, with what is on its way in them.
async fn cut(world: &World) {
    world.netbox.set(Fault::Cut);
    tokio::time::sleep(Duration::from_millis(300)).await;
    world.netbox.set(Fault::Pass);
}

/// Nobody knows whether it was done, and that is what is said.
fn is_unknown(applied: &[Applied]) -> bool {
    matches!(applied, [Applied { is_unknown: true, problem: Some(_), .. }])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_changes_netbox_once_or_not_at_all_and_tells_the_truth_about_it() {
    for scratch in both().await {
        let world = world(scratch).await;
        let name = world.database_name();

        // While the plan waits: it goes on waiting.
        let process = world.start().await;
        let mut client = Client::new(&[&world.front.address]);
        let plan = asked(&mut client, SITES[0]).await;
        process.kill().await;
        let process = world.start().await;
        assert_eq!(client.until_plan().await, plan, "{name}");
        client.decide(&plan, Word::Approve).await;
        let plan = carried(&mut client).await;
        assert_eq!((plan.decision, plan.applied.len()), (Some(Decision::Approved), 1), "{name}");
        assert_eq!((now(&world, SITES[0]).await, end(&client)), (("moved".to_owned(), 1), EndReason::Done), "{name}");

        // When the request is on its way, and when NetBox has carried it out and its answer is on its way.
        let mut process = process;
        for (site, needle, times) in [(SITES[1], SENT, 0), (SITES[2], ANSWERED, 1)] {
            let mut client = Client::new(&[&world.front.address]);
            let plan = asked(&mut client, site).await;
            world.netbox.trap(&[needle]);
            client.decide(&plan, Word::Approve).await;
            assert!(world.netbox.sprung().await, "{name} {needle:?}: nothing was sent: {}", world.log());
            process.kill().await;
            // What had not passed by then is lost with it.
            cut(&world).await;
            process = world.start().await;
            let plan = carried(&mut client).await;
            assert!(is_unknown(&plan.applied), "{name} {needle:?}: {:?} {}", plan.applied, world.log());
            assert_eq!((now(&world, site).await.1, end(&client)), (times, EndReason::Done), "{name} {needle:?}");
        }

        // A line that is cut then is the same to whoever asked.
        let mut client = Client::new(&[&world.front.address]);
        let plan = asked(&mut client, SITES[3]).await;
        world.netbox.trap(&[ANSWERED]);
        client.decide(&plan, Word::Approve).await;
        assert!(world.netbox.sprung().await, "{name}: nothing was sent: {}", world.log());
        cut(&world).await;
        let plan = carried(&mut client).await;
        assert!(is_unknown(&plan.applied), "{name}: {:?} {}", plan.applied, world.log());
        assert_eq!(now(&world, SITES[3]).await, ("moved".to_owned(), 1), "{name}");
        process.kill().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_when_the_word_is_said_takes_it_later_and_once() {
    for scratch in both().await.into_iter().filter(|scratch| matches!(scratch, Scratch::Postgres { .. })) {
        let world = world(scratch).await;
        let process = world.start().await;
        let mut client = Client::new(&[&world.front.address]);
        let plan = asked(&mut client, SITES[0]).await;
        let database = world.database.clone().unwrap();
        database.set(Fault::Cut);
        let healing = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert_eq!(now(&world, SITES[0]).await.1, 0, "nothing is done by a word that nobody kept");
            database.set(Fault::Pass);
        };
        tokio::join!(client.decide(&plan, Word::Approve), healing);
        let plan = carried(&mut client).await;
        assert_eq!((plan.decision, plan.applied.len()), (Some(Decision::Approved), 1), "{}", world.log());
        assert_eq!(now(&world, SITES[0]).await, ("moved".to_owned(), 1));
        process.kill().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_and_two_words_one_counts() {
    for scratch in both().await.into_iter().filter(|scratch| matches!(scratch, Scratch::Postgres { .. })) {
        let world = world(scratch).await;
        let (here, there) = (world.start_at(0).await, world.start_at(1).await);
        for (site, words) in [
            (SITES[0], [Word::Approve, Word::Approve]),
            (SITES[1], [Word::Approve, Word::Reject]),
            (SITES[2], [Word::Reject, Word::Approve]),
        ] {
            let mut asking = Client::new(&[&world.front.address]);
            let plan = asked(&mut asking, site).await;
            let mut other = Client::of(&[&world.second.address], asking.transcript.conversation.clone());
            other.look().await;
            assert_eq!(other.until_plan().await, plan);
            tokio::join!(asking.decide(&plan, words[0]), other.decide(&plan, words[1]));
            let (plan, seen) = (carried(&mut asking).await, carried(&mut other).await);
            assert_eq!(plan, seen);
            let times = u64::from(plan.decision == Some(Decision::Approved));
            assert_eq!(now(&world, site).await.1, times, "{site}: {plan:?}");
        }
        here.kill().await;
        there.kill().await;
    }
}
