//! Kills each part of the central system in turn, under load, and says what users saw of it, what was lost, and how long it took.

mod buyer;
mod cards;
mod counters;
mod part;
mod reckoning;
mod seen;
mod table;
mod visitors;

use std::{
    fmt,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use beadsbox_testkit::{Session, TestDevice, told};
use tokio::time::sleep;

use self::{
    cards::until_told,
    part::strike,
    reckoning::reckon,
    seen::Seen,
    visitors::{PayBy, Visitors},
};
pub use self::{
    part::{Blow, Part},
    reckoning::Reckoning,
    seen::{Observation, Saw, Usual, Wait},
    table::{Row, Sight},
};
use super::{
    Programs,
    centre::{PASSWORD, PERSON, SHOP},
    close,
    journal::Journal,
    till_process::{Task, TillProcess, TillSetup},
    trouble::Troubles,
};
use crate::{
    books::{Account, ServerBooks, account},
    whole::{Whole, WholePlan},
};

/// Buyers who order at the same time, and how each of them pays.
const BUYERS: [PayBy; 4] = [PayBy::Shop, PayBy::Shop, PayBy::Card, PayBy::Card];
/// How long it may take until everything was done once, before anything is killed.
const WARMING_UP: Duration = Duration::from_mins(1);

/// What is to happen.
#[derive(Debug, Clone)]
pub struct PartsPlan {
    /// Where till and server are.
    pub programs: Programs,
    /// Where everything goes; there is a folder of that name already.
    pub folder: PathBuf,
    /// What is killed, in this order.
    pub parts: Vec<Part>,
    /// How many tills.
    pub tills: usize,
    /// How long everything is left alone before the first.
    pub quiet: Duration,
    /// How long a part is away that nobody starts again.
    pub away: Duration,
    /// How long everything is left alone after each.
    pub after: Duration,
    /// What the tills' random choices begin with.
    pub seed: u64,
    /// How long a till may take to settle in the end.
    pub patience: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct PartsReport {
    /// One for the time before anything was killed, and one for each part, in order.
    pub rows: Vec<Row>,
    /// From when on what users wait for is called slow.
    pub usual: Usual,
    /// What the books say of every word that a till gave.
    pub account: Account,
    /// What became of orders, payments and mails.
    pub reckoning: Reckoning,
    /// What must not happen and did.
    pub troubles: Vec<String>,
    /// From the first start to the last figure.
    pub time: Duration,
}

impl PartsReport {
    /// Whether nothing is lost and nothing there twice.
    pub fn is_good(&self) -> bool {
        self.account.is_good() && self.troubles.is_empty() && self.reckoning.faults.is_empty()
    }
}

impl fmt::Display for PartsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_good() {
            table::head(f)?;
            for row in &self.rows {
                write!(f, "{row}")?;
            }
            writeln!(f)?;
        }
        for wait in Wait::ALL {
            writeln!(f, "slow        {} from {:.1} s on", wait.plural(), self.usual.slow(wait).as_secs_f64())?;
        }
        let Reckoning { orders, payments, told_again, mails, repeated, in_doubt, lacking, faults, .. } = &self.reckoning;
        writeln!(f, "orders      {orders}")?;
        writeln!(f, "payments    {payments} by card; {told_again} times the provider told of one once more")?;
        writeln!(
            f,
            "mails       {mails}, {repeated} a second time; of {in_doubt} an admin is told that they may have arrived, and {lacking} of these did not"
        )?;
        write!(f, "{}", self.account)?;
        for trouble in faults.iter().chain(&self.troubles) {
            writeln!(f, "trouble     {trouble}")?;
        }
        writeln!(f, "time        {:.0} s", self.time.as_secs_f64())
    }
}

/// Does it all. Everything that was started has ended when it returns.
///
/// # Errors
/// Where a part does not start, or the drill itself cannot go on.
pub async fn parts(plan: &PartsPlan) -> anyhow::Result<PartsReport> {
    let started = Instant::now();
    let whole = WholePlan { server: plan.programs.server.clone(), folder: plan.folder.clone() };
    let mut whole = Whole::start(&whole, &|what| tracing::info!("{what}")).await?;
    let report = drill(plan, &mut whole, started).await;
    whole.end().await;
    report
}

