//! The till: the desktop program without its window.

mod closing;
mod counter;
mod day;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::bail;
use beadsbox_app::{
    Program, Seat,
    host::{Host, KeyFile, SystemClock, SystemRandom},
    view::{EnrolForm, Phase, SignInForm},
};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::told::Told;

/// Between two attempts to enrol or to sign in.
const AGAIN: Duration = Duration::from_millis(100);
/// How long such a till waits for the server's word: shorter than a person's, so that it is missed more often.
const SHORTEST_ASK_MILLIS: u64 = 40;
const LONGEST_ASK_MILLIS: u64 = 800;

/// A way to be wrong, to see that the accounting finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// Tells a redemption before it is recorded.
    AnswersEarly,
}

/// How a till is started.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "beadsbox-till")]
pub struct Arguments {
    /// Where its files and its keys go
    #[arg(long)]
    pub folder: PathBuf,
    /// The server's address
    #[arg(long)]
    pub server: String,
    /// The code to enrol with, if it is not enrolled yet
    #[arg(long)]
    pub code: String,
    /// What people call it
    #[arg(long)]
    pub name: String,
    /// Who signs in
    #[arg(long)]
    pub person: String,
    /// That person's password
    #[arg(long)]
    pub password: String,
    /// What its random choices begin with
    #[arg(long)]
    pub seed: u64,
    /// Opens only to be closed: sells and redeems nothing
    #[arg(long)]
    pub idle: bool,
    /// Sells and redeems so often, then waits, and closes its day when it is told to
    #[arg(long)]
    pub deeds: Option<u32>,
    /// Works at the pace of one till among many, asks for as long as the program does, and has some of what it sells mailed
    #[arg(long)]
    pub shift: bool,
    /// Be wrong in that way
    #[arg(long, value_enum)]
    pub fault: Option<Fault>,
}

/// What the till is told on its standard input: a line, once it has settled, to close. None means that nobody is there any more.
pub(crate) struct Orders(UnboundedReceiver<()>);

impl Orders {
    /// Listens from now on, in a thread that nobody waits for.
    fn listen() -> Self {
        let (sender, orders) = tokio::sync::mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let lines = std::io::stdin().lines().map_while(Result::ok);
            lines.map_while(|_| sender.send(()).ok()).for_each(drop);
        });
        Self(orders)
    }

    async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

/// Runs the till until it is told to close.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut random = fastrand::Rng::with_seed(arguments.seed);
    let mut orders = Orders::listen();
    let program = Program::new(host(&arguments, &mut random), "none".to_owned());
    let seat = open(&program, &arguments).await?;
    if let Some(deeds) = arguments.deeds {
        return day::work(&seat, &mut random, deeds, &mut orders).await;
    }
    if !arguments.idle {
        let manner = counter::Manner { fault: arguments.fault, is_shift: arguments.shift };
        return counter::work(&seat, &mut random, manner, &mut orders).await;
    }
    tokio::select! {
        settled = closing::settle(&seat) => settled?,
        _ = orders.next() => return Ok(()),
    }
    if orders.next().await.is_some() {
        closing::show_books(&seat).await?;
    }
    Ok(())
}

fn host(arguments: &Arguments, random: &mut fastrand::Rng) -> Host {
    let ask = if arguments.shift {
        LONGEST_ASK_MILLIS
    } else {
        random.u64(SHORTEST_ASK_MILLIS..=LONGEST_ASK_MILLIS)
    };
    Host {
        clock: Arc::new(SystemClock::default()),
        random: Arc::new(SystemRandom),
        secrets: Arc::new(KeyFile::new(arguments.folder.join("keys"))),
        data_dir: arguments.folder.join("data"),
        ca_file: None,
        ask_limit: Duration::from_millis(ask),
    }
}

/// Opens the files, enrols where that was not done yet, and signs in, as often as it takes.
async fn open(program: &Program, arguments: &Arguments) -> anyhow::Result<Seat> {
    program.start().await;
    loop {
        let state = program.state().await;
        match state.phase {
            Phase::Blocked => {
                let problem = state.problem.map_or_else(|| "not started".to_owned(), |problem| problem.to_string());
                Told::Blocked { problem: problem.clone() }.tell()?;
                bail!(problem);
            }
            Phase::NeedsEnrolment => {
                let form = EnrolForm { server: arguments.server.clone(), code: arguments.code.clone(), device_name: arguments.name.clone() };
                if let Err(error) = program.enrol(form).await {
                    tracing::warn!(%error, "not enrolled");
                    tokio::time::sleep(AGAIN).await;
                }
            }
            Phase::NeedsSignIn => {
                let form = SignInForm::new(arguments.person.clone(), arguments.password.clone());
                match program.sign_in(form).await {
                    Ok(session) => Told::Open { offline: session.offline }.tell()?,
                    Err(error) => {
                        tracing::warn!(%error, "not signed in");
                        tokio::time::sleep(AGAIN).await;
                    }
                }
            }
            Phase::SignedIn => return Ok(program.seat()?),
        }
    }
}
