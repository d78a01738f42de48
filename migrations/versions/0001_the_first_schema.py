"""The first schema: tables, guards and doors."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table('dialogs',
    sa.Column('bot_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('chat_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('thread_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), nullable=True),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('bot_id', 'chat_id', 'thread_id', 'user_id', name=op.f('pk_dialogs'))
    )
    op.create_index(op.f('ix_dialogs_expires_at'), 'dialogs', ['expires_at'], unique=False)
    op.create_table('handled_updates',
    sa.Column('bot_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('update_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('bot_id', 'update_id', name=op.f('pk_handled_updates'))
    )
    op.create_index(op.f('ix_handled_updates_begun_at'), 'handled_updates', ['begun_at'], unique=False)
    op.create_table('installation',
    sa.Column('one', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('bot_id', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('one', name=op.f('pk_installation'))
    )
    op.create_table('workspaces',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('timezone', sa.Text(), server_default='UTC', nullable=False),
    sa.Column('default_region', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), server_default='en', nullable=False),
    sa.Column('last_task_number', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workspaces'))
    )
    op.create_table('agents',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('spec', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('budget_micros', sa.BigInteger(), nullable=True),
    sa.Column('is_default', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_agents_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agents')),
    sa.UniqueConstraint('workspace_id', 'slug', name=op.f('uq_agents_workspace_id_slug'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('invites',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('role', sa.Text(), server_default='member', nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uses_left', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'manager', 'member', 'guest')", name=op.f('ck_invites_role')),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_invites_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invites')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_invites_code_hash'))
    )
    op.create_table('people',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('telegram_user_id', sa.BigInteger(), nullable=False),
    sa.Column('username', sa.Text(), nullable=True),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('private_chat_id', sa.BigInteger(), nullable=True),
    sa.Column('language', sa.Text(), server_default='en', nullable=False),
    sa.Column('timezone', sa.Text(), server_default='UTC', nullable=False),
    sa.Column('date_order', sa.Text(), nullable=True),
    sa.Column('workday_starts', sa.Time(), server_default='09:00', nullable=False),
    sa.Column('workday_ends', sa.Time(), server_default='18:00', nullable=False),
    sa.Column('workdays', sa.ARRAY(sa.SmallInteger()), server_default='{1,2,3,4,5}', nullable=False),
    sa.Column('quiet_from', sa.Time(), nullable=True),
    sa.Column('quiet_until', sa.Time(), nullable=True),
    sa.Column('digest_at', sa.Time(), nullable=True),
    sa.Column('away_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('substitute_id', sa.BigInteger(), nullable=True),
    sa.Column('current_workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('is_operator', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['current_workspace_id'], ['workspaces.id'], name=op.f('fk_people_current_workspace_id')),
    sa.ForeignKeyConstraint(['substitute_id'], ['people.id'], name=op.f('fk_people_substitute_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('telegram_user_id', name=op.f('uq_people_telegram_user_id'))
    )
    op.create_index(op.f('ix_people_current_workspace_id'), 'people', ['current_workspace_id'], unique=False)
    op.create_table('agent_versions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('agent_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('spec', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('author_person_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_agent_versions_agent_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_person_id'], ['people.id'], name=op.f('fk_agent_versions_author_person_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_agent_versions_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agent_versions')),
    sa.UniqueConstraint('agent_id', 'version', name=op.f('uq_agent_versions_agent_id_version'))
    )
    op.create_index(op.f('ix_agent_versions_workspace_id'), 'agent_versions', ['workspace_id'], unique=False)
    op.create_table('chats',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('telegram_chat_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('default_agent_id', sa.BigInteger(), nullable=True),
    sa.Column('settings', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('unreachable_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('private', 'group', 'channel')", name=op.f('ck_chats_kind')),
    sa.ForeignKeyConstraint(['default_agent_id'], ['agents.id'], name=op.f('fk_chats_default_agent_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_chats_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chats')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_chats_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'telegram_chat_id', name=op.f('uq_chats_workspace_id_telegram_chat_id'))
    )
    op.create_index(op.f('ix_chats_default_agent_id'), 'chats', ['default_agent_id'], unique=False)
    op.create_index('ix_chats_telegram_chat_id', 'chats', ['telegram_chat_id'], unique=False)
    op.create_table('members',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'manager', 'member', 'guest')", name=op.f('ck_members_role')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_members_person_id')),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_members_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_members')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_members_workspace_id_id'))
    )
    op.create_index('uq_members_person_workspace', 'members', ['person_id', 'workspace_id'], unique=True)
    op.create_table('activity_logs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('actor_kind', sa.Text(), nullable=False),
    sa.Column('actor_member_id', sa.BigInteger(), nullable=True),
    sa.Column('agent_id', sa.BigInteger(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('entity_id', sa.BigInteger(), nullable=False),
    sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('undo_of', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("actor_kind IN ('member', 'agent', 'system', 'import')", name=op.f('ck_activity_logs_actor_kind')),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_activity_logs_agent_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['workspace_id', 'actor_member_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_activity_logs_workspace_id_actor_member_id'), ondelete='SET NULL (actor_member_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'undo_of'], ['activity_logs.workspace_id', 'activity_logs.id'], name=op.f('fk_activity_logs_workspace_id_undo_of'), ondelete='SET NULL (undo_of)'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_activity_logs_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_logs')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_activity_logs_workspace_id_id'))
    )
    op.create_index(op.f('ix_activity_logs_agent_id'), 'activity_logs', ['agent_id'], unique=False)
    op.create_index('ix_activity_logs_entity', 'activity_logs', ['workspace_id', 'entity', 'entity_id', 'id'], unique=False)
    op.create_table('chat_links',
    sa.Column('telegram_chat_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'chat_id'], ['chats.workspace_id', 'chats.id'], name=op.f('fk_chat_links_workspace_id_chat_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('telegram_chat_id', name=op.f('pk_chat_links'))
    )
    op.create_index(op.f('ix_chat_links_workspace_id'), 'chat_links', ['workspace_id'], unique=False)
    op.create_table('conversations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('thread_id', sa.BigInteger(), nullable=True),
    sa.Column('agent_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_conversations_agent_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'chat_id'], ['chats.workspace_id', 'chats.id'], name=op.f('fk_conversations_workspace_id_chat_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_conversations_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversations')),
    sa.UniqueConstraint('workspace_id', 'chat_id', 'thread_id', 'agent_id', name=op.f('uq_conversations_workspace_id_chat_id_thread_id_agent_id'), postgresql_nulls_not_distinct=True),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_conversations_workspace_id_id'))
    )
    op.create_index(op.f('ix_conversations_agent_id'), 'conversations', ['agent_id'], unique=False)
    op.create_table('crm_contacts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('folded_name', sa.Text(), sa.Computed("translate(lower(full_name), 'ё', 'е')", persisted=True), nullable=False),
    sa.Column('company', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('telegram', sa.Text(), nullable=True),
    sa.Column('stage', sa.Text(), server_default='lead', nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=True),
    sa.Column('do_not_call', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('timezone', sa.Text(), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("stage IN ('lead', 'active', 'won', 'lost', 'dormant')", name=op.f('ck_crm_contacts_stage')),
    sa.ForeignKeyConstraint(['workspace_id', 'owner_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_crm_contacts_workspace_id_owner_id'), ondelete='SET NULL (owner_id)'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_contacts_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_contacts')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_contacts_workspace_id_id'))
    )
    op.create_index('ix_crm_contacts_folded_name', 'crm_contacts', ['workspace_id', 'folded_name'], unique=False)
    op.create_index('ix_crm_contacts_trigrams', 'crm_contacts', ['folded_name'], unique=False, postgresql_using='gin', postgresql_ops={'folded_name': 'gin_trgm_ops'})
    op.create_table('crm_contact_phones',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=False),
    sa.Column('e164', sa.Text(), nullable=False),
    sa.Column('last_four', sa.Text(), sa.Computed('right(e164, 4)', persisted=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'contact_id'], ['crm_contacts.workspace_id', 'crm_contacts.id'], name=op.f('fk_crm_contact_phones_workspace_id_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_contact_phones_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_contact_phones')),
    sa.UniqueConstraint('workspace_id', 'e164', name=op.f('uq_crm_contact_phones_workspace_id_e164')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_contact_phones_workspace_id_id'))
    )
    op.create_index('ix_crm_contact_phones_contact', 'crm_contact_phones', ['workspace_id', 'contact_id'], unique=False)
    op.create_index('ix_crm_contact_phones_last_four', 'crm_contact_phones', ['workspace_id', 'last_four'], unique=False)
    op.create_table('crm_tasks',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('task_type', sa.Text(), server_default='todo', nullable=False),
    sa.Column('status', sa.Text(), server_default='not_started', nullable=False),
    sa.Column('priority', sa.Text(), server_default='normal', nullable=False),
    sa.Column('start_date', sa.Date(), nullable=True),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('due_time', sa.Time(), nullable=True),
    sa.Column('due_tz', sa.Text(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('duration_minutes', sa.Integer(), nullable=True),
    sa.Column('rrule', sa.Text(), nullable=True),
    sa.Column('repeat_from', sa.Text(), server_default='schedule', nullable=False),
    sa.Column('series_id', sa.BigInteger(), nullable=True),
    sa.Column('occurrence_date', sa.Date(), nullable=True),
    sa.Column('assignee_id', sa.BigInteger(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('raw_input', sa.Text(), server_default='', nullable=False),
    sa.Column('source_chat_id', sa.BigInteger(), nullable=True),
    sa.Column('source_message_id', sa.BigInteger(), nullable=True),
    sa.Column('source_line', sa.SmallInteger(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name=op.f('ck_crm_tasks_priority')),
    sa.CheckConstraint("repeat_from IN ('schedule', 'completion')", name=op.f('ck_crm_tasks_repeat_from')),
    sa.CheckConstraint("status IN ('not_started', 'in_progress', 'deferred', 'completed', 'canceled')", name=op.f('ck_crm_tasks_status')),
    sa.CheckConstraint("task_type IN ('todo', 'call', 'meeting', 'email', 'message')", name=op.f('ck_crm_tasks_task_type')),
    sa.ForeignKeyConstraint(['workspace_id', 'assignee_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_crm_tasks_workspace_id_assignee_id'), ondelete='SET NULL (assignee_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'contact_id'], ['crm_contacts.workspace_id', 'crm_contacts.id'], name=op.f('fk_crm_tasks_workspace_id_contact_id'), ondelete='SET NULL (contact_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'created_by'], ['members.workspace_id', 'members.id'], name=op.f('fk_crm_tasks_workspace_id_created_by'), ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['workspace_id', 'source_chat_id'], ['chats.workspace_id', 'chats.id'], name=op.f('fk_crm_tasks_workspace_id_source_chat_id'), ondelete='SET NULL (source_chat_id)'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_tasks_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_tasks')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_tasks_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'number', name=op.f('uq_crm_tasks_workspace_id_number')),
    sa.UniqueConstraint('workspace_id', 'series_id', 'occurrence_date', name=op.f('uq_crm_tasks_workspace_id_series_id_occurrence_date')),
    sa.UniqueConstraint('workspace_id', 'source_chat_id', 'source_message_id', 'source_line', name=op.f('uq_crm_tasks_workspace_id_source_chat_id_source_message_id_source_line'))
    )
    op.create_index('ix_crm_tasks_assignee', 'crm_tasks', ['workspace_id', 'assignee_id'], unique=False)
    op.create_index('ix_crm_tasks_contact', 'crm_tasks', ['workspace_id', 'contact_id'], unique=False)
    op.create_index('ix_crm_tasks_open', 'crm_tasks', ['workspace_id', 'due_date', 'due_time', 'number'], unique=False, postgresql_where='deleted_at IS NULL AND completed_at IS NULL')
    op.create_table('turns',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('conversation_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), server_default='queued', nullable=False),
    sa.Column('lease', sa.Text(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('thread_id', sa.BigInteger(), nullable=True),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('user_text', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('reason_detail', sa.Text(), nullable=True),
    sa.Column('messages', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('model', sa.Text(), nullable=True),
    sa.Column('usage', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('cost_micros', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('approval', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('telegram_message_id', sa.BigInteger(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("state IN ('queued', 'running', 'ready', 'done', 'failed', 'canceled')", name=op.f('ck_turns_state')),
    sa.ForeignKeyConstraint(['workspace_id', 'conversation_id'], ['conversations.workspace_id', 'conversations.id'], name=op.f('fk_turns_workspace_id_conversation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_turns_workspace_id_member_id')),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_turns_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_turns')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_turns_workspace_id_id'))
    )
    op.create_index('ix_turns_conversation', 'turns', ['workspace_id', 'conversation_id', 'id'], unique=False)
    op.create_index('ix_turns_unfinished', 'turns', ['conversation_id', 'id'], unique=False, postgresql_where="state IN ('queued', 'running', 'ready')")
    op.create_table('crm_calls',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('duration_seconds', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('phone_e164', sa.Text(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('notes', sa.Text(), server_default='', nullable=False),
    sa.Column('next_task_id', sa.BigInteger(), nullable=True),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('source_chat_id', sa.BigInteger(), nullable=True),
    sa.Column('source_message_id', sa.BigInteger(), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("direction IN ('inbound', 'outbound')", name=op.f('ck_crm_calls_direction')),
    sa.CheckConstraint("outcome IN ('connected', 'no_answer', 'busy', 'left_voicemail', 'left_live_message', 'wrong_number', 'callback_requested', 'other')", name=op.f('ck_crm_calls_outcome')),
    sa.ForeignKeyConstraint(['workspace_id', 'contact_id'], ['crm_contacts.workspace_id', 'crm_contacts.id'], name=op.f('fk_crm_calls_workspace_id_contact_id'), ondelete='SET NULL (contact_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_crm_calls_workspace_id_member_id'), ondelete='SET NULL (member_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'next_task_id'], ['crm_tasks.workspace_id', 'crm_tasks.id'], name=op.f('fk_crm_calls_workspace_id_next_task_id'), ondelete='SET NULL (next_task_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'source_chat_id'], ['chats.workspace_id', 'chats.id'], name=op.f('fk_crm_calls_workspace_id_source_chat_id'), ondelete='SET NULL (source_chat_id)'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_calls_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_calls')),
    sa.UniqueConstraint('workspace_id', 'external_id', name=op.f('uq_crm_calls_workspace_id_external_id')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_calls_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'source_chat_id', 'source_message_id', name=op.f('uq_crm_calls_workspace_id_source_chat_id_source_message_id'))
    )
    op.create_index('ix_crm_calls_contact', 'crm_calls', ['workspace_id', 'contact_id'], unique=False)
    op.create_index('ix_crm_calls_started_at', 'crm_calls', ['workspace_id', 'started_at'], unique=False)
    op.create_table('crm_labels',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('task_id', sa.BigInteger(), nullable=True),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'contact_id'], ['crm_contacts.workspace_id', 'crm_contacts.id'], name=op.f('fk_crm_labels_workspace_id_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'task_id'], ['crm_tasks.workspace_id', 'crm_tasks.id'], name=op.f('fk_crm_labels_workspace_id_task_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_labels_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_labels')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_labels_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'task_id', 'contact_id', 'name', name=op.f('uq_crm_labels_workspace_id_task_id_contact_id_name'), postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_crm_labels_name', 'crm_labels', ['workspace_id', 'name'], unique=False)
    op.create_table('crm_task_comments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('task_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_crm_task_comments_workspace_id_member_id'), ondelete='SET NULL (member_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'task_id'], ['crm_tasks.workspace_id', 'crm_tasks.id'], name=op.f('fk_crm_task_comments_workspace_id_task_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_task_comments_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_task_comments')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_task_comments_workspace_id_id'))
    )
    op.create_index('ix_crm_task_comments_task', 'crm_task_comments', ['workspace_id', 'task_id', 'id'], unique=False)
    op.create_table('crm_task_watchers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('task_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_crm_task_watchers_workspace_id_member_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'task_id'], ['crm_tasks.workspace_id', 'crm_tasks.id'], name=op.f('fk_crm_task_watchers_workspace_id_task_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_task_watchers_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_task_watchers')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_task_watchers_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'task_id', 'member_id', name=op.f('uq_crm_task_watchers_workspace_id_task_id_member_id'))
    )
    op.create_table('reminders',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('task_id', sa.BigInteger(), nullable=True),
    sa.Column('recipient_id', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('before', sa.Interval(), nullable=True),
    sa.Column('local_date', sa.Date(), nullable=True),
    sa.Column('local_time', sa.Time(), nullable=True),
    sa.Column('timezone', sa.Text(), nullable=True),
    sa.Column('rrule', sa.Text(), nullable=True),
    sa.Column('nag_minutes', sa.Integer(), nullable=True),
    sa.Column('nag_limit', sa.Integer(), nullable=True),
    sa.Column('urgent', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('source_chat_id', sa.BigInteger(), nullable=True),
    sa.Column('source_thread_id', sa.BigInteger(), nullable=True),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('relative', 'absolute', 'standalone')", name=op.f('ck_reminders_kind')),
    sa.ForeignKeyConstraint(['workspace_id', 'recipient_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_reminders_workspace_id_recipient_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'source_chat_id'], ['chats.workspace_id', 'chats.id'], name=op.f('fk_reminders_workspace_id_source_chat_id'), ondelete='SET NULL (source_chat_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'task_id'], ['crm_tasks.workspace_id', 'crm_tasks.id'], name=op.f('fk_reminders_workspace_id_task_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_reminders_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_reminders_workspace_id_id'))
    )
    op.create_index('ix_reminders_recipient', 'reminders', ['workspace_id', 'recipient_id'], unique=False)
    op.create_index('ix_reminders_task', 'reminders', ['workspace_id', 'task_id'], unique=False)
    op.create_table('crm_notes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('task_id', sa.BigInteger(), nullable=True),
    sa.Column('call_id', sa.BigInteger(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('body', sa.Text(), server_default='', nullable=False),
    sa.Column('attachments', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'call_id'], ['crm_calls.workspace_id', 'crm_calls.id'], name=op.f('fk_crm_notes_workspace_id_call_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'contact_id'], ['crm_contacts.workspace_id', 'crm_contacts.id'], name=op.f('fk_crm_notes_workspace_id_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'member_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_crm_notes_workspace_id_member_id'), ondelete='SET NULL (member_id)'),
    sa.ForeignKeyConstraint(['workspace_id', 'task_id'], ['crm_tasks.workspace_id', 'crm_tasks.id'], name=op.f('fk_crm_notes_workspace_id_task_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_crm_notes_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_notes')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_crm_notes_workspace_id_id'))
    )
    op.create_index('ix_crm_notes_call', 'crm_notes', ['workspace_id', 'call_id'], unique=False)
    op.create_index('ix_crm_notes_contact', 'crm_notes', ['workspace_id', 'contact_id'], unique=False)
    op.create_index('ix_crm_notes_task', 'crm_notes', ['workspace_id', 'task_id'], unique=False)
    op.create_table('reminder_deliveries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.Column('reminder_id', sa.BigInteger(), nullable=False),
    sa.Column('recipient_id', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), server_default='pending', nullable=False),
    sa.Column('lease', sa.Text(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('next_retry_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('telegram_message_id', sa.BigInteger(), nullable=True),
    sa.Column('late_seconds', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("state IN ('pending', 'leased', 'sent', 'acknowledged', 'snoozed', 'skipped', 'failed')", name=op.f('ck_reminder_deliveries_state')),
    sa.ForeignKeyConstraint(['workspace_id', 'recipient_id'], ['members.workspace_id', 'members.id'], name=op.f('fk_reminder_deliveries_workspace_id_recipient_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'reminder_id'], ['reminders.workspace_id', 'reminders.id'], name=op.f('fk_reminder_deliveries_workspace_id_reminder_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_reminder_deliveries_workspace_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_deliveries')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_reminder_deliveries_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'reminder_id', 'due_at', 'recipient_id', name=op.f('uq_reminder_deliveries_workspace_id_reminder_id_due_at_recipient_id'))
    )
    op.create_index('ix_reminder_deliveries_leased', 'reminder_deliveries', ['lease_until'], unique=False, postgresql_where="state = 'leased'")
    op.create_index('ix_reminder_deliveries_pending', 'reminder_deliveries', ['due_at'], unique=False, postgresql_where="state = 'pending'")
    for page in ("guards.sql", "doors_people.sql", "doors_work.sql"):
        run_script((SQL / page).read_text())


def downgrade() -> None:
    run_script(
        """
        DO $$ DECLARE f text; BEGIN
            FOR f IN SELECT oid::regprocedure::text FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND prosecdef
            LOOP EXECUTE 'DROP FUNCTION ' || f; END LOOP;
        END $$
        """
    )
    op.drop_index('ix_reminder_deliveries_pending', table_name='reminder_deliveries', postgresql_where="state = 'pending'")
    op.drop_index('ix_reminder_deliveries_leased', table_name='reminder_deliveries', postgresql_where="state = 'leased'")
    op.drop_table('reminder_deliveries')
    op.drop_index('ix_crm_notes_task', table_name='crm_notes')
    op.drop_index('ix_crm_notes_contact', table_name='crm_notes')
    op.drop_index('ix_crm_notes_call', table_name='crm_notes')
    op.drop_table('crm_notes')
    op.drop_index('ix_reminders_task', table_name='reminders')
    op.drop_index('ix_reminders_recipient', table_name='reminders')
    op.drop_table('reminders')
    op.drop_table('crm_task_watchers')
    op.drop_index('ix_crm_task_comments_task', table_name='crm_task_comments')
    op.drop_table('crm_task_comments')
    op.drop_index('ix_crm_labels_name', table_name='crm_labels')
    op.drop_table('crm_labels')
    op.drop_index('ix_crm_calls_started_at', table_name='crm_calls')
    op.drop_index('ix_crm_calls_contact', table_name='crm_calls')
    op.drop_table('crm_calls')
    op.drop_index('ix_turns_unfinished', table_name='turns', postgresql_where="state IN ('queued', 'running', 'ready')")
    op.drop_index('ix_turns_conversation', table_name='turns')
    op.drop_table('turns')
    op.drop_index('ix_crm_tasks_open', table_name='crm_tasks', postgresql_where='deleted_at IS NULL AND completed_at IS NULL')
    op.drop_index('ix_crm_tasks_contact', table_name='crm_tasks')
    op.drop_index('ix_crm_tasks_assignee', table_name='crm_tasks')
    op.drop_table('crm_tasks')
    op.drop_index('ix_crm_contact_phones_last_four', table_name='crm_contact_phones')
    op.drop_index('ix_crm_contact_phones_contact', table_name='crm_contact_phones')
    op.drop_table('crm_contact_phones')
    op.drop_index('ix_crm_contacts_trigrams', table_name='crm_contacts', postgresql_using='gin', postgresql_ops={'folded_name': 'gin_trgm_ops'})
    op.drop_index('ix_crm_contacts_folded_name', table_name='crm_contacts')
    op.drop_table('crm_contacts')
    op.drop_index(op.f('ix_conversations_agent_id'), table_name='conversations')
    op.drop_table('conversations')
    op.drop_index(op.f('ix_chat_links_workspace_id'), table_name='chat_links')
    op.drop_table('chat_links')
    op.drop_index('ix_activity_logs_entity', table_name='activity_logs')
    op.drop_index(op.f('ix_activity_logs_agent_id'), table_name='activity_logs')
    op.drop_table('activity_logs')
    op.drop_index('uq_members_person_workspace', table_name='members')
    op.drop_table('members')
    op.drop_index('ix_chats_telegram_chat_id', table_name='chats')
    op.drop_index(op.f('ix_chats_default_agent_id'), table_name='chats')
    op.drop_table('chats')
    op.drop_index(op.f('ix_agent_versions_workspace_id'), table_name='agent_versions')
    op.drop_table('agent_versions')
    op.drop_index(op.f('ix_people_current_workspace_id'), table_name='people')
    op.drop_table('people')
    op.drop_table('invites')
    op.drop_table('agents')
    op.drop_table('workspaces')
    op.drop_table('installation')
    op.drop_index(op.f('ix_handled_updates_begun_at'), table_name='handled_updates')
    op.drop_table('handled_updates')
    op.drop_index(op.f('ix_dialogs_expires_at'), table_name='dialogs')
    op.drop_table('dialogs')
    op.execute("DROP FUNCTION touch_updated_at")
    op.execute("DROP EXTENSION pg_trgm")


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
