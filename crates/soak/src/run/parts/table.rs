//! The table: what users saw of each loss.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use super::{
    part::{Blow, Part},
    seen::{Observation, Saw, Usual, Wait},
};

/// For so long nothing has to be wrong before it is said that everything is as usual.
const CALM: Duration = Duration::from_secs(10);

/// What users saw of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// How many things were waited for.
    pub count: usize,
    /// Errors, by what they said.
    pub errors: BTreeMap<String, usize>,
    /// Redemptions on the till's own word.
    pub own_word: usize,
    /// Mails that did not come, of which an admin is told that they may have arrived.
    pub in_doubt: usize,
    /// Mails that came again, as the same mail.
    pub twice: usize,
    /// The longest that somebody waited for what came.
    pub longest: Duration,
}

/// One loss.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was done.
    pub blow: Blow,
    /// What was seen, by what was waited for.
    pub sights: BTreeMap<Wait, Sight>,
    /// What was acknowledged from the loss to the next one: sales, goods that went, orders, vouchers that were paid by card.
    pub acknowledged: usize,
    /// What was not as usual, from when until when.
    unusual: Vec<(Instant, Instant)>,
}

/// Puts each observation to its blow.
pub fn rows(blows: &[Blow], seen: &[Observation], acknowledged: &[Instant], usual: &Usual) -> Vec<Row> {
    let moments: Vec<Instant> = blows.iter().map(|blow| blow.at).collect();
    let row = |blow: &Blow| Row { blow: blow.clone(), sights: BTreeMap::new(), acknowledged: 0, unusual: Vec::new() };
    let mut rows: Vec<Row> = blows.iter().map(row).collect();
    for observation in seen {
        if let Some(place) = usual.blow(observation, &moments) {
            rows[place].add(observation, usual);
        }
    }
    for row in &mut rows {
        row.unusual.sort_unstable();
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
            Saw::InDoubt => {
                sight.in_doubt += 1;
                return;
            }
        }
        sight.longest = sight.longest.max(observation.took());
        if !usual.is_usual(observation) {
            self.unusual.push((observation.from, observation.until));
        }
    }

    /// How long it took until everything was as usual, and stayed so for a while; what comes later is the machine's. None where nothing was wrong.
    pub fn unusual_for(&self) -> Option<Duration> {
        let Blow { at, back, .. } = self.blow;
        let mut last = None;
        for (from, until) in &self.unusual {
            if *from <= last.map_or(back, |last: Instant| last.max(back)) + CALM {
                last = last.max(Some(*until));
            }
        }
        last.map(|last| last.saturating_duration_since(at))
    }

    /// What users saw that they do not see on other days.
    fn saw(&self) -> String {
        let mut said = Vec::new();
        for (wait, Sight { count, errors, own_word, in_doubt, twice, .. }) in &self.sights {
            let name = wait.plural();
            said.extend(errors.iter().map(|(what, times)| format!("{times} of {count} {name}: {what}")));
            if *own_word > 0 {
                said.push(format!("{own_word} of {count} {name} on the till's own word"));
            }
            if *in_doubt > 0 {
                said.push(format!("of {in_doubt} of {count} {name} an admin is told that they may have arrived, and they did not"));
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
        let unusual = match (part, self.unusual_for()) {
            (None, _) => "–".to_owned(),
            (_, None) => "at once".to_owned(),
            (_, Some(time)) => format!("{:.1} s", time.as_secs_f64()),
        };
        let name = part.map_or("nothing yet", Part::name);
        writeln!(f, "| {name} | {done} | {} | {} | 0 of {} | {unusual} |", self.saw(), self.waits(), self.acknowledged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_was_seen_and_until_when() {
        let at = Instant::now();
        let seen = |wait, from: u64, until: u64, saw| Observation { wait, from: at + Duration::from_secs(from), until: at + Duration::from_secs(until), saw };
        let struck = at + Duration::from_secs(10);
        let blow = Blow { part: Some(Part::Broker), at: struck, back: struck + Duration::from_secs(2), done: "back after 2 s".to_owned() };
        let seen = [
            seen(Wait::Page, 1, 1, Saw::Error("500".to_owned())),
            seen(Wait::Page, 11, 12, Saw::Error("503".to_owned())),
            seen(Wait::Page, 12, 12, Saw::Error("503".to_owned())),
            seen(Wait::Page, 14, 17, Saw::Answer),
            seen(Wait::Mail, 15, 18, Saw::Twice),
            seen(Wait::Redemption, 13, 13, Saw::OwnWord),
            seen(Wait::Report, 40, 43, Saw::Answer),
        ];
        let acknowledged = [5, 11, 30].map(|second| at + Duration::from_secs(second));
        let rows = rows(&[blow], &seen, &acknowledged, &Usual::default());
        assert_eq!(rows[0].unusual_for(), Some(Duration::from_secs(7)), "the slow page was the last; the slow report came much later");
        assert_eq!(
            rows[0].to_string(),
            "| RabbitMQ | back after 2 s | 2 of 3 pages: 503; 1 of 1 redemptions on the till's own word; 1 of 1 mails once more, as the same mail \
             | 3.00 | – | – | 3.00 | – | 0.00 | 3.00 | 0 of 2 | 7.0 s |\n"
        );
    }
}
