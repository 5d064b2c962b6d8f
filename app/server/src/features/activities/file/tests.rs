//! Names that try to escape, and bytes that come back whole.

use super::*;

fn stored(content: &[u8], file_name: &str) -> FindFile {
    FindFile {
        format: "fit".into(),
        file_name: file_name.into(),
        size_bytes: i64::try_from(content.len()).unwrap(),
        content: zstd::encode_all(content, 3).unwrap(),
    }
}

async fn body(download: Download) -> (Response, Vec<u8>) {
    let (parts, body) = download.into_response().into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (Response::from_parts(parts, Body::empty()), bytes.to_vec())
}

#[tokio::test]
async fn the_bytes_come_back_whole_over_many_chunks() {
    let content: Vec<u8> = (0..3 * CHUNK + 17).map(|i| (i * i % 251) as u8).collect();
    let (response, bytes) = body(Download::open(stored(&content, "activities/12.fit.gz")).unwrap()).await;
    assert!(bytes == content);
    let header = |name| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("content-length"), content.len().to_string());
    assert_eq!(header("content-type"), "application/vnd.ant.fit");
    assert_eq!(header("content-disposition"), "attachment; filename=\"12.fit\"; filename*=UTF-8''12.fit");
}

#[tokio::test]
async fn gzip_bytes_keep_their_name() {
    let (response, _) = body(Download::open(stored(&[0x1f, 0x8b, 8, 0], "12.fit.gz")).unwrap()).await;
    assert_eq!(response.headers()["content-type"], "application/gzip");
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("\"12.fit.gz\""));
}

#[test]
fn damage_shows_before_the_answer_begins() {
    let mut file = stored(b"fit bytes", "12.fit");
    file.content = b"not zstd at all".to_vec();
    assert!(Download::open(file).is_err());
}

#[test]
fn names_are_harmless() {
    let name = |stored: &str| safe_name(stored, "fit", false);
    assert_eq!(name("a/b/morning run.fit"), "morning run.fit");
    assert_eq!(name(r"C:\export\x.FIT"), "x.FIT");
    assert_eq!(name("../../etc/passwd"), "passwd.fit");
    assert_eq!(name("x\r\nSet-Cookie: a=b.fit"), "xSet-Cookie a=b.fit");
    assert_eq!(name("\"; filename=\"evil.exe"), "filename=evil.exe.fit");
    assert_eq!(name(""), "activity.fit");
    assert_eq!(name("..."), "activity.fit");
    assert_eq!(name("12.gz"), "12.fit");
    assert_eq!(name(&"x".repeat(5000)).len(), MAX_NAME + 4);
}

proptest::proptest! {
    /// Whatever the stored name, the header is valid, has one quoted name and no path.
    #[test]
    fn every_name_makes_a_valid_header(stored in ".{0,300}") {
        let name = safe_name(&stored, "gpx", false);
        proptest::prop_assert!(!name.contains(['/', '\\', '"', '\r', '\n']) && name.ends_with(['x', 'X']));
        let header = disposition(&name);
        proptest::prop_assert!(header.to_str().unwrap().starts_with("attachment; filename=\""));
        proptest::prop_assert_eq!(header.to_str().unwrap().matches('"').count(), 2);
    }
}
