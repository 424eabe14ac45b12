//! The program is killed, again and again, while scripts ask. `FAULT_KILLS` says how often (8, and 300 in `make soak`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use netbox_chatbox::server::demo::model::Pace;

use crate::process::World;
use crate::scratch::{Scratch, both};
use crate::scripts::{Kept, script};
use crate::seed::Seed;

/// How many scripts ask at once.
const SCRIPTS: usize = 6;

/// For how long a process lives, in milliseconds from and to, and how many of a hundred answers have to come to their
/// end all the same.
struct Lives {
    least: u64,
    most: u64,
    done: usize,
}

impl Lives {
    /// Over SQLite what is unfinished goes on at once. Over PostgreSQL another process might be alive, and eight seconds
    /// are waited for a sign of it: with shorter lives nothing would ever go on.
    fn of(scratch: &Scratch) -> Self {
        match scratch {
            Scratch::File(_) => Self { least: 150, most: 2_500, done: 50 },
            Scratch::Postgres { .. } => Self { least: 2_000, most: 12_000, done: 50 },
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_loses_and_doubles_nothing() {
    let kills = std::env::var("FAULT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    for scratch in both().await {
        soak(scratch, kills).await;
    }
}

async fn soak(scratch: Scratch, kills: u64) {
    let lives = Lives::of(&scratch);
    let world = World::new(scratch, Pace::Natural).await;
    let mut seed = Seed::new(&format!("{kills} kills, {}", world.database_name()));
    let started = Instant::now();
    let enough = Arc::new(AtomicBool::new(false));
    let mut process = world.start().await;
    let scripts: Vec<_> = (0..SCRIPTS)
        .map(|number| {
            let (addresses, enough) = ([world.front.address.clone()], Arc::clone(&enough));
            let pause = Duration::from_millis(seed.between(100, 900));
            tokio::spawn(async move { script(&addresses, number, &enough, pause).await })
        })
        .collect();
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(seed.between(lives.least, lives.most))).await;
        process.kill().await;
        process = world.start().await;
    }
    enough.store(true, Ordering::SeqCst);
    let mut told = Vec::new();
    for script in scripts {
        told.extend(script.await.unwrap());
    }
    let memory = process.memory();
    process.tell_to_stop();
    process.stopped().await;
    let kept = Kept::of(&world, &told).await;
    println!(
        "| {} | {kills} | {kept} | {} | {} |",
        world.database_name(),
        memory / 1024 / 1024,
        started.elapsed().as_secs(),
    );
    kept.assert_nothing_is_lost(&world);
    assert!(kept.share_done() >= lives.done, "too few answers came to their end: {kept}");
}
