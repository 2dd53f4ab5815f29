//! `./dev up --all`: everything of the central system on this machine, with sample data, until Ctrl+C.

use std::{
    io::{Write as _, stdout},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context as _;
use beadsbox_soak::whole::{Whole, WholePlan};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// Everything of the central system on this machine, with sample data, until SIGTERM or SIGINT.
#[derive(Parser)]
#[command(name = "beadsbox-up")]
struct Arguments {
    /// Where logs and mails go
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter("warn").init();
    let Arguments { folder } = Arguments::parse();
    // From now on: whoever stops it in the middle finds nothing left behind.
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let begun = Instant::now();
    let say = |what: &str| tell(begun, what);
    let server = std::env::current_exe()?.parent().context("this program lies in no folder")?.join("beadsbox-server");
    let plan = WholePlan { server, folder };
    let started = async {
        let whole = Whole::start(&plan, &say).await?;
        let addresses = open(&whole, &say).await;
        Ok::<_, anyhow::Error>((whole, addresses))
    };
    let (whole, addresses) = tokio::select! {
        started = started => started?,
        _ = terminated.recv() => return Ok(()),
        _ = interrupted.recv() => return Ok(()),
    };
    match addresses {
        Ok(addresses) => {
            writeln!(stdout(), "\n{addresses}\n")?;
            say("Ctrl+C, or ./dev down, ends it");
            tokio::select! {
                _ = terminated.recv() => {}
                _ = interrupted.recv() => {}
            }
        }
        Err(error) => {
            whole.end().await;
            return Err(error);
        }
    }
    say("Ending everything");
    whole.end().await;
    Ok(())
}

/// A line of progress. Whoever does not read it any more misses nothing.
fn tell(begun: Instant, what: &str) {
    let _ = writeln!(stdout(), "[{:4} s] {what}", begun.elapsed().as_secs());
}

/// Adds sample data, waits until everything serves, and says where what is.
async fn open(whole: &Whole, say: &(dyn Fn(&str) + Sync)) -> anyhow::Result<String> {
    say("Adding sample data");
    let seeded = whole.program().run(&["seed"], "").await?;
    let shops = whole.program().run(&["shop", "list"], "").await?;
    let shop = shops.split_whitespace().next().context("there is no shop")?;
    let code = whole.program().enrolment_code(shop).await?;
    whole.until_all_serve().await?;
    Ok(format!("{}\n\n{}", seeded.trim_end(), addresses(whole, &code)))
}

fn addresses(whole: &Whole, code: &str) -> String {
    let [primary, standby, replica] = whole.database.urls();
    let root = whole.url();
    let mut lines = vec![("Shop page", format!("{root}/vouchers/")), ("Load balancer", format!("{root}; {root}/statistics shows who serves"))];
    lines.extend(whole.tls().map(|(url, certificate)| ("", format!("{url}, whose certificate is {}", shown(certificate)))));
    lines.extend(whole.processes().iter().map(|process| (process.name(), format!("http://{}, {}", process.address(), process.metrics()))));
    lines.extend([
        ("PostgreSQL", format!("primary {primary}")),
        ("", format!("standby {standby}, which every commit waits for")),
        ("", format!("replica {replica}, which reports read; operations people: {}", whole.database.operations_url())),
        ("RabbitMQ", whole.broker.url()),
        ("Redis", whole.redis.url()),
        ("Mail server", format!("{}; each mail is a file in {}", whole.mails.url(), shown(&whole.mailbox()))),
        ("Logs", format!("{}, one for each process", shown(&whole.logs()))),
        (
            "Desktop program",
            format!("mybeadsbox --data-dir /tmp/till --key-file /tmp/till.keys{} --enrol-code {code}", server(whole)),
        ),
        ("", "(./dev run builds it; the code is good for one device)".to_owned()),
    ]);
    let line = |(name, text): &(&str, String)| format!("{name:<17}{text}");
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Where a device enrols: by TLS where there is some.
fn server(whole: &Whole) -> String {
    let by_tls = |(url, certificate): (String, &Path)| format!(" --ca-file {} --enrol-server {url}", shown(certificate));
    whole.tls().map_or_else(|| format!(" --enrol-server {}", whole.url()), by_tls)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
