//! Files that nobody should send: each gets its line, and the good ones beside them import.

use super::*;

/// A file's name, its bytes, and why it is refused; empty for those that import.
type Case = (&'static str, Vec<u8>, &'static str);

fn hostile_archives() -> Vec<Case> {
    let slip = zip(&[("../../evil.fit", &sample(RIDE))]);
    let cut = slip[..slip.len() - 10].to_vec();
    vec![
        ("slip.zip", slip, "unsafe_path"),
        ("cut.zip", cut, "damaged_archive"),
        ("bomb.zip", zip(&[("bomb.gpx", &vec![b' '; 30 << 20])]), "expansion_ratio"),
        ("bomb.gpx.gz", gzip(&vec![b' '; 30 << 20]), "expansion_ratio"),
    ]
}

fn hostile_files() -> Vec<Case> {
    let noise = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let laughs = gpx("2024-01-01T10:00:00Z", "<name>&b;</name>");
    let laughs = format!("<!DOCTYPE gpx [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>{laughs}");
    vec![
        ("noise.fit", noise, "unknown_format"),
        ("empty.fit", Vec::new(), "empty"),
        ("picture.fit", b"\xff\xd8\xff\xe0 a picture".to_vec(), "unknown_format"),
        ("header.fit", sample(RIDE)[..14].to_vec(), "damaged"),
        ("laughs.gpx", laughs.into(), "unsafe_xml"),
        ("deep.gpx", format!("<gpx>{}", "<a>".repeat(5000)).into(), "too_deep"),
        ("1970.gpx", gpx("1970-01-01T00:00:00Z", "").into(), "implausible_time"),
        ("2100.gpx", gpx("2100-01-01T00:00:00Z", "").into(), "implausible_time"),
        ("2085.gpx", gpx("2085-01-01T00:00:00Z", "").into(), "implausible_time"),
    ]
}

/// Odd, yet somebody's training.
fn odd_files() -> Vec<Case> {
    let nul = "<name>a&#0;b\u{0}c</name><desc>&#0;</desc><type>&#0;</type>";
    let half = sample("08_treadmill_12km_polar.fit");
    vec![
        (
            "long.gpx",
            gpx("2024-01-02T10:00:00Z", &format!("<name>{}</name>", "A".repeat(40 << 20))).into(),
            "",
        ),
        ("nul.gpx", gpx("2024-01-03T10:00:00Z", nul).into(), ""),
        ("odd.tcx", tcx("2024-02-01", &["0", "NaN", "-5", "1e300", "inf", "12"], 1).into(), ""),
        ("leap.tcx", tcx("2024-02-03", &["0", "97", "194", "197"], 1).into(), ""),
        ("twice.tcx", tcx("2024-02-02", &["0", "1", "2"], 0).into(), ""),
        ("far.tcx", tcx("2024-02-04", &["0", "3", "6"], 1).replace("-7", "9999999").into(), ""),
        ("half.fit", half[..half.len() / 2].to_vec(), ""),
        ("a ride, wrongly named.gpx", sample(RIDE), ""),
    ]
}

#[tokio::test]
async fn hostile_and_broken_files_get_their_line_and_the_good_ones_import() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let files: Vec<Case> = [hostile_files(), hostile_archives(), odd_files()].concat();
    let sent: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes, _)| (*name, bytes.as_slice())).collect();
    let report = client.upload_all(&sent).await;
    let expected = |(name, _, reason): &Case| {
        let name = match *name {
            "slip.zip" => "../../evil.fit",
            "bomb.zip" => "bomb.gpx",
            name => name,
        };
        let outcome = if reason.is_empty() { "imported" } else { "refused" };
        (name.to_owned(), outcome.to_owned(), (*reason).to_owned())
    };
    assert_eq!(lines(&report), files.iter().map(expected).collect::<Vec<_>>(), "{report}");
    let items = report["files"]["items"].as_array().unwrap();
    for line in items {
        let refused = line["outcome"] == "refused";
        let message = line["message"].as_str();
        assert_eq!(message.is_some_and(|text| text.starts_with("refused because ")), refused, "{line}");
        if !refused {
            client.get(&activity_path(line)).await.expect(200);
            client.get(&format!("{}/streams", activity_path(line))).await.expect(200);
        }
    }
    let warned = |name: &str| {
        let line = items.iter().find(|line| line["file_name"] == name).unwrap();
        line["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(warned("twice.tcx"), ["duplicate_times"]);
    assert_eq!(warned("half.fit"), ["truncated", "no_session"]);
    assert_eq!(warned("far.tcx"), ["implausible_distance"]);
    let far = items.iter().find(|line| line["file_name"] == "far.tcx").unwrap();
    assert_eq!(client.get(&activity_path(far)).await.expect(200)["distance_m"], 6.0);
    assert_eq!(client.activities().await.len(), odd_files().len());
    let path = format!("/v1/uploads/{}/files?limit=5", report["id"].as_str().unwrap());
    let page = client.get(&path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap()[..], items[..5]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = client.get(&format!("{path}&cursor={cursor}")).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap()[..], items[5..10]);
    client.get("/v1/analytics/efficiency-trends?days=365").await.expect(200);
    world.close().await;
}
