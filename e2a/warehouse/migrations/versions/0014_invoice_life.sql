-- What enforces the life of invoices, for every client: legal moves only, and nothing of a finalised
-- invoice changes. The same moves stand in e2a.domain.invoicing; a test compares the two.

create function billing.number_text(series text, ordinal bigint) returns text
language sql immutable strict parallel safe
return series || '-' || lpad(ordinal::text, greatest(6, length(ordinal::text)), '0');
comment on function billing.number_text(text, bigint) is 'The number of an invoice or credit note.';

create function billing.is_last_number(tenant text, of_series text, candidate bigint) returns boolean
language sql stable
return exists (
    select from billing.invoice_numbers as n
    where n.tenant_id = tenant and n.series = of_series and n.last_number = candidate
);

create function billing.refuse(what text) returns void language plpgsql as $$
begin
    raise exception '%', what using errcode = 'check_violation';
end $$;

create function billing.check_new_invoice() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.status <> 'draft' or new.ordinal is not null
        or (new.origin = 'own' and new.number is not null) then
        perform billing.refuse('an invoice begins as a draft without a number');
    end if;
    new.moves := 1;
    new.moved_at := coalesce(new.moved_at, new.generated_at, statement_timestamp());
    return new;
end $$;

create function billing.check_finalised(invoice billing.invoices) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if lower(btrim(invoice.finalised_by)) in ('', 'system') then
        perform billing.refuse('a person finalises an invoice');
    end if;
    if invoice.origin = 'own' and (
        invoice.number is distinct from billing.number_text(invoice.series, invoice.ordinal)
        or not billing.is_last_number(invoice.tenant_id, invoice.series, invoice.ordinal)
    ) then
        perform billing.refuse('an invoice takes the next number of its series');
    end if;
    if invoice.pre_tax <> (
        select coalesce(sum(l.amount), 0) from billing.invoice_lines as l
        where l.tenant_id = invoice.tenant_id and l.invoice_id = invoice.invoice_id
    ) then
        perform billing.refuse('the lines of an invoice add up to its pre-tax sum');
    end if;
    if invoice.origin = 'own' and invoice.tax <> (
        select coalesce(sum(t.amount), 0) from billing.invoice_taxes as t
        where t.tenant_id = invoice.tenant_id and t.invoice_id = invoice.invoice_id
    ) then
        perform billing.refuse('the taxes of an invoice add up to its tax');
    end if;
end $$;

create function billing.check_end(invoice billing.invoices) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    credited numeric := coalesce((
        select sum(n.total) from billing.credit_notes as n
        where n.tenant_id = invoice.tenant_id and n.invoice_id = invoice.invoice_id
    ), 0);
begin
    if invoice.status = 'credited' and credited <> invoice.total then
        perform billing.refuse('an invoice is credited once credit notes exhaust it');
    elsif invoice.status = 'void' and credited <> 0 then
        perform billing.refuse('an invoice with credit notes is not voided');
    end if;
end $$;

create function billing.check_move() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    moved text[] := '{status,moved_by,moved_at,move_reason,moves}';
begin
    if (old.tenant_id, old.invoice_id, old.origin)
        is distinct from (new.tenant_id, new.invoice_id, new.origin)
        or (old.origin = 'own' and old.billing_period <> new.billing_period) then
        perform billing.refuse('an invoice keeps its tenant, identifier, origin and month');
    end if;
    if old.status in ('finalised', 'credited', 'void') then
        if (to_jsonb(old) - case when old.status <> new.status then moved else '{}' end)
            <> (to_jsonb(new) - case when old.status <> new.status then moved else '{}' end) then
            perform billing.refuse(format(
                'invoice %s is %s and cannot be changed: credit or void it',
                coalesce(old.number, old.invoice_id), old.status
            ));
        end if;
    end if;
    if old.status = new.status then
        new.moves := old.moves;
        return new;
    end if;
    if (old.status, new.status) not in (
        ('draft', 'review'), ('review', 'draft'), ('review', 'finalised'),
        ('finalised', 'credited'), ('finalised', 'void')
    ) then
        perform billing.refuse(format('an invoice does not go from %s to %s', old.status, new.status));
    end if;
    if new.status = 'finalised' then
        perform billing.check_finalised(new);
    elsif new.status in ('credited', 'void') then
        perform billing.check_end(new);
    end if;
    new.moves := old.moves + 1;
    return new;
end $$;

create function billing.check_removal() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.status not in ('draft', 'review') then
        perform billing.refuse(format('invoice %s is %s: it stays', old.number, old.status));
    end if;
    return old;
end $$;

create function billing.record_move() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into billing.invoice_moves values (
        new.tenant_id, new.invoice_id, new.moves,
        case when tg_op = 'UPDATE' then old.status end, new.status,
        new.moved_by, new.move_reason, new.moved_at
    );
    return null;
