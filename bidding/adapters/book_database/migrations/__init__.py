"""The history of every book's tables; alembic reads it, nothing imports it."""
