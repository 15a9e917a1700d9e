create table reference.ai_policies (
    tenant_id text primary key,
    ai text not null check (ai in ('on', 'facts', 'off')),
    locale text not null
);
comment on table reference.ai_policies is
'What tenant.yaml says now of models: whether they may be asked, and in which language notes are written. It judges nobody, so only the latest is kept.';
comment on column reference.ai_policies.ai is
'on: facts and scrubbed order notes may be sent to a model; facts: facts only; off: nothing.';

create table sla.no_ai (
    tenant_id text not null,
    order_name text not null,
    since timestamptz not null,
    by_person text not null,
    reason text not null,
    lifted_at timestamptz,
    lifted_by text,
    primary key (tenant_id, order_name, since),
    check ((lifted_at is null) = (lifted_by is null))
);
comment on table sla.no_ai is
'Orders of which nothing is sent to a model, by a name of theirs: who said so, why, and who lifted it.';

create table sla.unnarrated (
    tenant_id text not null,
    order_id text not null,
    stage text not null,
    instance integer not null,
    facts_hash bytea not null,
    severity text not null,
    breached_at timestamptz not null,
    noted_at timestamptz not null,
    is_again boolean not null default false,
    tries integer not null default 0,
    not_before timestamptz not null default '-infinity',
    last_reason text,
    primary key (tenant_id, order_id, stage, instance)
);
create index unnarrated_due on sla.unnarrated (severity, noted_at);
comment on table sla.unnarrated is
'Breaches that the rules have explained and no model has been asked about since: noted with the rules'' words, struck off with the answer.';
comment on column sla.unnarrated.is_again is 'A person wants it asked again, whatever was answered before.';
comment on column sla.unnarrated.not_before is
'Not asked before it: the lease of who is asking, or the pause after a failure that may pass.';
comment on column sla.unnarrated.last_reason is 'Why the last try gave nothing.';

create table sla.model_narratives (
    tenant_id text not null,
    order_id text not null,
    stage text not null,
    instance integer not null,
    version integer not null,
    facts_hash bytea not null,
    breached_at timestamptz not null,
    severity text not null,
    source text not null check (source in ('model', 'rules')),
    fallback_reason text,
    detail text,
    label text,
    model_confidence numeric(5, 4) check (model_confidence between 0 and 1),
    confidence numeric(5, 4) check (confidence between 0 and 1),
    reasoning text,
    ops_slots text,
    client_slots text,
    ops_note text,
    client_note text,
    evidence text[] not null default '{}',
    facts jsonb,
    locale text not null,
    model text,
    prompt text,
    prompt_sha text,
    parse_path text,
    is_repaired boolean not null default false,
    is_reasked boolean not null default false,
    is_cached boolean not null default false,
    call_ids uuid[] not null default '{}',
    asked_at timestamptz not null default now(),
    primary key (tenant_id, order_id, stage, instance, version),
    constraint accepted_or_why_not check ((source = 'model') = (fallback_reason is null)),
    constraint accepted_is_whole check (
        source <> 'model' or num_nulls(
            label, model_confidence, confidence, reasoning, ops_slots, client_slots, ops_note,
            client_note, facts, model, prompt, prompt_sha
        ) = 0
    )
);
create index model_narratives_by_day on sla.model_narratives (tenant_id, breached_at) where source = 'model';
comment on table sla.model_narratives is
'What became of each asking of a model about a breach: its accepted words, or why the rules'' words stand. Never changed.';
comment on column sla.model_narratives.version is '1 for the first asking about this breach, one more for each.';
comment on column sla.model_narratives.facts_hash is
'The facts that were told, as sla.narratives names them: when those change, the words no longer hold.';
comment on column sla.model_narratives.confidence is 'The model''s own, capped by what code has checked.';
comment on column sla.model_narratives.ops_slots is 'As the model wrote it, without figures: [[late_by]].';
comment on column sla.model_narratives.ops_note is 'The same with the figures that code wrote.';
comment on column sla.model_narratives.evidence is 'Ids of the facts that the notes name.';
comment on column sla.model_narratives.facts is 'The facts by which it was judged, so that it can be judged again.';

