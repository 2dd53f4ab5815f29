//! The run: programs start, die and start again; then everything settles and the books are compared.

mod centre;
mod day;
mod faults;
mod journal;
mod link;
mod moment;
pub mod parts;
mod till_life;
mod till_process;
mod trouble;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use beadsbox_testkit::{ServerLog, ServerProcess};
use tokio::task::JoinSet;

pub use day::{DayPlan, DayReport, day};
pub use faults::Done;
pub use journal::{Entry, Journal};
pub use link::is_possible as namespaces_are_possible;

use self::{
    centre::{Centre, PASSWORD, PERSON, SHOP},
    faults::Faults,
    moment::spread,
    till_life::TillLife,
    till_process::{Task, TillProcess, TillSetup, end_of_log},
    trouble::Troubles,
};
use crate::{
    books::{Account, ServerBooks, account},
    till::Fault,
    told::Told,
};

/// How long a till may usually take to settle once nothing disturbs it any more: rule 9.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `beadsbox-till`
    pub till: PathBuf,
    /// `beadsbox-server`
    pub server: PathBuf,
}

/// What is to happen.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the programs are.
    pub programs: Programs,
    /// Where tills, logs and the journal go; there is a folder of that name already.
    pub folder: PathBuf,
    /// How many tills.
    pub tills: usize,
    /// How many servers on the one database; tills spread over them.
    pub servers: usize,
    /// How many processes are killed.
    pub kills: u32,
    /// How often a till loses its power.
    pub power_cuts: u32,
    /// What all random choices begin with. Which process the system runs when is not in it.
    pub seed: u64,
    /// A command that stops and starts PostgreSQL without a chance to tidy up; only for a cluster that nobody else uses.
    pub crash_database: Option<String>,
    /// Tills that are wrong, to see that it is found.
    pub fault: Option<Fault>,
    /// A disk that says that it has synced and has not, to see that it is found.
    pub lying_disk: bool,
    /// How long a till may take to settle in the end.
    pub patience: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    /// What was done to the programs.
    pub done: Done,
    /// What the books say.
    pub account: Account,
    /// What must not happen and did, besides what the books say: a till that could not start, a server that ended by itself.
    pub troubles: Vec<String>,
    /// From the first start to the last figure.
    pub time: Duration,
}

impl Report {
    /// Whether everything that was told is as it was told.
    pub fn is_good(&self) -> bool {
        self.account.is_good() && self.troubles.is_empty()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Done { tills, servers, power_cuts, databases } = self.done;
        writeln!(
            f,
            "kills       {} ({tills} of tills, {servers} of servers), {power_cuts} power cuts, {databases} of the database",
            self.done.kills()
        )?;
        write!(f, "{}", self.account)?;
        for trouble in &self.troubles {
            writeln!(f, "trouble     {trouble}")?;
        }
        writeln!(f, "time        {:.0} s", self.time.as_secs_f64())
    }
}

/// Does it all. An error means that the soak itself could not go on.
pub async fn soak(plan: &Plan) -> anyhow::Result<Report> {
    let started = Instant::now();
    let journal = Journal::in_file(&plan.folder.join("journal"))?;
    let centre = Centre::open(&plan.programs.server).await?;
    let mut servers = Vec::new();
    for number in 0..plan.servers {
        let mut server = centre.program.server(ServerLog::File(plan.folder.join(format!("server-{number}.log"))))?;
        server.up().await?;
        servers.push(server);
    }
    let mut tills = Vec::new();
    for number in 0..plan.tills {
        tills.push(TillLife::new(plan, setup(plan, &centre, &servers, number).await?, journal.clone())?);
    }
    let (faults, troubles) = (Arc::new(Faults::new(plan.kills, plan.power_cuts)), Troubles::default());
    let (tills, mut servers) = disturb(plan, tills, servers, &faults, &troubles).await?;

    for server in servers.iter_mut().filter(|server| !server.is_started()) {
        server.start()?;
    }
    for server in &mut servers {
        server.listens().await?;
    }
    let setups: Vec<&TillSetup> = tills.iter().map(|till| &till.setup).collect();
    close(&setups, &journal, &troubles, plan.patience).await?;
    let books = ServerBooks::read(&centre.pool()).await?;
    let names = setups.iter().map(|setup| setup.name()).collect::<Vec<_>>();
    let account = account(&journal.entries()?, &names, &books);
    Ok(Report { done: faults.done(), account, troubles: troubles.all(), time: started.elapsed() })
}

