"""Regions: the country whose phones a team types without their code, beside that of each member's time zone."""

from functools import lru_cache

from babel import Locale

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput
from crm.grammar.tokens import folded
from crm.people import LANGUAGES, Actor, Role
from crm.storage import Storage
from crm.teams import demand, view_of
from crm.updates import Arrival

_NONE = frozenset({"-", "–", "—", "none", "нет"})


class Regions:
    """The rules of a team's region."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor) -> str | None:
        """The region of the actor's team."""
        async with self._storage.transaction(actor) as unit:
            return await unit.teams.region()

    async def change(self, actor: Actor, arrival: Arrival, words: str, reply: Reply[str | None]) -> Answer:
        """A country by its name or two letters, a dash for none. Raises BadInput, NotAllowed for members."""
        after = None if words.strip() in _NONE else find_region(words)
        if after is None and words.strip() not in _NONE:
            raise BadInput(
                N_("I don't know that country. Type its name or two letters, for example: Germany or DE")
            )
        async with self._storage.transaction(actor) as unit:
            demand((await view_of(unit, actor)).me, Role.MANAGER)
            before = await unit.teams.region(to_change=True)
            if before != after:
                await unit.teams.set_region(after)
                await unit.activity.add(
                    Activity(
                        "region",
                        "workspace",
                        actor.workspace_id,
                        actor_member_id=actor.member_id,
                        changes={"region": [before, after]},
                    )
                )
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer


def find_region(text: str) -> str | None:
    """The two letters of the country a person typed, None when there is none such."""
    return _names().get(folded(" ".join(text.split())))


def region_name(region: str, language: str) -> str:
    return str(Locale(language).territories.get(region, region))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    import phonenumbers  # 0.1 s, and few updates ask

    countries = sorted(phonenumbers.SUPPORTED_REGIONS)
    named = {
        folded(region_name(country, language)): country for language in LANGUAGES for country in countries
    }
    return named | {country.casefold(): country for country in countries}
