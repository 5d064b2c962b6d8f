//! What comes out of the writer.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::*;
use crate::RequestId;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(format: LogFormat, log: impl FnOnce()) -> String {
    let paper = Paper::default();
    let writer = paper.clone();
    let config = LogConfig { format, level: "info".into() };
    let subscriber = subscriber(&config, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, log);
    String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn json_lines_survive_hostile_values_and_keep_numbers() {
    let text = written(LogFormat::Json, || {
        tracing::info!(
            event = "a.b",
            http.status = 200,
            ok = true,
            ratio = 0.5,
            evil = "\"}\n{\u{1}",
            "done"
        );
    });
    let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert_eq!(line["message"], "done");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["http.status"], 200);
    assert_eq!(line["ok"], true);
    assert_eq!(line["ratio"], 0.5);
    assert_eq!(line["evil"], "\"}\n{\u{1}");
}

#[test]
fn pretty_lines_stay_one_line() {
    let text = written(LogFormat::Pretty, || tracing::warn!(evil = "two\nlines", "care"));
    assert_eq!(text.lines().count(), 1);
    assert!(text.contains("WARN  care evil=two lines"), "{text}");
}

#[test]
fn lines_below_the_level_are_not_written() {
    assert_eq!(written(LogFormat::Json, || tracing::debug!("quiet")), "");
}

#[test]
fn lines_name_the_request_they_belong_to() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let id = RequestId::parse("request-7").unwrap();
    let text = written(LogFormat::Json, || {
        runtime.block_on(request_id::scope(id, async { tracing::info!("inside") }));
        tracing::info!("outside");
    });
    let named: Vec<bool> = text.lines().map(|line| line.contains(r#""request_id":"request-7""#)).collect();
    assert_eq!(named, [true, false]);
}

#[test]
fn a_level_that_is_none_is_an_error() {
    let config = LogConfig { level: "mainstay_db=loud".into(), ..LogConfig::default() };
    assert!(subscriber(&config, std::io::sink).is_err());
}
