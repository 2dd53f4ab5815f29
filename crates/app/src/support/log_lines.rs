//! Lines of the log without what could name a person. A line is `TIME LEVEL TARGET MESSAGE FIELD=VALUE…`, as the shell writes it. Its
//! message is a text of this program; of the values only numbers, truths and the program's own phrases are kept, for anything else
//! may be what somebody typed, or where they live. Lines of other people's code are counted, and not shown.

/// Lines that are kept, the last ones.
const MOST_LINES: usize = 500;
const LEVELS: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
const HIDDEN: &str = "…";

/// How errors of this program begin, before what they tell of: for the reasons of a failed sync are what somebody looks for first.
const PHRASES: [&str; 6] = [
    "the server cannot be reached",
    "the server is in trouble",
    "the server refuses this device",
    "a receipt is not the server's",
    "the server refused",
    "the device's files",
];

/// The last lines, as far as they can be shown to anybody.
pub(crate) fn plain(log: &str) -> String {
    let (mut kept, mut others) = (Vec::new(), 0_u64);
    for line in log.lines() {
        match plain_line(line) {
            Some(line) => kept.push(line),
            None => others += 1,
        }
    }
    let first = kept.len().saturating_sub(MOST_LINES);
    let left_out = format!("{others} lines of other code and {first} older ones are left out.\n");
    kept.drain(first..).fold(left_out, |text, line| text + &line + "\n")
}

fn plain_line(line: &str) -> Option<String> {
    let mut parts = line.splitn(4, ' ');
    let (time, level, target, said) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_time = time.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ".contains(&byte)) && time.len() >= 19;
    let own = target.starts_with("beadsbox_") || target.starts_with("mybeadsbox");
    let is_target = target.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_:".contains(&byte));
    if !is_time || !LEVELS.contains(&level) || !own || !is_target {
        return None;
    }
    Some(format!("{time} {level} {target} {}", plain_fields(said)))
}

/// The message, and of each field its name and what can be shown of it.
fn plain_fields(said: &str) -> String {
    let fields = field_places(said);
    let message = said.get(..fields.first().map_or(said.len(), |(start, _)| *start)).unwrap_or_default();
    let mut plain = message.trim_end().to_owned();
    for (place, (start, value)) in fields.iter().enumerate() {
        let end = fields.get(place + 1).map_or(said.len(), |(next, _)| *next);
        let (name, value) = (said.get(*start..*value).unwrap_or_default(), said.get(*value..end).unwrap_or_default());
        plain.push(' ');
        plain.push_str(name.trim_start());
        plain.push_str(shown(value.trim()));
    }
    plain.trim_start().to_owned()
}

/// Where each field begins, and where its value does.
fn field_places(said: &str) -> Vec<(usize, usize)> {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'.');
    said.match_indices('=')
        .filter_map(|(equals, _)| {
            let before = said.get(..equals)?;
            let start = before.rfind(' ').map_or(0, |space| space + 1);
            is_name(before.get(start..)?).then_some((start, equals + 1))
        })
        .collect()
}

/// A value, or as much of it as is a phrase of this program.
fn shown(value: &str) -> &str {
    let number = value.trim_end_matches(|unit: char| unit.is_ascii_lowercase() && "msµn".contains(unit));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    if is_number || ["true", "false", "None"].contains(&value) {
        return value;
    }
    PHRASES.iter().find(|phrase| value.starts_with(**phrase)).copied().unwrap_or(HIDDEN)
}

#[cfg(test)]
mod tests {
    use beadsbox_protocol::ErrorCode;
    use beadsbox_sync::{Halt, Trouble};

    use super::*;

    const AT: &str = "2026-11-27T00:15:12.123Z";

    fn line(said: &str) -> String {
        plain_line(&format!("{AT} INFO beadsbox_app::program {said}")).unwrap().rsplit_once("program ").unwrap().1.to_owned()
    }

    #[test]
    fn a_message_and_numbers_stay_and_what_somebody_typed_does_not() {
        assert_eq!(line("signed in staff=0198c0de-7b2a-7000-8000-000000000001 offline=true"), "signed in staff=… offline=true");
        assert_eq!(line("saved operations to a file first=1 last=12 bytes=4711"), "saved operations to a file first=1 last=12 bytes=4711");
        assert_eq!(line("an admin changed it before=Place { name: \"Léa O'Connor\" } next=3"), "an admin changed it before=… next=3");
        assert_eq!(line("internal error detail=lea@example.org wrote a=1 b=Zazie"), "internal error detail=… a=1 b=…");
        assert_eq!(line("error=no message at all"), "error=…");
        assert_eq!(line("it took took=12.5ms"), "it took took=12.5ms");
    }

    #[test]
    fn the_beginning_of_a_sync_trouble_stays() {
        let troubles = [
            Trouble::Offline("http://lea@example.org".to_owned()),
            Trouble::Server("Zazie".to_owned()),
            Trouble::Halted(Halt::Revoked),
            Trouble::BadReceipt,
            Trouble::Refused(ErrorCode::Forbidden),
            Trouble::Replica("/home/zazie".to_owned()),
        ];
        for trouble in troubles {
            let said = line(&format!("sync pauses trouble={trouble}"));
            assert!(!said.contains(HIDDEN), "a phrase is missing: {said}");
            assert!(!said.contains("zazie") && !said.contains("Zazie") && !said.contains("lea@"), "{said}");
        }
    }

    #[test]
    fn lines_of_others_and_what_only_looks_like_a_line_are_counted_and_not_shown() {
        let log = format!(
            "{AT} INFO reqwest::connect to Zazie\nZazie\n{AT} SAYS beadsbox_app Zazie\nnow INFO beadsbox_app Zazie\n{AT} WARN beadsbox_sync::syncer it is so\n"
        );
        assert_eq!(plain(&log), format!("4 lines of other code and 0 older ones are left out.\n{AT} WARN beadsbox_sync::syncer it is so\n"));
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let lines: Vec<String> = (0..MOST_LINES + 7).map(|number| format!("{AT} INFO beadsbox_app it happened number={number}")).collect();
        let plain = plain(&lines.join("\n"));
        assert_eq!(plain.lines().count(), MOST_LINES + 1);
        assert!(plain.starts_with("0 lines of other code and 7 older") && plain.ends_with("number=506\n"));
    }
}
