"""Updates as Telegram could send them, and some it never should: raw, as JSON."""

from typing import Any

from hypothesis import strategies as st

from tests.telegram import ME, a_user

Json = dict[str, Any]
HUGE = 2**52 - 1  # ids have at most 52 significant bits (Bot API)
ANONYMOUS, LINKED_CHANNEL = 1087968824, 136817688  # GroupAnonymousBot, Channel_Bot
GROUPS = (-5, -6, -1001234567890)
WORDS = (
    "/start", "/start abc", "/start " + "x" * 80, "/help", "/task", "/task tomorrow 10:00 call Anna", "/tasks", "/call",
    "/call Anna +7 999 123-45-67: x", "/calls", "/contact Anna +7 999 123-45-67", "/remind in 5 minutes tea", "/remind",
    "/history", "/history 1", "/history Person", "/undo", "/задача завтра купить хлеб", "/история", "/отменить",
    "задача",
    "/settings", "/team", "/requests", "tomorrow 10:00 call Anna", "every day 9:00 tea", "/task today 00:01 late",
    "/remind 10:00",
    "/task@switchboard_bot x", "/task@other_bot x", "@switchboard_bot hello", "hello", "Europe/Berlin", "Today", "\0",
    "", "/", "//", "/ task", "@", "🙂" * 300, "я" * 4096, "\u202e/task x", "/task \ud83d\ude00", "1" * 50,
    "/history " + "9" * 30,
)  # fmt: skip
DATA = (
    "language:ru", "language:xx", "zone:Europe/Berlin", "zone:Nowhere", "zone:", "tasks:0", "tasks:999999", "done:1",
    "done:999999999", "ack:1", "ack:999999999999999999", "history:team:0:0", "history:task:1:9999",
    "history:person:999999999999999999:0", "history:contact:1:0",
    "contact:1", "contact:999999999999999999", "contacts:all:+1", "contacts:l-1:-1", "contacts:a-я", "contacts:s-x",
    "k:1.1:stage:won", "k:1.1:owner:999999999999999999", "k:1.1:drop:99", "k:1.1:dnc:1", "k:1.1:ask:note", "k:1.1:edit",
    "k:1.1:into:1", "k:1.1:join:1", "k:1.1:vcf", "k:1.1:del", "k:1.1:back", "k:1.1:merge", "knew:",
    "knew:x", "vcf:yes:1", "sees:1:own", "sees:999999999999999999:everyone",
    "t:1.1:more", "t:1.1:done", "t:1.1:status:x", "t:1.1:snooze:week", "t:1.1:move:2026-13", "t:1.1:day:2026-02-31",
    "t:1.1:tick:1", "t:1.1:drop:999999999999999999", "t:1.1:watch:1", "t:1.1:file:9999", "t:1.1:say", "t:1.:done",
    "who:1:1", "fwd:1:task", "fwd:1:ask", "when.1:yes:1", "·",
    "t:1:date", "t:1:card", "t:1:undo", "t:1:back", "t:1:text", "t:1:alt:9", "t:1:date:2026-02-31", "t:1:time:25:00",
    "t:1:rep:none", "t:1:rem:x", "t:1:rem:99999999999999999999", "t:1:who:999999999", "t:1:contact:1", "t:1:prio:x",
    "m:1:undo", "c:1:undo", "r:1:undo", "confirm:yes", "confirm:no", "set:11:quiet", "set:11:zone:Nowhere",
    "set:11:in:Europe:999", "set:11:hours:9-18", "team:1", "team:1:name", "team:1:go:1", "team:1:role:1:owner",
    "team:1:end:1", "team:1:to:1:0", "team:1:links", "account:1:yes", "ask:card:1", "ask:yes:1:1", "ask:all:1:00000000",
    "group:own:1", "inline:1:abc", "inline:", "inline:x", "inline:1001:" + "a" * 16 + ":9", "help:", "help:x",
    "go:task_1_1", "open:call_1_" + "9" * 18, "open:task_1_" + "9" * 10, "",
    "done:", "done:-1", "tasks:x", "\0", "x" * 64,
)  # fmt: skip
SERVICE: tuple[Json, ...] = (
    {"new_chat_members": [a_user(11)]}, {"new_chat_members": [ME.model_dump(exclude_none=True)]},
    {"left_chat_member": a_user(12)}, {"left_chat_member": ME.model_dump(exclude_none=True)},
    {"group_chat_created": True}, {"supergroup_chat_created": True}, {"channel_chat_created": True},
    {"new_chat_title": "<b>"}, {"delete_chat_photo": True}, {"migrate_to_chat_id": -1009876543210},
    {"migrate_from_chat_id": -5}, {"forum_topic_created": {"name": "t", "icon_color": 1}}, {"forum_topic_closed": {}},
    {"video_chat_started": {}}, {"video_chat_ended": {"duration": 1}}, {"boost_added": {"boost_count": 1}},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 1}}, {"write_access_allowed": {}},
    {"connected_website": "example.org"}, {"users_shared": {"request_id": 1, "users": [{"user_id": HUGE}]}},
)  # fmt: skip
MEDIA: tuple[Json, ...] = (
    {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], "caption": "/task from a photo"},
    {"photo": []}, {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 1}},
    {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
                 "is_animated": False, "is_video": False}},
    {"location": {"latitude": 0.0, "longitude": 0.0}}, {"dice": {"emoji": "🎲", "value": 1}},
    {"contact": {"phone_number": "79991234567", "first_name": "Anna"}},
    {"contact": {"phone_number": "", "first_name": ""}},
    {"contact": {"phone_number": "+0" * 40, "first_name": "x" * 300, "user_id": HUGE}},
    {"document": {"file_id": "f", "file_unique_id": "u"}, "caption": "x" * 1024},
    {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
              "is_anonymous": True, "type": "regular", "allows_multiple_answers": False}},
)  # fmt: skip

