//! A socket that gives slow peers a limited time: to choose a protocol, and to take what we send.
//! Never here: time limits that hyper itself keeps (HTTP/1.1 heads) or that belong to bodies.

use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// What an HTTP/2 client says first. Until a byte differs, the protocol is not known, and neither
/// hyper's head time-out nor its HTTP/2 ones run.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bytes sent so far, shared with the watch over an idle connection.
#[derive(Clone, Default)]
pub(super) struct Sent(Arc<AtomicU64>);

impl Sent {
    /// Resolves when nothing was sent for `time`.
    pub(super) async fn stalled(&self, time: Duration) {
        loop {
            let before = self.0.load(Ordering::Relaxed);
            sleep(time).await;
            if self.0.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

pub(super) struct PatientSocket {
    socket: TcpStream,
    opening: Option<Opening>,
    write_timeout: Duration,
    /// Runs while the peer takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    sent: Sent,
}

struct Opening {
    deadline: Pin<Box<Sleep>>,
    matched: usize,
}

impl PatientSocket {
    pub(super) fn new(
        socket: TcpStream,
        opening_timeout: Duration,
        write_timeout: Duration,
        sent: Sent,
    ) -> Self {
        let deadline = Box::pin(tokio::time::sleep_until(Instant::now() + opening_timeout));
        Self { socket, opening: Some(Opening { deadline, matched: 0 }), write_timeout, stalled: None, sent }
    }

    /// Notes new bytes; the opening ends with the preface complete or refuted.
    fn note_read(&mut self, bytes: &[u8]) {
        let Some(opening) = &mut self.opening else { return };
        let rest = &PREFACE[opening.matched..];
        let same = bytes.iter().zip(rest).take_while(|(read, expected)| read == expected).count();
        opening.matched += same;
        if same < bytes.len() || opening.matched == PREFACE.len() {
            self.opening = None;
        }
    }

    /// Passes a write's result on and keeps the stall timer.
    fn watch_write(&mut self, context: &mut Context<'_>, result: Poll<Result<usize>>) -> Poll<Result<usize>> {
        match result {
            Poll::Ready(result) => {
                self.stalled = None;
                if let Ok(count) = result {
                    self.sent.0.fetch_add(count as u64, Ordering::Relaxed);
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                let time = self.write_timeout;
                let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(time)));
                ready!(stalled.as_mut().poll(context));
                Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the peer takes nothing")))
            }
        }
    }
}

impl AsyncRead for PatientSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.socket).poll_read(context, buffer);
        if self.opening.is_none() {
            return result;
        }
        if result.is_ready() {
            self.note_read(&buffer.filled()[before..]);
        }
        if let Some(opening) = &mut self.opening
            && opening.deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the peer chose no protocol")));
        }
        result
    }
}

impl AsyncWrite for PatientSocket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.watch_write(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.watch_write(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
