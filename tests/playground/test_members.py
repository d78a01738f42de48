"""Who is where in the playground, told as Telegram tells it."""

from typing import Any

from tests.playground.test_playground import BOT, Visitor, place

__all__ = ["place"]
KINDS = ["message", "my_chat_member", "chat_member"]


async def updates(visitor: Visitor) -> list[dict[str, Any]]:
    """All that is new, confirmed."""
    found: list[dict[str, Any]] = (await visitor.api("getUpdates", allowed_updates=KINDS))["result"]
    if found:
        await visitor.api("getUpdates", offset=found[-1]["update_id"] + 1, allowed_updates=KINDS)
    return found


async def a_group(visitor: Visitor, **more: Any) -> tuple[int, int, int]:
    """Anna, who made it, Boris, and the group; the bot wants every kind of update."""
    anna = await visitor.somebody()
    boris = (await visitor.sim("/users", first_name="Boris"))["id"]
    await updates(visitor)
    group = (await visitor.sim("/chats", type="group", title="G", user_ids=[anna, boris], **more))["id"]
    return anna, boris, group


async def test_the_one_who_makes_a_group_adds_the_bot(place: Visitor) -> None:
    anna, _boris, group = await a_group(place)
    (update,) = await updates(place)
    changed = update["my_chat_member"]
    assert (changed["from"]["id"], changed["chat"]["id"]) == (anna, group)
    assert (changed["old_chat_member"]["status"], changed["new_chat_member"]["status"]) == ("left", "member")
    assert changed["new_chat_member"]["user"]["id"] == BOT


async def test_a_group_may_be_made_without_the_bot_and_the_bot_added_later(place: Visitor) -> None:
    _anna, boris, group = await a_group(place, with_bot=False)
    assert await updates(place) == []
    refused = await place.api("sendMessage", chat_id=group, text="x")
    assert refused["description"] == "Forbidden: bot is not a member of the group chat"
    await place.sim(f"/chats/{group}/members", user_id=BOT, action="join", by=boris)
    changed, line = await updates(place)
    assert changed["my_chat_member"]["from"]["id"] == boris
    assert line["message"]["new_chat_members"][0]["id"] == BOT
    assert (await place.api("sendMessage", chat_id=group, text="x"))["ok"]


async def test_only_an_admin_is_told_of_others(place: Visitor) -> None:
    _anna, boris, group = await a_group(place)
    await updates(place)
    await place.sim(f"/chats/{group}/members", user_id=boris, action="leave")
    assert [list(update)[1] for update in await updates(place)] == ["message"]
    await place.sim(f"/chats/{group}/members", user_id=BOT, action="promote")
    (promoted,) = await updates(place)
    admin = promoted["my_chat_member"]["new_chat_member"]
    assert (admin["status"], admin["can_manage_chat"], admin["can_delete_messages"]) == (
        "administrator",
        True,
        False,
    )
    await place.sim(f"/chats/{group}/members", user_id=boris, action="join", quiet=True)
    await place.sim(f"/chats/{group}/members", user_id=boris, action="kick", quiet=True)
    joined, kicked = (update["chat_member"] for update in await updates(place))
    assert (joined["old_chat_member"]["status"], joined["new_chat_member"]["status"]) == ("left", "member")
    assert kicked["new_chat_member"] == {
        "user": kicked["new_chat_member"]["user"],
        "status": "kicked",
        "until_date": 0,
    }


async def test_an_update_of_members_must_be_asked_for(place: Visitor) -> None:
    _anna, boris, group = await a_group(place)
    await place.api("getUpdates", offset=2**40, allowed_updates=[])
    await place.sim(f"/chats/{group}/members", user_id=BOT, action="promote")
    await place.sim(f"/chats/{group}/members", user_id=boris, action="leave", quiet=True)
    kinds = [list(update)[1] for update in (await place.api("getUpdates"))["result"]]
    assert kinds == ["my_chat_member"]


