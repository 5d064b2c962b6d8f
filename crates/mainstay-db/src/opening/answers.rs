//! A stream to a server that fails when an answer is owed and nothing comes. It sees every question, whoever asked it
//! and whether or not they still wait. Never here: how long that may take.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::Patience;
use super::messages::Messages;

/// The questions: a text, and the end of a prepared statement's messages. The start of a session is none: whoever opens
/// it has a limit of their own, and what is open already is not to be doubted for it.
const QUESTIONS: &[u8] = b"QS";

/// What ends an answer: the server is ready for the next question.
const READY: &[u8] = b"Z";

/// The stream, and what is known of the questions on it.
#[derive(Debug)]
pub(super) struct Answers<S> {
    stream: S,
    patience: Option<Patience>,
    asked: Messages,
    answered: Messages,
    owed: usize,
    is_blocked: bool,
    /// Runs while something is owed and nothing comes.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Answers<S> {
    pub(super) fn new(stream: S, patience: Option<Patience>) -> Self {
        Self {
            stream,
            patience,
            asked: Messages::to_server(),
            answered: Messages::from_server(),
            owed: 0,
            is_blocked: false,
            timer: None,
        }
    }

    /// Fails once the timer has run out; starts it where something is owed.
    fn wait(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(patience) = &self.patience else { return Ok(()) };
        if self.owed == 0 && !self.is_blocked {
            self.timer = None;
            return Ok(());
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience.limit)));
        if timer.as_mut().poll(cx).is_pending() {
            return Ok(());
        }
        patience.silence.note();
        let why =
            format!("the server owes an answer and has been silent for {} ms", patience.limit.as_millis());
        Err(io::Error::new(ErrorKind::TimedOut, why))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Answers<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) => {
                // Whoever is slow to take what has come is not the server.
                self.timer = None;
                let this = &mut *self;
                let ended = this.answered.count(&buffer.filled()[before..], READY);
                this.owed = this.owed.saturating_sub(ended);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => {
                // The kernel has found out before us.
                if let Some(patience) = self.patience.as_ref().filter(|_| error.kind() == ErrorKind::TimedOut)
                {
                    patience.silence.note();
                }
                Poll::Ready(Err(error))
            }
            Poll::Pending => match self.wait(cx) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            },
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Answers<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.is_blocked = written.is_pending();
        if let Poll::Ready(Ok(count)) = &written {
            let asked = self.asked.count(&bytes[..*count], QUESTIONS);
            self.owed += asked;
        }
        self.wait(cx)?;
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A stream that fails at the first touch, with the error that it was given.
#[derive(Debug)]
pub(super) struct Broken(pub(super) Option<io::Error>);

impl Broken {
    fn fail<T>(&mut self) -> Poll<io::Result<T>> {
        Poll::Ready(Err(self.0.take().unwrap_or_else(|| ErrorKind::BrokenPipe.into())))
    }
}

impl AsyncRead for Broken {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.fail()
    }
}

impl AsyncWrite for Broken {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        self.fail()
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.fail()
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.fail()
    }
}