async fn drill(plan: &PartsPlan, whole: &mut Whole, started: Instant) -> anyhow::Result<PartsReport> {
    furnish(whole).await?;
    let (seen, troubles) = (Seen::default(), Troubles::default());
    let journal = Journal::in_file(&plan.folder.join("journal"))?;
    let visitors = visit(whole, &seen).await?;
    let setups = setups(plan, whole).await?;
    let mut tills = Vec::new();
    for (number, setup) in (0..).zip(&setups) {
        tills.push(TillProcess::start(setup, Task::Shift { seed: plan.seed.wrapping_add(number) }, &journal)?);
    }
    until_busy(whole, &journal, &seen).await?;
    let mut blows = vec![Blow::none()];
    sleep(plan.quiet).await;

    for part in &plan.parts {
        tracing::info!(part = part.name(), "killing");
        blows.push(strike(whole, *part, plan.away).await.with_context(|| part.name())?);
        sleep(plan.after).await;
    }
    for till in tills {
        till.kill().await?;
    }
    let ordered = visitors.leave().await?;
    whole.until_all_serve().await?;
    // Before the tills take what was sold last.
    until_told(&whole.provider).await;
    close(&setups.iter().collect::<Vec<_>>(), &journal, &troubles, plan.patience).await?;

    let entries = journal.entries()?;
    let pool = whole.database.pool();
    let reckoning = reckon(&pool, (&whole.mails, &whole.provider), &ordered, &counters::mailed(&entries)).await?;
    let names: Vec<String> = setups.iter().map(TillSetup::name).collect();
    let account = account(&entries, &names, &ServerBooks::read(&pool).await?);
    pool.close().await;
    let seen = [seen.all(), counters::redemptions(&entries), reckoning.seen.clone()].concat();
    let usual = Usual::of(&seen, blows.get(1).map_or_else(Instant::now, |blow| blow.at));
    let mut acknowledged = counters::acknowledged(&entries);
    let has_come = |seen: &&Observation| matches!(seen.wait, Wait::Order | Wait::Payment) && seen.saw == Saw::Answer;
    acknowledged.extend(seen.iter().filter(has_come).map(|seen| seen.until));
    let rows = table::rows(&blows, &seen, &acknowledged, &usual);
    Ok(PartsReport { rows, usual, account, reckoning, troubles: troubles.all(), time: started.elapsed() })
}

/// A shop, somebody who works there, and the shop page.
async fn furnish(whole: &Whole) -> anyhow::Result<()> {
    let program = whole.program();
    program.run(&["shop", "add", SHOP], "").await?;
    program.run(&["staff", "add", PERSON, "--role", "back_office", "--password-stdin"], PASSWORD).await?;
    program.run(&["shop-page", "open", "--shop", SHOP], "").await?;
    Ok(())
}

async fn visit(whole: &Whole, seen: &Seen) -> anyhow::Result<Visitors> {
    let root = whole.url();
    let (office, session) = office(whole, &root).await?;
    let mut visitors = Visitors::at(root, seen.clone());
    visitors.look()?;
    visitors.read_reports(session)?;
    visitors.ask_what_is_new(office)?;
    for (number, payment) in BUYERS.into_iter().enumerate() {
        visitors.order(number, payment)?;
    }
    Ok(visitors)
}

/// A device in the office, with somebody at it.
async fn office(whole: &Whole, root: &str) -> anyhow::Result<(TestDevice, Session)> {
    let code = whole.program().enrolment_code(SHOP).await?;
    let mut office = told(TestDevice::enrol(root, &code, "Office").await)?;
    let session = told(office.sign_in(PERSON, PASSWORD).await)?;
    Ok((office, session))
}

async fn setups(plan: &PartsPlan, whole: &Whole) -> anyhow::Result<Vec<TillSetup>> {
    let mut setups = Vec::new();
    for number in 0..plan.tills {
        let folder = plan.folder.join(format!("till-{number}"));
        std::fs::create_dir(&folder)?;
        setups.push(TillSetup {
            program: plan.programs.till.clone(),
            number,
            folder,
            log: plan.folder.join(format!("till-{number}.log")),
            server: whole.url(),
            code: whole.program().enrolment_code(SHOP).await?,
            person: PERSON,
            password: PASSWORD,
            fault: None,
            namespace: None,
        });
    }
    Ok(setups)
}

/// Waits until goods went, a mail came and a card paid: then everything has begun.
async fn until_busy(whole: &Whole, journal: &Journal, seen: &Seen) -> anyhow::Result<()> {
    let begun = Instant::now();
    let is_paid = || seen.all().iter().any(|seen| seen.wait == Wait::Payment && seen.saw == Saw::Answer);
    while counters::redemptions(&journal.entries()?).is_empty() || whole.mails.mails().is_empty() || !is_paid() {
        anyhow::ensure!(begun.elapsed() < WARMING_UP, "no till redeems, no mail comes, or no card pays, after {WARMING_UP:?}");
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
