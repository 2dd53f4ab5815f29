-- What is done later belongs to the trace of what caused it (docs/adr/0051-sight.md). A device's operation needs no column: its id is its trace.

-- In the form of W3C Trace Context: the trace, and the part of it that wrote the row.
ALTER TABLE job ADD COLUMN trace text CONSTRAINT job_trace_form CHECK (trace ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$');
GRANT SELECT (trace) ON job TO beadsbox_ops;

ALTER TABLE shop_order ADD COLUMN trace text CONSTRAINT shop_order_trace_form CHECK (trace ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$');
