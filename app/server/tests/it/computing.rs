//! What is computed of an activity follows what its athlete says of it and of themselves, and its file. Never here: what several
//! files make of one activity (`merging`), the jobs that compute again (`recompute`).

use mainstay_testing::until;
use paceline::features::uploads::recompute;
use serde_json::{Value, json};

use crate::batches::zip;
use crate::merging::{MORNING, gpx, path_of, sample, session, tcx};
use crate::world::{Client, World};

pub(crate) async fn bests(client: &Client) -> Value {
    client.get("/v1/athletes/me/personal-bests").await.expect(200)["personal_bests"].clone()
}

/// What was computed, without where and when.
pub(crate) fn computed(detail: &Value) -> [Value; 4] {
    ["analysis", "distance_m", "moving_time_s", "avg_hr_bpm"].map(|field| {
        let mut value = detail[field].clone();
        if let Some(analysis) = value.as_object_mut() {
            analysis.remove("computed_at");
        }
        value
    })
}

#[tokio::test]
async fn a_changed_sport_is_computed_as_if_the_file_had_said_so() {
    let world = World::new().await;
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let run = kim.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    let ride = robin.upload("a.tcx", &tcx(&[session("Biking", MORNING, 40)])).await;
    assert_eq!(robin.get(&path_of(&ride)).await.expect(200)["sport"], "cycling");
    let patched = robin.patch(&path_of(&ride), json!({ "sport": "run" })).await.expect(200);
    let expected = kim.get(&path_of(&run)).await.expect(200);
    assert_eq!(computed(&patched), computed(&expected), "with the answer, not some time later");
    let times = |bests: &Value| {
        let bests = bests.as_array().unwrap();
        bests
            .iter()
            .map(|best| (best["sport"].clone(), best["distance_m"].clone(), best["elapsed_s"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(times(&bests(&robin).await), times(&bests(&kim).await));
    assert!(!times(&bests(&kim).await).is_empty());
    world.close().await;
}

#[tokio::test]
async fn cadence_is_that_of_the_sport_whoever_named_it() {
    let world = World::new().await;
    let with_cadence = |inner: &str| {
        let text = String::from_utf8(gpx(inner, MORNING, 40)).unwrap();
        text.replace("</time>", "</time><extensions><cad>85</cad></extensions>").into_bytes()
    };
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let cadence = async |client: &Client, path: &str| {
        let streams = client.get(&format!("{path}/streams?channels=cadence_per_min")).await.expect(200);
        let detail = client.get(path).await.expect(200);
        let samples =
            streams["channels"]["cadence_per_min"].as_array().unwrap_or_else(|| panic!("{streams}"));
        (samples[0].as_f64().unwrap(), detail["avg_cadence_per_min"].as_f64().unwrap())
    };
    // The file says no sport; the athlete does, and thinks again.
    let patched = path_of(&kim.upload("a.gpx", &with_cadence("")).await);
    assert_eq!(cadence(&kim, &patched).await, (85.0, 85.0));
    for (sport, expected) in [("run", 170.0), ("cycling", 85.0), ("hiking", 170.0)] {
        kim.patch(&patched, json!({ "sport": sport })).await.expect(200);
        assert_eq!(cadence(&kim, &patched).await, (expected, expected), "{sport}");
    }
    // The table of an archive does.
    let table: &[u8] = b"Activity ID,Activity Name,Activity Type,Filename\n1,Hills,Run,activities/1.gpx\n";
    let archive = zip(&[("activities.csv", table), ("activities/1.gpx", &with_cadence(""))]);
    robin.upload_all(&[("export.zip", &archive)]).await;
    let all = robin.activities().await;
    assert_eq!((all.len(), &all[0]["sport"]), (1, &json!("run")));
    let listed = format!("/v1/activities/{}", all[0]["id"].as_str().unwrap());
    assert_eq!(cadence(&robin, &listed).await, (170.0, 170.0));
    world.close().await;
}

#[tokio::test]
async fn a_ride_called_a_run_holds_no_running_bests_that_nobody_ran() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let ride = client.upload("11.fit", &sample("11_mtb_fr645m_4h36_16547rec.fit")).await;
    assert!(bests(&client).await.as_array().unwrap().iter().any(|best| best["sport"] == "cycling"));
    client.patch(&path_of(&ride), json!({ "sport": "run" })).await.expect(200);
    for best in bests(&client).await.as_array().unwrap() {
        let (metres, seconds) = (best["distance_m"].as_f64().unwrap(), best["elapsed_s"].as_f64().unwrap());
        assert_eq!(best["sport"], "run");
        assert!(metres / seconds < 9.5, "{best}");
        assert!(metres < 5000.0 || seconds >= 740.0 * metres / 5000.0, "{best}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_changed_profile_is_computed_again_without_being_asked() {
    let world = World::new().await;
    world.start_jobs();
    let client = world.register("kim@example.org").await;
    let line = client.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    let before = client.get(&path_of(&line)).await.expect(200);
    assert_eq!(before["analysis"]["load"]["points"], Value::Null);
    client.patch("/v1/athletes/me", json!({ "threshold_pace_s_per_km": 300 })).await.expect(200);
    let points = async {
        loop {
            let detail = client.get(&path_of(&line)).await.expect(200);
            if detail["analysis"]["load"]["source"] == "pace" {
                return detail["analysis"]["load"]["points"].as_f64().unwrap();
            }
        }
    };
    let points = tokio::time::timeout(std::time::Duration::from_secs(60), points).await.unwrap();
    // 40 minutes at 3 m/s where 1000/300 m/s is threshold.
    let intensity = 3.0 * 300.0 / 1000.0;
    assert!((points - 100.0 * 40.0 / 60.0 * intensity * intensity).abs() < 1.5, "{points}");
    world.close().await;
}

#[tokio::test]
async fn one_broken_original_does_not_stop_the_recompute_of_the_others() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let broken = client.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    client.upload("b.tcx", &tcx(&[session("Running", "2026-05-02T06:00:00Z", 40)])).await;
    let tx = world.db.db().write().await.unwrap();
    let sql = "update original set content = 'x' where file_name = 'a.tcx'";
    assert_eq!(tx.execute(sql, &[]).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let report = recompute::recompute(&world.app, true, |_| {}).await.unwrap();
    assert_eq!((report.computed, report.failed.count), (1, 1), "{report:?}");
    assert_eq!(json!(report.failed.first[0].id), broken["activity_id"]);

    // What this version could not compute it does not try again, until somebody asks for everything.
    client.patch("/v1/athletes/me", json!({ "max_hr_bpm": 191 })).await.expect(200);
    let report = recompute::recompute(&world.app, false, |_| {}).await.unwrap();
    assert_eq!(report.failed.count, 0, "told once");
    let report = recompute::recompute(&world.app, true, |_| {}).await.unwrap();
    assert_eq!(report.failed.count, 1);
    world.close().await;
}

/// Whoever imports an archive fills in the profile meanwhile.
#[tokio::test]
async fn a_file_that_is_read_while_the_profile_changes_is_analysed_for_the_new_one() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let gate = world.db.db().write().await.unwrap();
    gate.execute("select from athlete for no key update", &[]).await.unwrap();
    let file = tcx(&[session("Running", MORNING, 40)]);
    let change = async {
        until("the file is read and waits for the athlete", async || {
            let read = world.db.db().read();
            let sql = "select exists (select from pg_stat_activity \
                where datname = current_database() and wait_event_type = 'Lock')";
            read.query_one(sql, &[]).await.unwrap().get(0)
        })
        .await;
        gate.execute("update athlete set threshold_pace_s_per_km = 300", &[]).await.unwrap();
        gate.commit().await.unwrap();
    };
    let (line, ()) = tokio::join!(client.upload("a.tcx", &file), change);
    let detail = client.get(&path_of(&line)).await.expect(200);
    assert_eq!(detail["analysis"]["load"]["source"], "pace", "{detail}");
    world.close().await;
}
