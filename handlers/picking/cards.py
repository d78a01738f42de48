"""What is said about who answers: cards, the question whom a message is for, why it was whom, and a handoff's line."""

from collections.abc import Sequence

from crm.agents import Agent, Reason
from crm.answers import Answer, Button
from crm.handoffs import Handoff
from crm.people import Actor, ChatKind
from crm.picking import Circle, Explained, Held
from handlers.texts import gettext as _
from handlers.texts import speaking

Rows = tuple[tuple[Button, ...], ...]
ACROSS = 2  # buttons in a row
NAME = 40  # characters of a name on a button


def agent_card(circle: Circle, actor: Actor, *, edit: bool = False, toast: str | None = None) -> Answer:
    """Who there is, and whom this person picked here; their buttons are for them alone."""
    language, here, mark = actor.language, circle.here, f"pick:{actor.telegram_user_id}"
    bound, picked = circle.of(here.bound_agent_id), circle.of(here.picked_agent_id)
    if bound is not None:
        head = _("Here {name} answers everybody.").format(name=bound.name(language))
    elif picked is not None:
        head = _("Here {name} answers you.").format(name=picked.name(language))
    else:
        head = _("Who answers you here is found for each message.")
    lines = [
        _("{name} — {description}. Once: /ask {slug} …").format(
            name=agent.name(language), description=agent.description(language).rstrip("."), slug=agent.slug
        )
        for agent in circle.roster
    ]
    free = (Button(_mark(_("For each message anew"), is_chosen=picked is None), data=f"{mark}:off"),)
    rows = (*_agents(circle.roster, language, here.picked_agent_id, mark), free)
    if circle.may_bind:
        rows = (*rows, (Button(_("For everybody here ›"), data="bind:all"),))
    return Answer("\n\n".join([head, *lines]), buttons=rows, edit=edit, toast=toast, aside=True)


def binding_card(
    circle: Circle, actor: Actor, *, only_default: bool, edit: bool = False, toast: str | None = None
) -> Answer:
    """Who answers everybody in this chat or topic; with `only_default`, where nothing else decides."""
    chosen_id = circle.here.default_agent_id if only_default else circle.here.bound_agent_id
    how = "else" if only_default else "all"
    if only_default:
        head = _("Who answers in this chat when a message suits nobody in particular?")
        other = Button(_("Every message ›"), data="bind:all")
    elif circle.thread_id is not None:
        head = _("Who answers everybody in this topic, whatever they write?")
        other = Button(_("Only what suits nobody ›"), data="bind:else")
    else:
        head = _("Who answers everybody in this chat, whatever they write?")
        other = Button(_("Only what suits nobody ›"), data="bind:else")
    nobody = Button(_mark(_("Nobody in particular"), is_chosen=chosen_id is None), data=f"bind:{how}:off")
    rows: Rows = ((other,),)
    if circle.may_bind:
        rows = (*_agents(circle.roster, actor.language, chosen_id, f"bind:{how}"), (nobody,), (other,))
    elif (chosen := circle.of(chosen_id)) is not None:
        head = f"{head}\n{chosen.name(actor.language)}"
    return Answer(head, buttons=rows, edit=edit, toast=toast)


def bind_button(agent: Agent) -> Button:
    """For the card of an assistant: it answers everybody in the chat or topic where this is pressed."""
    return Button(_("Let it answer here"), data=f"bind:all:{agent.id}")


def whom_card(circle: Circle, actor: Actor) -> Answer:
    """What a bare /ask gets."""
    rows = tuple((Button(agent.name(actor.language), data=f"ask1:{agent.id}"),) for agent in circle.roster)
    return Answer(_("Whom shall I ask? Or in one line: /ask coach how do I hold the price"), buttons=rows)


def which(held: Held, actor: Actor) -> Answer:
    """At most three buttons in place of a guess."""
    rows = tuple(
        (Button(agent.name(actor.language)[:NAME], data=f"held:{held.id}:{agent.id}"),)
        for agent in held.doubt.options
    )
    return Answer(_("Whom is that for?"), buttons=rows)


def asked_card(agent: Agent, actor: Actor) -> Answer:
    return Answer(_("→ {name}").format(name=agent.name(actor.language)), edit=True)


def handoff_line(handoff: Handoff, language: str) -> str:
    """What the chat reads when one assistant passes a conversation on to another."""
    with speaking(language):
        name = handoff.agent.name(language)
        if not handoff.why:
            return _("→ passed to {name}").format(name=name)
        return _("→ passed to {name}: {why}").format(name=name, why=handoff.why)


def why_card(explained: Explained, actor: Actor) -> Answer:
    """Why the last message went to whom, and how to have it otherwise."""
    agent, last = explained.agent, explained.last
    name = agent.name(actor.language) if agent is not None else _("an assistant that is gone by now")
    slug = agent.slug if agent is not None else "slug"
    lines = [_("Your last message here went to: {name}.").format(name=name)]
    lines.append(_reason(last.reason, last.detail or "", explained, actor))
    lines.append(_("To choose yourself: /agent. To ask another once: /ask {slug} …").format(slug=slug))
    is_group = actor.chat_kind is not ChatKind.PRIVATE
    return Answer("\n\n".join(line for line in lines if line), aside=is_group)


def _reason(reason: str, detail: str, explained: Explained, actor: Actor) -> str:
    """In words of a person; a reason of another time has none."""
    scores = _scores(detail, explained.circle.roster, actor.language)
    told = {
        Reason.ASKED: _("You asked it with /ask."),
        Reason.ADDRESSED: _("Your message began with its name after an @."),
        Reason.REPLIED: _("You replied to its message."),
        Reason.BOUND: _("It answers everybody here: that was set for this chat or topic."),
        Reason.PICKED: _("You picked it here with /agent."),
        Reason.HANDED: _("Another assistant passed the conversation on to it: {why}").format(
            why=detail or _("no reason was given")
        ),
        Reason.RULE: _("The message has “{keyword}” in it, and that is for this assistant.").format(
            keyword=detail.rstrip("*")
        ),
        Reason.RECENT: _("It answered you here less than 15 minutes before."),
        Reason.CLASSIFIED: _("By its words the message sounds most like one for it: {scores}.").format(
            scores=scores
        ),
        Reason.CHOSEN: _("You pressed its button, since the words alone left a doubt: {scores}.").format(
            scores=scores
        ),
        Reason.DEFAULT: _("Nothing in the message spoke for anybody, and it is there for everything else."),
    }
    return told[Reason(reason)] if reason in tuple(Reason) else ""


def _scores(detail: str, roster: Sequence[Agent], language: str) -> str:
    """«coach 0.81, analyst 0.10» as a person reads it."""
    names = {agent.slug: agent.name(language) for agent in roster}
    told = []
    for one in detail.split(", "):
        slug, _space, score = one.partition(" ")
        if score.replace(".", "", 1).isdigit():
            told.append(f"{names.get(slug, slug)} {float(score):.0%}")
    return ", ".join(told)


def _agents(roster: Sequence[Agent], language: str, chosen_id: int | None, mark: str) -> Rows:
    buttons = [
        Button(_mark(agent.name(language)[:NAME], is_chosen=agent.id == chosen_id), data=f"{mark}:{agent.id}")
        for agent in roster
    ]
    return tuple(tuple(buttons[at : at + ACROSS]) for at in range(0, len(buttons), ACROSS))


def _mark(text: str, *, is_chosen: bool) -> str:
    return f"✓ {text}" if is_chosen else text
