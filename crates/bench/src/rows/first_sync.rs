//! The first sync of a new device over loopback HTTP, beside the same rows through `psql COPY | sqlite3 .import` with the same indexes.

use std::{path::Path, process::Command, time::Instant};

use anyhow::Context as _;

use super::{Bench, shelf::Shelves, side};
use crate::{
    figure::Unit,
    ledger::{Entry, Goal, Number},
    machine::first_line,
    peer::text,
};

/// What a device may take, in MiB, at its first sync.
const MOST_MEMORY: f64 = 150.0;
/// The cache's tables and indexes but for the columns' types: everything that comes through CSV is a text or a number.
const BEFORE: &str = "
CREATE TABLE voucher (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, code TEXT, template TEXT, snapshot INTEGER, title_key TEXT, price INTEGER, person TEXT,
    buyer TEXT, buyer_key TEXT, recipient TEXT, recipient_key TEXT, email TEXT, message TEXT, payment TEXT, sold_op TEXT, sold_at INTEGER, sold_staff TEXT,
    sold_shop TEXT, sold_device TEXT, expires_on INTEGER, expires_at INTEGER, status INTEGER, since_op TEXT, since_at INTEGER, since_staff TEXT,
    since_shop TEXT, since_device TEXT, row_version INTEGER);
.mode csv
.import /dev/stdin voucher
";
const INDEXES: &str = "
CREATE INDEX voucher_by_sale ON voucher (sold_at, id);
CREATE INDEX voucher_by_price ON voucher (price, id);
CREATE INDEX voucher_by_buyer ON voucher (buyer_key, id);
CREATE INDEX voucher_by_title ON voucher (title_key, id);
CREATE INDEX voucher_by_status ON voucher (status, id);
CREATE INDEX voucher_by_expiry ON voucher (expires_on, id);
CREATE INDEX voucher_by_code ON voucher (code, id);
CREATE INDEX voucher_by_status_and_sale ON voucher (status, sold_at, id);
CREATE INDEX voucher_by_template_and_sale ON voucher (template, sold_at, id);
CREATE VIRTUAL TABLE voucher_text USING fts5 (code, buyer_key, title_key, recipient_key, content = 'voucher', content_rowid = 'n',
    tokenize = 'trigram case_sensitive 1', columnsize = 0);
INSERT INTO voucher_text (voucher_text) VALUES ('rebuild');
";
const ROWS: &str =
    "COPY (SELECT row_number() OVER (ORDER BY v.id), replace(v.id::text, '-', ''), v.code, replace(v.template_id::text, '-', ''), 1, lower(t.title),
    t.price_minor, encode(v.person_hash, 'hex'), p.person::json ->> 'buyer', lower(p.person::json ->> 'buyer'), '', '', '', '', v.payment,
    replace(v.sold_op::text, '-', ''), (extract(epoch FROM v.sold_at) * 1000000)::bigint, replace(v.sold_staff::text, '-', ''),
    replace(v.sold_shop::text, '-', ''), replace(v.sold_device::text, '-', ''), to_char(v.expires_on, 'YYYYMMDD'),
    (extract(epoch FROM v.expires_at) * 1000000)::bigint, array_position('{purchased,used,cancelled,refunded,expired}', v.status),
    replace(v.since_op::text, '-', ''), (extract(epoch FROM v.since_at) * 1000000)::bigint, replace(v.since_staff::text, '-', ''),
    replace(v.since_shop::text, '-', ''), replace(v.since_device::text, '-', ''), v.row_version
    FROM voucher v JOIN voucher_template_version t ON (t.template_id, t.version) = (v.template_id, v.template_version)
    JOIN person p ON p.hash = v.person_hash ORDER BY v.id) TO STDOUT WITH (FORMAT csv)";

pub(super) async fn measure(bench: &Bench, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for &vouchers in &bench.scale.vouchers {
        let times = if vouchers > 100_000 { 2 } else { 3 };
        let shells = [Some(("sqlite3", "not encrypted")), is_there("sqlcipher").then_some(("sqlcipher", "encrypted"))];
        let mut imports: Vec<(&str, &str, Vec<f64>)> = shells.into_iter().flatten().map(|(name, how)| (name, how, Vec::new())).collect();
        let (mut ours, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..times {
            let finished = shelves.first_sync(vouchers).await?;
            ours.push(finished.seconds);
            memory.push(mebibytes(finished.peak_kib));
            let database = shelves.centre(vouchers).await?.database_url();
            for (shell, _, measured) in &mut imports {
                measured.push(import(shell, &database, &bench.folder("import")?, vouchers)?);
            }
        }
        let server = mebibytes(shelves.centre(vouchers).await?.peak_kib()?);
        let ours = bench.ours(ours, Unit::Seconds, "enrolled, taken over HTTP, searchable; encrypted; several devices after another")?;
        for (shell, how, measured) in imports {
            let version = first_line(Command::new(shell).arg("--version"));
            let version = version.split(' ').next().unwrap_or_default();
            let other = side(
                &format!("psql COPY | {shell} .import"),
                version,
                measured,
                Unit::Seconds,
                &format!("the same indexes, after the rows; {how}"),
            )?;
            let goals: &[Goal] = if shell == "sqlite3" { &[Goal::AtMostTimes(1.0)] } else { &[] };
            entries.push(Entry::new("bootstrap", vouchers, "first sync", ours.clone(), Some(other)).judged(Number::Median, goals));
        }
        let device = bench.ours(memory, Unit::Mebibytes, "VmHWM of the device's process")?;
        entries.push(Entry::new("bootstrap", vouchers, "memory of the device", device, None).judged(Number::P99, &[Goal::AtMost(MOST_MEMORY)]));
        let server = bench.ours(vec![server], Unit::Mebibytes, "VmHWM of the server's process after these first syncs")?;
        entries.push(Entry::new("bootstrap", vouchers, "memory of the server", server, None));
    }
    Ok(entries)
}

fn is_there(program: &str) -> bool {
    first_line(Command::new(program).arg("--version")) != "?"
}

#[expect(clippy::cast_precision_loss, reason = "less memory than a float counts exactly")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// Runs the two programs; seconds.
fn import(shell: &str, database: &str, folder: &Path, vouchers: u64) -> anyhow::Result<f64> {
    let (file, script) = (folder.join("import.db"), folder.join("import.sql"));
    let key = if shell == "sqlcipher" { "PRAGMA key = 'a key';\n" } else { "" };
    std::fs::write(&script, format!("{key}PRAGMA journal_mode = WAL;\n{BEFORE}{INDEXES}"))?;
    let begun = Instant::now();
    let pipe = "set -o pipefail; psql -qX -v ON_ERROR_STOP=1 \"$1\" -c \"$2\" | \"$3\" -bail -init \"$4\" \"$5\" ''";
    let output = Command::new("bash")
        .args(["-c", pipe, "bash", database, ROWS, shell, text(&script)?, text(&file)?])
        .output()
        .context("psql | sqlite3")?;
    let seconds = begun.elapsed().as_secs_f64();
    anyhow::ensure!(output.status.success(), "psql | {shell}: {}", String::from_utf8_lossy(&output.stderr));
    let counted = Command::new(shell).arg(&file).arg(format!("{key}SELECT count(*) FROM voucher")).output()?;
    let counted = String::from_utf8_lossy(&counted.stdout).lines().last().unwrap_or_default().trim().to_owned();
    anyhow::ensure!(counted == vouchers.to_string(), "{counted:?} of {vouchers} vouchers were imported by {shell}");
    Ok(seconds)
}
