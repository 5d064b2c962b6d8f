-- Lists read about a page, whatever they ask for. Of jobs that did not succeed the few things that are asked for stand beside
-- their end, where they are found without those that did; of the others nothing more is written.
alter table job_outcome add column queue text, add column kind text, add column owner uuid;

update job_outcome as outcome set queue = job.queue, kind = job.kind, owner = job.owner
from job where job.id = outcome.id and outcome.state <> 'succeeded';

create index job_outcome_state_idx on job_outcome (state, id desc) where state <> 'succeeded';
create index job_outcome_owner_idx on job_outcome (owner, state, id desc) where owner is not null;
create index job_outcome_queue_idx on job_outcome (queue, state, id desc) where queue is not null;
create index job_outcome_kind_idx on job_outcome (kind, state, id desc) where kind is not null;

-- That of the states does the same.
drop index job_outcome_unsuccessful_idx;

-- The jobs of a queue, the last first.
create index job_queue_idx on job (queue, id desc);
