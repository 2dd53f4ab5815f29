//! What the tests share: fixtures, a clock to turn, a PostgreSQL for each test, the server as a process, a load balancer, a Redis and a broker beside it, a
//! mail server that takes mails, one that others wrote, a payment provider, and a device that speaks plain HTTP.

mod broker;
mod clock;
mod cluster;
mod collector;
mod database;
mod device;
mod fault_receiver;
pub mod fixtures;
mod http;
mod load_balancer;
mod mail;
mod missing;
mod order_form;
mod redis;
mod server;
pub mod stripe;

pub use broker::BrokerProcess;
pub use clock::TestClock;
pub use cluster::Cluster;
pub use collector::{Collected, CollectedNumber, Collector};
pub use database::TestDatabase;
pub use device::{Recorded, Session, TestDevice};
pub use fault_receiver::FaultReceiver;
pub use http::{Answer, told};
pub use load_balancer::{Backend, Entrance, LoadBalancer, Looks, certificate};
pub use mail::{Mail, MailReceiver, Reception, SmtpServer, SmtpTls};
pub use order_form::{OrderForm, buy, reserve};
pub use redis::RedisProcess;
pub use server::{ServerLog, ServerProcess, ServerProgram, free_port, free_port_from};
pub use stripe::StripeProvider;
