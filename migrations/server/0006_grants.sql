-- What serving needs, and no more. Operations, tips and what templates said are only ever added to.
GRANT USAGE ON SCHEMA public TO beadsbox_serve;
GRANT USAGE ON SEQUENCE commit_no TO beadsbox_serve;

GRANT SELECT, INSERT ON operation, push_tip, voucher_template_version, server TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE ON shop, staff, device, enrolment_code, settings, voucher_template, voucher TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE (mode, outcome, undone_by) ON redemption TO beadsbox_serve;
GRANT SELECT, INSERT,
      UPDATE (kind, accepted_op, accepted_at, accepted_staff, accepted_shop, accepted_device, state, settlement, settled_reason,
              settled_op, settled_at, settled_staff, settled_shop, settled_device, row_version)
    ON conflict TO beadsbox_serve;
-- A person can be erased.
GRANT SELECT, INSERT, DELETE ON person TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_session, sign_in_delay TO beadsbox_serve;
GRANT SELECT, INSERT, DELETE ON change_inbox TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE ON change_feed TO beadsbox_serve;
GRANT SELECT, INSERT ON feed_batch TO beadsbox_serve;
-- `serve` refuses to start on a schema that is older than itself.
GRANT SELECT ON _sqlx_migrations TO beadsbox_serve;
