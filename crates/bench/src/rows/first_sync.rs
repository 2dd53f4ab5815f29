//! The first sync of a new device over loopback HTTP, beside the same rows through `psql COPY | sqlite3 .import` with the same indexes.

use std::{
    path::Path,
    process::Command,
    time::{Instant, SystemTime},
};

use anyhow::Context as _;

use super::{Bench, shelf::Shelves, side};
use crate::{
    figure::Unit,
    ledger::{Entry, Goal, Number, Side},
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
CREATE INDEX voucher_by_expiry ON voucher (expires_on, id);
CREATE INDEX voucher_by_code ON voucher (code, id);
CREATE INDEX voucher_by_status_and_sale ON voucher (status, sold_at, id);
CREATE INDEX voucher_by_template_and_sale ON voucher (template, sold_at, id);
CREATE INDEX voucher_by_shop_and_sale ON voucher (sold_shop, sold_at, id);
CREATE INDEX voucher_by_recipient ON voucher (recipient_key, id);
CREATE INDEX voucher_by_email ON voucher (email, id);
CREATE INDEX voucher_by_change ON voucher (since_at, id);
CREATE INDEX voucher_by_payment_and_sale ON voucher (payment, sold_at, id);
CREATE INDEX voucher_by_staff_and_sale ON voucher (sold_staff, sold_at, id);
SELECT (julianday('now') - 2440587.5) * 86400;
CREATE VIRTUAL TABLE voucher_text USING fts5 (code, buyer_key, title_key, recipient_key, email, content = 'voucher', content_rowid = 'n',
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
        let mut imports = vec![Import::new("sqlite3", "not encrypted")];
        imports.extend(is_there("sqlcipher").then(|| Import::new("sqlcipher", "encrypted")));
        let (mut usable, mut searchable, mut memory) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..times {
            let finished = shelves.first_sync(vouchers).await?;
            usable.push(finished.seconds);
            searchable.push(finished.searchable_seconds.unwrap_or(finished.seconds));
            memory.push(mebibytes(finished.peak_kib));
            let database = shelves.centre(vouchers).await?.database_url();
            for import in &mut imports {
                import.run(&database, &bench.folder("import")?, vouchers)?;
            }
        }
        let usable = bench.ours(usable, Unit::Seconds, "enrolled, taken over HTTP, checked; encrypted; several devices after another")?;
        let searchable = bench.ours(searchable, Unit::Seconds, "")?;
        for import in imports {
            let goals: &[Goal] = if import.shell == "sqlite3" { &[Goal::AtMostTimes(1.0)] } else { &[] };
            let [without, with] = import.sides()?;
            let entry = |what, ours: &Side, other| Entry::new("bootstrap", vouchers, what, ours.clone(), Some(other)).judged(Number::Median, goals);
            entries.push(entry("first sync, until it lists and sells", &usable, without));
            entries.push(entry("first sync, until every search is quick", &searchable, with));
        }
        let device = bench.ours(memory, Unit::Mebibytes, "VmHWM of the process")?;
        entries.push(Entry::new("bootstrap", vouchers, "memory of the device", device, None).judged(Number::P99, &[Goal::AtMost(MOST_MEMORY)]));
        let server = mebibytes(shelves.centre(vouchers).await?.peak_kib()?);
        let server = bench.ours(vec![server], Unit::Mebibytes, "VmHWM of the process")?;
        entries.push(Entry::new("bootstrap", vouchers, "memory of the server, after these first syncs", server, None));
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

/// The same rows through psql and a shell of SQLite.
struct Import {
    shell: &'static str,
    how: &'static str,
    /// Seconds until the indexes are there, and until the search index is.
    measured: [Vec<f64>; 2],
}

impl Import {
    const fn new(shell: &'static str, how: &'static str) -> Self {
        Self { shell, how, measured: [Vec::new(), Vec::new()] }
    }

    fn run(&mut self, database: &str, folder: &Path, vouchers: u64) -> anyhow::Result<()> {
        let Self { shell, .. } = *self;
        let (file, script) = (folder.join("import.db"), folder.join("import.sql"));
        let key = if shell == "sqlcipher" { "PRAGMA key = 'a key';\n" } else { "" };
        std::fs::write(&script, format!("{key}PRAGMA journal_mode = WAL;\n{BEFORE}{INDEXES}"))?;
        let pipe = "set -o pipefail; psql -qX -v ON_ERROR_STOP=1 \"$1\" -c \"$2\" | \"$3\" -bail -init \"$4\" \"$5\" ''";
        let (begun, wall) = (Instant::now(), SystemTime::now());
        let output = Command::new("bash")
            .args(["-c", pipe, "bash", database, ROWS, shell, text(&script)?, text(&file)?])
            .output()
            .context("psql | sqlite3")?;
        let seconds = begun.elapsed().as_secs_f64();
        anyhow::ensure!(output.status.success(), "psql | {shell}: {}", String::from_utf8_lossy(&output.stderr));
        // The shell's clock when the indexes were there.
        let indexed: f64 = last_line(&output.stdout).parse()?;
        let counted = last_line(&Command::new(shell).arg(&file).arg(format!("{key}SELECT count(*) FROM voucher")).output()?.stdout);
        anyhow::ensure!(counted == vouchers.to_string(), "{counted:?} of {vouchers} vouchers were imported by {shell}");
        let [until_indexed, until_searchable] = &mut self.measured;
        until_indexed.push(indexed - wall.duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64());
        until_searchable.push(seconds);
        Ok(())
    }

    fn sides(self) -> anyhow::Result<[Side; 2]> {
        let version = first_line(Command::new(self.shell).arg("--version"));
        let (version, name) = (version.split(' ').next().unwrap_or_default(), format!("psql COPY | {} .import", self.shell));
        let side = |measured| side(&name, version, measured, Unit::Seconds, &format!("the same indexes, after the rows; {}", self.how));
        let [indexed, searchable] = self.measured;
        Ok([side(indexed)?, side(searchable)?])
    }
}

fn last_line(printed: &[u8]) -> String {
    String::from_utf8_lossy(printed).lines().last().unwrap_or_default().trim().to_owned()
}