async fn setup(plan: &Plan, centre: &Centre, servers: &[ServerProcess], number: usize) -> anyhow::Result<TillSetup> {
    let folder = plan.folder.join(format!("till-{number}"));
    std::fs::create_dir(&folder)?;
    Ok(TillSetup {
        program: plan.programs.till.clone(),
        number,
        folder,
        log: plan.folder.join(format!("till-{number}.log")),
        server: servers[number % servers.len()].url(),
        code: centre.program.enrolment_code(SHOP).await?,
        person: PERSON,
        password: PASSWORD,
        fault: plan.fault,
        namespace: None,
    })
}

/// Lets them work and die until all faults are done.
async fn disturb(
    plan: &Plan,
    tills: Vec<TillLife>,
    servers: Vec<ServerProcess>,
    faults: &Arc<Faults>,
    troubles: &Troubles,
) -> anyhow::Result<(Vec<TillLife>, Vec<ServerProcess>)> {
    let mut seeds = fastrand::Rng::with_seed(plan.seed);
    let (mut living, mut serving, mut crashing) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
    for mut till in tills {
        let (random, faults, troubles) = (seeds.fork(), Arc::clone(faults), troubles.clone());
        living.spawn(async move { till.live(random, &faults, &troubles).await.map(|()| till) });
    }
    for mut server in servers {
        let (random, faults, troubles) = (seeds.fork(), Arc::clone(faults), troubles.clone());
        // PostgreSQL going away may end a server that is just starting.
        let may_end = plan.crash_database.is_some();
        serving.spawn(async move { keep(&mut server, random, &faults, &troubles, may_end).await.map(|()| server) });
    }
    if let Some(command) = plan.crash_database.clone() {
        crashing.spawn(crash(command, seeds.fork(), Arc::clone(faults)));
    }
    let mut tills = living.join_all().await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    tills.sort_by_key(|till| till.setup.number);
    // Some may be left where tills were given up.
    faults.end();
    let servers = serving.join_all().await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    crashing.join_all().await.into_iter().collect::<anyhow::Result<()>>()?;
    Ok((tills, servers))
}

/// A server: killed at random, away for a random while, started again.
async fn keep(server: &mut ServerProcess, mut random: fastrand::Rng, faults: &Faults, troubles: &Troubles, may_end: bool) -> anyhow::Result<()> {
    while !faults.are_over() {
        let lives = spread(&mut random, Duration::from_millis(300), Duration::from_secs(8));
        tokio::select! {
            () = tokio::time::sleep(lives) => {
                if faults.for_a_server() {
                    server.kill().await?;
                    tokio::time::sleep(spread(&mut random, Duration::from_millis(1), Duration::from_secs(3))).await;
                    server.start()?;
                }
            }
            ended = server.ended() => {
                ended?;
                if !may_end {
                    troubles.tell(format!("a server ended by itself: {}", server.log().map(end_of_log).unwrap_or_default()));
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
                server.start()?;
            }
        }
    }
    Ok(())
}

/// PostgreSQL: stopped at once, now and then, and started again.
async fn crash(command: String, mut random: fastrand::Rng, faults: Arc<Faults>) -> anyhow::Result<()> {
    loop {
        let lives = spread(&mut random, Duration::from_secs(5), Duration::from_secs(40));
        let until = Instant::now() + lives;
        while Instant::now() < until && !faults.are_over() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if !faults.for_the_database() {
            return Ok(());
        }
        let status = tokio::process::Command::new("sh").args(["-c", &command]).status().await.context("crashing PostgreSQL")?;
        anyhow::ensure!(status.success(), "{command}: {status}");
    }
}

/// Every till once more, undisturbed: everything is sent and taken, and then, when all have sent, compared.
async fn close(tills: &[&TillSetup], journal: &Journal, troubles: &Troubles, patience: Duration) -> anyhow::Result<()> {
    let mut open = Vec::new();
    for till in tills {
        let mut process = TillProcess::start(till, Task::Settle, journal)?;
        match process.hear(patience, |told| *told == Told::Settled).await {
            Ok(()) => open.push((till, process)),
            Err(error) => troubles.tell(format!("{}: {error}: {}", till.name(), end_of_log(&till.log))),
        }
    }
    for (till, process) in open {
        if let Err(error) = process.close(patience).await {
            troubles.tell(format!("{}: {error}: {}", till.name(), end_of_log(&till.log)));
        }
    }
    Ok(())
}
