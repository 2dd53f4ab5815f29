//! The server after a rewind: devices that are ahead give back what it lost.

mod dump;
mod epoch;
mod lost_templates;
mod point_in_time;
mod receipts;

use std::collections::BTreeMap;

use beadsbox_domain::{OpId, Outcome};
use beadsbox_testkit::TestDevice;
use sqlx::PgPool;

/// Everything that counts. Versions and numbers depend on how often a row was written, and a conflict that resolved itself may
/// have been none.
pub async fn facts(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT concat_ws(' ', 'voucher', id, code, encode(person_hash, 'hex'), payment, sold_op, sold_at, expires_on, status, since_op, since_at) FROM voucher
         UNION ALL SELECT concat_ws(' ', 'redemption', op_id, voucher_id, at, device_id, mode, outcome, undone_by) FROM redemption
         UNION ALL SELECT concat_ws(' ', 'conflict', id, voucher_id, kind, state, accepted_op, other_op, settlement, settled_op) FROM conflict
                   WHERE state <> 'resolved'
         UNION ALL SELECT concat_ws(' ', 'operation', device_id, incarnation, dev_seq, op_id, taken, encode(hash, 'hex'), encode(body, 'hex'), outcome)
                   FROM operation WHERE device_id <> '00000000-0000-0000-0000-000000000000'
         UNION ALL SELECT concat_ws(' ', 'template', t.id, t.archived, t.changed_op, v.title, v.price_minor)
                   FROM voucher_template t JOIN voucher_template_version v ON v.template_id = t.id AND v.version = t.version
         UNION ALL SELECT concat_ws(' ', 'person', encode(hash, 'hex'), person) FROM person
         ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// What the device was told of each of its operations.
pub fn told(device: &TestDevice) -> BTreeMap<OpId, Outcome> {
    device.results.values().filter_map(|result| Some((result.op_id?, result.result.clone()?))).collect()
}
