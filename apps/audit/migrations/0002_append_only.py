"""Triggers under which the audit log can only grow.

They hold against every ordinary statement, `manage.py flush` among them. Whoever owns the table
can still drop them; that is what the hash chain is for.
"""

from django.db import migrations

POSTGRESQL = (
    """
    CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The audit log is append-only: % refused.', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    # For each statement, because row triggers do not see TRUNCATE.
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()
    """,
)
POSTGRESQL_UNDO = (
    "DROP TRIGGER audit_append_only ON audit_auditentry",
    "DROP FUNCTION audit_refuse_change()",
)

SQLITE = (
    """
    CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_auditentry
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only: UPDATE refused.'); END
    """,
    """
    CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_auditentry
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only: DELETE refused.'); END
    """,
    # INSERT OR REPLACE deletes the row it replaces without firing DELETE triggers.
    """
    CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit_auditentry
    WHEN EXISTS (SELECT 1 FROM audit_auditentry WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only: the entry exists.'); END
    """,
)
SQLITE_UNDO = (
    "DROP TRIGGER audit_no_update",
    "DROP TRIGGER audit_no_delete",
    "DROP TRIGGER audit_no_replace",
)


def create(apps, schema_editor):
    _run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def drop(apps, schema_editor):
    _run(schema_editor, {"postgresql": POSTGRESQL_UNDO, "sqlite": SQLITE_UNDO})


def _run(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        # No parameters, so that the % of RAISE EXCEPTION stands for itself.
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_audit_log")]

    operations = [migrations.RunPython(create, drop)]
