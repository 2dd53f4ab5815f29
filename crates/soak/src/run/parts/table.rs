//! The table: what users saw of each loss.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use super::{
    part::Blow,
    seen::{Observation, Saw, Usual, Wait},
};

/// What users saw of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// How many things were waited for.
    pub count: usize,
    /// Errors, by what they said.
    pub errors: BTreeMap<String, usize>,
    /// Redemptions on the till's own word.
    pub own_word: usize,
    /// Mails that wait for a lease.
    pub leased: usize,
    /// Mails that came again, as the same mail.
    pub twice: usize,
    /// The longest that somebody waited, leases aside.
    pub longest: Duration,
}

/// One loss.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was done.
    pub blow: Blow,
    /// What was seen, by what was waited for.
    pub sights: BTreeMap<Wait, Sight>,
    /// What was acknowledged from the loss to the next one: sales, goods that went, orders.
    pub acknowledged: usize,
    /// From the loss to the end of the last thing that was not as usual; none where everything was.
    pub unusual: Option<Duration>,
}

/// Puts each observation to its blow.
pub fn rows(blows: &[Blow], seen: &[Observation], acknowledged: &[Instant], usual: &Usual) -> Vec<Row> {
    let moments: Vec<Instant> = blows.iter().map(|blow| blow.at).collect();
    let row = |blow: &Blow| Row { blow: blow.clone(), sights: BTreeMap::new(), acknowledged: 0, unusual: None };
    let mut rows: Vec<Row> = blows.iter().map(row).collect();
    for observation in seen {
        if let Some(place) = usual.blow(observation, &moments) {
            rows[place].add(observation, usual);
        }
    }
    for at in acknowledged {
        if let Some(place) = moments.iter().rposition(|moment| moment <= at) {
            rows[place].acknowledged += 1;
        }
    }
    rows
}

impl Row {
    fn add(&mut self, observation: &Observation, usual: &Usual) {
        let sight = self.sights.entry(observation.wait).or_default();
        sight.count += 1;
        match &observation.saw {
            Saw::Answer => {}
            Saw::OwnWord => sight.own_word += 1,
            Saw::Twice => sight.twice += 1,
            Saw::Error(what) => *sight.errors.entry(what.clone()).or_default() += 1,
            Saw::Leased => {
                sight.leased += 1;
                return;
            }
        }
        sight.longest = sight.longest.max(observation.took());
        if !usual.is_usual(observation) {
            let since = observation.until.saturating_duration_since(self.blow.at);
            self.unusual = Some(self.unusual.map_or(since, |known| known.max(since)));
        }
    }

    /// What users saw that they do not see on other days.
    fn saw(&self) -> String {
        let mut said = Vec::new();
        for (wait, Sight { count, errors, own_word, leased, twice, .. }) in &self.sights {
            let name = wait.plural();
            said.extend(errors.iter().map(|(what, times)| format!("{times} of {count} {name}: {what}")));
            if *own_word > 0 {
                said.push(format!("{own_word} of {count} {name} on the till's own word"));
            }
            if *leased > 0 {
                said.push(format!("{leased} of {count} {name} only after the lease, up to 20 min"));
            }
            if *twice > 0 {
                said.push(format!("{twice} of {count} {name} once more, as the same mail"));
            }
        }
        if said.is_empty() { "no error".to_owned() } else { said.join("; ") }
    }

    /// The longest waits, in the order of what was waited for.
    fn waits(&self) -> String {
        let of = |wait: &Wait| self.sights.get(wait).map_or_else(|| "–".to_owned(), |sight| format!("{:.2}", sight.longest.as_secs_f64()));
        Wait::ALL.iter().map(of).collect::<Vec<_>>().join(" | ")
    }
}

/// The head of the table, as Markdown.
pub fn head(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let names = Wait::ALL.map(Wait::plural).join(" | ");
    writeln!(f, "| killed | and then | users saw | {names} | lost or twice | as usual after |")?;
    writeln!(f, "|{}", " --- |".repeat(5 + Wait::ALL.len()))
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Blow { part, done, .. } = &self.blow;
        let unusual = self.unusual.map_or_else(|| "at once".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()));
        writeln!(f, "| {} | {done} | {} | {} | 0 of {} | {unusual} |", part.name(), self.saw(), self.waits(), self.acknowledged)
    }
}