create table sla.narrative_decisions (
    tenant_id text not null,
    order_id text not null,
    stage text not null,
    instance integer not null,
    decision integer not null,
    exception_id uuid,
    facts_hash bytea not null,
    source text not null check (source in ('model', 'rules')),
    version integer,
    label text not null,
    decided text not null check (decided in ('approved', 'edited', 'rejected')),
    draft text not null,
    client_note text,
    distance numeric(5, 4) check (distance between 0 and 1),
    overridden text[] not null default '{}',
    by_person text not null,
    reason text not null,
    decided_at timestamptz not null,
    primary key (tenant_id, order_id, stage, instance, decision),
    check ((decided = 'rejected') = (client_note is null)),
    check ((source = 'model') = (version is not null)),
    check ((decided = 'edited') = (distance is not null))
);
comment on table sla.narrative_decisions is
'What people decided of notes to customers: who, when and why. Never changed; the latest about the present facts counts.';
comment on column sla.narrative_decisions.decision is '1 for the first decision about this breach, one more for each.';
comment on column sla.narrative_decisions.version is 'Of the model''s narrative; null of the rules'' words.';
comment on column sla.narrative_decisions.draft is 'The note as it was proposed.';
comment on column sla.narrative_decisions.client_note is 'The note that may be sent; null of a rejection.';
comment on column sla.narrative_decisions.distance is
'Edit distance from the draft over the longer length: 0 nothing changed, 1 all of it.';
comment on column sla.narrative_decisions.overridden is 'Checks that the words do not pass and that the person let stand.';

create trigger stays_as_it_is before update or delete on sla.model_narratives
for each row execute function sla.refuse_change();
create trigger stays_as_it_is before update or delete on sla.narrative_decisions
for each row execute function sla.refuse_change();

create view sla.explanations as
select
    n.tenant_id, n.order_id, n.stage, n.instance,
    coalesce(m.label, n.label) as label,
    coalesce(m.confidence, n.confidence) as confidence,
    coalesce(m.ops_note, n.ops_note) as ops_note,
    case
        when d.decided = 'rejected' then d.draft
        else coalesce(d.client_note, m.client_note, n.client_note)
    end as client_note,
    coalesce(m.client_note, n.client_note) as client_draft,
    case d.decided
        when 'approved' then 'approved' when 'edited' then 'approved' when 'rejected' then 'rejected'
        else 'draft'
    end as client_note_status,
    coalesce(m.reasoning, n.reasoning) as reasoning,
    case when m.version is null then 'rules' else 'model' end as source,
    case when m.version is null then coalesce(u.last_reason, f.fallback_reason, 'not_asked') end
        as fallback_reason,
    coalesce(m.model, n.narrator) as narrator,
    m.model_confidence, m.prompt, m.prompt_sha, coalesce(m.locale, 'en') as locale,
    coalesce(m.evidence, '{}') as evidence, coalesce(m.call_ids, '{}') as call_ids,
    m.version, n.facts_hash, n.withdrawn, d.by_person as decided_by, d.decided_at
from sla.narratives as n
left join lateral (
    select * from sla.model_narratives as x
    where
        x.tenant_id = n.tenant_id and x.order_id = n.order_id and x.stage = n.stage
        and x.instance = n.instance and x.facts_hash = n.facts_hash and x.source = 'model'
    order by x.version desc limit 1
) as m on true
left join lateral (
    select x.fallback_reason from sla.model_narratives as x
    where
        x.tenant_id = n.tenant_id and x.order_id = n.order_id and x.stage = n.stage
        and x.instance = n.instance and x.facts_hash = n.facts_hash and x.source = 'rules'
    order by x.version desc limit 1
) as f on true
left join lateral (
    select * from sla.narrative_decisions as x
    where
        x.tenant_id = n.tenant_id and x.order_id = n.order_id and x.stage = n.stage
        and x.instance = n.instance and x.facts_hash = n.facts_hash
    order by x.decision desc limit 1
) as d on true
left join sla.unnarrated as u
    on
        u.tenant_id = n.tenant_id and u.order_id = n.order_id and u.stage = n.stage
        and u.instance = n.instance and u.facts_hash = n.facts_hash;

create view sla.client_notes as
select
    tenant_id, order_id, stage, instance, label, client_note, source, locale, decided_by, decided_at
from sla.explanations
where client_note_status = 'approved' and not withdrawn;

