//! Finds the few steps that matter: delta debugging (Zeller, Hildebrandt 2002) over the list of steps.

use crate::plan::Step;

/// The steps without those that are not needed for `fails` to hold. They fail when this is called.
pub fn shrink(steps: &[Step], mut fails: impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut kept = steps.to_vec();
    let mut parts = 2;
    while kept.len() > 1 {
        let size = kept.len().div_ceil(parts);
        let without = (0..kept.len()).step_by(size).find_map(|from| {
            let rest: Vec<Step> = kept[..from].iter().chain(&kept[(from + size).min(kept.len())..]).copied().collect();
            fails(&rest).then_some(rest)
        });
        match without {
            Some(rest) => {
                kept = rest;
                parts = (parts - 1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(kept.len()),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_steps_that_matter_are_left() {
        let steps: Vec<Step> = (0..200).map(|device| Step::Sync { device }).collect();
        let matter = [Step::Sync { device: 17 }, Step::Sync { device: 18 }, Step::Sync { device: 150 }];
        let left = shrink(&steps, |steps| matter.iter().all(|step| steps.contains(step)));
        assert_eq!(left, matter);
    }
}
