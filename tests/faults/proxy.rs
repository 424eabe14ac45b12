//! A TCP proxy with a will of its own.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// What a proxy does to every connection, those that are there and those that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Pass,
    /// Ends connections, and refuses new ones.
    Cut,
    /// Keeps connections and passes nothing.
    Stall,
    /// Passes so few bytes at a time that every message comes in pieces, late.
    Slow,
    /// Passes a few more bytes of what is answered, then ends the connection; new ones too.
    Truncate,
    /// Answers with bytes that nobody asked for, for as long as somebody reads.
    Flood,
    /// No fault of a connection: the file is locked by somebody else.
    Locked,
}

impl Fault {
    /// All that a connection can have.
    pub const ALL: [Self; 5] = [Self::Cut, Self::Stall, Self::Slow, Self::Truncate, Self::Flood];
}

/// The longest that is waited for, in bytes.
const LONGEST_NEEDLE: usize = 64;

/// Where the proxy stops by itself: after the bytes that it waits for, in either direction.
struct Trap {
    needles: watch::Sender<Vec<&'static str>>,
    sprung: Notify,
    released: Notify,
}

/// A proxy on a port of its own.
#[derive(Clone)]
pub struct Proxy {
    /// `127.0.0.1:port`.
    pub address: String,
    fault: watch::Sender<Fault>,
    trap: Arc<Trap>,
}

impl Proxy {
    /// Before the server at `target` (`127.0.0.1:port`).
    pub async fn start(target: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap().to_string(),
            fault: watch::Sender::new(Fault::Pass),
            trap: Arc::new(Trap {
                needles: watch::Sender::new(Vec::new()),
                sprung: Notify::new(),
                released: Notify::new(),
            }),
        };
        let accepting = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let proxy = accepting.clone();
                let target = target.clone();
                tokio::spawn(async move { proxy.connect(client, &target).await });
            }
        });
        proxy
    }

    /// From now on, until the next word.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Stops after these bytes when they next pass.
    pub fn trap(&self, needles: &[&'static str]) {
        self.trap.needles.send_replace(needles.to_vec());
    }

    /// They have passed: nothing moves on that connection until it is released. False when they do not come.
    pub async fn sprung(&self) -> bool {
        tokio::time::timeout(Duration::from_secs(20), self.trap.sprung.notified()).await.is_ok()
    }

    /// Lets go on what is trapped, and traps nothing more.
    pub fn release(&self) {
        self.trap.needles.send_replace(Vec::new());
        self.trap.released.notify_waiters();
    }

    async fn connect(&self, client: TcpStream, target: &str) {
        if *self.fault.borrow() == Fault::Cut {
            return;
        }
        let Ok(server) = TcpStream::connect(target).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        // Whichever side ends, both do: half a connection would be a fault that nobody asked for.
        tokio::select! {
            () = self.pass(from_client, to_server, false) => {}
            () = self.pass(from_server, to_client, true) => {}
        }
    }

    async fn pass(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_answer: bool) {
        let mut faults = self.fault.subscribe();
        let mut buffer = vec![0; 16 * 1024];
        // What was read and has not been passed yet, and the end of what was.
        let (mut waiting, mut passed) = (Vec::new(), Vec::new());
        loop {
            let fault = *faults.borrow_and_update();
            match fault {
                Fault::Cut => return,
                Fault::Stall => {
                    if faults.changed().await.is_err() {
                        return;
                    }
                    continue;
                }
                Fault::Flood if is_answer => {
                    let junk = vec![b'x'; 64 * 1024];
                    while *faults.borrow_and_update() == Fault::Flood {
                        tokio::select! {
                            written = to.write_all(&junk) => if written.is_err() { return },
                            _ = faults.changed() => {}
                        }
                        tokio::task::yield_now().await;
                    }
                    // What came in between does not fit any more.
                    return;
                }
                _ => {}
            }
            let room = if fault == Fault::Slow { 64 } else { buffer.len() };
            if waiting.is_empty() {
                let count = tokio::select! {
                    read = from.read(&mut buffer[..room]) => match read {
                        Ok(count) if count > 0 => count,
                        _ => return,
                    },
                    changed = faults.changed() => if changed.is_ok() { continue } else { return },
                };
                waiting.extend_from_slice(&buffer[..count]);
            }
            let mut bytes: Vec<u8> = waiting.drain(..room.min(waiting.len())).collect();
            if fault == Fault::Truncate && is_answer {
                let _ = to.write_all(&bytes[..bytes.len().min(40)]).await;
                return;
            }
            if fault == Fault::Slow {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            // Up to the end of what is waited for, and no further: what follows has the fault of the moment before it.
            let stop = self.trap_in(&passed, &bytes);
            if let Some(stop) = stop {
                waiting.splice(0..0, bytes.drain(stop..));
            }
            if to.write_all(&bytes).await.is_err() {
                return;
            }
            passed.extend_from_slice(&bytes);
            passed.drain(..passed.len().saturating_sub(LONGEST_NEEDLE));
            if stop.is_some() {
                self.wait_in_trap().await;
            }
        }
    }

    /// Where in these bytes the trap's end, should they have begun in what passed before.
    fn trap_in(&self, passed: &[u8], bytes: &[u8]) -> Option<usize> {
        let needles = self.trap.needles.borrow();
        let end = |needle: &&str| {
            let before = &passed[passed.len().saturating_sub(needle.len() - 1)..];
            let all = [before, bytes].concat();
            let start = all.windows(needle.len()).position(|window| window == needle.as_bytes())?;
            Some(start + needle.len() - before.len())
        };
        needles.iter().filter_map(end).min()
    }

    /// Nothing moves until it is released. A fault that is set meanwhile frees it too, to have its own way.
    async fn wait_in_trap(&self) {
        let released = self.trap.released.notified();
        let mut faults = self.fault.subscribe();
        faults.mark_unchanged();
        self.trap.needles.send_replace(Vec::new());
        self.trap.sprung.notify_one();
        tokio::select! {
            () = released => {}
            _ = faults.changed() => {}
        }
    }
}