create table billing.rationales (
    tenant_id text not null,
    finding_key text not null,
    step integer not null,
    version integer not null,
    amount numeric(38, 12) not null,
    billed numeric(38, 12) not null,
    expected numeric(38, 12) not null,
    source text not null check (source in ('model', 'rules')),
    fallback_reason text,
    detail text,
    confidence numeric(5, 4) check (confidence between 0 and 1),
    slots text,
    rationale text,
    answer jsonb,
    facts jsonb,
    locale text not null,
    model text,
    prompt text,
    prompt_sha text,
    call_ids uuid[] not null default '{}',
    is_cached boolean not null default false,
    asked_at timestamptz not null default now(),
    primary key (tenant_id, finding_key, step, version),
    constraint accepted_or_why_not check ((source = 'model') = (fallback_reason is null)),
    constraint accepted_is_whole check (
        source <> 'model'
        or num_nulls(slots, rationale, answer, facts, model, prompt, prompt_sha) = 0
    )
);
comment on table billing.rationales is
'What became of each asking of a model why an adjustment is right: its accepted words, or why the template''s sentence stands. Never changed.';
comment on column billing.rationales.version is '1 for the first asking about this adjustment, one more for each.';
comment on column billing.rationales.amount is 'The adjustment that was told: when it changes, the words no longer hold.';
comment on column billing.rationales.billed is 'What the invoice said, as it was told.';
comment on column billing.rationales.expected is 'What the events called for, as it was told.';
comment on column billing.rationales.slots is 'As the model wrote it, without figures.';
comment on column billing.rationales.rationale is 'The same with the figures that code wrote; stated parts add up to the amount.';
comment on column billing.rationales.answer is 'The whole accepted answer, so that it can be judged again.';
create trigger stays_as_it_is before update or delete on billing.rationales
for each row execute function sla.refuse_change();

create view billing.adjustment_reasons as
select
    a.tenant_id, a.invoice_id, a.finding_key, a.step, a.amount, a.currency, a.status,
    coalesce(m.rationale, a.reason) as reason,
    case when m.version is null then 'rules' else 'model' end as source,
    case when m.version is null then coalesce(r.fallback_reason, 'not_asked') end
        as fallback_reason,
    m.model, m.prompt_sha
from billing.adjustments as a
inner join billing.findings as f on f.tenant_id = a.tenant_id and f.finding_key = a.finding_key
left join lateral (
    select * from billing.rationales as x
    where
        x.tenant_id = a.tenant_id and x.finding_key = a.finding_key and x.step = a.step
        and (x.amount, x.billed, x.expected) = (a.amount, f.billed, f.expected)
        and x.source = 'model'
    order by x.version desc limit 1
) as m on true
left join lateral (
    select x.fallback_reason from billing.rationales as x
    where
        x.tenant_id = a.tenant_id and x.finding_key = a.finding_key and x.step = a.step
        and (x.amount, x.billed, x.expected) = (a.amount, f.billed, f.expected)
        and x.source = 'rules'
    order by x.version desc limit 1
) as r on true;
comment on view billing.adjustment_reasons is
'Why each adjustment is what it is, as it counts now: a model''s accepted words about the present amounts, else the template''s sentence.';
comment on column billing.adjustment_reasons.tenant_id is 'Whose invoice.';
comment on column billing.adjustment_reasons.invoice_id is 'The invoice.';
comment on column billing.adjustment_reasons.finding_key is 'The finding that is adjusted.';
comment on column billing.adjustment_reasons.step is 'The step of its adjustment.';
comment on column billing.adjustment_reasons.amount is 'What is added to the invoice.';
comment on column billing.adjustment_reasons.currency is 'Its currency, ISO 4217.';
comment on column billing.adjustment_reasons.status is 'How the adjustment stands.';
comment on column billing.adjustment_reasons.reason is 'Why, in words.';
comment on column billing.adjustment_reasons.source is 'model or rules (the template).';
comment on column billing.adjustment_reasons.fallback_reason is 'Why the template''s sentence stands; null where a model wrote.';
comment on column billing.adjustment_reasons.model is 'The model that wrote.';
comment on column billing.adjustment_reasons.prompt_sha is 'Hash of prompt, schema and parameters.';

grant select, insert, update, delete on reference.ai_policies, sla.unnarrated to e2a_app;
grant select, insert on sla.no_ai, sla.model_narratives, sla.narrative_decisions, billing.rationales to e2a_app;
grant update (lifted_at, lifted_by) on sla.no_ai to e2a_app;
grant select on sla.explanations, sla.client_notes, billing.adjustment_reasons to e2a_app, e2a_reader;
grant select on billing.rationales to e2a_reader;
grant select on sla.model_narratives, sla.narrative_decisions to e2a_operator;

