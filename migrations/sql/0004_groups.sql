-- Doors of groups: who leaves, who asks, and what the bot is there. Telegram's events name chats by Telegram's id.
CREATE TRIGGER touch BEFORE UPDATE ON chat_members FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CALL guard('chat_members', look => 'NOT {guest} OR chat_id = {chat}'); -- written by doors only

-- An owner gives the group they are in a team of its own; no row moves. The new team, null when it may not be.
CREATE FUNCTION separate_group(in_place bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    owner people; old chats; place chats; team bigint;
BEGIN
    SELECT p.* INTO owner FROM people p JOIN members m ON m.person_id = p.id
    WHERE m.id = nullif(current_setting('app.member_id', true), '')::bigint AND m.role = 'owner'
      AND m.workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint AND m.removed_at IS NULL;
    SELECT c.* INTO old FROM chat_links l JOIN chats c ON c.id = l.chat_id
    WHERE l.chat_id = in_place AND l.workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint
    FOR UPDATE OF l;
    IF owner.id IS NULL OR old.id IS NULL THEN
        RETURN NULL;
    END IF;
    team := new_team(coalesce(old.title, 'Group'), owner);
    place := place_of(team, old.telegram_chat_id, old.kind, old.title);
    UPDATE chats SET watched_since = old.watched_since, previous_telegram_chat_id = old.previous_telegram_chat_id
    WHERE id = place.id;
    UPDATE chat_links SET workspace_id = team, chat_id = place.id WHERE chat_id = in_place;
    RETURN team;
END $$;

-- Somebody is no longer in a group: what they had by it ends, in every team that knows the group.
CREATE FUNCTION person_left(in_chat bigint, in_user bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone record; is_end boolean;
BEGIN
    FOR gone IN
        SELECT s.id, s.workspace_id, s.chat_id, m.id AS member_id, m.role, m.from_group, p.id AS person_id
        FROM people p JOIN members m ON m.person_id = p.id JOIN chat_members s ON s.member_id = m.id
        JOIN chats c ON c.id = s.chat_id
        WHERE p.telegram_user_id = in_user AND c.telegram_chat_id = present_id(in_chat)
          AND s.left_at IS NULL AND m.removed_at IS NULL
        ORDER BY s.id FOR UPDATE OF s, m
    LOOP
        UPDATE chat_members SET left_at = now() WHERE id = gone.id;
        CONTINUE WHEN NOT gone.from_group;
        is_end := NOT EXISTS (SELECT FROM chat_members WHERE member_id = gone.member_id AND left_at IS NULL);
        CONTINUE WHEN NOT is_end AND gone.role <> 'guest';
        UPDATE reminder_deliveries d SET state = 'skipped', reason = 'left the group', lease = NULL FROM reminders r
        WHERE r.id = d.reminder_id AND d.recipient_id = gone.member_id AND d.state IN ('pending', 'leased')
          AND (is_end OR r.source_chat_id = gone.chat_id);
        UPDATE turns t SET state = 'canceled', lease = NULL FROM conversations v
        WHERE v.id = t.conversation_id AND t.member_id = gone.member_id AND t.state IN ('queued', 'running', 'ready')
          AND (is_end OR v.chat_id = gone.chat_id);
        CONTINUE WHEN NOT is_end;
        UPDATE members SET removed_at = now() WHERE id = gone.member_id;
        UPDATE people SET current_workspace_id = (
            SELECT m.workspace_id FROM members m
            WHERE m.person_id = gone.person_id AND m.removed_at IS NULL AND m.role <> 'guest'
            ORDER BY m.role = 'owner' DESC, m.id LIMIT 1)
        WHERE id = gone.person_id AND current_workspace_id = gone.workspace_id;
        INSERT INTO activity_logs (workspace_id, actor_kind, action, entity, entity_id)
        VALUES (gone.workspace_id, 'system', 'left_group', 'member', gone.member_id);
    END LOOP;
END $$;

-- Telegram says that somebody is in a group again. Whoever a manager removed stays removed.
CREATE FUNCTION person_joined(in_chat bigint, in_user bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT come_back(s.chat_id, s.member_id)
    FROM people p JOIN members m ON m.person_id = p.id JOIN chat_members s ON s.member_id = m.id
    JOIN chats c ON c.id = s.chat_id
    WHERE p.telegram_user_id = in_user AND c.telegram_chat_id = present_id(in_chat) AND s.left_at IS NOT NULL
$$;

-- Telegram was asked and says that they are there.
CREATE FUNCTION person_seen(in_chat bigint, in_user bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE chat_members s SET seen_at = now()
    FROM people p JOIN members m ON m.person_id = p.id, chats c
    WHERE p.telegram_user_id = in_user AND s.member_id = m.id AND c.id = s.chat_id
      AND c.telegram_chat_id = present_id(in_chat) AND s.left_at IS NULL
$$;

-- The groups a membership hangs on, none when it hangs on no group. Telegram must be asked where the bot is not
-- told who leaves, or was not yet when the member was last seen.
CREATE FUNCTION groups_of(in_member bigint) RETURNS TABLE (chat_id bigint, telegram_chat_id bigint, must_ask boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.telegram_chat_id, c.watched_since IS NULL OR s.seen_at < c.watched_since
    FROM members m JOIN chat_members s ON s.member_id = m.id JOIN chats c ON c.id = s.chat_id
    WHERE m.id = in_member AND m.from_group AND m.removed_at IS NULL AND s.left_at IS NULL
    ORDER BY c.id
$$;

-- Whether the bot is an admin of a group now. The language of the group's team; null when nothing changed.
CREATE FUNCTION set_watched(in_chat bigint, in_is boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE chats SET watched_since = CASE WHEN in_is THEN now() END
    WHERE telegram_chat_id = present_id(in_chat) AND (watched_since IS NOT NULL) <> in_is;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT w.language FROM chat_links l JOIN workspaces w ON w.id = l.workspace_id
            WHERE l.telegram_chat_id = present_id(in_chat));
END $$;

-- A person or a group let the bot in again.
CREATE FUNCTION mark_reachable(in_chat bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE chats SET unreachable_at = NULL WHERE telegram_chat_id = in_chat AND unreachable_at IS NOT NULL;
    UPDATE people SET private_chat_id = in_chat
    WHERE telegram_user_id = in_chat AND private_chat_id IS DISTINCT FROM in_chat;
$$;

-- Whether «the bot was added to a supergroup» is only the echo of a group's upgrade, which Telegram tells in
-- service messages of its own, before or after. in_user null: an anonymous admin.
CREATE FUNCTION may_be_upgrade(in_chat bigint, in_title text, in_user bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM chats
        WHERE telegram_chat_id = in_chat AND previous_telegram_chat_id IS NOT NULL AND unreachable_at IS NULL
    ) OR EXISTS (
        SELECT FROM chat_links l JOIN chats c ON c.id = l.chat_id
        WHERE c.kind = 'group' AND c.title = in_title AND c.telegram_chat_id > -1000000000000
          AND c.previous_telegram_chat_id IS NULL AND c.unreachable_at IS NULL AND c.telegram_chat_id <> in_chat
          AND (in_user IS NULL OR EXISTS (
              SELECT FROM members m JOIN people p ON p.id = m.person_id
              WHERE m.workspace_id = c.workspace_id AND p.telegram_user_id = in_user)))
$$;

-- The language of the team whose group it is, to speak to whoever can't be known.
CREATE FUNCTION language_of_group(in_chat bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.language FROM chat_links l JOIN workspaces w ON w.id = l.workspace_id
    WHERE l.telegram_chat_id = present_id(in_chat)
$$;

-- Who asks for access through a group, and the private chat of the owner to be shown. No row: nobody to show it.
CREATE FUNCTION request_card(in_place bigint) RETURNS TABLE (
    workspace_id bigint, team text, title text, chat_id bigint, language text,
    card_chat_id bigint, card_message_id bigint, member_ids bigint[], names text[]
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.id, w.name, c.title, o.private_chat_id, o.language, c.requests_chat_id, c.requests_message_id,
           coalesce(a.ids, '{}'), coalesce(a.names, '{}')
    FROM chats c
    JOIN workspaces w ON w.id = c.workspace_id
    JOIN LATERAL (
        SELECT p.private_chat_id, p.language FROM members m JOIN people p ON p.id = m.person_id
        WHERE m.workspace_id = c.workspace_id AND m.role = 'owner' AND m.removed_at IS NULL
        ORDER BY p.private_chat_id IS NULL, m.id LIMIT 1
    ) o ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(m.id ORDER BY s.id) AS ids, array_agg(p.display_name ORDER BY s.id) AS names
        FROM chat_members s JOIN members m ON m.id = s.member_id JOIN people p ON p.id = m.person_id
        WHERE s.chat_id = c.id AND s.request = 'open' AND s.left_at IS NULL
          AND m.role = 'guest' AND m.removed_at IS NULL
    ) a ON true
    WHERE c.id = in_place
$$;

-- Groups in which somebody asks, of the teams this person manages, whichever is their current one.
CREATE FUNCTION open_requests(in_person bigint) RETURNS TABLE (chat_id bigint, title text, asking bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.title, count(*)
    FROM members me
    JOIN chats c ON c.workspace_id = me.workspace_id
    JOIN chat_members s ON s.chat_id = c.id AND s.request = 'open' AND s.left_at IS NULL
    JOIN members m ON m.id = s.member_id AND m.role = 'guest' AND m.removed_at IS NULL
    WHERE me.person_id = in_person AND me.role IN ('owner', 'manager') AND me.removed_at IS NULL
    GROUP BY c.id, c.title ORDER BY c.id
$$;

-- What a person is in the team of a group; no row: nothing. A card is answered in its own team.
CREATE FUNCTION seat_by_group(in_place bigint, in_person bigint)
RETURNS TABLE (workspace_id bigint, member_id bigint, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.workspace_id, m.id, m.role FROM chats c JOIN members m ON m.workspace_id = c.workspace_id
    WHERE c.id = in_place AND m.person_id = in_person AND m.removed_at IS NULL
$$;

-- The owner was shown these requests in a message of theirs (null: the card is answered, the next is a new one).
CREATE FUNCTION requests_shown(in_place bigint, in_chat bigint, in_message bigint, in_members bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE chats SET requests_chat_id = in_chat, requests_message_id = in_message WHERE id = in_place;
    UPDATE chat_members SET shown_at = now() WHERE chat_id = in_place AND member_id = ANY (in_members);
$$;

-- A manager lets guests of a group into the team, or leaves them guests; those to whom it was new.
CREATE FUNCTION answer_requests(in_place bigint, in_members bigint[], in_approve boolean) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := nullif(current_setting('app.workspace_id', true), '')::bigint; one bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM members WHERE id = nullif(current_setting('app.member_id', true), '')::bigint
          AND workspace_id = team AND role IN ('owner', 'manager') AND removed_at IS NULL) THEN
        RETURN;
    END IF;
    FOR one IN
        UPDATE chat_members s SET request = CASE WHEN in_approve THEN 'approved' ELSE 'declined' END
        FROM members m
        WHERE s.chat_id = in_place AND s.workspace_id = team AND s.member_id = ANY (in_members) AND s.request = 'open'
          AND m.id = s.member_id AND m.role = 'guest' AND m.removed_at IS NULL
        RETURNING m.id
    LOOP
        IF in_approve THEN
            UPDATE members SET role = 'member' WHERE id = one;
            UPDATE chat_members SET request = 'none' WHERE member_id = one AND request = 'open';
            UPDATE people p SET current_workspace_id = team FROM members m
            WHERE m.id = one AND p.id = m.person_id AND p.current_workspace_id IS NULL;
        END IF;
        RETURN NEXT one;
    END LOOP;
END $$;
