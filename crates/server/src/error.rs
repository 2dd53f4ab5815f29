//! What can go wrong, and how it is told.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{ErrorCode, Problem};
use uuid::Uuid;

/// Why a server does not start or a command fails.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database does not answer, or not as it should.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("migrating the database: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Nobody can listen there.
    #[error("listening on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database was not migrated for this program.
    #[error("the database lacks migrations: run `beadsbox-server migrate`")]
    NotMigrated,
    /// The database was migrated by a newer program, or by another one.
    #[error("the database was migrated by another version of this program")]
    ForeignSchema,
    /// What was asked for cannot be.
    #[error("{0}")]
    Refused(String),
}

/// Why a request gets no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The client is told why.
    #[error("{} {:?}: {}", .0.status, .0.code, .0.title)]
    Told(Box<Problem>),
    /// The database.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// A fault of this program.
    #[error("{0}")]
    Defect(String),
}

tokio::task_local! {
    /// The id of the request that is being answered.
    pub(crate) static REQUEST_ID: Uuid;
}

impl Failure {
    pub fn told(status: StatusCode, code: ErrorCode, title: impl Into<String>) -> Self {
        Self::Told(Box::new(Problem::new(status.as_u16(), code, title)))
    }

    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::told(StatusCode::BAD_REQUEST, ErrorCode::Malformed, "the request is not what this endpoint takes")
            .with(|problem| problem.detail = Some(detail.into()))
    }

    pub fn not_found(what: &str) -> Self {
        Self::told(StatusCode::NOT_FOUND, ErrorCode::NotFound, format!("no such {what}"))
    }

    pub fn forbidden(why: &str) -> Self {
        Self::told(StatusCode::FORBIDDEN, ErrorCode::Forbidden, why)
    }

    pub fn wrong_password() -> Self {
        Self::told(StatusCode::UNAUTHORIZED, ErrorCode::WrongPassword, "name and password do not fit")
    }

    pub fn name_taken() -> Self {
        Self::told(StatusCode::CONFLICT, ErrorCode::NameTaken, "the name is taken")
    }

    pub fn changed_meanwhile() -> Self {
        Self::told(StatusCode::CONFLICT, ErrorCode::ChangedMeanwhile, "somebody else changed it: read it again")
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::told(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge, "larger than this endpoint takes").with(|problem| problem.detail = Some(detail.into()))
    }

    pub fn unavailable() -> Self {
        Self::told(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, "busy, or the database is away: try again")
            .with(|problem| problem.retry_after = Some(1))
    }

    /// Somebody guesses: nobody may try before that moment.
    pub fn too_many_attempts(until: Timestamp, now: Timestamp) -> Self {
        // Rounded up: a client that waits so long gets its turn.
        let seconds = u64::try_from(until.duration_since(now).as_millis().max(0)).unwrap_or(u64::MAX).div_ceil(1000);
        Self::told(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests, "too many attempts: wait").with(|problem| problem.retry_after = Some(seconds))
    }

    /// More facts for the problem that is told.
    pub fn with(mut self, add: impl FnOnce(&mut Problem)) -> Self {
        if let Self::Told(problem) = &mut self {
            add(problem);
        }
        self
    }

    /// Whether the transaction may be tried again at once: another one stood in the way.
    pub fn is_transient(&self) -> bool {
        // serialization_failure, deadlock_detected
        matches!(self, Self::Database(error) if matches!(sql_state(error).as_deref(), Some("40001" | "40P01")))
    }

    /// What the client is told.
    fn problem(self) -> Problem {
        let mut problem = match self {
            Self::Told(problem) => *problem,
            Self::Database(error) if is_outage(&error) => {
                tracing::error!(%error, "the database is not available");
                return Self::unavailable().problem();
            }
            defect => {
                let sql_state = if let Self::Database(error) = &defect { sql_state(error) } else { None };
                tracing::error!(error = %defect, sql_state, "a request failed");
                Problem::new(500, ErrorCode::Internal, "a fault of the server; it was logged")
            }
        };
        problem.instance = REQUEST_ID.try_with(ToString::to_string).ok();
        problem
    }
}

/// The five characters of PostgreSQL's error code.
pub(crate) fn sql_state(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

/// Trouble of the infrastructure rather than a fault: worth another try.
fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => true,
        // Connections, resources, operators, deadlocks, locks that took too long.
        error => sql_state(error).is_some_and(|code| ["08", "53", "57", "40", "55"].iter().any(|class| code.starts_with(class))),
    }
}

impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Database(error) => Self::Database(error),
            Failure::Told(problem) => Self::Refused(problem.detail.unwrap_or(problem.title)),
            Failure::Defect(detail) => Self::Refused(detail),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = problem.retry_after;
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