ids = st.sampled_from([11, 12, 13, 14, HUGE])
odd_text = st.text(max_size=40) | st.sampled_from(WORDS)
dates = st.sampled_from([0, 1, 1_700_000_000, 1_800_000_000, 2**31 - 1])


def people() -> st.SearchStrategy[Json]:
    more = st.fixed_dictionaries(
        {},
        optional={
            "username": st.text(max_size=10),
            "language_code": st.sampled_from(["ru", "en", "pt-br", "", "xx", "uk"]),
            "last_name": st.text(max_size=10),
            "first_name": st.sampled_from(["", "<i>", "\0", "🙂", "x" * 255]),
            "is_bot": st.booleans(),
        },
    )
    plain = st.builds(lambda id_, more: a_user(id_, **more), ids, more)
    special = st.sampled_from(
        [a_user(ANONYMOUS, is_bot=True, username="GroupAnonymousBot"), a_user(LINKED_CHANNEL, is_bot=True)]
    )
    return st.one_of(plain, plain, plain, special)


def chats() -> st.SearchStrategy[Json]:
    private = st.builds(lambda id_: {"id": id_, "type": "private", "first_name": "x"}, ids)
    group = st.builds(
        lambda id_, title: {"id": id_, "type": "supergroup" if id_ < -1000 else "group", "title": title},
        st.sampled_from(GROUPS),
        st.text(max_size=10),
    )
    forum = st.just({"id": -1001234567890, "type": "supergroup", "title": "F", "is_forum": True})
    channel = st.just({"id": -1007777777777, "type": "channel", "title": "News"})
    return st.one_of(private, private, group, forum, channel)


@st.composite
def messages(draw: st.DrawFn) -> Json:
    chat = draw(chats())
    sender = draw(people())
    if chat["type"] == "private" and draw(st.integers(0, 9)):
        chat = chat | {"id": sender["id"]}
    message: Json = {
        "message_id": draw(st.integers(1, 60) | st.just(2**31 - 1)),
        "date": draw(dates),
        "chat": chat,
        "from": sender,
    }
    kind = draw(st.integers(0, 9))
    if kind < 6:
        message["text"] = draw(odd_text)
    else:
        message |= draw(st.sampled_from(MEDIA if kind < 8 else SERVICE))
    message |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "message_thread_id": st.sampled_from([1, 5, HUGE]),
                "is_topic_message": st.booleans(),
                "edit_date": dates,
                "sender_chat": st.sampled_from(
                    [{"id": -5, "type": "group", "title": "G"}, {"id": -9, "type": "channel", "title": "C"}]
                ),
                "via_bot": st.just(ME.model_dump(exclude_none=True)),
                "entities": st.just([{"type": "bot_command", "offset": 0, "length": 5000}]),
                "reply_to_message": st.just(
                    {
                        "message_id": 3,
                        "date": 1,
                        "chat": chat,
                        "from": ME.model_dump(exclude_none=True),
                        "text": "#1 x",
                    }
                ),
            },
        )
    )
    return _without(draw, message, ("from", "text", "message_thread_id"))


