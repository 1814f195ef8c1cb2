"""What Alembic runs: on the connection it is handed, for all tables of the house."""

from alembic import context

from services.tables import metadata


def main() -> None:
    """Migrate within the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    context.run_migrations()


main()
