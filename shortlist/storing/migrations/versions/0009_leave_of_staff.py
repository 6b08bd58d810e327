"""leave of staff."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('staff_leave',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_staff_leave_order')),
    sa.CheckConstraint("first_day >= '2000-01-01' AND first_day < '2100-01-01'", name=op.f('ck_staff_leave_first_day_plausible')),
    sa.CheckConstraint("last_day >= '2000-01-01' AND last_day < '2100-01-01'", name=op.f('ck_staff_leave_last_day_plausible')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_staff_leave_account_id_account')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_staff_leave_recorded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_leave')),
    sa.UniqueConstraint('account_id', 'first_day', name=op.f('uq_staff_leave_account_id_first_day'))
    )
    with op.batch_alter_table('staff_leave', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_leave_last_day'), ['last_day'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('staff_leave', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_leave_last_day'))

    op.drop_table('staff_leave')
