//! Two processes over one PostgreSQL while scripts ask: each is replaced in turn, as an update does it, and one is killed
//! whose answer is looked at on the other. `FAULT_RESTARTS` says how often each is replaced (3, and 10 in `make soak`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::wire::transcript::EndReason;

use crate::client::Client;
use crate::process::World;
use crate::scratch::{Scratch, both};
use crate::scripts::{Kept, script};
use crate::seed::Seed;

/// How many scripts ask at once: a person has five answers written at a time, and here everybody is one.
const SCRIPTS: usize = 4;
/// How long a process lets answers finish, in seconds: less than some take, so that some are handed over.
const DRAIN: u64 = 2;
/// What passes when the answering process is killed, and of which connection: in the model's reply, and to NetBox.
const MOMENTS: [(&str, bool); 4] =
    [("content_block_start", true), ("input_json_delta", true), ("GET /api/dcim/", false), ("end_turn", true)];

/// A PostgreSQL database, where there is one here.
async fn postgres() -> Option<Scratch> {
    both().await.into_iter().find(|scratch| matches!(scratch, Scratch::Postgres { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_replaced_in_turn_under_load_lose_double_and_break_off_nothing() {
    let Some(scratch) = postgres().await else { return };
    let restarts = std::env::var("FAULT_RESTARTS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let mut world = World::new(scratch, Pace::Natural).await;
    world.drain = DRAIN;
    let mut seed = Seed::new(&format!("{restarts} restarts of each of two processes"));
    let started = Instant::now();
    let enough = Arc::new(AtomicBool::new(false));
    let mut processes = [world.start_at(0).await, world.start_at(1).await].map(Some);
    let scripts: Vec<_> = (0..SCRIPTS)
        .map(|number| {
            let mut addresses = vec![world.front.address.clone(), world.second.address.clone()];
            addresses.rotate_left(number % 2);
            let (enough, pause) = (Arc::clone(&enough), Duration::from_millis(seed.between(100, 900)));
            tokio::spawn(async move { script(&addresses, number, &enough, pause).await })
        })
        .collect();
    for restart in 0..2 * restarts {
        tokio::time::sleep(Duration::from_millis(seed.between(1_000, 4_000))).await;
        let place = restart % 2;
        let process = processes[place].take().unwrap();
        process.tell_to_stop();
        process.stopped().await;
        processes[place] = Some(world.start_at(place).await);
    }
    enough.store(true, Ordering::SeqCst);
    let mut told = Vec::new();
    for script in scripts {
        told.extend(script.await.unwrap());
    }
    for process in processes.into_iter().flatten() {
        process.tell_to_stop();
        process.stopped().await;
    }
    let kept = Kept::of(&world, &told).await;
    let drained: u32 = told.iter().map(|told| told.drained).sum();
    println!("| two processes, {restarts} restarts each | {kept} | {drained} | {} |", started.elapsed().as_secs());
    assert!(kept.acknowledged >= 2 * restarts, "{kept}");
    assert!(drained > 0, "nobody was told that a process stops");
    kept.assert_nothing_is_lost(&world);
    // What a process could not finish in its time is handed over, not broken off.
    assert_eq!(kept.share_done(), 100, "{kept}: {}", world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_seen_to_its_end_where_its_process_is_killed_and_the_socket_is_on_another() {
    let Some(scratch) = postgres().await else { return };
    let world = World::new(scratch, Pace::Instant).await;
    let staying = world.start_at(0).await;
    for (number, (moment, is_models)) in MOMENTS.into_iter().enumerate() {
        let killed = world.start_at(1).await;
        let mut asking = Client::new(&[&world.second.address]);
        let mut watching = Client::of(&[&world.front.address], asking.transcript.conversation.clone());
        let trap = if is_models { &world.model } else { &world.netbox };
        if !is_models {
            // What NetBox said a moment ago is not asked again.
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        trap.trap(&[moment]);
        let question = "Which devices are in site Columbus?";
        asking.ask(&format!("kill-{number}"), question).await;
        watching.look().await;
        let sprung = trap.sprung().await;
        assert!(sprung, "{moment} never came: {:#?} {}", asking.whole().await, world.log());
        killed.kill().await;
        trap.release();
        watching.until_rest(1).await;
        assert_eq!(watching.connections, 1, "{moment}: the socket on the other process never broke");
        assert_eq!(watching.transcript, watching.whole().await, "{moment}");
        let answer = watching.transcript.turns[0].answer.as_ref().unwrap();
        assert_eq!(answer.end.as_ref().unwrap().why, EndReason::Done, "{moment}: {answer:#?}");
        println!("killed at {moment}: withdrawn {} times, {} parts", watching.told.withdrawn, answer.parts.len());
    }
    staying.tell_to_stop();
    staying.stopped().await;
}
