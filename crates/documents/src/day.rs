//! Days and moments as they are written on paper.

use jiff::civil::{Date, DateTime};

use crate::Language;

const EN: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const FR: [&str; 12] = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

/// `2 March 2026`, `1er mars 2026`.
pub fn long(date: Date, language: Language) -> String {
    let months = match language {
        Language::En => EN,
        Language::Fr => FR,
    };
    // A month is from 1 to 12.
    let month = usize::try_from(date.month()).ok().and_then(|month| months.get(month.checked_sub(1)?)).copied().unwrap_or_default();
    let ordinal = if date.day() == 1 { language.pick("", "er") } else { "" };
    format!("{}{ordinal}\u{a0}{month}\u{a0}{}", date.day(), date.year())
}

/// `02/03/2026`, in both languages.
pub(crate) fn short(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// `02/03/2026 14:05`, in both languages.
pub(crate) fn moment(at: DateTime) -> String {
    format!("{} {:02}:{:02}", short(at.date()), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_written_in_the_readers_language() {
        let first = date(2026, 8, 1);
        assert_eq!(
            (long(first, Language::En), long(first, Language::Fr)),
            ("1\u{a0}August\u{a0}2026".into(), "1er\u{a0}août\u{a0}2026".into())
        );
        let last = date(2027, 12, 31);
        assert_eq!(long(last, Language::Fr), "31\u{a0}décembre\u{a0}2027");
        assert_eq!(moment(last.at(9, 5, 59, 0)), "31/12/2027 09:05");
    }
}
