-- Where the device stands and what people call it, since an admin changed it. The enrolment stays as its certificate says it.
CREATE TABLE place (
    only_one  INTEGER PRIMARY KEY CHECK (only_one = 1),
    name      TEXT    NOT NULL,
    shop      BLOB    NOT NULL CHECK (length(shop) = 16),
    shop_name TEXT    NOT NULL
) STRICT;
