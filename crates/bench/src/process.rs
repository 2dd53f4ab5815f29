//! What processes use of the machine, as `/proc` tells it.

use std::fs;

use anyhow::Context as _;

/// The processor time that the process ever used, in milliseconds.
pub fn processor_ms(process: u32) -> anyhow::Result<f64> {
    let used = times(process)?;
    Ok(ticks_to_ms(used[0] + used[1]))
}

/// The same of the process with its children, those that ended and were waited for included.
pub fn family_processor_ms(process: u32) -> anyhow::Result<f64> {
    let mut ticks: u64 = times(process)?.iter().sum();
    for entry in fs::read_dir("/proc")? {
        let Some(other) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ended meanwhile is counted with its parent the next time.
        if parent(other).is_ok_and(|parent| parent == process) {
            ticks += times(other).map(|used| used.iter().sum::<u64>()).unwrap_or_default();
        }
    }
    Ok(ticks_to_ms(ticks))
}

/// The process that started it.
pub fn parent(process: u32) -> anyhow::Result<u32> {
    field(&stat(process)?, 1)
}

/// The memory that the process has in use now, in KiB.
pub fn resident_kib(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// From here on the most memory that the process had in use is counted anew: what it did before, such as hashing a password, is not what it is
/// looked at for.
pub fn forget_peak(process: u32) -> anyhow::Result<()> {
    // proc(5): 5 resets the peak.
    Ok(fs::write(format!("/proc/{process}/clear_refs"), "5")?)
}

/// Its own time in user and kernel, and that of its ended children, in ticks.
fn times(process: u32) -> anyhow::Result<[u64; 4]> {
    let stat = stat(process)?;
    Ok([field(&stat, 11)?, field(&stat, 12)?, field(&stat, 13)?, field(&stat, 14)?])
}

/// What stands behind the name, which may hold anything but ends with the last parenthesis.
fn stat(process: u32) -> anyhow::Result<String> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = text.rsplit_once(") ").context("no stat")?;
    Ok(rest.to_owned())
}

fn field<T: std::str::FromStr>(stat: &str, place: usize) -> anyhow::Result<T> {
    stat.split_whitespace().nth(place).and_then(|field| field.parse().ok()).context("a field of stat")
}

/// Linux tells all of them in hundredths of a second.
#[expect(clippy::cast_precision_loss, reason = "fewer ticks than a float counts exactly")]
fn ticks_to_ms(ticks: u64) -> f64 {
    ticks as f64 * 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory_and_time_and_has_a_parent() {
        let own = std::process::id();
        assert_eq!(parent(own).unwrap(), std::os::unix::process::parent_id());
        assert!(resident_kib(own).unwrap() > 100);
        let many = std::hint::black_box(vec![1_u8; 64 << 20]);
        drop(many);
        let peak = || crate::centre::peak_kib("self").unwrap();
        assert!(peak() > 64 << 10);
        forget_peak(own).unwrap();
        assert!(peak() < 64 << 10, "{} KiB", peak());
        let before = processor_ms(own).unwrap();
        let mut sum = 0_u64;
        while processor_ms(own).unwrap() < before + 30.0 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(family_processor_ms(own).unwrap() >= before + 30.0);
    }
}
