//! One typing mistake: a character too many, too few or wrong, or two that changed places.
//!
//! The search index finds texts by three characters that follow each other, so what a mistake leaves before and behind it is looked
//! for there, and what that finds is looked at once more.

use super::search::LEAST_WITHIN;

/// In less, a mistake leaves too little to find anything by.
const LEAST: usize = 5;
/// Names are not longer, and each mistake is a question of its own.
const MOST: usize = 24;

/// What a mistake leaves of a text; a side that is too short to be found by is left out, and one is there always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Whether a mistake is looked for in that text.
pub(super) fn may_be_in(text: &str) -> bool {
    (LEAST..=MOST).contains(&text.chars().count())
}

impl Parts {
    /// Whether whatever holds the other's sides holds these as well.
    fn are_in(&self, other: &Self) -> bool {
        let within = |ours: &Option<String>, theirs: &Option<String>| match (ours, theirs) {
            (None, _) => true,
            (Some(ours), Some(theirs)) => theirs.contains(ours.as_str()),
            (Some(_), None) => false,
        };
        within(&self.before, &other.before) && within(&self.after, &other.after)
    }
}

/// What mistakes leave of it. One that leaves what another leaves and more is no question of its own: a fourth of them are left.
pub(super) fn parts(text: &str) -> Vec<Parts> {
    let all = all_parts(text);
    let says_more = |one: &&Parts| all.iter().any(|other| other != *one && other.are_in(one));
    all.iter().filter(|one| !says_more(one)).cloned().collect()
}

/// What each mistake leaves of it.
fn all_parts(text: &str) -> Vec<Parts> {
    if !may_be_in(text) {
        return Vec::new();
    }
    let characters: Vec<char> = text.chars().collect();
    let side = |side: &[char]| (side.len() >= LEAST_WITHIN).then(|| side.iter().collect::<String>());
    let mut all = Vec::new();
    // A wrong character or one too many leaves what is around it, one too few both whole sides, and two that changed places less.
    for wrong in [1, 2] {
        for place in 0..=characters.len() - wrong {
            let parts = Parts { before: side(&characters[..place]), after: side(&characters[place + wrong..]) };
            if (parts.before.is_some() || parts.after.is_some()) && !all.contains(&parts) {
                all.push(parts);
            }
        }
    }
    all
}

/// Whether the text holds it with one mistake at the most.
pub(super) fn is_in(typed: &str, text: &str) -> bool {
    let held = |side: &Option<String>| side.as_ref().is_none_or(|side| text.contains(side));
    parts(typed).iter().any(|parts| held(&parts.before) && held(&parts.after)) && fewest_mistakes(typed, text) <= 1
}

/// The fewest mistakes that lead from some part of the text to what was typed: a row of the table for each of its characters.
fn fewest_mistakes(typed: &str, text: &str) -> usize {
    let (typed, text): (Vec<char>, Vec<char>) = (typed.chars().collect(), text.chars().collect());
    // A part may begin anywhere, so nothing is lost before it.
    let (mut before_last, mut last) = (vec![0; text.len() + 1], vec![0; text.len() + 1]);
    for (row, character) in typed.iter().enumerate() {
        let mut next = vec![row + 1; text.len() + 1];
        for column in 1..=text.len() {
            let wrong = usize::from(text[column - 1] != *character);
            let mut fewest = (last[column - 1] + wrong).min(last[column] + 1).min(next[column - 1] + 1);
            if row > 0 && column > 1 && text[column - 2] == *character && text[column - 1] == typed[row - 1] {
                fewest = fewest.min(before_last[column - 2] + 1);
            }
            next[column] = fewest;
        }
        (before_last, last) = (last, next);
    }
    last.into_iter().min().unwrap_or(typed.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_of_mistake_is_forgiven_once() {
        for typed in ["margareta", "margaretaa", "margreta", "marggreta", "margarete", "magrareta", "argareta", "xargareta", "amrgareta"] {
            assert!(is_in(typed, "frau margareta holm"), "{typed}");
        }
        for typed in ["margarrite", "marmelade", "mragarate", "marg"] {
            assert!(!is_in(typed, "frau margareta holm"), "{typed}");
        }
    }

    #[test]
    fn short_and_very_long_texts_have_to_be_right() {
        assert!(!is_in("anna", "anne"));
        assert!(is_in("annas", "anna"));
        assert!(!is_in(&"a".repeat(MOST + 1), &"a".repeat(MOST)));
    }

    #[test]
    fn what_another_question_finds_is_not_asked_twice() {
        let asked: Vec<String> = parts("margareta")
            .iter()
            .map(|Parts { before, after }| format!("{}…{}", before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(asked, ["…areta", "mar…reta", "marg…eta", "marga…"]);
    }

    proptest! {
        #[test]
        fn fewer_questions_find_the_same(typed in "[a-c]{5,12}", text in "[a-c]{0,24}") {
            let held = |all: &[Parts]| {
                let side = |side: &Option<String>| side.as_ref().is_none_or(|side| text.contains(side));
                all.iter().any(|parts| side(&parts.before) && side(&parts.after))
            };
            prop_assert_eq!(held(&parts(&typed)), held(&all_parts(&typed)));
        }

        #[test]
        fn any_one_mistake_in_seven_characters_or_more_is_found(word in "[a-d]{7,12}", place in 0..7_usize, kind in 0..4_u8, other in proptest::char::range('a', 'd'), around in "[x-z ]{0,6}") {
            let mut typed: Vec<char> = word.chars().collect();
            match kind {
                0 => typed[place] = other,
                1 => typed.insert(place, other),
                2 => { typed.remove(place); }
                _ => typed.swap(place, (place + 1).min(word.len() - 1)),
            }
            let typed: String = typed.into_iter().collect();
            let text = format!("{around}{word}{around}");
            prop_assert!(is_in(&typed, &text), "{typed} in {text}");
        }
    }
}