async def test_who_is_what_can_be_asked(place: Visitor) -> None:
    anna, boris, group = await a_group(place)
    stranger = (await place.sim("/users", first_name="Eve"))["id"]
    await place.sim(f"/chats/{group}/members", user_id=BOT, action="promote")
    await place.sim(f"/chats/{group}/members", user_id=boris, action="kick")

    async def status(user: int) -> str:
        return str((await place.api("getChatMember", chat_id=group, user_id=user))["result"]["status"])

    assert [await status(user) for user in (anna, boris, stranger, BOT)] == [
        "creator", "kicked", "left", "administrator",
    ]  # fmt: skip
    admins = (await place.api("getChatAdministrators", chat_id=group))["result"]
    assert {admin["user"]["id"] for admin in admins} == {anna, BOT}
    unknown = await place.api("getChatMember", chat_id=group, user_id=77)
    assert unknown["description"] == "Bad Request: PARTICIPANT_ID_INVALID"


async def test_a_bot_that_leaves_or_is_sent_away_is_told_and_may_not_write(place: Visitor) -> None:
    _anna, boris, group = await a_group(place)
    await updates(place)
    assert (await place.api("leaveChat", chat_id=group))["result"] is True
    (left,) = await updates(place)
    assert left["my_chat_member"]["new_chat_member"]["status"] == "left"
    await place.sim(f"/chats/{group}/members", user_id=BOT, action="join")
    await place.sim(f"/chats/{group}/members", user_id=BOT, action="kick", by=boris)
    refused = await place.api("sendMessage", chat_id=group, text="x")
    assert refused["description"] == "Forbidden: bot was kicked from the group chat"
    await place.sim(f"/chats/{group}/messages", user_id=boris, text="/unheard")
    assert "message" not in (await updates(place))[-1]


async def test_a_group_becomes_a_supergroup_with_another_id(place: Visitor) -> None:
    anna, _boris, group = await a_group(place)
    await updates(place)
    new = (await place.sim(f"/chats/{group}/migrate", by=anna))["id"]
    assert str(new).startswith("-100")
    echo, old_side, new_side = await updates(place)
    assert echo["my_chat_member"]["chat"] == {"id": new, "type": "supergroup", "title": "G"}
    assert (old_side["message"]["chat"]["id"], old_side["message"]["migrate_to_chat_id"]) == (group, new)
    assert (new_side["message"]["chat"]["id"], new_side["message"]["migrate_from_chat_id"]) == (new, group)
    refused = await place.api("sendMessage", chat_id=group, text="x")
    assert refused == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new},
    }
    assert (await place.api("sendMessage", chat_id=new, text="x"))["ok"]
    assert "supergroup" in (await place.sim(f"/chats/{group}/messages", user_id=anna, text="x"))["error"]


async def test_a_person_may_block_the_bot_and_let_it_write_again(place: Visitor) -> None:
    user = await place.somebody()
    await updates(place)
    for blocked, status in ((True, "kicked"), (False, "member")):
        await place.sim(f"/chats/{user}/block", user_id=user, blocked=blocked)
        (update,) = await updates(place)
        assert update["my_chat_member"]["new_chat_member"]["status"] == status
        assert (await place.api("sendMessage", chat_id=user, text="x"))["ok"] is not blocked


async def test_an_admin_may_write_in_the_groups_name(place: Visitor) -> None:
    anna, boris, group = await a_group(place)
    await updates(place)
    await place.sim(f"/chats/{group}/messages", user_id=anna, text="/tasks", anonymous=True)
    (update,) = await updates(place)
    assert (update["message"]["from"]["id"], update["message"]["sender_chat"]["id"]) == (1087968824, group)
    refused = await place.sim(f"/chats/{group}/messages", user_id=boris, text="/tasks", anonymous=True)
    assert "only admins" in refused["error"]
