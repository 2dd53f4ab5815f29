-- What is owed, without the books: from the operations as they came and what people were told of each, voucher by voucher in the order in
-- which the server took them. It knows what each kind of operation means, and nothing of how the books are kept.
CREATE OR REPLACE FUNCTION pg_temp.owed_by_operations() RETURNS TABLE (voucher uuid, kind text, day date, sold_shop uuid, currency text, minor bigint)
LANGUAGE plpgsql AS $$
DECLARE
    o record;
    b jsonb;
    op jsonb;
    applied boolean;
    conflicting boolean;
    at timestamptz;
    moment timestamptz;
    -- Of the voucher at hand.
    id uuid;
    status text;
    price bigint;
    cur text;
    seller uuid;
    accepted uuid;
    -- Redemptions that collided and wait, the oldest first: [operation, ...].
    waiting uuid[];
    -- Those that collided with another redemption, or with an unknown voucher: only these can come forward.
    may_rise uuid[];
    -- Attempts: operation → when, where, and what became of it.
    made jsonb;
    undone_from uuid;
    charged boolean;
    rose uuid;
BEGIN
    FOR o IN SELECT subject_id, op_id, convert_from(body, 'UTF8')::jsonb AS body, outcome, received_at FROM operation
             WHERE subject_kind = 'voucher' AND taken AND outcome IS NOT NULL ORDER BY subject_id, commit_no LOOP
        IF id IS DISTINCT FROM o.subject_id THEN
            id := o.subject_id; status := NULL; price := NULL; cur := NULL; seller := NULL; accepted := NULL;
            waiting := '{}'; may_rise := '{}'; made := '{}'; charged := false;
        END IF;
        b := o.body; op := b -> 'operation';
        applied := o.outcome ->> 'outcome' = 'applied';
        conflicting := o.outcome ->> 'outcome' = 'conflict';
        at := (b ->> 'at')::timestamptz;
        moment := CASE WHEN (b ->> 'clock_right')::boolean AND at <= o.received_at + interval '5 minutes' THEN least(at, o.received_at) ELSE o.received_at END;
        rose := NULL; undone_from := NULL;

        IF op ->> 'kind' IN ('redeem', 'honour_expired') THEN
            made := made || jsonb_build_object(o.op_id::text, jsonb_build_object('at', at, 'shop', b ->> 'shop', 'became',
                CASE WHEN applied THEN 'accepted' WHEN conflicting THEN 'conflict' ELSE 'rejected' END));
        END IF;

        IF conflicting THEN
            -- It is named after the redemption, which an 'honour' brings along.
            waiting := waiting || (o.outcome ->> 'conflict')::uuid;
            IF o.outcome ->> 'conflict_kind' IN ('double_redemption', 'unknown_voucher') THEN
                may_rise := may_rise || (o.outcome ->> 'conflict')::uuid;
            END IF;
            IF op ->> 'kind' = 'honour' THEN
                made := jsonb_set(made, ARRAY[op ->> 'redemption', 'became'], '"conflict"');
            END IF;
        ELSIF applied THEN
            CASE op ->> 'kind'
            WHEN 'sell' THEN
                status := coalesce(op #>> '{imported,status}', 'purchased');
                price := (op #>> '{snapshot,price,minor}')::bigint;
                cur := op #>> '{snapshot,price,currency}';
                seller := (b ->> 'shop')::uuid;
                -- What was over in another system owes nothing here.
                IF status IN ('purchased', 'cancelled') THEN
                    RETURN QUERY SELECT id, CASE WHEN op ? 'imported' THEN 'taken_over' WHEN op ? 'replaces' THEN 'replaced' ELSE 'sold' END,
                        pg_temp.day_in(moment, seller), seller, cur, price;
                END IF;
                IF status = 'purchased' THEN
                    rose := may_rise[1];
                ELSE
                    -- Whoever honoured it before did so after it was over.
                    may_rise := '{}';
                END IF;
            WHEN 'redeem' THEN
                status := 'used'; accepted := o.op_id;
                RETURN QUERY SELECT id, 'redeemed', pg_temp.day_in(moment, (b ->> 'shop')::uuid), seller, cur, price;
            WHEN 'honour_expired' THEN
                IF status = 'purchased' THEN
                    RETURN QUERY SELECT id, 'redeemed', pg_temp.day_in(moment, (b ->> 'shop')::uuid), seller, cur, price;
                END IF;
                status := 'used'; accepted := o.op_id;
            WHEN 'honour' THEN
                IF made #>> ARRAY[op ->> 'redemption', 'became'] = 'rejected' THEN
                    status := 'used'; accepted := (op ->> 'redemption')::uuid;
                    made := jsonb_set(made, ARRAY[op ->> 'redemption', 'became'], '"accepted"');
                    RETURN QUERY SELECT id, 'redeemed', pg_temp.day_in(moment, (made #>> ARRAY[op ->> 'redemption', 'shop'])::uuid), seller, cur, price;
                END IF;
            WHEN 'withdraw' THEN
                made := jsonb_set(made, ARRAY[op ->> 'redemption', 'became'], '"withdrawn"');
                IF status = 'used' AND accepted = (op ->> 'redemption')::uuid THEN
                    undone_from := accepted;
                END IF;
            WHEN 'undo_redemption' THEN
                undone_from := accepted;
            WHEN 'cancel' THEN status := 'cancelled';
            WHEN 'refund' THEN
                status := 'refunded';
                RETURN QUERY SELECT id, 'refunded', pg_temp.day_in(moment, (b ->> 'shop')::uuid), seller, cur, price;
            WHEN 'expire' THEN
                status := 'expired';
                RETURN QUERY SELECT id, 'expired', pg_temp.day_in(moment, seller), seller, cur, price;
            WHEN 'extend' THEN
                IF status = 'expired' THEN
                    RETURN QUERY SELECT id, 'extended', pg_temp.day_in(moment, (b ->> 'shop')::uuid), seller, cur, price;
                END IF;
                status := 'purchased';
            WHEN 'replace' THEN
                status := 'replaced';
                RETURN QUERY SELECT id, 'replaced', pg_temp.day_in(moment, (b ->> 'shop')::uuid), seller, cur, -price;
            WHEN 'chargeback' THEN
                charged := true;
                -- Of a used or expired one nothing is owed any more.
                IF status IN ('purchased', 'cancelled') THEN
                    status := 'refunded';
                    RETURN QUERY SELECT id, 'refunded', pg_temp.day_in(moment, (b ->> 'shop')::uuid), seller, cur, price;
                END IF;
            WHEN 'note' THEN NULL;
            WHEN 'settle_conflict' THEN
                waiting := array_remove(waiting, (op ->> 'conflict')::uuid);
                may_rise := array_remove(may_rise, (op ->> 'conflict')::uuid);
            END CASE;
            IF undone_from IS NOT NULL THEN
                RETURN QUERY SELECT id, 'undone', pg_temp.day_in(moment, (made #>> ARRAY[undone_from::text, 'shop'])::uuid), seller, cur, price;
                status := 'purchased'; accepted := NULL;
                rose := may_rise[1];
                IF charged AND rose IS NULL THEN
                    status := 'refunded';
                    RETURN QUERY SELECT id, 'refunded', pg_temp.day_in(moment, (b ->> 'shop')::uuid), seller, cur, price;
                END IF;
            END IF;
            IF rose IS NOT NULL THEN
                -- It counts from its own moment, if it came after what let it rise.
                status := 'used'; accepted := rose;
                may_rise := array_remove(may_rise, rose);
                made := jsonb_set(made, ARRAY[rose::text, 'became'], '"accepted"');
                moment := greatest(moment, least((made #>> ARRAY[rose::text, 'at'])::timestamptz, o.received_at));
                RETURN QUERY SELECT id, 'redeemed', pg_temp.day_in(moment, (made #>> ARRAY[rose::text, 'shop'])::uuid), seller, cur, price;
                -- The others now collide with that one.
            END IF;
        END IF;
    END LOOP;
END
$$;
