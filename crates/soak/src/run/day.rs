//! A day at two tills whose links are cut and mended at random: it closes, and its books add up.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use beadsbox_testkit::ServerLog;
use sqlx::PgPool;

use super::{
    Programs,
    centre::{Centre, PASSWORD, PERSON, SHOP},
    close,
    journal::{Entry, Journal},
    link::Link,
    moment::spread,
    till_process::{Task, TillProcess, TillSetup},
    trouble::Troubles,
};
use crate::{
    books::{Account, ServerBooks, account},
    told::Told,
};

/// How long the customers of a till may take.
const LONGEST_DAY: Duration = Duration::from_mins(20);

/// What is to happen.
#[derive(Debug, Clone)]
pub struct DayPlan {
    /// Where till and server are.
    pub programs: Programs,
    /// `beadsbox-relay`
    pub relay: PathBuf,
    /// Where tills, logs and the journal go; there is a folder of that name already.
    pub folder: PathBuf,
    /// How many sales and redemptions, over all tills.
    pub deeds: u32,
    /// What all random choices begin with.
    pub seed: u64,
    /// How long a till may take to settle in the end.
    pub patience: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct DayReport {
    /// How often a link was cut.
    pub cuts: u32,
    /// What the books say of every word that was told.
    pub account: Account,
    /// The closes, in the order of the tills.
    pub closes: Vec<Closed>,
    /// Minor units: sold, and gone over the counter, by the server's books.
    pub books: (i64, i64),
    /// Conflicts in the inbox.
    pub inbox: i64,
    /// What must not be.
    pub troubles: Vec<String>,
    /// From the first start to the last figure.
    pub time: Duration,
}

/// A close, as the till told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Counts and sums in minor units.
    pub sold: (u64, i64),
    /// Counts and sums in minor units.
    pub redeemed: (u64, i64),
    /// Operations that it was closed over.
    pub unsent: u64,
}

impl DayReport {
    /// Whether the day closed and everything adds up.
    pub fn is_good(&self) -> bool {
        self.account.is_good() && self.troubles.is_empty()
    }
}

impl std::fmt::Display for DayReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "links       cut {} times", self.cuts)?;
        for (till, Closed { sold, redeemed, unsent }) in self.closes.iter().enumerate() {
            writeln!(
                f,
                "close       till {till}: {} sold for {}, {} redeemed worth {}, over {unsent} not sent",
                sold.0, sold.1, redeemed.0, redeemed.1
            )?;
        }
        writeln!(f, "books       {} sold, {} gone over the counter, in minor units", self.books.0, self.books.1)?;
        writeln!(f, "inbox       {} conflicts", self.inbox)?;
        write!(f, "{}", self.account)?;
        for trouble in &self.troubles {
            writeln!(f, "trouble     {trouble}")?;
        }
        writeln!(f, "time        {:.0} s", self.time.as_secs_f64())
    }
}

/// Runs the day. An error means that it could not go on.
pub async fn day(plan: &DayPlan) -> anyhow::Result<DayReport> {
    let started = Instant::now();
    let (journal, troubles) = (Journal::in_file(&plan.folder.join("journal"))?, Troubles::default());
    let centre = Centre::open(&plan.programs.server).await?;
    let mut server = centre.program.server(ServerLog::File(plan.folder.join("server.log")))?;
    server.up().await?;
    let address = server.url().trim_start_matches("http://").parse()?;
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let (mut links, mut tills) = (Vec::new(), Vec::new());
    for number in 0..2 {
        let link = Link::lay(number, address, &plan.relay).await?;
        tills.push(setup(plan, &centre, &link, number).await?);
        links.push(link);
    }
    let [first, second] = [0, 1].map(|number| (&tills[number], &links[number], random.fork()));
    let (first, second) = tokio::try_join!(work(plan, &journal, first), work(plan, &journal, second))?;
    let cuts = first.1 + second.1;
    // One closes over what it could not send, the other once everything is sent.
    links[0].cut().await?;
    for mut till in [first.0, second.0] {
        till.order().await?;
        till.hear(plan.patience, |told| matches!(told, Told::DayClosed { .. })).await?;
        till.close(plan.patience).await?;
    }
    links[0].mend().await?;
    close(&tills.iter().collect::<Vec<_>>(), &journal, &troubles, plan.patience).await?;
    let entries = journal.entries()?;
    let names = tills.iter().map(TillSetup::name).collect::<Vec<_>>();
    let account = account(&entries, &names, &ServerBooks::read(&centre.pool()).await?);
    let mut report = DayReport { cuts, account, closes: told(&entries), books: (0, 0), inbox: 0, troubles: troubles.all(), time: started.elapsed() };
    report.compare(&centre.pool()).await?;
    report.time = started.elapsed();
    Ok(report)
}

