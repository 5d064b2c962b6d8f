//! What comes out of the writer.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::*;
use crate::{Request, RequestId};

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
    let clock = Clock::paused("2026-01-31T12:00:00.25Z".parse().unwrap());
    let subscriber = subscriber_by(&config, clock, move || writer.clone()).unwrap();
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
        runtime.block_on(Request::new(id, None).scope(async { tracing::info!("inside") }));
        tracing::info!("outside");
    });
    let named: Vec<bool> = text.lines().map(|line| line.contains(r#""request_id":"request-7""#)).collect();
    assert_eq!(named, [true, false]);
}

#[test]
fn lines_carry_the_fields_of_their_spans_and_none_of_them_twice() {
    let text = written(LogFormat::Json, || {
        let span = tracing::error_span!(
            "request",
            request_id = "request-7\"",
            trace_id = "4bf9",
            level = "x",
            a = 1
        );
        span.in_scope(|| tracing::info!(a = 2, "inside"));
        tracing::info!("outside");
    });
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["request_id"], "request-7\"");
    assert_eq!((&lines[0]["trace_id"], &lines[0]["a"]), (&"4bf9".into(), &2.into()));
    assert_eq!((&lines[0]["level"], &lines[0]["field.level"]), (&"INFO".into(), &"x".into()));
    assert_eq!(text.matches("\"a\":").count(), 1);
    assert!(lines[1].get("request_id").is_none() && lines[1].get("trace_id").is_none());
    let text = written(LogFormat::Pretty, || {
        tracing::error_span!("request", request_id = "request-7", a = 1)
            .in_scope(|| tracing::info!("inside"));
    });
    assert!(text.ends_with("INFO  inside a=1 request_id=request-7\n"), "{text}");
}

#[test]
fn the_request_at_work_is_named_rather_than_the_spans() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let id = RequestId::parse("request-8").unwrap();
    let text = written(LogFormat::Json, || {
        let span = tracing::error_span!("request", request_id = "request-7");
        span.in_scope(|| runtime.block_on(Request::new(id, None).scope(async { tracing::info!("inside") })));
    });
    assert!(text.contains(r#""request_id":"request-8""#) && !text.contains("request-7"), "{text}");
}

#[test]
fn a_level_that_is_none_is_an_error() {
    let config = LogConfig { level: "mainstay_db=loud".into(), ..LogConfig::default() };
    assert!(subscriber(&config, std::io::sink).is_err());
}

#[test]
fn a_field_cannot_pass_itself_off_as_the_lines_own() {
    let text = written(LogFormat::Json, || tracing::info!(level = "ERROR", timestamp = 0, "done"));
    assert_eq!(text.matches("\"level\":").count(), 1, "{text}");
    assert_eq!(text.matches("\"timestamp\":").count(), 1, "{text}");
}

#[test]
fn lines_look_like_this() {
    let log = || tracing::info!(event = "http.request.answered", http.status = 200, "answered");
    let target = "mainstay_telemetry::logs::tests";
    insta::assert_snapshot!(
        written(LogFormat::Json, log).replace(target, "TARGET").trim_end(),
        @r#"{"timestamp":"2026-01-31T12:00:00.250000Z","level":"INFO","target":"TARGET","message":"answered","event":"http.request.answered","http.status":200}"#
    );
    insta::assert_snapshot!(written(LogFormat::Pretty, log).trim_end(), @"2026-01-31T12:00:00.250000Z INFO  answered event=http.request.answered http.status=200");
}

#[test]
fn a_value_without_end_is_cut_at_a_letter() {
    let text = written(LogFormat::Json, || tracing::info!(evil = "ü".repeat(MAX_VALUE_BYTES), "done"));
    let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    let evil = line["evil"].as_str().unwrap();
    assert_eq!(evil.chars().count(), MAX_VALUE_BYTES / 2 + 1);
    assert!(evil.ends_with("ü…"));
}

#[test]
fn a_value_that_is_written_for_ever_is_stopped() {
    struct Endless;
    impl std::fmt::Debug for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            for _ in 0..1_000_000 {
                f.write_str("ü\n")?;
            }
            panic!("it was not stopped")
        }
    }
    for log in [|| tracing::info!(evil = ?Endless, "done"), || tracing::info!("{Endless:?}")] {
        let text = written(LogFormat::Json, log);
        let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
        let cut = line["evil"].as_str().or(line["message"].as_str()).unwrap();
        assert!(cut.ends_with('…') && cut.len() <= MAX_VALUE_BYTES + '…'.len_utf8(), "{}", cut.len());
        assert_eq!(text.lines().count(), 1);
    }
}

#[test]
fn the_message_stands_first_wherever_it_is_said() {
    let text = written(LogFormat::Json, || tracing::info!(a = 1, message = "said late"));
    assert!(text.contains(r#""message":"said late","a":1}"#), "{text}");
    let text = written(LogFormat::Json, || tracing::info!(message = "said twice", "said first"));
    assert!(text.contains(r#""message":"said first"}"#), "{text}");
    let text = written(LogFormat::Pretty, || tracing::info!(a = 1, message = "said late"));
    assert!(text.ends_with(" said late a=1\n"), "{text}");
}

#[test]
fn an_error_brings_its_causes() {
    #[derive(Debug, thiserror::Error)]
    #[error("the upload was not kept")]
    struct NotKept(#[source] std::io::Error);
    let error = NotKept(std::io::Error::other("the disk is full"));
    let error: &(dyn std::error::Error + 'static) = &error;
    let text = written(LogFormat::Pretty, || tracing::error!(error, "lost"));
    assert!(text.ends_with("lost error=the upload was not kept: the disk is full\n"), "{text}");
}

proptest::proptest! {
    #[test]
    fn any_text_comes_out_as_it_went_in_and_on_one_line(value in ".{0,64}", message in "(?s).{0,64}") {
        let text = written(LogFormat::Json, || tracing::info!(value, "{message}"));
        proptest::prop_assert_eq!(text.lines().count(), 1);
        let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
        proptest::prop_assert_eq!(line["value"].as_str(), Some(value.as_str()));
        proptest::prop_assert_eq!(line["message"].as_str(), Some(message.as_str()));
        let text = written(LogFormat::Pretty, || tracing::info!(value, "{message}"));
        proptest::prop_assert_eq!(text.lines().count(), 1);
    }
}
