//! How old what a report shows is, where that is worth a word: the server may have read a copy of its database that is behind.

use beadsbox_documents::Language;
use beadsbox_domain::Timestamp;
use beadsbox_protocol::report::Made;
use jiff::SignedDuration;

use super::words::pick;

/// What every copy may be behind at any moment, in seconds.
const FEW_SECONDS: u64 = 5;

fn seconds(made: &Made) -> Option<u64> {
    Some(made.data_age_seconds).filter(|seconds| *seconds > FEW_SECONDS)
}

/// For the screen and the paper.
pub(super) fn note(made: &Made, language: Language) -> Option<String> {
    let seconds = seconds(made)?;
    let age = match seconds {
        0..120 => format!("{seconds} {}", pick(language, "seconds", "secondes")),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    Some(match language {
        Language::En => {
            format!("These figures are {age} old: they were read from a copy of the database that is behind. What the server took since is not in them.")
        }
        Language::Fr => format!(
            "Ces chiffres datent d’il y a {age}\u{a0}: ils ont été lus dans une copie de la base de données qui a du retard. Ce que le serveur a reçu \
             depuis n’y figure pas."
        ),
    })
}

/// When what it shows was all there was, for the name of a file that has no place for a note.
pub(super) fn moment(made: &Made) -> Option<Timestamp> {
    let age = SignedDuration::from_secs(i64::try_from(seconds(made)?).ok()?);
    made.at.checked_sub(age).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(data_age_seconds: u64) -> Made {
        let day = "2026-11-27".parse().unwrap();
        let at = "2026-11-27T09:05:00Z".parse().unwrap();
        Made { from: day, to: day, at, through_commit_no: 1, data_age_seconds, names: Vec::new() }
    }

    #[test]
    fn a_report_that_is_more_than_a_few_seconds_old_says_so_in_each_language() {
        for fresh in [0, 5] {
            assert_eq!((note(&made(fresh), Language::En), moment(&made(fresh))), (None, None));
        }
        assert!(note(&made(6), Language::En).unwrap().starts_with("These figures are 6 seconds old:"));
        assert!(note(&made(119), Language::Fr).unwrap().starts_with("Ces chiffres datent d’il y a 119 secondes\u{a0}:"));
        assert!(note(&made(121), Language::En).unwrap().contains("3 minutes"), "never told too low");
        assert_eq!(moment(&made(60)).unwrap().to_string(), "2026-11-27T09:04:00Z");
        assert_eq!(note(&made(u64::MAX), Language::En).map(|note| note.is_empty()), Some(false));
        assert_eq!(moment(&made(u64::MAX)), None);
    }
}
