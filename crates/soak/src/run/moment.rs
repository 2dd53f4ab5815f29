//! When a till dies. Most of what can go wrong lasts some microseconds, and the rest a while, so moments are spread evenly over the
//! orders of magnitude.

use std::time::Duration;

/// A time to die.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// So long after the process was started: opening files, enrolling, signing in, the first sync.
    AfterStart(Duration),
    /// So long after that line was read: what comes right after a word was given.
    AfterLine {
        /// The line's number, from 1.
        line: u64,
        /// How long after it.
        then: Duration,
    },
}

impl Moment {
    /// One of all.
    pub fn random(random: &mut fastrand::Rng) -> Self {
        if random.u32(0..10) < 4 {
            Self::AfterStart(spread(random, Duration::from_micros(200), Duration::from_millis(1500)))
        } else {
            Self::AfterLine { line: random.u64(1..=60), then: spread(random, Duration::from_micros(1), Duration::from_millis(30)) }
        }
    }
}

/// Any duration between the two, each order of magnitude as often as the others.
pub fn spread(random: &mut fastrand::Rng, from: Duration, to: Duration) -> Duration {
    from.mul_f64((to.as_secs_f64() / from.as_secs_f64()).powf(random.f64()))
}

/// Waits exactly: the runtime's own timer knows milliseconds only.
pub async fn wait(time: Duration) {
    const COARSE: Duration = Duration::from_millis(2);
    if time > COARSE {
        tokio::time::sleep(time).await;
    } else {
        std::thread::sleep(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_reach_every_order_of_magnitude() {
        let (from, to) = (Duration::from_micros(1), Duration::from_millis(100));
        let mut random = fastrand::Rng::with_seed(7);
        let mut of_magnitude = [0; 5];
        for _ in 0..1000 {
            let micros = spread(&mut random, from, to).as_secs_f64() * 1e6;
            assert!((0.99..100_001.0).contains(&micros), "{micros}");
            of_magnitude[(0..4).rev().find(|power| micros >= 10_f64.powi(power + 1)).map_or(0, |power| usize::try_from(power).unwrap() + 1)] += 1;
        }
        assert!(of_magnitude.iter().all(|count| *count > 100), "{of_magnitude:?}");
    }
}
