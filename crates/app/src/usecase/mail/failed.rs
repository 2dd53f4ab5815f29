//! Work that the server gave up: an admin has it tried again, or ends it.

use beadsbox_domain::Deed;
use beadsbox_protocol::job::{DeadJob, DeadJobs, JobDecision, JobTrouble, JobsAgain};
use beadsbox_store::View;

use super::super::{Seat, id};
use crate::{
    error::{AppResult, ErrorCode},
    view::{FailedJob, FailedJobs, FailedOfTrouble},
};

impl Seat {
    /// What the server gave up. Needs the server.
    pub async fn failed_jobs(&self) -> AppResult<FailedJobs> {
        self.require(Deed::Administer)?;
        let DeadJobs { total, waiting, jobs, again } = self.device.server.dead_jobs(self.server_session()?).await?;
        self.read(move |view| {
            let jobs = jobs.iter().map(|job| row(view, job)).collect::<AppResult<_>>()?;
            let again = again.into_iter().map(|of| FailedOfTrouble { trouble: of.trouble, count: of.jobs }).collect();
            Ok(FailedJobs { total, waiting, jobs, again })
        })
        .await
    }

    /// How many there are; none for whoever may not see them, and where the server is not reached.
    pub(crate) async fn failed_jobs_in_all(&self) -> Option<u64> {
        if self.require(Deed::Administer).is_err() || self.device.is_training() || !self.device.is_online() {
            return None;
        }
        match self.device.server.dead_jobs(self.server_session().ok()?).await {
            Ok(jobs) => Some(jobs.total),
            Err(error) => {
                tracing::info!(%error, "the server does not say what it gave up");
                None
            }
        }
    }

    /// Has it tried again, or ends it.
    pub async fn decide_job(&self, job: &str, again: bool) -> AppResult<()> {
        self.require(Deed::Administer)?;
        let job = id(job, ErrorCode::Internal)?;
        Ok(self.device.server.decide_job(self.server_session()?, job, &JobDecision { again }).await?)
    }

    /// Has all that failed for that reason tried again, or for any.
    pub async fn try_jobs_again(&self, trouble: Option<JobTrouble>) -> AppResult<()> {
        self.require(Deed::Administer)?;
        Ok(self.device.server.try_jobs_again(self.server_session()?, &JobsAgain { trouble }).await?)
    }
}

fn row(view: &View<'_>, job: &DeadJob) -> AppResult<FailedJob> {
    let mut known = Vec::new();
    for voucher in &job.vouchers {
        known.extend(view.voucher(*voucher)?.map(|found| found.voucher));
    }
    Ok(FailedJob {
        id: job.id.to_string(),
        kind: job.kind,
        voucher_id: known.first().map(|voucher| voucher.id.to_string()),
        codes: known.iter().map(|voucher| voucher.code.to_string()).collect(),
        staff: job.staff.map(|staff| view.directory().staff_name(staff).to_owned()),
        created_at: job.created_at.to_string(),
        failed_at: job.died_at.to_string(),
        attempts: job.attempts,
        trouble: job.trouble,
        numbers: job.detail.clone(),
    })
}
