"""Alembic's entry point: runs the migrations on the connection that `e2a.warehouse.migrate` gives."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="schema_version", version_table_schema="ops")
with context.begin_transaction():
    context.run_migrations()
