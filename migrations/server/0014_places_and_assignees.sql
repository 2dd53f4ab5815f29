-- Where a device stood before an admin moved it. What was done there keeps that shop, also where it is sent later.
CREATE TABLE device_former_shop (
    device_id uuid        NOT NULL REFERENCES device,
    shop_id   uuid        NOT NULL REFERENCES shop,
    -- When it was moved away for the last time, and by whom.
    left_at   timestamptz NOT NULL,
    moved_by  uuid        NOT NULL REFERENCES staff,
    PRIMARY KEY (device_id, shop_id)
);

-- Who works on a conflict. Beside it, because it is no part of what collided and nothing that settles it asks for it.
CREATE TABLE conflict_assignment (
    conflict_id uuid        PRIMARY KEY REFERENCES conflict,
    -- None once it was let go.
    staff_id    uuid        REFERENCES staff,
    by_staff    uuid        NOT NULL REFERENCES staff,
    at          timestamptz NOT NULL,
    version     bigint      NOT NULL CHECK (version >= 1)
);

GRANT SELECT, INSERT, UPDATE (left_at, moved_by) ON device_former_shop TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE (staff_id, by_staff, at, version) ON conflict_assignment TO beadsbox_serve;