comment on view sla.explanations is
'One explanation a breach as it counts now: a model''s accepted words about the present facts, else the rules''.';
comment on column sla.explanations.tenant_id is 'Whose order.';
comment on column sla.explanations.order_id is 'The order.';
comment on column sla.explanations.stage is 'The stage whose promise broke.';
comment on column sla.explanations.instance is '1, and one more for each further promise of the stage.';
comment on column sla.explanations.label is 'The reason code.';
comment on column sla.explanations.confidence is 'How sure: of a model''s words, its own capped by what code checked.';
comment on column sla.explanations.ops_note is 'The note for operations.';
comment on column sla.explanations.client_note is 'The note for the customer: what was decided, else the draft.';
comment on column sla.explanations.client_draft is 'The note as it was proposed, whatever was decided.';
comment on column sla.explanations.client_note_status is 'draft, approved (as it was or edited) or rejected; only approved notes may be sent.';
comment on column sla.explanations.reasoning is 'Why this label.';
comment on column sla.explanations.source is 'model or rules.';
comment on column sla.explanations.fallback_reason is 'Why the rules'' words stand; null where a model wrote.';
comment on column sla.explanations.narrator is 'The model that wrote, or the version of the rules'' words.';
comment on column sla.explanations.model_confidence is 'What the model said of itself.';
comment on column sla.explanations.prompt is 'The prompt and its version.';
comment on column sla.explanations.prompt_sha is 'Hash of prompt, schema and parameters.';
comment on column sla.explanations.locale is 'The language of the notes.';
comment on column sla.explanations.evidence is 'Ids of the facts that the notes name.';
comment on column sla.explanations.call_ids is 'The calls that paid for it.';
comment on column sla.explanations.version is 'Of the model''s narrative.';
comment on column sla.explanations.facts_hash is 'The facts that it tells.';
comment on column sla.explanations.withdrawn is 'The breach was cleared (C10).';
comment on column sla.explanations.decided_by is 'Who decided of the customer''s note last.';
comment on column sla.explanations.decided_at is 'When.';

comment on view sla.client_notes is
'Notes that a person has approved for the customer, about facts that still hold: the only ones that may be sent.';
comment on column sla.client_notes.tenant_id is 'Whose order.';
comment on column sla.client_notes.order_id is 'The order.';
comment on column sla.client_notes.stage is 'The stage whose promise broke.';
comment on column sla.client_notes.instance is '1, and one more for each further promise of the stage.';
comment on column sla.client_notes.label is 'The reason code: the kind of message.';
comment on column sla.client_notes.client_note is 'The approved words.';
comment on column sla.client_notes.source is 'Who proposed them: model or rules.';
comment on column sla.client_notes.locale is 'Their language.';
comment on column sla.client_notes.decided_by is 'Who approved or edited them.';
comment on column sla.client_notes.decided_at is 'When.';

comment on column billing.rationales.tenant_id is 'Whose invoice.';
comment on column billing.rationales.finding_key is 'The finding that is adjusted.';
comment on column billing.rationales.step is 'The step of its adjustment.';
comment on column billing.rationales.source is 'model or rules.';
comment on column billing.rationales.fallback_reason is 'Why the template''s sentence stands; null where a model wrote.';
comment on column billing.rationales.detail is 'The same in a sentence.';
comment on column billing.rationales.confidence is 'The model''s own, capped by what code has checked.';
comment on column billing.rationales.facts is 'The facts by which it was judged.';
comment on column billing.rationales.locale is 'The language of the words.';
comment on column billing.rationales.model is 'The model that answered.';
comment on column billing.rationales.prompt is 'The prompt and its version.';
comment on column billing.rationales.prompt_sha is 'Hash of prompt, schema and parameters.';
comment on column billing.rationales.call_ids is 'The calls that paid for it.';
comment on column billing.rationales.is_cached is 'Nothing was sent for it: another adjustment''s answer fits.';
comment on column billing.rationales.asked_at is 'When.';

-- What the rules have explained so far and no model has been asked about.
insert into sla.unnarrated (tenant_id, order_id, stage, instance, facts_hash, severity, breached_at, noted_at)
select tenant_id, order_id, stage, instance, facts_hash, 'MEDIUM', known_from, known_from
from sla.narratives where not withdrawn;
