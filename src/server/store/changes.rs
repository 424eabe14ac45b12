//! What other processes change. PostgreSQL carries "there is more", never the data: that comes from the log.

use std::time::Duration;

use futures::Stream;
use secrecy::ExposeSecret as _;
use sqlx::postgres::PgListener;
use tokio::sync::mpsc;

use super::commit::{CHANNEL, LIST};
use super::{Database, Location};
use crate::server::person::PersonId;
use crate::wire::id::ConversationId;

/// How long to wait before listening is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// Changes that may wait to be looked at.
const WAITING: usize = 1024;

/// Something that another process changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// There is more in this conversation, or it is gone, or its run was stopped.
    Conversation {
        /// Which one.
        conversation: ConversationId,
        /// Whose.
        owner: PersonId,
        /// Whether the list of their conversations is another now.
        is_news: bool,
    },
    /// Some changes were missed: anything may have changed.
    Anything,
}

/// What other processes change, from now on. Empty where no other process can: a SQLite file is one process's.
pub fn elsewhere(database: &Database, process: &str) -> impl Stream<Item = Elsewhere> + Send + use<> {
    let (sender, receiver) = mpsc::channel(WAITING);
    if let Location::Postgres(url) = database.location() {
        let (url, process) = (url.clone(), process.to_owned());
        tokio::spawn(async move {
            while !sender.is_closed() {
                if let Err(error) = listen(url.expose_secret(), &process, &sender).await {
                    tracing::warn!(error = %error, "changes by other processes are not heard; trying again");
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
    tokio_stream::wrappers::ReceiverStream::new(receiver)
}

async fn listen(url: &str, process: &str, sender: &mpsc::Sender<Elsewhere>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // What was changed before listening began, or while the connection was lost, was not told.
        if sender.send(Elsewhere::Anything).await.is_err() {
            return Ok(());
        }
        while let Some(notification) = listener.try_recv().await? {
            let mut words = notification.payload().split(' ');
            let (Some(by), Some(conversation), Some(owner)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            if by == process {
                continue;
            }
            let change = Elsewhere::Conversation {
                conversation: ConversationId::from(conversation),
                owner: PersonId::from_stored(owner.to_owned()),
                is_news: words.next() == Some(LIST),
            };
            if sender.send(change).await.is_err() {
                return Ok(());
            }
        }
    }
}
