//! What the server logs.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, Once};

use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

thread_local! {
    /// What is logged on this thread, where somebody wants to know.
    static LOG: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// Lines of a log.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What is in it.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that is logged on this test's thread from now on, which is all that its server does. One subscriber for
/// all tests: with one for a thread, what other tests run first would decide whether a line is ever made.
pub fn log() -> Log {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let wanted = dynamic_filter_fn(|_, _| LOG.with_borrow(Option::is_some));
        let writer = || LOG.with_borrow(|log| log.clone().unwrap_or_default());
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer).with_filter(wanted);
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines)).unwrap();
    });
    let log = Log::default();
    LOG.set(Some(log.clone()));
    log
}
