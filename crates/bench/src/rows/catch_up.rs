//! Many changes, taken by a device that was away: over HTTP page by page, onto the disk.

use std::{fs, io::Write as _, path::Path, time::Duration};

use beadsbox_protocol::{pull::ChangesQuery, rows::Row};
use beadsbox_sync::Transport as _;

use super::{Bench, Rates};
use crate::{
    centre::{Centre, stock},
    ledger::{Entry, Goal, Number},
    peer::text,
    progress,
    till::Till,
};

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let (changes, times) = bench.scale.pulled;
    let (count, rows) = (changes.to_string(), bench.work.join("rows.ndjson"));
    let centre = Centre::open(&bench.server).await?;
    // Each device has been here before, and then was away.
    let mut devices = Vec::new();
    for number in 0..=times {
        let folder = bench.folder(&format!("pull-{number}"))?;
        let code = centre.enrolment_code().await?;
        Till::open(&folder, &centre.url(), &code).await?.sync().await?;
        devices.push((folder, code));
    }
    stock(&centre, 0..changes, changes).await?;
    if let Some((folder, code)) = devices.pop() {
        export(&Till::open(&folder, &centre.url(), &code).await?, &rows).await?;
    }

    progress("  the peers' servers take the same rows");
    let folder = bench.folder("pouchdb-server")?;
    let given = [("rows", text(&rows)?), ("count", &count)];
    let pouchdb = bench.peers.serve("pouchdb-server.js", &[given.as_slice(), &[("folder", text(&folder)?)]].concat()).await?;
    let rxdb = bench.peers.serve("rxdb-server.js", &given).await?;
    let (mut ours, mut of_pouchdb, mut of_rxdb) = (Rates::default(), Rates::default(), Rates::default());
    for (number, (folder, code)) in devices.iter().enumerate() {
        let finished = bench.device(&["take", "--folder", text(folder)?, "--url", &centre.url(), "--code", code]).await?;
        anyhow::ensure!(finished.rows == changes, "{} of {changes} changes came", finished.rows);
        ours.add(&finished);
        of_rxdb.add(&bench.peers.run("rxdb-pull.js", bench.scale.patience, &[("url", rxdb.url())]).await?);
        let folder = bench.folder(&format!("pouchdb-pull-{number}"))?;
        of_pouchdb.add(&bench.peers.run("pouchdb-pull.js", bench.scale.patience, &[("url", pouchdb.url()), ("folder", text(&folder)?)]).await?);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    fs::remove_file(&rows)?;
    let ours = ours.side(
        "My Beads Box",
        &Centre::version(&bench.server),
        "PostgreSQL, synchronous_commit=on; encrypted cache, WAL, synchronous=NORMAL",
    )?;
    let pouchdb = of_pouchdb.side("PouchDB from express-pouchdb", &bench.peers.version("pouchdb"), "LevelDB on both sides, no fsync, not encrypted")?;
    let rxdb = of_rxdb.side("RxDB", &bench.peers.version("rxdb"), "memory on both sides, batches of 1000: neither durable nor encrypted")?;
    let entry = |other, least| Entry::new("pull", changes, "changes taken", ours.clone(), Some(other)).judged(Number::Median, &[Goal::AtLeastTimes(least)]);
    Ok(vec![entry(pouchdb, 40.0), entry(rxdb, 3.0)])
}

/// Writes the vouchers as the server gives them, one a line: the peers hold the same.
pub(super) async fn export(till: &Till, path: &Path) -> anyhow::Result<()> {
    let position = till.store.position()?;
    let epoch = till.store.enrolment()?.map(|enrolment| enrolment.epoch).unwrap_or_default();
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    let mut cursor = position.cursor;
    loop {
        let query =
            ChangesQuery { epoch, incarnation: 1, cursor: cursor.seq, tag: cursor.tag.clone(), acked: 0, limit: 2000, wait: 0, waiting: 0, wrong_pins: 0 };
        let page = till.server.changes(&query).await?;
        for row in &page.rows {
            if let Row::Voucher(row) = row {
                // Flat, as a document is: the peers want its id outside.
                let mut document = serde_json::to_value(&row.voucher)?;
                document["person"] = serde_json::to_value(&row.person)?;
                serde_json::to_writer(&mut file, &document)?;
                file.write_all(b"\n")?;
            }
        }
        cursor = page.to;
        if cursor.seq >= page.head {
            return Ok(file.flush()?);
        }
    }
}
