"""the chain from meeting to effect."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('stafgroep_meeting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stadsdeel_id', sa.Uuid(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint('recorded_at >= held_at', name=op.f('ck_stafgroep_meeting_not_in_future')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_stafgroep_meeting_recorded_by_account')),
    sa.ForeignKeyConstraint(['stadsdeel_id'], ['stadsdeel.id'], name=op.f('fk_stafgroep_meeting_stadsdeel_id_stadsdeel')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stafgroep_meeting'))
    )
    with op.batch_alter_table('stafgroep_meeting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stafgroep_meeting_stadsdeel_id'), ['stadsdeel_id'], unique=False)

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
    op.create_table('deployment_review',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('group_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=4000), nullable=False),
    sa.Column('figures', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint("choice IN ('doorgaan', 'halveren', 'stoppen', 'structurele inzet', 'fysieke maatregel')", name=op.f('ck_deployment_review_choice_known')),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_deployment_review_reason_not_empty')),
    sa.ForeignKeyConstraint(['group_id'], ['jeugdgroep.id'], name=op.f('fk_deployment_review_group_id_jeugdgroep')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_deployment_review_recorded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deployment_review')),
    sa.UniqueConstraint('group_id', 'sequence', name=op.f('uq_deployment_review_group_id_sequence'))
    )
    op.create_table('group_evaluation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('group_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('goal', sa.String(length=10), nullable=False),
    sa.Column('course', sa.String(length=4000), nullable=False),
    sa.Column('lessons', sa.String(length=4000), nullable=False),
    sa.Column('aftercare', sa.String(length=4000), nullable=False),
    sa.Column('figures', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint("goal IN ('ja', 'deels', 'nee', 'onbekend')", name=op.f('ck_group_evaluation_goal_known')),
    sa.CheckConstraint('length(trim(aftercare)) > 0', name=op.f('ck_group_evaluation_aftercare_not_empty')),
    sa.CheckConstraint('length(trim(course)) > 0', name=op.f('ck_group_evaluation_course_not_empty')),
    sa.ForeignKeyConstraint(['group_id'], ['jeugdgroep.id'], name=op.f('fk_group_evaluation_group_id_jeugdgroep')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_group_evaluation_recorded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_evaluation')),
    sa.UniqueConstraint('group_id', 'sequence', name=op.f('uq_group_evaluation_group_id_sequence'))
    )
    op.create_table('meeting_end',
    sa.Column('meeting_id', sa.Uuid(), nullable=False),
    sa.Column('remarks', sa.String(length=4000), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['stafgroep_meeting.id'], name=op.f('fk_meeting_end_meeting_id_stafgroep_meeting')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_meeting_end_recorded_by_account')),
    sa.PrimaryKeyConstraint('meeting_id', name=op.f('pk_meeting_end'))
    )
    op.create_table('meeting_presence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('meeting_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('function', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint('length(trim(name)) > 0', name=op.f('ck_meeting_presence_name_not_empty')),
    sa.ForeignKeyConstraint(['meeting_id'], ['stafgroep_meeting.id'], name=op.f('fk_meeting_presence_meeting_id_stafgroep_meeting')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_meeting_presence_recorded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_presence')),
    sa.UniqueConstraint('meeting_id', 'sequence', 'function', name=op.f('uq_meeting_presence_meeting_id_sequence_function'))
    )
    op.create_table('prosecution_transfer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('group_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('facts_from', sa.Date(), nullable=False),
    sa.Column('facts_until', sa.Date(), nullable=False),
    sa.Column('facts', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sent_to', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.String(length=4000), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint('facts_until >= facts_from', name=op.f('ck_prosecution_transfer_period')),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_prosecution_transfer_reason_not_empty')),
    sa.CheckConstraint('length(trim(sent_to)) > 0', name=op.f('ck_prosecution_transfer_sent_to_not_empty')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_prosecution_transfer_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['group_id'], ['jeugdgroep.id'], name=op.f('fk_prosecution_transfer_group_id_jeugdgroep')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_prosecution_transfer_recorded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prosecution_transfer')),
    sa.UniqueConstraint('group_id', 'sequence', name=op.f('uq_prosecution_transfer_group_id_sequence'))
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

    op.create_table('decision_ground',
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('meeting_id', sa.Uuid(), nullable=True),
    sa.Column('triangle_on', sa.Date(), nullable=True),
    sa.CheckConstraint('(meeting_id IS NULL) <> (triangle_on IS NULL)', name=op.f('ck_decision_ground_one_body')),
    sa.ForeignKeyConstraint(['decision_id'], ['priority_decision.id'], name=op.f('fk_decision_ground_decision_id_priority_decision')),
    sa.ForeignKeyConstraint(['meeting_id'], ['stafgroep_meeting.id'], name=op.f('fk_decision_ground_meeting_id_stafgroep_meeting')),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_decision_ground'))
    )
    with op.batch_alter_table('decision_ground', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_ground_meeting_id'), ['meeting_id'], unique=False)

    # Alembic does not see that a CHECK changed: a conversation became an outcome of a visit.
    with op.batch_alter_table('deployment_report') as batch_op:
        batch_op.drop_constraint(op.f('ck_deployment_report_outcome_known'), type_='check')
        batch_op.create_check_constraint(op.f('ck_deployment_report_outcome_known'), "outcome IN ('groep bereikt', 'niemand aangetroffen', 'overlast verplaatst', 'incident', 'gesprek gevoerd', 'niet geweest')")


def downgrade() -> None:
    # Alembic does not see that a CHECK changed: a conversation became an outcome of a visit.
    with op.batch_alter_table('deployment_report') as batch_op:
        batch_op.drop_constraint(op.f('ck_deployment_report_outcome_known'), type_='check')
        batch_op.create_check_constraint(op.f('ck_deployment_report_outcome_known'), "outcome IN ('groep bereikt', 'niemand aangetroffen', 'overlast verplaatst', 'incident', 'niet geweest')")

    with op.batch_alter_table('decision_ground', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_ground_meeting_id'))

    op.drop_table('decision_ground')
    with op.batch_alter_table('report_handover', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_handover_report_id'))

    op.drop_table('report_handover')
    op.drop_table('prosecution_transfer')
    op.drop_table('meeting_presence')
    op.drop_table('meeting_end')
    op.drop_table('group_evaluation')
    op.drop_table('deployment_review')
    op.drop_table('chief_notice')
    with op.batch_alter_table('stafgroep_meeting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stafgroep_meeting_stadsdeel_id'))

    op.drop_table('stafgroep_meeting')
