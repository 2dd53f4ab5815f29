-- The lines of vouchers without operations, from their rows: the sale, and what brought each to the status that it has. All under one
-- number of the order in which operations are taken, which no operation has.
WITH line AS (
INSERT INTO ledger_entry (commit_no, line, voucher_id, template_id, kind, amount_minor, currency, service_minor, money_minor, stake_minor,
                          vat_minor, vat_kind, vat_rate, payment, settlement, shop_id, done_shop, sold_shop, staff_id, device_id,
                          business_at, business_day, received_at, received_day, sold_day, expires_on)
SELECT (SELECT nextval('commit_no')), row_number() OVER ()::integer, v.id, v.template_id, step.kind, t.price_minor, t.currency,
       step.service * t.price_minor, step.money * t.price_minor, 0,
       coalesce(div(2 * t.price_minor::numeric * t.vat_rate + 10000 + t.vat_rate, 2 * (10000 + t.vat_rate)), 0)::bigint,
       t.vat_kind, t.vat_rate, CASE step.kind WHEN 'sold' THEN v.payment END, NULL, place.shop, place.shop, v.sold_shop,
       CASE step.kind WHEN 'sold' THEN v.sold_staff ELSE v.since_staff END, CASE step.kind WHEN 'sold' THEN v.sold_device ELSE v.since_device END,
       moment.at, moment.day, moment.at, moment.day, (v.sold_at AT TIME ZONE coalesce(sold_in.time_zone, 'UTC'))::date, v.expires_on
FROM voucher v
JOIN voucher_template_version t ON t.template_id = v.template_id AND t.version = v.template_version
LEFT JOIN shop sold_in ON sold_in.id = v.sold_shop
CROSS JOIN LATERAL (
    SELECT * FROM (VALUES ('sold', 1, 0, NULL), ('redeemed', -1, 0, 'used'), ('cancelled', -1, 1, 'cancelled'), ('cancelled', -1, 1, 'refunded'),
                          ('refunded', 0, -1, 'refunded'), ('expired', -1, 0, 'expired')) AS steps (kind, service, money, of_status)
    WHERE of_status IS NULL OR of_status = v.status
) AS step
CROSS JOIN LATERAL (
    SELECT CASE WHEN step.kind = 'sold' OR v.since_shop = '00000000-0000-0000-0000-000000000000' THEN v.sold_shop ELSE v.since_shop END AS shop
) AS place
LEFT JOIN shop ON shop.id = place.shop
CROSS JOIN LATERAL (
    SELECT at, (at AT TIME ZONE coalesce(shop.time_zone, 'UTC'))::date AS day
    FROM (SELECT CASE step.kind WHEN 'sold' THEN v.sold_at ELSE v.since_at END AS at) AS of_step
) AS moment
WHERE NOT EXISTS (SELECT FROM ledger_entry e WHERE e.voucher_id = v.id)
  AND NOT EXISTS (SELECT FROM operation o WHERE o.subject_kind = 'voucher' AND o.subject_id = v.id)
RETURNING business_day, currency, sold_shop, shop_id, template_id, kind, vat_kind, vat_rate, payment,
          amount_minor, service_minor, money_minor, vat_minor)
INSERT INTO ledger_month
SELECT date_trunc('month', business_day)::date, currency, sold_shop, shop_id, template_id, kind, vat_kind, vat_rate, payment,
       sum(sign(amount_minor)), sum(amount_minor), sum(service_minor), sum(money_minor), sum(vat_minor)
FROM line GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