end $$;

create trigger begins before insert on billing.invoices
for each row execute function billing.check_new_invoice();
create trigger moves_legally before update on billing.invoices
for each row execute function billing.check_move();
create trigger stays before delete on billing.invoices
for each row execute function billing.check_removal();
create trigger beginning_is_recorded after insert on billing.invoices
for each row execute function billing.record_move();
create trigger move_is_recorded after update on billing.invoices
for each row when (new.status is distinct from old.status) execute function billing.record_move();

-- Lines and taxes: the invoice is locked, so that no line slips in beside a finalisation under way.
create function billing.check_parts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    kept text;
begin
    perform from billing.invoices as i
    where (i.tenant_id, i.invoice_id) in (select distinct c.tenant_id, c.invoice_id from changed as c)
    for share;
    select coalesce(i.number, i.invoice_id) into kept from billing.invoices as i
    where
        i.status not in ('draft', 'review')
        and (i.tenant_id, i.invoice_id) in (select distinct c.tenant_id, c.invoice_id from changed as c)
    limit 1;
    if kept is not null then
        perform billing.refuse(format('invoice %s is finalised: its lines and taxes stay', kept));
    end if;
    return null;
end $$;

create function billing.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'DELETE' and tg_table_name = 'invoice_moves' then
        -- A draft that goes takes its moves with it; nothing else does.
        if not exists (
            select from billing.invoices as i
            where i.tenant_id = old.tenant_id and i.invoice_id = old.invoice_id
        ) then
            return old;
        end if;
    end if;
    perform billing.refuse(format('%s keeps what was done: it is never changed', tg_table_name));
    return null;
end $$;

create function billing.check_truncate() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from billing.invoices as i where i.status not in ('draft', 'review')) then
        perform billing.refuse('there are finalised invoices: they stay');
    end if;
    return null;
end $$;

do $triggers$
declare
    part text;
begin
    foreach part in array array['invoice_lines', 'invoice_taxes'] loop
        execute format(
            'create trigger stays_whole after insert on billing.%I referencing new table as changed '
            'for each statement execute function billing.check_parts()', part
        );
        execute format(
            'create trigger stays_there after delete on billing.%I referencing old table as changed '
            'for each statement execute function billing.check_parts()', part
        );
        execute format(
            'create trigger stays_as_it_was after update on billing.%I referencing old table as changed '
            'for each statement execute function billing.check_parts()', part
        );
        execute format(
            'create trigger stays_elsewhere after update on billing.%I referencing new table as changed '
            'for each statement execute function billing.check_parts()', part
        );
    end loop;
    foreach part in array array[
        'invoice_moves', 'credit_notes', 'credit_note_lines', 'credit_note_taxes'
    ] loop
        execute format(
            'create trigger stays_as_it_is before update or delete on billing.%I '
            'for each row execute function billing.refuse_change()', part
        );
    end loop;
    foreach part in array array[
        'invoices', 'invoice_lines', 'invoice_taxes', 'invoice_moves', 'invoice_numbers',
        'credit_notes', 'credit_note_lines', 'credit_note_taxes'
    ] loop
        execute format(
            'create trigger stays_filled before truncate on billing.%I '
            'for each statement execute function billing.check_truncate()', part
        );
    end loop;
end $triggers$;

-- Numbers: one further at a time, and whoever takes one uses it before the transaction ends.
create function billing.check_number() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'DELETE'
        or (tg_op = 'INSERT' and new.last_number <> 1)
        or (tg_op = 'UPDATE' and (new.tenant_id, new.series, new.last_number)
            is distinct from (old.tenant_id, old.series, old.last_number + 1)) then
        perform billing.refuse('numbers are taken one after the other, and none goes back');
    end if;
    return new;
end $$;

create function billing.check_number_is_used() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (
        select from billing.invoices as i
        where i.tenant_id = new.tenant_id and i.series = new.series and i.ordinal = new.last_number
    ) and not exists (
        select from billing.credit_notes as n
        where n.tenant_id = new.tenant_id and n.series = new.series and n.ordinal = new.last_number
    ) then
        perform billing.refuse(format('number %s of series %s is not used', new.last_number, new.series));
    end if;
    return null;
end $$;

create trigger goes_one_further before insert or update or delete on billing.invoice_numbers
for each row execute function billing.check_number();
create constraint trigger is_used after insert or update on billing.invoice_numbers
deferrable initially deferred for each row execute function billing.check_number_is_used();

