"""the chain from meeting to effect."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('chief_notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('shift_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_whom', sa.String(length=120), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('remark', sa.String(length=1000), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint("channel IN ('telefoon', 'briefing of overleg', 'mobilofoon')", name=op.f('ck_chief_notice_channel_known')),
    sa.CheckConstraint("told_at >= '2000-01-01' AND told_at < '2100-01-01'", name=op.f('ck_chief_notice_told_at_plausible')),
    sa.CheckConstraint('length(trim(told_whom)) > 0', name=op.f('ck_chief_notice_told_whom_not_empty')),
    sa.CheckConstraint('recorded_at >= told_at', name=op.f('ck_chief_notice_not_in_future')),
    sa.ForeignKeyConstraint(['plan_id'], ['week_plan.id'], name=op.f('fk_chief_notice_plan_id_week_plan')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_chief_notice_recorded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chief_notice')),
    sa.UniqueConstraint('plan_id', 'shift_id', 'sequence', name=op.f('uq_chief_notice_plan_id_shift_id_sequence'))
    )
    op.create_table('report_handover',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint("state IN ('bij de veiligheidsmanager', 'bij het JIT', 'gelezen door het JIT')", name=op.f('ck_report_handover_state_known')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_report_handover_recorded_by_account')),
    sa.ForeignKeyConstraint(['report_id'], ['deployment_report.id'], name=op.f('fk_report_handover_report_id_deployment_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_handover')),
    sa.UniqueConstraint('report_id', 'state', 'recorded_by', name=op.f('uq_report_handover_report_id_state_recorded_by'))
    )
    with op.batch_alter_table('report_handover', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_handover_report_id'), ['report_id'], unique=False)

    # Alembic does not see that a CHECK changed: a conversation became an outcome of a visit.
    with op.batch_alter_table('deployment_report') as batch_op:
        batch_op.drop_constraint(op.f('ck_deployment_report_outcome_known'), type_='check')
        batch_op.create_check_constraint(op.f('ck_deployment_report_outcome_known'), "outcome IN ('groep bereikt', 'niemand aangetroffen', 'overlast verplaatst', 'incident', 'gesprek gevoerd', 'niet geweest')")


def downgrade() -> None:
    # Alembic does not see that a CHECK changed: a conversation became an outcome of a visit.
    with op.batch_alter_table('deployment_report') as batch_op:
        batch_op.drop_constraint(op.f('ck_deployment_report_outcome_known'), type_='check')
        batch_op.create_check_constraint(op.f('ck_deployment_report_outcome_known'), "outcome IN ('groep bereikt', 'niemand aangetroffen', 'overlast verplaatst', 'incident', 'niet geweest')")

    with op.batch_alter_table('report_handover', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_handover_report_id'))

    op.drop_table('report_handover')
    op.drop_table('chief_notice')