async fn setup(plan: &DayPlan, centre: &Centre, link: &Link, number: usize) -> anyhow::Result<TillSetup> {
    let folder = plan.folder.join(format!("till-{number}"));
    std::fs::create_dir(&folder)?;
    Ok(TillSetup {
        program: plan.programs.till.clone(),
        number,
        folder,
        log: plan.folder.join(format!("till-{number}.log")),
        server: link.url.clone(),
        code: centre.program.enrolment_code(SHOP).await?,
        person: PERSON,
        password: PASSWORD,
        fault: None,
        namespace: Some(link.namespace.clone()),
    })
}

/// Lets a till serve its customers, and cuts its link meanwhile. The till, and how often.
async fn work(plan: &DayPlan, journal: &Journal, (setup, link, mut random): (&TillSetup, &Link, fastrand::Rng)) -> anyhow::Result<(TillProcess, u32)> {
    let mut till = TillProcess::start(setup, Task::Day { seed: random.u64(..), deeds: plan.deeds / 2 }, journal)?;
    till.hear(plan.patience, |told| !matches!(told, Told::Open { .. })).await?;
    let (until, mut cuts) = (Instant::now() + LONGEST_DAY, 0);
    while Instant::now() < until {
        let lasts = spread(&mut random, Duration::from_millis(200), Duration::from_secs(4));
        if till.hear(lasts, |told| *told == Told::Worked).await.is_ok() {
            return Ok((till, cuts));
        }
        link.cut().await?;
        cuts += 1;
        tokio::time::sleep(spread(&mut random, Duration::from_millis(50), Duration::from_secs(5))).await;
        link.mend().await?;
    }
    bail!("{} did not serve its customers in {LONGEST_DAY:?}: {}", setup.name(), super::end_of_log(&setup.log))
}

/// The closes that were told.
fn told(entries: &[Entry]) -> Vec<Closed> {
    let mut closed: Vec<(usize, Closed)> = entries
        .iter()
        .filter_map(|entry| match entry.told {
            Told::DayClosed { sold, redeemed, unsent } => Some((entry.till, Closed { sold, redeemed, unsent })),
            _ => None,
        })
        .collect();
    closed.sort_by_key(|(till, _)| *till);
    closed.into_iter().map(|(_, closed)| closed).collect()
}

impl DayReport {
    /// Holds the closes against the server's tables, which the server filled from each operation by itself.
    async fn compare(&mut self, pool: &PgPool) -> anyhow::Result<()> {
        let sold = "SELECT coalesce(sum(t.price_minor), 0)::bigint FROM voucher v
                    JOIN voucher_template_version t ON (t.template_id, t.version) = (v.template_id, v.template_version)";
        let sold: i64 = sqlx::query_scalar(sold).fetch_one(pool).await?;
        let gone = "SELECT coalesce(sum(t.price_minor), 0)::bigint FROM redemption r JOIN voucher v ON v.id = r.voucher_id
                    JOIN voucher_template_version t ON (t.template_id, t.version) = (v.template_id, v.template_version)
                    WHERE r.outcome IN ('accepted', 'conflict')";
        let gone: i64 = sqlx::query_scalar(gone).fetch_one(pool).await?;
        self.books = (sold, gone);
        self.inbox = sqlx::query_scalar("SELECT count(*) FROM conflict").fetch_one(pool).await?;
        let agreed: i64 = sqlx::query_scalar("SELECT count(*) FROM day_close WHERE agrees AND number = 1").fetch_one(pool).await?;
        let told = |of: fn(&Closed) -> i64| self.closes.iter().map(of).sum::<i64>();
        let mut wrong = |holds: bool, what: String| {
            if !holds {
                self.troubles.push(what);
            }
        };
        wrong(
            self.closes.len() == 2 && agreed == 2,
            format!("{} closes were told, the server agrees with {agreed}", self.closes.len()),
        );
        let (told_sold, told_gone) = (told(|closed| closed.sold.1), told(|closed| closed.redeemed.1));
        wrong(told_sold == sold, format!("sold: the closes say {told_sold}, the books {sold}"));
        wrong(told_gone == gone, format!("redeemed: the closes say {told_gone}, the books {gone}"));
        let (collided, inbox) = (self.account.conflicts(), self.inbox);
        wrong(
            i64::try_from(collided).context("conflicts")? == inbox,
            format!("{collided} redemptions collided, {inbox} are in the inbox"),
        );
        Ok(())
    }
}
