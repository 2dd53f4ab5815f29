//! A till from its first start: each time it works until it dies.

use super::{
    Plan,
    faults::{Blow, Faults},
    journal::Journal,
    moment::Moment,
    till_process::{Task, TillProcess, TillSetup, end_of_log},
    trouble::Troubles,
};
use crate::power::{ForgetfulDisk, Honesty};

/// A till that does not even start is given up after so many times.
const MOST_FAILED_STARTS: u32 = 5;

/// A till, its disk, and what it tells.
pub(super) struct TillLife {
    pub(super) setup: TillSetup,
    journal: Journal,
    disk: Option<ForgetfulDisk>,
}

impl TillLife {
    /// A till whose files lie on a disk that can lose its power, if that is planned.
    pub(super) fn new(plan: &Plan, setup: TillSetup, journal: Journal) -> anyhow::Result<Self> {
        let honesty = if plan.lying_disk { Honesty::Lies } else { Honesty::Syncs };
        let disk = if plan.power_cuts > 0 { Some(ForgetfulDisk::mount(&setup.folder, honesty)?) } else { None };
        Ok(Self { setup, journal, disk })
    }

    /// Works and dies until all faults are done.
    pub(super) async fn live(&mut self, mut random: fastrand::Rng, faults: &Faults, troubles: &Troubles) -> anyhow::Result<()> {
        let mut failed_starts = 0;
        while let Some(blow) = faults.for_a_till(&mut random) {
            let mut process = TillProcess::start(&self.setup, Task::Work { seed: random.u64(..) }, &self.journal)?;
            if !process.live_until(Moment::random(&mut random)).await? {
                troubles.tell(format!("{} ended by itself: {}", self.setup.name(), end_of_log(&self.setup.log)));
                failed_starts += 1;
                if failed_starts == MOST_FAILED_STARTS {
                    return Ok(());
                }
            }
            process.kill().await?;
            if blow == Blow::PowerCut {
                self.cut_power(&mut random)?;
            }
        }
        Ok(())
    }

    fn cut_power(&mut self, random: &mut fastrand::Rng) -> anyhow::Result<()> {
        if let Some(disk) = &mut self.disk {
            let forgotten = disk.cut_power(random)?;
            tracing::info!(till = self.setup.number, ?forgotten, "the power was cut");
        }
        Ok(())
    }
}
