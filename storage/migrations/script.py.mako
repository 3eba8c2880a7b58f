<%
def body(lines):
    return "\n".join(line for line in lines.splitlines() if "###" not in line).strip() or "pass"
%>\
"""${message[0].upper() + message[1:]}."""

import sqlalchemy as sa
from alembic import op
% if imports:
${imports}
% endif

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${body(upgrades or "")}


def downgrade() -> None:
    ${body(downgrades or "")}
