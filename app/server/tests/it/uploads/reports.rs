//! What became of uploads: lists, lines by outcome, and nothing of somebody else's.

use super::*;

#[tokio::test]
async fn the_list_of_uploads_says_how_far_each_is() {
    let world = World::without_importer().await;
    let (client, other) =
        (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let first = client.send_files(&[("a.fit", &sample(RIDE)), ("b.fit", b"no file")]).await.expect(202);
    world.advance(60);
    let second = client.send_files(&[("a.fit", &sample(RIDE))]).await.expect(202);
    other.send_files(&[("a.fit", &sample(RIDE))]).await.expect(202);
    let list = async || client.get("/v1/uploads").await.expect(200)["items"].clone();
    let waiting = list().await;
    assert_eq!(waiting.as_array().unwrap().len(), 2, "one's own");
    for (item, report) in [(&waiting[0], &second), (&waiting[1], &first)] {
        for field in ["id", "status", "progress", "origin", "created_at", "finished_at"] {
            assert_eq!(item[field], report[field], "{field}");
        }
    }
    assert_eq!((&waiting[1]["status"], &waiting[1]["progress"]["total"]), (&json!("processing"), &json!(2)));
    world.keeps_answers().await;
    client.get("/v1/auth/me").await.expect(200);
    for (path, budget) in [
        ("/v1/uploads".to_owned(), 1),
        (format!("/v1/uploads/{}/files?outcome=pending", first["id"].as_str().unwrap()), 2),
    ] {
        let before = world.db.statements().await.unwrap();
        client.get(&path).await.expect(200);
        let used = world.db.statements().await.unwrap().since(&before).named();
        assert_eq!(used.total(), budget, "{path}: {used}");
    }
    world.start_importers();
    client.finished(&first).await;
    client.finished(&second).await;
    let done = list().await;
    let both = |kind: &str| [0, 1].map(|at| done[at]["progress"][kind].as_u64().unwrap()).iter().sum::<u64>();
    assert!((0..2).all(|at| done[at]["status"] == "finished"), "{done}");
    // The ride came twice; whichever was read first is the activity.
    assert_eq!(
        ["imported", "duplicates", "refused", "merged", "pending"].map(both),
        [1, 1, 1, 0, 0],
        "{done}"
    );
    assert_eq!((&done[0]["progress"]["total"], &done[1]["progress"]["total"]), (&json!(1), &json!(2)));
    world.close().await;
}

#[tokio::test]
async fn the_lines_of_one_outcome_are_a_list_of_their_own() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let files: [(&str, &[u8]); 4] =
        [("1.fit", b"no file"), ("2.fit", &sample(RIDE)), ("3.fit", b"none"), ("4.fit", b"neither")];
    let report = client.upload_all(&files).await;
    let path = format!("/v1/uploads/{}/files", report["id"].as_str().unwrap());
    let ask = async |query: &str| {
        let page = client.get(&format!("{path}?{query}")).await.expect(200);
        let lines = page["items"].as_array().unwrap().iter();
        (
            lines.map(|line| line["position"].as_i64().unwrap()).collect::<Vec<_>>(),
            page["next_cursor"].clone(),
        )
    };
    assert_eq!(ask("outcome=imported").await, (vec![2], Value::Null));
    assert_eq!(ask("outcome=pending").await, (vec![], Value::Null));
    let (first, cursor) = ask("outcome=refused&limit=2").await;
    assert_eq!(first, [1, 3]);
    let rest = ask(&format!("outcome=refused&limit=2&cursor={}", cursor.as_str().unwrap())).await;
    assert_eq!(rest, (vec![4], Value::Null));
    for (query, pointer) in [("outcome=lost", "/outcome"), ("state=refused", "/state"), ("limit=0", "/limit")]
    {
        let refused = client.get(&format!("{path}?{query}")).await;
        assert_eq!((refused.problem().0, refused.pointers()), (400, vec![pointer.to_owned()]), "{query}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_others_uploaded_is_not_there() {
    let world = World::new().await;
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let report = kim.upload_all(&[("a.fit", &sample(RIDE))]).await;
    let upload = format!("/v1/uploads/{}", report["id"].as_str().unwrap());
    let activity = activity_path(&report["files"]["items"][0]);
    for path in [upload.clone(), format!("{upload}/files"), activity.clone(), format!("{activity}/file")] {
        assert_eq!(robin.get(&path).await.problem(), (404, "not_found".to_owned()), "{path}");
        kim.get(&path).await.status.is_success().then_some(()).unwrap();
    }
    assert_eq!(robin.delete(&activity).await.problem().0, 404);
    assert_eq!(robin.patch(&activity, json!({ "name": "mine" })).await.problem().0, 404);
    assert!(robin.get("/v1/uploads").await.expect(200)["items"].as_array().unwrap().is_empty());
    // The same bytes are robin's own activity, not a duplicate of somebody else's.
    assert_eq!(robin.upload("a.fit", &sample(RIDE)).await["outcome"], "imported");
    kim.delete(&activity).await.expect(204);
    let again = kim.upload("a.fit", &sample(RIDE)).await;
    assert_eq!(again["outcome"], "duplicate", "deleted on purpose stays deleted: {again}");
    assert_eq!(robin.activities().await.len(), 1);
    world.close().await;
}
