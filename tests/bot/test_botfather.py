"""What @BotFather alone can set is said with what follows and what to press."""

from aiogram.types import User

from bot.botfather import standing

BOT = User(id=1, is_bot=True, first_name="B", username="the_bot")


def test_a_setting_that_is_off_says_what_to_press() -> None:
    me = BOT.model_copy(update={"can_join_groups": False, "can_read_all_group_messages": True})
    groups, privacy, inline, topics = standing(me)
    assert groups.startswith("groups: off")
    assert "/setjoingroups" in groups
    assert privacy.startswith("privacy mode: off")
    assert "/setprivacy" in privacy
    assert inline.startswith("inline: off")
    assert "/setinline " in inline
    assert topics.startswith("topics in private chats: off")


def test_what_is_on_says_what_follows() -> None:
    fields = ("can_join_groups", "supports_inline_queries", "has_topics_enabled")
    groups, privacy, inline, topics = standing(BOT.model_copy(update=dict.fromkeys(fields, True)))
    assert groups == "groups: on, the bot can be added to groups"
    assert "then add it to its groups again" in privacy  # Telegram applies it to groups joined afterwards
    assert "/setinlinefeedback is at 100%" in inline
    assert topics.startswith("topics in private chats: on")
