//! The conversation.

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::Mail;

/// How long a test waits for a mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// What becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// It is taken.
    Take,
    /// It is taken, and the answer is held back until [`MailReceiver::answer`].
    TakeAndWait,
    /// It is taken, and the line is cut before the answer.
    TakeAndHangUp,
    /// The line is cut before it is taken.
    HangUp,
    /// It is not taken, with that answer to its recipient: `550 5.1.1 no such person`.
    Refuse(&'static str),
    /// It is not taken, with that answer to its sender: `554 5.7.1 not from here`.
    RefuseSender(&'static str),
    /// Its sender is not answered until [`MailReceiver::answer`].
    WaitEarly,
    /// The line is cut in the place of an answer to its sender.
    HangUpEarly,
}

#[derive(Default)]
struct State {
    next: VecDeque<Reception>,
    taken: Vec<Mail>,
    conversations: usize,
    /// Where each mail is written to as well.
    folder: Option<PathBuf>,
}

impl State {
    /// Keeps a mail. It is answered only once it is kept.
    fn keep(&mut self, mail: Mail) -> io::Result<()> {
        if let Some(folder) = &self.folder {
            std::fs::write(folder.join(format!("{:06}.eml", self.taken.len() + 1)), &mail.raw)?;
        }
        self.taken.push(mail);
        Ok(())
    }
}

/// A mail server on a port of its own. It ends with the value.
pub struct MailReceiver {
    port: u16,
    state: Arc<Mutex<State>>,
    answers: watch::Sender<bool>,
    listening: JoinHandle<()>,
}

impl Drop for MailReceiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MailReceiver {
    /// Listens, and takes whatever comes.
    pub async fn start() -> io::Result<Self> {
        Self::listen(0, None).await
    }

    /// Listens at that port, and writes each mail to a file of its own in that folder as well, for whoever wants to read it.
    pub async fn start_at(port: u16, folder: &Path) -> io::Result<Self> {
        Self::listen(port, Some(folder.to_owned())).await
    }

    async fn listen(port: u16, folder: Option<PathBuf>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        let (state, answers) = (Arc::new(Mutex::new(State { folder, ..State::default() })), watch::Sender::new(false));
        let (kept, told) = (Arc::clone(&state), answers.clone());
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, answered) = (Arc::clone(&kept), told.subscribe());
                locked(&state).conversations += 1;
                // A line that breaks ends one conversation.
                tokio::spawn(async move { converse(stream, &state, answered).await });
            }
        });
        Ok(Self { port, state, answers, listening })
    }

    /// Its address, as a server is told it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What becomes of the next mails, one after the other; later ones are taken.
    pub fn will(&self, receptions: impl IntoIterator<Item = Reception>) {
        locked(&self.state).next.extend(receptions);
    }

    /// Gives every answer that was held back, and holds none back from now on.
    pub fn answer(&self) {
        self.answers.send_replace(true);
    }

    /// Every mail that was taken, in order.
    pub fn mails(&self) -> Vec<Mail> {
        locked(&self.state).taken.clone()
    }

    /// How often somebody called.
    pub fn conversations(&self) -> usize {
        locked(&self.state).conversations
    }

    /// Waits until so many were taken.
    ///
    /// # Panics
    /// Where they do not come.
    pub async fn until(&self, count: usize) -> Vec<Mail> {
        let begun = Instant::now();
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            assert!(begun.elapsed() < PATIENCE, "{} of {count} mails came", mails.len());
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until somebody has called so often.
    ///
    /// # Panics
    /// Where nobody does.
    pub async fn until_called(&self, count: usize) {
        let begun = Instant::now();
        while self.conversations() < count {
            assert!(begun.elapsed() < PATIENCE, "{} of {count} calls came", self.conversations());
            sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn converse(stream: TcpStream, state: &Mutex<State>, mut answered: watch::Receiver<bool>) -> io::Result<()> {
    let mut line_by_line = BufReader::new(stream);
    say(&mut line_by_line, "220 receiver").await?;
    let mut recipients = Vec::new();
    let mut reception = Reception::Take;
    loop {
        let mut line = String::new();
        if line_by_line.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        match command.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => say(&mut line_by_line, "250-receiver\r\n250 8BITMIME").await?,
            "MAIL" => {
                reception = locked(state).next.pop_front().unwrap_or(Reception::Take);
                recipients.clear();
                match reception {
                    Reception::RefuseSender(answer) => say(&mut line_by_line, answer).await?,
                    Reception::HangUpEarly => return Ok(()),
                    Reception::WaitEarly => {
                        _ = answered.wait_for(|answered| *answered).await;
                        say(&mut line_by_line, "250 ok").await?;
                    }
                    _ => say(&mut line_by_line, "250 ok").await?,
                }
            }
            "RCPT" => {
                let answer = if let Reception::Refuse(answer) = reception { answer } else { "250 ok" };
                recipients.push(command.split(['<', '>']).nth(1).unwrap_or_default().to_owned());
                say(&mut line_by_line, answer).await?;
            }
            "DATA" => {
                say(&mut line_by_line, "354 go on").await?;
                let text = read_mail(&mut line_by_line).await?;
                if reception == Reception::HangUp {
                    return Ok(());
                }
                locked(state).keep(Mail::new(recipients.clone(), text))?;
                match reception {
                    Reception::TakeAndHangUp => return Ok(()),
                    Reception::TakeAndWait => _ = answered.wait_for(|answered| *answered).await,
                    _ => {}
                }
                say(&mut line_by_line, "250 2.0.0 taken").await?;
            }
            "QUIT" => return say(&mut line_by_line, "221 bye").await,
            _ => say(&mut line_by_line, "250 ok").await?,
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, words: &str) -> io::Result<()> {
    stream.get_mut().write_all(format!("{words}\r\n").as_bytes()).await
}

/// Up to the dot, without the dots that were doubled on the way.
async fn read_mail(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(mail);
        }
        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
