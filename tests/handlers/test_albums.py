"""Albums in Telegram: pictures sent as one are one question, or the files of one task."""

from typing import Any

from crm.turns import LEASE
from tests.fakes import FakeTurnDoors
from tests.handlers.attachments import PHOTO, carried
from tests.handlers.desk import Desk


async def test_an_album_is_one_question_with_all_its_pictures(hearing: Desk) -> None:
    album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "7"}
    for caption in ("compare them", None, "and this", None):
        words: dict[str, Any] = {"caption": caption} if caption else {}
        assert await hearing.says(None, **album, **words) is None
    assert carried(hearing) == [("compare them\nand this", ["photo"] * 4)]
    await hearing.says(None, photo=PHOTO, media_group_id="8", caption="and these?")
    assert len(carried(hearing)) == 2


async def test_an_album_without_words_is_asked_about_once(hearing: Desk) -> None:
    asked = await hearing.says(None, photo=PHOTO, media_group_id="7")
    for _ in range(2):
        assert await hearing.says(None, photo=PHOTO, media_group_id="7") is None
    assert await hearing.says(None, photo=PHOTO, media_group_id="7", caption="the meters") is None
    [row] = asked.buttons
    await hearing.presses(row[1].data)
    assert carried(hearing) == [("the meters", ["photo"] * 4)]


async def test_an_album_whose_words_are_a_task_is_kept_with_it(hearing: Desk) -> None:
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="check the meter tomorrow 10:00")
    await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert hearing.titles == ["check the meter"]
    assert len(hearing.storage.state.files) == 2
    assert carried(hearing) == []


async def test_an_album_below_a_command_is_kept_with_its_task(hearing: Desk) -> None:
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="/task check the meter")
    for _ in range(2):
        await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert hearing.titles == ["check the meter"]
    assert len(hearing.storage.state.files) == 3
    assert carried(hearing) == []


async def test_a_part_that_comes_when_its_album_was_taken_up_is_asked_about_too(hearing: Desk) -> None:
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="compare them")
    hearing.clock.move(seconds=2)
    [first] = await FakeTurnDoors(hearing.storage).claim(hearing.clock(), limit=4, lease=LEASE)
    await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert carried(hearing) == [("compare them", ["photo"]), ("", ["photo"])]
    assert first.text == "compare them"


async def test_a_picture_with_ask_goes_to_the_assistant_that_is_named_with_the_rest_of_its_album(
    hearing: Desk,
) -> None:
    assert await hearing.says(None, photo=PHOTO, caption="/ask assistant what is it?") is None
    assert carried(hearing) == [("what is it?", ["photo"])]
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="/ask assistant compare")
    await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert carried(hearing)[1:] == [("compare", ["photo"] * 2)]
    large = [PHOTO[0] | {"file_size": 20_000_001}]
    refused = await hearing.says(None, photo=large, caption="/ask assistant what is it?")
    assert "larger than 20 MB" in refused.text


async def test_too_much_at_once_is_refused(hearing: Desk) -> None:
    large = [PHOTO[0] | {"file_size": 18_000_000}]
    for _ in range(2):
        await hearing.says(None, photo=large, media_group_id="7", caption="compare")
    answer = await hearing.says(None, photo=large, media_group_id="7")
    assert "larger than 50 MB" in answer.text


async def test_in_a_group_the_rest_of_an_album_follows_the_part_that_mentions_the_bot(hearing: Desk) -> None:
    album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "7", "chat": -55}
    await hearing.says(None, **album | {"media_group_id": "6"})  # others talk among themselves
    await hearing.says(None, **album, caption="@Switchboard_bot compare")
    await hearing.says(None, **album)
    await hearing.says(None, **album, user=1002)
    assert [kinds for _words, kinds in carried(hearing)] == [["photo", "photo"]]


async def test_any_replica_knows_whose_album_it_is(hearing: Desk) -> None:
    album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "7", "chat": -55}
    await hearing.says(None, **album, caption="@Switchboard_bot compare")
    other = Desk(hearing.senses)
    other.storage.state = hearing.storage.state
    other.skip_updates_of(hearing)
    for more in ({}, {"user": 1002}, {"chat": -56}, {"media_group_id": "8"}):
        await other.says(None, **album | more)
    assert [kinds for _words, kinds in carried(other)] == [["photo", "photo"]]
    other.clock.move(hours=2)  # by then it is some other album
    await other.says(None, **album)
    assert [kinds for _words, kinds in carried(other)] == [["photo", "photo"]]
