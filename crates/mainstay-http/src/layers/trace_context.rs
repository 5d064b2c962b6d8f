//! The trace that a request belongs to, as its caller says it (W3C Trace Context). Never here: traces of our own.

use http::HeaderMap;

/// The trace id of a `traceparent` header: 32 hexadecimal digits, not all zero. A header of another form is none.
pub(super) fn trace_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = text.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // Later versions may say more behind these four parts; this one may not, and `ff` is none.
    let is_known = is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    let is_whole = is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
    let is_set = [trace, parent].iter().all(|id| id.bytes().any(|digit| digit != b'0'));
    (is_known && is_whole && is_set).then(|| trace.to_owned())
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(traceparent: &str) -> Option<String> {
        let value = HeaderValue::from_bytes(traceparent.as_bytes()).unwrap();
        trace_id(&HeaderMap::from_iter([(http::HeaderName::from_static("traceparent"), value)]))
    }

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn the_trace_is_taken_from_a_whole_header_alone() {
        for good in [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0b1902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0b1902b7-00-what-will-come",
        ] {
            assert_eq!(of(good).as_deref(), Some(TRACE), "{good}");
        }
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0b1902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0b1902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0b1902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0b1902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0b1902b7-01",
            "00-00000000000000000000000000000000-00f067aa0b1902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-\u{fc}bf92f3577b34da6a3ce929d0e0e473-00f067aa0b1902b7-01",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(trace_id(&HeaderMap::new()), None);
    }
}
