"""Teams and groups: who belongs to a team, and what a group tells the bot."""

from collections.abc import Mapping

from tests.handlers.doors import (
    GUEST,
    Knock,
    adds_bot,
    bot_becomes,
    group_tells,
    guest_becomes,
    opens_link,
    presses,
    presses_in_group,
    says,
    unblocks,
)
from tests.telegram import a_user

ANONYMOUS = 1087968824  # GroupAnonymousBot
TEAM = "team:{workspace_id}"
OF_TEAMS: Mapping[str, Knock] = {
    "teams.show_team": Knock(says("/team")),
    "teams.open_team": Knock(presses(TEAM)),
    "teams.list_members": Knock(presses(TEAM + ":all:0")),
    "teams.show_member": Knock(presses(TEAM + ":who:{clara}")),
    "teams.ask_name": Knock(presses(TEAM + ":name")),
    "teams.rename_team": Knock(says("Renamed"), managers=True, changes=True, first=presses(TEAM + ":name")),
    "regions.ask_region": Knock(presses(TEAM + ":region")),
    "regions.set_region": Knock(
        says("Germany"), managers=True, changes=True, first=presses(TEAM + ":region")
    ),
    "teams.list_teams": Knock(presses(TEAM + ":mine")),
    "teams.confirm_owner": Knock(presses(TEAM + ":sure:{dora}:owner")),
    "teams.change_role": Knock(presses(TEAM + ":role:{dora}:manager"), managers=True, changes=True),
    "teams.found_team": Knock(says("Another"), changes=True, first=presses(TEAM + ":found")),
    "teams.switch_team": Knock(presses(TEAM + ":go:{workspace_id}"), changes=True),
    "invites.open_link": Knock(opens_link, changes=True),
    "invites.choose_link": Knock(presses(TEAM + ":invite")),
    "invites.make_link": Knock(presses(TEAM + ":link:member:24:1"), managers=True, changes=True),
    "invites.list_links": Knock(presses(TEAM + ":links"), managers=True),
    "invites.revoke_link": Knock(presses(TEAM + ":stop:{invite_id}"), managers=True, changes=True),
    "invites.decide_account": Knock(presses("account:{account_invite_id}:no"), managers=True, changes=True),
    "invites.make_account_link": Knock(presses(TEAM + ":account:{dora}"), managers=True, changes=True),
    "removals.ask_heir": Knock(presses(TEAM + ":end:{dora}"), managers=True),
    "removals.end_membership": Knock(presses(TEAM + ":to:{dora}:0"), managers=True, changes=True),
    "requests.list_requests": Knock(says("/requests")),
    "requests.open_card": Knock(presses("ask:card:{group_id}"), managers=True),
    "requests.answer_one": Knock(presses("ask:yes:{group_id}:{asking_id}"), managers=True, changes=True),
    "requests.approve_all": Knock(presses("ask:all:{group_id}:{mark}"), managers=True, changes=True),
}
OF_GROUPS: Mapping[str, Knock] = {
    "groups.greet": Knock(adds_bot, changes=True),
    "groups.greet_unknown": Knock(bot_becomes("left", "member", by=ANONYMOUS), news=True),
    "groups.thank": Knock(bot_becomes("member", "administrator"), changes=True, news=True),
    "groups.lose_sight": Knock(bot_becomes("administrator", "member"), changes=True, news=True),
    "groups.see_off": Knock(guest_becomes("member", "left"), changes=True, news=True),
    "groups.see_back": Knock(guest_becomes("left", "member"), changes=True, news=True),
    "groups.read_departure": Knock(group_tells(left_chat_member=a_user(GUEST)), changes=True, news=True),
    "groups.read_arrivals": Knock(group_tells(new_chat_members=[a_user(GUEST)]), changes=True, news=True),
    "groups.lose_chat": Knock(bot_becomes("member", "left"), changes=True, news=True),
    "groups.find_chat": Knock(unblocks, news=True),
    "group_answers.show_choice": Knock(says("/answers")),
    "group_answers.choose": Knock(presses_in_group("answers:live"), managers=True, changes=True),
    "groups.separate": Knock(presses_in_group("group:own:{workspace_id}"), managers=True, changes=True),
    "groups.follow": Knock(group_tells(migrate_to_chat_id=-1001234567890), changes=True, news=True),
}
