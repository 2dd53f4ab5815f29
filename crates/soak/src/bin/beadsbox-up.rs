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
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter("warn,sqlx=error").init();
    let Arguments { folder } = Arguments::parse();
    // From now on: whoever stops it in the middle finds nothing left behind.
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let begun = Instant::now();
    let say = |what: &str| tell(begun, what);
    let program = std::env::current_exe()?;
    let programs = program.parent().context("this program lies in no folder")?;
    let plan = WholePlan { server: programs.join("beadsbox-server"), folder };
    let desktop = programs.join("mybeadsbox");
    let started = async {
        let whole = Whole::start(&plan, &say).await?;
        let addresses = open(&whole, &plan.folder, &desktop, &say).await;
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
async fn open(whole: &Whole, folder: &Path, desktop: &Path, say: &(dyn Fn(&str) + Sync)) -> anyhow::Result<String> {
    say("Adding sample data");
    let seeded = whole.program().run(&["seed"], "").await?;
    let shops = whole.program().run(&["shop", "list"], "").await?;
    let shop = shops.split_whitespace().next().context("there is no shop")?;
    let code = whole.program().enrolment_code(shop).await?;
    whole.until_all_serve().await?;
    // With the rest of it the device begins anew as well: at another database it would be unknown.
    let till = folder.join("till");
    let (data, keys) = (till.join("data"), till.join("keys"));
    let device = format!("{} --data-dir {} --key-file {}{} --enrol-code {code}", typed(desktop), typed(&data), typed(&keys), server(whole));
    std::fs::create_dir_all(till)?;
    Ok(format!(
        "{}\n\n{}\n\nA till, in another terminal (the code is good for one device):\n\n  {device}",
        seeded.trim_end(),
        addresses(whole)
    ))
}

fn addresses(whole: &Whole) -> String {
    let [primary, standby, replica] = whole.database.urls();
    let root = whole.url();
    // Each as somebody can open it to see something.
    let mut lines = vec![("Shop page", format!("{root}/vouchers/")), ("Load balancer", format!("{root}/statistics shows who serves"))];
    lines.extend(
        whole
            .tls()
            .map(|(url, certificate)| ("", format!("with TLS {url}/vouchers/, whose certificate is {}", shown(certificate)))),
    );
    for process in whole.processes() {
        let metrics = process.metrics();
        // The worker serves nothing else.
        let serves = !metrics.contains(process.address());
        lines.push((process.name(), if serves { format!("http://{}/readyz, {metrics}", process.address()) } else { metrics }));
    }
    lines.extend([
        ("PostgreSQL", format!("primary {primary}")),
        ("", format!("standby {standby}, which every commit waits for")),
        ("", format!("replica {replica}, which reports read; operations people: {}", whole.database.operations_url())),
        ("RabbitMQ", whole.broker.url()),
        ("Redis", whole.redis.url()),
        ("Cards", "charged by a button on the page of a provider that stands in for Stripe".to_owned()),
        ("Mail server", format!("{}; each mail is a file in {}", whole.mails.url(), shown(&whole.mailbox()))),
        ("Logs", format!("{}, one for each process", shown(&whole.logs()))),
    ]);
    let line = |(name, text): &(&str, String)| format!("{name:<17}{text}");
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Where a device enrols: by TLS where there is some.
fn server(whole: &Whole) -> String {
    let by_tls = |(url, certificate): (String, &Path)| format!(" --ca-file {} --enrol-server {url}", typed(certificate));
    whole.tls().map_or_else(|| format!(" --enrol-server {}", whole.url()), by_tls)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// As it can be typed into a shell.
fn typed(path: &Path) -> String {
    let text = shown(path);
    let is_plain = text.chars().all(|char| char.is_alphanumeric() || "/._-+".contains(char));
    if is_plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_be_typed_whatever_is_in_it() {
        for (path, is) in [("/home/inês/beads-box", "/home/inês/beads-box"), ("/tmp/a b", "'/tmp/a b'"), ("/tmp/$l'été", r"'/tmp/$l'\''été'")] {
            assert_eq!(typed(Path::new(path)), is);
        }
    }
}
