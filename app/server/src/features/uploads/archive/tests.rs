//! Archives built in memory: ordinary ones, exports, and hostile ones.

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use zip::write::{SimpleFileOptions, ZipWriter};

use super::{ArchiveLimits, Hints, Member, Refusal, walk};

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn members(bytes: Vec<u8>, limits: &ArchiveLimits) -> Result<Vec<Member>, Refusal> {
    let mut found = Vec::new();
    walk(Cursor::new(bytes), limits, &mut |member| {
        found.push(member);
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

fn outcomes(bytes: Vec<u8>, limits: &ArchiveLimits) -> Vec<(String, &'static str)> {
    let outcome = |member: Member| {
        (member.name.to_string(), member.content.map_or_else(|refusal| refusal.code(), |_| "read"))
    };
    members(bytes, limits).unwrap().into_iter().map(outcome).collect()
}

#[test]
fn training_files_are_found_wherever_they_lie_and_pictures_are_passed_over() {
    let archive = zip(&[
        ("a.fit", b"1"),
        ("deep/er/b.TCX.gz", b"2"),
        ("c.gpx", b"3"),
        ("photo.jpg", b"4"),
        ("__MACOSX/._a.fit", b"5"),
        ("notes.txt", b"6"),
    ]);
    let names: Vec<_> = outcomes(archive, &ArchiveLimits::default());
    assert_eq!(
        names,
        [("a.fit".into(), "read"), ("deep/er/b.TCX.gz".into(), "read"), ("c.gpx".into(), "read")]
    );
}

#[test]
fn garmin_exports_hold_archives_in_the_archive() {
    let inner = zip(&[("activity.fit", b"x")]);
    let outer = zip(&[("DI_CONNECT/UploadedFiles_0-_Part1.zip", &inner)]);
    let expected = "DI_CONNECT/UploadedFiles_0-_Part1.zip/activity.fit";
    assert_eq!(outcomes(outer.clone(), &ArchiveLimits::default()), [(expected.into(), "read")]);

    let twice = zip(&[("outer.zip", &outer)]);
    assert_eq!(
        outcomes(twice, &ArchiveLimits::default()),
        [("outer.zip/DI_CONNECT/UploadedFiles_0-_Part1.zip".into(), "nested_too_deep")]
    );
}

#[test]
fn a_path_that_leads_out_is_refused_and_the_rest_is_read() {
    let archive = zip(&[("../../etc/evil.fit", b"x"), ("good.fit", b"y")]);
    let expected = [("../../etc/evil.fit".to_owned(), "unsafe_path"), ("good.fit".to_owned(), "read")];
    assert_eq!(outcomes(archive, &ArchiveLimits::default()), expected);
}

#[test]
fn a_bomb_is_refused_by_ratio_by_size_and_by_the_sum() {
    let zeros = vec![0_u8; 8 * 1024 * 1024];
    let archive = zip(&[("bomb.fit", &zeros), ("good.fit", b"y")]);
    let expected = [("bomb.fit".to_owned(), "expansion_ratio"), ("good.fit".to_owned(), "read")];
    assert_eq!(outcomes(archive.clone(), &ArchiveLimits::default()), expected);

    let roomy = ArchiveLimits { max_expansion_ratio: 1_000_000, ..ArchiveLimits::default() };
    let small = ArchiveLimits { max_member_bytes: 1024 * 1024, ..roomy };
    assert_eq!(outcomes(archive, &small)[0].1, "too_large");

    let two = zip(&[("one.fit", &zeros), ("two.fit", &zeros)]);
    let tight = ArchiveLimits { max_total_bytes: zeros.len() as u64 + 10, ..roomy };
    assert_eq!(
        outcomes(two, &tight).iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>(),
        ["read", "too_large"]
    );
}

#[test]
fn what_was_unpacked_is_charged_though_it_was_refused() {
    let zeros = vec![0_u8; 8 * 1024 * 1024];
    // Each refused bomb costs the megabyte that was unpacked of it.
    let archive = zip(&[("1.fit", &zeros), ("2.fit", &zeros), ("3.fit", &zeros), ("good.fit", b"y")]);
    let tight =
        ArchiveLimits { max_expansion_ratio: 1, max_total_bytes: 2_097_252, ..ArchiveLimits::default() };
    let found = outcomes(archive.clone(), &tight);
    let found: Vec<_> = found.iter().map(|(_, outcome)| *outcome).collect();
    assert_eq!(found, ["expansion_ratio", "expansion_ratio", "too_large", "too_large"]);
    let refused = members(archive, &tight).unwrap().pop().unwrap().content.unwrap_err();
    assert!(refused.to_string().contains("its archive unpacks to more than the 2097252 bytes"), "{refused}");

    // So does an archive that was spooled, and a table that was read.
    let inner = zip(&[("a.fit", b"0123456789")]);
    let outer = zip(&[("activities.csv", b"Filename\n"), ("inner.zip", &inner)]);
    let bytes = inner.len() as u64 + 9 + 10;
    for (max_total_bytes, expected) in [(bytes, "read"), (bytes - 1, "too_large")] {
        let limits = ArchiveLimits { max_total_bytes, ..ArchiveLimits::default() };
        assert_eq!(outcomes(outer.clone(), &limits), [("inner.zip/a.fit".to_owned(), expected)]);
    }
}

#[test]
fn too_many_members_refuse_the_archive() {
    let archive = zip(&[("a.fit", b""), ("b.fit", b""), ("c.fit", b"")]);
    let limits = ArchiveLimits { max_members: 2, ..ArchiveLimits::default() };
    assert_eq!(members(archive, &limits).unwrap_err(), Refusal::TooManyMembers(3, 2));
}

#[test]
fn what_is_no_archive_or_cut_off_is_refused() {
    let whole = zip(&[("a.fit", b"0123456789")]);
    for bytes in [b"PK\x03\x04 not really".to_vec(), Vec::new(), whole[..whole.len() - 10].to_vec()] {
        assert_eq!(members(bytes, &ArchiveLimits::default()).unwrap_err().code(), "damaged_archive");
    }
}

#[test]
fn the_walk_stops_where_the_visitor_says() {
    let archive = zip(&[("a.fit", b"1"), ("b.fit", b"2")]);
    let mut seen = 0;
    walk(Cursor::new(archive), &ArchiveLimits::default(), &mut |_| {
        seen += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(seen, 1);
}

#[test]
fn strava_says_beside_each_file_what_it_is() {
    let table = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,\
                 Activity Private Note,Activity Gear,Filename,Elapsed Time,Distance,Perceived Exertion\n\
                 1,\"Apr 30, 2026, 7:00:00 AM\",Morning,Run,Easy,100,1.5,legs heavy,Red shoe,activities/1.fit.gz,100,1500,4\n";
    let archive = zip(&[("activities.csv", table.as_bytes()), ("activities/1.fit.gz", b"x")]);
    let found = members(archive, &ArchiveLimits::default()).unwrap();
    let expected = Hints {
        name: Some("Morning".into()),
        notes: Some("Easy\n\nlegs heavy".into()),
        gear: Some("Red shoe".into()),
        rpe: Some(4.0),
        sport: Some("Run".into()),
        is_race: false,
    };
    assert_eq!(found[0].hints, expected);
}

#[test]
fn a_table_that_is_not_understood_is_a_line_and_the_files_are_read() {
    let of = |table: &[u8]| {
        let archive = zip(&[("export/activities.csv", table), ("export/activities/1.fit", b"x")]);
        outcomes(archive, &ArchiveLimits::default())
    };
    let file = ("export/activities/1.fit".to_owned(), "read");
    let line = |code| ("export/activities.csv".to_owned(), code);
    assert_eq!(of(b"Nom,Fichier\nCourse,1.fit\n"), [file.clone(), line("unknown_table")]);
    assert_eq!(of(b"\xff\xfe,\xff\n"), [file.clone(), line("unknown_table")]);
    let german =
        "1,2,3,4,5,6,7,8,9\n1,d,Abends,Lauf,,60,1,Schuh,activities/1.fit\n2,d,Bad,Schwimmen,,60,1,,\n";
    assert_eq!(of(german.as_bytes()), [file, line("entered_by_hand")]);
    let archive = zip(&[("activities.csv", german.as_bytes()), ("activities/1.fit", b"x")]);
    let hints = members(archive, &ArchiveLimits::default()).unwrap().remove(0).hints;
    let expected = Hints {
        name: Some("Abends".into()),
        gear: Some("Schuh".into()),
        sport: Some("Run".into()),
        ..Hints::default()
    };
    assert_eq!(hints, expected);
}
