//! Signing in and out, and what people sign in with.

use std::time::Duration;

use beadsbox_protocol::{
    rows::Staff,
    second_factor::{RecoveryCodes, SecondFactorConfirmation, SecondFactorOffer, SecondFactorRequest, SecondFactorState},
    session::{PasswordRequest, PinRequest, SignInRequest, SignInResponse},
};
use reqwest::Method;

use super::HttpServer;
use crate::transport::TransportError;

/// Somebody waits at the till, who can sign in without the server.
pub(super) const SIGN_IN_LIMIT: Duration = Duration::from_secs(6);
const SECOND_FACTOR: &str = "v1/sessions/second-factor";

impl HttpServer {
    /// Signs a staff member in.
    pub async fn sign_in(&self, request: &SignInRequest) -> Result<SignInResponse, TransportError> {
        self.fetch(self.authorised(self.request(Method::POST, "v1/sessions")?).json(request).timeout(SIGN_IN_LIMIT)).await
    }

    /// Ends a session.
    pub async fn sign_out(&self, session: &str) -> Result<(), TransportError> {
        self.complete(self.request(Method::DELETE, "v1/sessions")?.bearer_auth(session)).await.map(drop)
    }

    /// Sets the PIN of whoever is signed in, or takes it away.
    pub async fn set_pin(&self, session: &str, request: &PinRequest) -> Result<(), TransportError> {
        let request = self.request(Method::PUT, "v1/sessions/pin")?.bearer_auth(session).json(request).timeout(SIGN_IN_LIMIT);
        self.complete(request).await.map(drop)
    }

    /// Changes the password of whoever is signed in.
    pub async fn change_password(&self, session: &str, request: &PasswordRequest) -> Result<Staff, TransportError> {
        self.fetch(self.request(Method::PUT, "v1/sessions/password")?.bearer_auth(session).json(request)).await
    }

    /// Whether a second factor is asked of whoever is signed in.
    pub async fn second_factor(&self, session: &str) -> Result<SecondFactorState, TransportError> {
        self.fetch(self.request(Method::GET, SECOND_FACTOR)?.bearer_auth(session)).await
    }

    /// Begins a second factor.
    pub async fn begin_second_factor(&self, session: &str, request: &SecondFactorRequest) -> Result<SecondFactorOffer, TransportError> {
        self.fetch(self.request(Method::POST, SECOND_FACTOR)?.bearer_auth(session).json(request)).await
    }

    /// Shows a code of the one that was begun.
    pub async fn confirm_second_factor(&self, session: &str, request: &SecondFactorConfirmation) -> Result<RecoveryCodes, TransportError> {
        self.fetch(self.request(Method::PUT, SECOND_FACTOR)?.bearer_auth(session).json(request)).await
    }
}