@st.composite
def presses(draw: st.DrawFn) -> Json:
    press: Json = {"id": "1", "from": draw(people()), "chat_instance": "1"}
    press |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "data": st.sampled_from(DATA) | st.text(max_size=20),
                "message": messages(),
                "inline_message_id": st.just("abc"),
                "game_short_name": st.just("g"),
            },
        )
    )
    if draw(st.integers(0, 4)) == 0:  # an inaccessible message: date is 0 (Bot API)
        press["message"] = {"chat": draw(chats()), "message_id": 5, "date": 0}
    return press


def members() -> st.SearchStrategy[Json]:
    status = st.sampled_from(
        [
            {"status": "member"}, {"status": "left"}, {"status": "kicked", "until_date": 0},
            {"status": "restricted", "is_member": False},
        ]
    )  # fmt: skip
    return st.builds(
        lambda chat, user, before, after: {
            "chat": chat, "from": user, "date": 1_700_000_000,
            "old_chat_member": before | {"user": user}, "new_chat_member": after | {"user": user},
        },
        chats(), people(), status, status,
    )  # fmt: skip


def updates() -> st.SearchStrategy[Json]:
    """Without an update_id, which whoever feeds them gives."""
    kinds: dict[str, st.SearchStrategy[Json]] = {
        "message": messages(),
        "edited_message": messages(),
        "channel_post": messages(),
        "edited_channel_post": messages(),
        "business_message": messages(),
        "edited_business_message": messages(),
        "guest_message": messages(),
        "callback_query": presses(),
        "my_chat_member": members(),
        "chat_member": members(),
        "inline_query": st.builds(
            lambda user, text, offset: {"id": "1", "from": user, "query": text, "offset": offset},
            people(),
            odd_text | st.sampled_from(["", "tasks", "задачи \\%_", "contact \0", "task tomorrow 10:00 x", "task"]),
            st.sampled_from(["", "20", "-1", "x", "9" * 30, "²"]),
        ),
        "chosen_inline_result": st.builds(
            lambda user, result, message: {"result_id": result, "from": user, "query": "", **message},
            people(),
            st.sampled_from(["1", "task-1", "a" * 16, "a" * 16 + ":0", "a" * 16 + ":9"]),
            st.sampled_from([{}, {"inline_message_id": "abc"}]),
        ),
        "stopped_message_generation": st.builds(
            lambda chat, draft: {"chat": chat, "draft_id": draft, "message_id": 1, "text": "", "is_final": True},
            chats(),
            st.sampled_from([1, 2, HUGE]),
        ),
        "message_reaction": st.builds(
            lambda chat: {"chat": chat, "message_id": 1, "date": 1, "old_reaction": [], "new_reaction": []}, chats()
        ),
        "poll_answer": st.just({"poll_id": "1", "option_ids": [], "option_persistent_ids": []}),
        "business_connection": st.builds(
            lambda user: {"id": "b", "user": user, "user_chat_id": user["id"], "date": 1, "is_enabled": True}, people()
        ),
        "something_of_tomorrow": st.just({"id": 1}),
    }  # fmt: skip
    usual = st.sampled_from(["message"] * 8 + ["callback_query"] * 4 + ["edited_message"] * 2)
    return st.one_of(usual, st.sampled_from(list(kinds))).flatmap(
        lambda kind: st.builds(lambda body: {kind: body}, kinds[kind])
    )


def _without(draw: st.DrawFn, message: Json, names: tuple[str, ...]) -> Json:
    """Sometimes a field is missing."""
    gone = draw(st.sampled_from([*names, *[""] * 12]))
    return {name: value for name, value in message.items() if name != gone}
