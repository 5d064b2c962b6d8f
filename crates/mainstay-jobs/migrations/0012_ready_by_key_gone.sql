-- no-transaction
-- What it was for begins with the same columns in the order that is total, which costs room: those of one instant were one entry of many rows before, and have one each now.
drop index concurrently if exists job_ready_key_idx;