-- Credit notes: of finalised invoices, never more than them, line by line (B15).
create function billing.check_new_credit_note() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    invoice billing.invoices;
begin
    select * into invoice from billing.invoices as i
    where i.tenant_id = new.tenant_id and i.invoice_id = new.invoice_id for no key update;
    if invoice.status is distinct from 'finalised' or invoice.currency <> new.currency then
        perform billing.refuse('a credit note is of a finalised invoice, in its currency');
    end if;
    if new.number is distinct from billing.number_text(new.series, new.ordinal)
        or not billing.is_last_number(new.tenant_id, new.series, new.ordinal) then
        perform billing.refuse('a credit note takes the next number of its series');
    end if;
    return new;
end $$;

create function billing.check_credit_notes() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    note billing.credit_notes;
    ours numeric;
begin
    select * into note from billing.credit_notes as n
    where n.tenant_id = new.tenant_id and n.number = new.number;
    if (note.lines, note.pre_tax) is distinct from (
        select (count(*)::integer, sum(l.amount)) from billing.credit_note_lines as l
        where l.tenant_id = note.tenant_id and l.number = note.number
    ) or note.tax <> (
        select coalesce(sum(t.amount), 0) from billing.credit_note_taxes as t
        where t.tenant_id = note.tenant_id and t.number = note.number
    ) then
        perform billing.refuse(format('credit note %s is not the sum of its lines and taxes', note.number));
    end if;
    if exists (
        select from billing.invoices as i
        cross join lateral (
            select sum(n.pre_tax) as pre_tax, sum(n.tax) as tax from billing.credit_notes as n
            where n.tenant_id = i.tenant_id and n.invoice_id = i.invoice_id
        ) as credited
        where
            i.tenant_id = note.tenant_id and i.invoice_id = note.invoice_id
            and (
                credited.pre_tax > i.pre_tax or credited.tax > i.tax
                or (credited.pre_tax + credited.tax = i.total) <> (i.status = 'credited')
            )
    ) or exists (
        select from billing.credit_notes as n
        inner join billing.credit_note_lines as c on c.tenant_id = n.tenant_id and c.number = n.number
        left join billing.invoice_lines as l
            on
                l.tenant_id = n.tenant_id and l.invoice_id = n.invoice_id
                and l.line_number = c.line_number
        where n.tenant_id = note.tenant_id and n.invoice_id = note.invoice_id
        group by c.line_number, l.amount
        having
            l.amount is null or sum(c.amount) not between least(l.amount, 0) and greatest(l.amount, 0)
    ) then
        perform billing.refuse(format('credit note %s goes beyond its invoice', note.number));
    end if;
    return null;
end $$;

create trigger is_of_a_finalised_invoice before insert on billing.credit_notes
for each row execute function billing.check_new_credit_note();
create constraint trigger stays_within after insert on billing.credit_notes
deferrable initially deferred for each row execute function billing.check_credit_notes();
create constraint trigger stays_within after insert on billing.credit_note_lines
deferrable initially deferred for each row execute function billing.check_credit_notes();
create constraint trigger stays_within after insert on billing.credit_note_taxes
deferrable initially deferred for each row execute function billing.check_credit_notes();

-- A month is open again only once its invoice is void.
create function billing.check_opening() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (
        select from billing.invoices as i
        where
            i.tenant_id = old.tenant_id and i.billing_period = old.billing_period
            and i.origin = 'own' and i.status in ('finalised', 'credited')
    ) then
        perform billing.refuse(format('the invoice of %s is finalised', old.billing_period));
    end if;
    return old;
end $$;
create trigger opens_when_void before delete on billing.closed_periods
for each row execute function billing.check_opening();

revoke execute on all functions in schema billing from public;
grant execute on function
    billing.number_text(text, bigint), billing.is_last_number(text, text, bigint),
    billing.refuse(text), billing.check_finalised(billing.invoices), billing.check_end(billing.invoices)
to e2a_app;

revoke update on billing.invoices, billing.invoice_lines from e2a_app;
grant update (
    status, billing_period, currency, series, ordinal, number, pre_tax, tax, total, stated_total, inputs,
    fingerprint, inbox_seq, generated_at, finalised_at, finalised_by, moved_by, moved_at, move_reason
) on billing.invoices to e2a_app;
grant select, insert, delete on billing.invoice_taxes to e2a_app;
grant select, insert on
    billing.invoice_numbers, billing.credit_notes, billing.credit_note_lines, billing.credit_note_taxes
to e2a_app;
grant update (last_number) on billing.invoice_numbers to e2a_app;
grant select on billing.invoice_moves to e2a_app;
grant delete on billing.closed_periods to e2a_app;
grant select on
    billing.invoices, billing.invoice_lines, billing.invoice_taxes, billing.invoice_moves,
    billing.credit_notes, billing.credit_note_lines, billing.credit_note_taxes
to e2a_reader;
