//! The rows of a partition as a compressed file that is whole, or not there. Never here: the end of the partition.
//!
//! The file is written under another name, fsynced, read back and compared by checksum, renamed, and its folder
//! fsynced. A file that is there already is never replaced: the next one gets a number.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{StreamExt as _, pin_mut};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_postgres::Client;

use super::table::Export;
use super::{PartitionError, PartitionedTable, Period};

/// Chunks of rows between the connection and the file.
const QUEUE: usize = 64;

/// Most files of one period: each is from a partition that was made again after it had gone.
const MOST_FILES: u32 = 1_000;

/// Where a partition went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exported {
    pub(super) path: PathBuf,
    /// Uncompressed.
    pub(super) bytes: u64,
}

/// Writes every row of `relation`, which the caller has locked.
pub(super) async fn partition(
    session: &Client,
    table: &PartitionedTable,
    export: &Export,
    period: Period,
    relation: &str,
) -> Result<Exported, PartitionError> {
    let row = session.query_one("select current_database()::text as database", &[]).await?;
    let folder = export.folder.join(file_name(row.try_get("database")?)).join(table.name());
    let partial = folder.join(format!("{period}.csv.zst.partial"));
    let failed = |source| PartitionError::Export { path: partial.clone(), source };

    let (sender, receiver) = mpsc::channel(QUEUE);
    let (place, level) = (partial.clone(), export.level);
    let writing = tokio::task::spawn_blocking(move || write(&place, level, receiver));
    let copied = copy(session, relation, sender).await;
    let written = writing.await.map_err(|panic| failed(io::Error::other(panic)))?;
    // A full disk closes the queue, so its own words come before those of the rows that found it closed.
    let (checksum, bytes) = written.map_err(failed)?;
    copied?;

    let finish = partial.clone();
    let finishing = tokio::task::spawn_blocking(move || {
        if read_back(&finish)? != checksum {
            return Err(io::Error::other("the file read back differs from the rows that were written"));
        }
        settle(&finish, &folder, period)
    });
    let path = finishing.await.map_err(|panic| failed(io::Error::other(panic)))?.map_err(failed)?;
    Ok(Exported { path, bytes })
}

/// Sends the rows on, a header first. Generated columns are left out, so that the file can be copied in again.
async fn copy(
    session: &Client,
    relation: &str,
    sender: mpsc::Sender<Bytes>,
) -> Result<(), tokio_postgres::Error> {
    let rows = session.copy_out(&format!("copy {relation} to stdout (format csv, header)")).await?;
    pin_mut!(rows);
    while let Some(chunk) = rows.next().await {
        if sender.send(chunk?).await.is_err() {
            // The writer has failed, and says why.
            break;
        }
    }
    Ok(())
}

/// Writes what comes, compressed, until the queue ends; tells the checksum and the length of what came. That the
/// queue ended for a good reason is for the caller to know.
fn write(path: &Path, level: i32, mut queue: mpsc::Receiver<Bytes>) -> io::Result<([u8; 32], u64)> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    // One that an earlier attempt left; whoever may read that must not read this one.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let mut encoder = zstd::Encoder::new(file, level)?;
    encoder.include_checksum(true)?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    while let Some(chunk) = queue.blocking_recv() {
        digest.update(&chunk);
        bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        encoder.write_all(&chunk)?;
    }
    let file = encoder.finish()?;
    file.sync_all()?;
    Ok((digest.finalize().into(), bytes))
}

/// The checksum of what the file holds.
fn read_back(path: &Path) -> io::Result<[u8; 32]> {
    let mut decoder = zstd::Decoder::new(File::open(path)?)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match decoder.read(&mut buffer)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// Gives the file its name, the first that is free, and makes that survive a power failure.
fn settle(partial: &Path, folder: &Path, period: Period) -> io::Result<PathBuf> {
    for number in 1..=MOST_FILES {
        let name =
            if number == 1 { format!("{period}.csv.zst") } else { format!("{period}.{number}.csv.zst") };
        let path = folder.join(name);
        if !path.try_exists()? {
            // One keeper at a time writes here: nobody takes the name meanwhile.
            fs::rename(partial, &path)?;
            sync_upwards(folder)?;
            return Ok(path);
        }
    }
    Err(io::Error::other(format!("{MOST_FILES} files of {period} are there already")))
}

/// The folder, and those that may have been made for it.
fn sync_upwards(folder: &Path) -> io::Result<()> {
    folder
        .ancestors()
        .take(3)
        .filter(|one| !one.as_os_str().is_empty())
        .try_for_each(|one| File::open(one)?.sync_all())
}

/// A database may be called anything; a folder not.
fn file_name(database: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    database.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let month = Period::month(2024, 2).unwrap();
        let partial = folder.path().join("2024-02.csv.zst.partial");
        for (text, named) in [("one", "2024-02.csv.zst"), ("two", "2024-02.2.csv.zst")] {
            fs::write(&partial, text).unwrap();
            assert_eq!(settle(&partial, folder.path(), month).unwrap(), folder.path().join(named));
        }
        assert_eq!(fs::read_to_string(folder.path().join("2024-02.csv.zst")).unwrap(), "one");
    }

    #[test]
    fn what_was_written_is_what_is_read_back_and_damage_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/rows");
        let (sender, receiver) = mpsc::channel(2);
        sender.blocking_send(Bytes::from_static(b"a,b\n")).unwrap();
        sender.blocking_send(Bytes::from_static(b"1,2\n")).unwrap();
        drop(sender);
        let (checksum, bytes) = write(&path, 3, receiver).unwrap();
        assert_eq!((read_back(&path).unwrap(), bytes), (checksum, 8));
        let mut damaged = fs::read(&path).unwrap();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(&path, damaged).unwrap();
        assert!(read_back(&path).is_err() || read_back(&path).unwrap() != checksum);
        assert_eq!(file_name("../a b"), "___a_b");
    }
}
