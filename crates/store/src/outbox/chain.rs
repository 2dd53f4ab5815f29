//! Walking the whole chain.

use beadsbox_protocol::ChainHash;
use rusqlite::Connection;

use super::{enrolment::Identity, own::body};
use crate::file::sql::Sql;

/// How far the chain holds.
pub(crate) enum Walk {
    /// To its end, after so many operations.
    Whole(u64),
    /// The operation at this place does not follow from those before it.
    Broken(u64),
}

/// Computes every hash anew from the enrolment on, and compares places, ids and devices with what the bodies say. Operations that
/// forked keep the life in which they were recorded, so lives only grow along the chain.
pub(crate) fn walk(connection: &Connection, identity: &Identity) -> rusqlite::Result<Walk> {
    let mut statement = connection.prepare("SELECT dev_seq, op_id, body, prev_hash, hash FROM outbox ORDER BY dev_seq")?;
    let mut rows = statement.query([])?;
    let (mut place, mut tip, mut life) = (0, identity.origin, 1);
    while let Some(row) = rows.next()? {
        place += 1;
        let text = row.get_ref(2)?.as_str().unwrap_or_default();
        let next = tip.then(text);
        let holds = row.get::<_, Sql<u64>>(0)?.0 == place
            && row.get::<_, Sql<ChainHash>>(3)?.0 == tip
            && row.get::<_, Sql<ChainHash>>(4)?.0 == next
            && body(row, 2).is_ok_and(|body| {
                let lives = life..=identity.enrolment.incarnation;
                life = body.incarnation;
                body.dev_seq == place
                    && body.device == identity.enrolment.device
                    && lives.contains(&body.incarnation)
                    && row.get(1).is_ok_and(|op: Sql<beadsbox_domain::OpId>| op.0 == body.op)
            });
        if !holds {
            return Ok(Walk::Broken(place));
        }
        tip = next;
    }
    Ok(Walk::Whole(place))
}
