"""Questions over all branches."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_notice_reply_by", "notice", ["reply_by"]),
    ("ix_reminder_ack_due", "reminder", ["ack_due"]),
    ("ix_reminder_audience_person_id", "reminder_audience", ["person_id"]),
    ("ix_reflection_task_due_on", "reflection_task", ["due_on"]),
    ("ix_study_item_due_on", "study_item", ["due_on"]),
    ("ix_job_run_slot", "job_run", ["job", "slot", "branch_id", "state"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
