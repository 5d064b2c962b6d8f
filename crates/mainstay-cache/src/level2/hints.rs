//! How nodes tell each other to ask sooner: a message after each own commit, which says nothing but who sent it. Lost, it
//! costs a pause between two polls. Never here: what has changed; the database alone tells that.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use mainstay_runtime::Stop;
use redis::aio::{PubSub, PubSubStream};
use tokio::sync::Notify;

use super::Level2;

/// A connection that says nothing for so long is asked whether it is still one.
const SILENCE: Duration = Duration::from_secs(1);

/// What this node tells the others.
pub(super) struct Hints {
    channel: String,
    /// Who sends it: nobody is told of their own.
    node: [u8; 8],
    pub(super) due: Notify,
    /// Between two messages that are followed.
    pause: Duration,
}

impl Hints {
    pub(super) fn new(prefix: &str, node: u64, pause: Duration) -> Self {
        Self { channel: format!("{prefix}:hints"), node: node.to_be_bytes(), due: Notify::new(), pause }
    }

    pub(super) fn message(&self) -> redis::Cmd {
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(&self.channel).arg(&self.node[..]);
        publish
    }
}

impl Level2 {
    /// Something was committed here: the others may ask now.
    pub(crate) fn hint(&self) {
        if !self.hints.pause.is_zero() {
            self.hints.due.notify_one();
        }
    }

    /// Listens to the others until stopped; `ask` is called when one has committed something, at most once a pause.
    pub(crate) async fn hear(self: Arc<Self>, stop: Stop, ask: impl Fn()) {
        while !stop.is_stopping() && !self.hints.pause.is_zero() {
            stop.heartbeat();
            tokio::select! {
                () = stop.stopped() => return,
                () = self.listen(&stop, &ask) => {}
            }
            tokio::select! {
                () = stop.stopped() => return,
                () = self.clock.sleep(Duration::from_millis(self.config.pause_ms)) => {}
            }
        }
    }

    /// Over one connection, until it fails.
    async fn listen(&self, stop: &Stop, ask: &impl Fn()) {
        let Ok(Some(connection)) = tokio::time::timeout(SILENCE, self.subscribe()).await else { return };
        let (mut sink, mut messages) = connection.split();
        // What was said meanwhile was not heard.
        ask();
        loop {
            stop.heartbeat();
            let message = tokio::select! {
                message = messages.next() => message,
                () = self.clock.sleep(SILENCE) => {
                    match tokio::time::timeout(SILENCE, sink.ping::<redis::Value>()).await {
                        Ok(Ok(_)) => continue,
                        _ => return,
                    }
                }
            };
            let Some(message) = message else { return };
            if self.is_of_another(&message) {
                ask();
                self.clock.sleep(self.hints.pause).await;
                if self.drain(&mut messages) {
                    ask();
                }
            }
        }
    }

    async fn subscribe(&self) -> Option<PubSub> {
        for client in &self.clients {
            if let Ok(mut connection) = client.get_async_pubsub().await
                && connection.subscribe(&self.hints.channel).await.is_ok()
            {
                return Some(connection);
            }
        }
        None
    }

    /// Takes what has come during a pause; whether there was anything of others.
    fn drain(&self, messages: &mut PubSubStream) -> bool {
        let mut is_told = false;
        while let Some(Some(message)) = messages.next().now_or_never() {
            is_told |= self.is_of_another(&message);
        }
        is_told
    }

    fn is_of_another(&self, message: &redis::Msg) -> bool {
        message.get_payload_bytes() != self.hints.node
    }
}
