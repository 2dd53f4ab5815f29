//! A line to the broker, with what must be there: made where it is missing, so that a new broker needs a name, a password and a virtual host.

use beadsbox_protocol::trace::TRACE_HEADER;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Consumer, ExchangeKind,
    options::{BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use tokio::time::{Duration, timeout};

use super::{Broken, BrokerConfig, Message};
use crate::{
    db::announcement::Due,
    error::{Failure, StartError},
    jobs::queue::Lane,
};

/// Where messages are published.
const JOBS: &str = "beadsbox.jobs";
/// Where messages go that nobody can read, and the queue that keeps them for whoever looks.
const DEAD: &str = "beadsbox.dead";
/// How long the broker may take for anything: to open a line, to confirm what was published.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// A goodbye that means nothing is wrong.
const SUCCESS: u16 = 200;
/// Kept on the broker's disk.
const PERSISTENT: u8 = 2;

/// An open line. Dropped, it is closed.
pub(super) struct Line {
    connection: Connection,
    channel: Channel,
}

/// Waits no longer than the broker may take.
async fn in_time<T>(asked: impl Future<Output = lapin::Result<T>>) -> Result<T, Broken> {
    Ok(timeout(ANSWERS_WITHIN, asked).await.map_err(|_| Broken::Silent)??)
}

impl Line {
    /// Opens one; the broker shows it under that name.
    pub async fn open(config: &BrokerConfig, name: &str) -> Result<Self, Broken> {
        let address = config.address().map_err(|error: StartError| Failure::Defect(error.to_string()))?;
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        in_time(async {
            let connection = Connection::connect_uri(address, properties).await?;
            let channel = connection.create_channel().await?;
            declare(&channel).await?;
            Ok(Self { connection, channel })
        })
        .await
    }

    /// Whether it still stands, as far as this end knows.
    pub fn stands(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// From now on the broker confirms what is published.
    pub async fn confirms(&self) -> Result<(), Broken> {
        in_time(self.channel.confirm_select(ConfirmSelectOptions::default())).await
    }

    /// Publishes a message for each, and waits until the broker has confirmed all of them: they are on its disk, in the queue of their lane.
    pub async fn publish(&self, jobs: &[Due]) -> Result<(), Broken> {
        let published = async {
            let mut confirmations = Vec::with_capacity(jobs.len());
            for job in jobs {
                confirmations.push(self.send(job).await?);
            }
            for confirmation in confirmations {
                match confirmation.await? {
                    Confirmation::Ack(None) => {}
                    // Refused, or returned because no queue takes it.
                    _ => return Ok(false),
                }
            }
            Ok(true)
        };
        if in_time(published).await? { Ok(()) } else { Err(Broken::NotTaken) }
    }

    async fn send(&self, job: &Due) -> lapin::Result<lapin::PublisherConfirm> {
        let message = serde_json::to_vec(&Message { job: job.id }).unwrap_or_default();
        let mut headers = FieldTable::default();
        if let Some(trace) = job.trace {
            headers.insert(TRACE_HEADER.into(), AMQPValue::LongString(trace.to_string().into()));
        }
        let properties = BasicProperties::default()
            .with_headers(headers)
            .with_delivery_mode(PERSISTENT)
            .with_content_type("application/json".into())
            .with_message_id(job.id.to_string().into());
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        self.channel.basic_publish(JOBS.into(), Lane::of(job.kind).queue().into(), options, &message, properties).await
    }

    /// Takes messages of these lanes, each lane's in a stream of its own; of each no more than `ahead` that are not answered.
    pub async fn consume(&self, lanes: impl Iterator<Item = Lane>, ahead: u16) -> Result<Vec<Consumer>, Broken> {
        in_time(self.channel.basic_qos(ahead, BasicQosOptions::default())).await?;
        let mut consumers = Vec::new();
        for lane in lanes {
            let asked = self.channel.basic_consume(lane.queue().into(), "".into(), BasicConsumeOptions::default(), FieldTable::default());
            consumers.push(in_time(asked).await?);
        }
        Ok(consumers)
    }

    /// Closes it in order. Whatever becomes of that, nothing is changed by it.
    pub async fn close(self) {
        if let Err(error) = in_time(self.connection.close(SUCCESS, "done".into())).await {
            tracing::debug!(%error, "a line to the broker was not closed in order");
        }
    }
}

/// Makes exchanges and queues where they are missing.
async fn declare(channel: &Channel) -> lapin::Result<()> {
    let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    channel.exchange_declare(JOBS.into(), ExchangeKind::Direct, durable, FieldTable::default()).await?;
    channel.exchange_declare(DEAD.into(), ExchangeKind::Fanout, durable, FieldTable::default()).await?;
    channel.queue_declare(DEAD.into(), QueueDeclareOptions::durable(), FieldTable::default()).await?;
    channel.queue_bind(DEAD.into(), DEAD.into(), "".into(), QueueBindOptions::default(), FieldTable::default()).await?;
    for lane in Lane::ALL {
        let mut arguments = FieldTable::default();
        arguments.insert("x-dead-letter-exchange".into(), AMQPValue::LongString(DEAD.into()));
        channel.queue_declare(lane.queue().into(), QueueDeclareOptions::durable(), arguments).await?;
        channel
            .queue_bind(lane.queue().into(), JOBS.into(), lane.queue().into(), QueueBindOptions::default(), FieldTable::default())
            .await?;
    }
    Ok(())
}
