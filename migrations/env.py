"""How Alembic runs here: on the owner's connection that db.migrate hands over, inside its transaction."""

from alembic import context

from db.models import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=True
)
with context.begin_transaction():
    context.run_migrations()
