//! A connection whose client has to read what is written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Fails a write that has not moved for too long: the client's window is closed, and what waits for it takes memory.
pub struct ReadInTime<Inner> {
    inner: Inner,
    patience: Duration,
    /// Runs while a write waits.
    given_up: Pin<Box<Sleep>>,
    waits: bool,
    /// Dropped with the connection, which a socket takes over from the request that it was.
    _held: Box<dyn Send + Sync>,
}

impl<Inner> ReadInTime<Inner> {
    /// Waits this long for a client that does not read. `held` is dropped when the connection is.
    pub fn new(inner: Inner, patience: Duration, held: impl Send + Sync + 'static) -> Self {
        let given_up = Box::pin(sleep_until(Instant::now()));
        Self { inner, patience, given_up, waits: false, _held: Box::new(held) }
    }

    fn bounded<Done>(&mut self, context: &mut Context<'_>, poll: Poll<io::Result<Done>>) -> Poll<io::Result<Done>> {
        if poll.is_ready() {
            self.waits = false;
            return poll;
        }
        if !self.waits {
            self.waits = true;
            self.given_up.as_mut().reset(Instant::now() + self.patience);
        }
        ready!(self.given_up.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<Inner: AsyncRead + Unpin> AsyncRead for ReadInTime<Inner> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<Inner: AsyncWrite + Unpin> AsyncWrite for ReadInTime<Inner> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.bounded(context, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write_vectored(context, pieces);
        self.bounded(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_flush(context);
        self.bounded(context, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_shutdown(context);
        self.bounded(context, poll)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_reads_is_given_up_and_one_that_reads_slowly_is_not() {
        let (server, mut client) = tokio::io::duplex(16);
        let mut server = ReadInTime::new(server, Duration::from_mins(1), ());
        let writing = tokio::spawn(async move {
            let outcome = server.write_all(&[7; 64]).await;
            (server, outcome)
        });
        let mut read = [0; 16];
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(50)).await;
            client.read_exact(&mut read).await.unwrap();
        }
        let (mut server, outcome) = writing.await.unwrap();
        outcome.unwrap();
        let outcome = server.write_all(&[7; 64]).await;
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
