//! The table for people, and the same numbers as JSON beside it.

use std::{
    fmt::{self, Write as _},
    fs,
    path::Path,
};

use serde::Serialize;

use crate::{
    ledger::{Entry, Side, shown},
    machine::Machine,
};

/// What stands in the table's file and is written by people: everything from this line on is kept.
const BY_HAND: &str = "## Where the time goes";
const HEADING: &str = "# Benchmarks

Written by `./dev bench`; the numbers are in [benchmarks.json](benchmarks.json). Both sides of a row are measured in one run, turn by
turn, so that a noisy machine meets both. Ours is the release build: the real server over a PostgreSQL with durable settings, real
HTTP, and devices with their real encrypted files. `bench/peers` holds the other programs; what each of them makes durable or encrypts
stands in the notes. A number is the median; in brackets are the 5th and the 95th of a hundred measurements. The ratio is ours by the
other, of the number that the goal names.
";

#[derive(Serialize)]
struct Document<'a> {
    machine: &'a Machine,
    entries: &'a [Entry],
}

/// Writes both files.
pub fn write(table: &Path, machine: &Machine, entries: &[Entry]) -> anyhow::Result<()> {
    let by_hand = fs::read_to_string(table).ok().and_then(|text| text.find(BY_HAND).map(|at| text[at..].to_owned()));
    let mut text = document(machine, entries)?;
    if let Some(by_hand) = by_hand {
        write!(text, "\n{by_hand}")?;
    }
    fs::write(table, text)?;
    let mut json = serde_json::to_string_pretty(&Document { machine, entries })?;
    json.push('\n');
    Ok(fs::write(table.with_extension("json"), json)?)
}

fn document(machine: &Machine, entries: &[Entry]) -> Result<String, fmt::Error> {
    let mut text = HEADING.to_owned();
    let judged: Vec<&Entry> = entries.iter().filter(|entry| entry.met.is_some()).collect();
    let met = judged.iter().filter(|entry| entry.met == Some(true)).count();
    writeln!(text, "\n{met} of {} goals are reached.\n", judged.len())?;
    writeln!(text, "| machine | |\n|---|---|")?;
    for (name, value) in &machine.facts {
        writeln!(text, "| {name} | {value} |")?;
    }
    let mut row = "";
    for entry in entries {
        if entry.row != row {
            row = &entry.row;
            writeln!(text, "\n## {row}\n\n`./dev bench {row}`\n")?;
            writeln!(text, "| size | what | ours | the other | ratio | goal | |\n|--:|---|---|---|--:|---|---|")?;
        }
        write_entry(&mut text, entry)?;
        if is_last_of_row(entries, entry) {
            write_notes(&mut text, entries, row)?;
        }
    }
    Ok(text)
}

fn write_entry(text: &mut String, entry: &Entry) -> fmt::Result {
    // A bar of a shell's pipe would end the cell.
    let other = entry.other.as_ref().map_or_else(String::new, |other| format!("{} {}", other.name.replace('|', "\\|"), figure(other)));
    let ratio = entry.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    let met = match entry.met {
        Some(true) => "met",
        Some(false) => "**missed**",
        None => "",
    };
    let goal = entry.goal.as_deref().unwrap_or_default();
    writeln!(text, "| {} | {} | {} | {other} | {ratio} | {goal} | {met} |", entry.size, entry.what, figure(&entry.ours))
}

fn is_last_of_row(entries: &[Entry], entry: &Entry) -> bool {
    entries.iter().rfind(|other| other.row == entry.row).is_some_and(|last| std::ptr::eq(last, entry))
}

/// What each side was, once each.
fn write_notes(text: &mut String, entries: &[Entry], row: &str) -> fmt::Result {
    let of_row = entries.iter().filter(|entry| entry.row == row);
    let mut notes: Vec<String> = Vec::new();
    for side in of_row.flat_map(|entry| [Some(&entry.ours), entry.other.as_ref()]).flatten() {
        // An empty window has no version.
        let program = format!("{} {}", side.name, side.version);
        let note = format!("* {}: {}", program.trim_end(), side.note);
        if !side.note.is_empty() && !notes.contains(&note) {
            notes.push(note);
        }
    }
    if notes.is_empty() { Ok(()) } else { writeln!(text, "\n{}", notes.join("\n")) }
}

fn figure(side: &Side) -> String {
    let figure = &side.figure;
    let unit = figure.unit;
    let range = format!("({}–{})", shown(figure.spread[0], unit), shown(figure.spread[1], unit));
    let p99 = if figure.measurements >= 50 { format!(", p99 {}", shown(figure.p99, unit)) } else { String::new() };
    format!("{} {} {range}{p99}", shown(figure.median, unit), unit.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Figure, Unit};

    fn entry(row: &str) -> Entry {
        let figure = Figure::of(vec![1.0, 2.0, 3.0], Unit::Seconds).unwrap();
        let ours = Side { figure, name: "It".into(), version: "1".into(), note: "durable".into() };
        Entry { row: row.into(), size: 10, what: "a thing".into(), ours, other: None, ratio: None, goal: Some("≤ 1 s".into()), met: Some(false) }
    }

    #[test]
    fn what_people_wrote_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (table, machine) = (folder.path().join("table.md"), Machine { facts: vec![("memory".into(), "1 kB".into())] });
        write(&table, &machine, &[entry("pull")]).unwrap();
        let first = fs::read_to_string(&table).unwrap();
        fs::write(&table, format!("{first}\n{BY_HAND}\n\nInto the cipher.\n")).unwrap();
        write(&table, &machine, &[entry("pull"), entry("push")]).unwrap();
        let second = fs::read_to_string(&table).unwrap();
        assert!(second.contains("## push") && second.ends_with(&format!("{BY_HAND}\n\nInto the cipher.\n")), "{second}");
    }

    #[test]
    fn a_row_has_one_table_and_its_notes_once() {
        let text = document(&Machine { facts: Vec::new() }, &[entry("pull"), entry("pull")]).unwrap();
        assert_eq!(text.matches("## pull").count(), 1);
        assert_eq!(text.matches("* It 1: durable").count(), 1);
        assert!(text.contains("0 of 2 goals") && text.contains("**missed**"));
    }

    #[test]
    fn what_has_no_version_has_no_blank_before_its_note() {
        let mut entry = entry("start");
        entry.ours.version.clear();
        let text = document(&Machine { facts: Vec::new() }, &[entry]).unwrap();
        assert!(text.contains("* It: durable"), "{text}");
    }
}
