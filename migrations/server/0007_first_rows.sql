-- What a new installation comes with: its settings, the server's own device, and two templates.
--
-- The server's own operations go into the same table, chained like everyone's. Its device, staff member and shop have the
-- nil id. Its chain starts over a key of zeros, because the server's real key does not exist yet when this runs; what the
-- server says of itself is signed by receipts and tips, not by this row.
INSERT INTO settings (policy) VALUES ('{}');
INSERT INTO change_inbox (kind, entity_id) VALUES ('settings', '00000000-0000-0000-0000-000000000000');

DO $$
DECLARE
    nil       CONSTANT uuid  := '00000000-0000-0000-0000-000000000000';
    no_key    CONSTANT bytea := decode(repeat('00', 32), 'hex');
    -- Whole seconds: the program writes no trailing zeros of a fraction, and these bodies are hashed as it would write them.
    this_second CONSTANT timestamptz := date_trunc('second', now());
    now_text  CONSTANT text  := to_char(this_second AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
    chain     bytea := sha256(convert_to('beadsbox chain 1', 'UTF8') || uuid_send(nil) || int4send(1) || no_key);
    first     record;
    seq       bigint := 0;
    body      text;
BEGIN
    INSERT INTO device (id, name, public_key, chain_hash, enrolled_at) VALUES (nil, 'Server', no_key, chain, this_second);

    FOR first IN
        SELECT * FROM (VALUES
            ('019a0000-0000-7000-8000-000000000001'::uuid, '019a0000-0000-7000-8000-000000000101'::uuid,
             'Quantum Cuisine - introductory course',
             E'An evening at the stove for the curious. You cook four small dishes that are sweet and savoury at once, until somebody tastes them.\n\nTwo and a half hours, apron and tasting included. No knowledge of physics needed: an appetite is enough.',
             4136),
            ('019a0000-0000-7000-8000-000000000002'::uuid, '019a0000-0000-7000-8000-000000000102'::uuid,
             'Quantum Cuisine - dealing with taste entanglement',
             E'For those who have taken the introduction and cannot stop. Over two days you learn to pair ingredients so that a bite here changes the flavour there, and how to part them again before dessert.\n\nTwo days with lunch and a six-course dinner for two, a kitchen notebook, and a telephone number to call when the soup disagrees.',
             29979)
        ) AS t (template, op, title, description, price)
    LOOP
        seq := seq + 1;
        body := format(
            '{"format":1,"device":%s,"incarnation":1,"dev_seq":%s,"op":%s,"at":%s,"staff":%s,"shop":%s,"online":true,"clock_right":true,'
            '"operation":{"kind":"create_template","template":%s,"content":{"title":%s,"description":%s,'
            '"price":{"minor":%s,"currency":"EUR"},"validity_months":12,"vat":{"kind":"single_purpose","rate_basis_points":2000}}}}',
            to_json(nil), seq, to_json(first.op), to_json(now_text), to_json(nil), to_json(nil),
            to_json(first.template), to_json(first.title), to_json(first.description), first.price);
        chain := sha256(chain || convert_to(body, 'UTF8'));

        INSERT INTO operation (device_id, incarnation, dev_seq, op_id, taken, hash, body, claimed_at, received_at, commit_no,
                               subject_kind, subject_id, outcome, row_version)
        VALUES (nil, 1, seq, first.op, true, chain, convert_to(body, 'UTF8'), this_second, this_second, nextval('commit_no'),
                'template', first.template, '{"outcome":"applied"}', 1);
        INSERT INTO voucher_template (id, version, archived, changed_op, changed_at, changed_staff, changed_shop, changed_device, row_version)
        VALUES (first.template, 1, false, first.op, this_second, nil, nil, nil, 1);
        INSERT INTO voucher_template_version (template_id, version, title, description, price_minor, currency, validity_months, vat_kind, vat_rate)
        VALUES (first.template, 1, first.title, first.description, first.price, 'EUR', 12, 'single_purpose', 2000);
        INSERT INTO change_inbox (kind, entity_id) VALUES ('template', first.template);
    END LOOP;

    UPDATE device SET last_seq = seq, chain_hash = chain WHERE id = nil;
END
$$;
