"""Usage in Telegram: /usage, what assistants cost whom, and the budgets of a team."""

from collections.abc import Iterator, Sequence
from functools import partial

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.budgets import MICROS, Budget, Period, Refusal, Scope
from crm.errors import N_, NotFound
from crm.faults import Operator
from crm.people import Actor, ChatKind
from crm.teams import Reach
from crm.updates import Arrival
from crm.usage import Share, Sum, Usage, UsageView
from handlers.notices import Whom
from handlers.private import only_in_private
from handlers.questions import closing
from handlers.texts import formatted, ngettext
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

BUDGET = "usage:budget"  # a question: how many dollars
OFFERED = ("0.50", "2", "10", "off")
SHOWN = 5  # shares of each kind
LISTED = 30  # buttons of one member, chat or assistant
_SET = r"^use:\d{1,18}:(team|member|chat|agent)\.\d{1,18}:(day|month)"


def router() -> Router:
    own = Router(name="usage")
    own.message.register(show_usage, Words("usage", "расход", "расходы", alone=True))
    own.callback_query.register(open_usage, F.data.regexp(r"^use:\d{1,18}$"))
    own.callback_query.register(open_budgets, F.data.regexp(r"^use:\d{1,18}:b(:(member|chat|agent))?$"))
    own.callback_query.register(open_target, F.data.regexp(r"^use:\d{1,18}:t:(member|chat|agent)\.\d{1,18}$"))
    own.callback_query.register(ask_budget, F.data.regexp(_SET + "$"))
    own.callback_query.register(press_budget, F.data.regexp(_SET + r":[0-9.]{1,8}$|" + _SET + ":off$"))
    return own


def answers() -> Router:
    """The sum that was asked for; asked after all commands, so that any of them ends the question."""
    own = Router(name="usage answers")
    own.message.register(type_budget, AnswerTo(BUDGET))
    return own


async def show_usage(message: Message, bot: Bot, actor: Actor, usage: Usage, state: FSMContext) -> Answer:
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    return usage_card(await usage.show(actor), actor)


async def open_usage(query: CallbackQuery, actor: Actor, usage: Usage, state: FSMContext) -> Answer:
    _pressed(query, actor)
    await state.clear()
    return usage_card(await usage.show(actor), actor, edit=True)


async def open_budgets(query: CallbackQuery, actor: Actor, usage: Usage, state: FSMContext) -> Answer:
    words = _pressed(query, actor)
    await state.clear()
    view = await usage.show(actor)
    return budgets_card(view, actor) if len(words) == 1 else targets_card(view, Scope(words[1]), actor)


async def open_target(query: CallbackQuery, actor: Actor, usage: Usage) -> Answer:
    _t, named = _pressed(query, actor)
    scope, _dot, target = named.partition(".")
    return target_card(await usage.show(actor), Scope(scope), int(target), actor)


async def ask_budget(query: CallbackQuery, actor: Actor, state: FSMContext) -> Answer:
    named, period = _pressed(query, actor)
    await state.set_state(BUDGET)
    await state.set_data({"team": actor.workspace_id, "named": named, "period": period})
    buttons = tuple(
        Button(
            _("Off") if sum == "off" else f"${sum}", data=f"use:{actor.workspace_id}:{named}:{period}:{sum}"
        )
        for sum in OFFERED
    )
    back = (Button(_("‹ Back"), data=f"use:{actor.workspace_id}:b"),)
    asked = _("{budget}. How many US dollars? Press, or type a number, for example 1.50; 0 stops it.")
    return Answer(
        asked.format(budget=_budget_words(Scope(named.partition(".")[0]), Period(period))),
        buttons=(buttons, back),
        edit=True,
    )


async def press_budget(
    query: CallbackQuery, actor: Actor, arrival: Arrival, usage: Usage, state: FSMContext
) -> Answer:
    named, period, dollars = _pressed(query, actor)
    await state.clear()
    return await _set(usage, actor, arrival, named, period, dollars, edit=True)


async def type_budget(
    message: Message, words: str, actor: Actor, arrival: Arrival, usage: Usage, state: FSMContext
) -> Answer:
    """What can't be read leaves the question open: its sentence says what to type instead."""
    kept = await state.get_data()
    if kept.get("team") != actor.workspace_id:
        raise NotFound(N_("That is about another team of yours. Switch to it first: /team"))
    arrival = closing(state, arrival)
    return await _set(usage, actor, arrival, kept["named"], kept["period"], words, edit=False)


async def _set(
    usage: Usage, actor: Actor, arrival: Arrival, named: str, period: str, dollars: str, *, edit: bool
) -> Answer:
    scope, _dot, target = named.partition(".")
    return await usage.set_budget(
        actor,
        arrival,
        Scope(scope),
        int(target) or None,
        Period(period),
        dollars,
        lambda budget: budget_set(Scope(scope), Period(period), budget, actor, edit=edit),
    )


def usage_card(view: UsageView, actor: Actor, *, edit: bool = False) -> Answer:
    """Sums of today and this month; with shares and budgets for who manages the team."""
    parts: list[object] = [Bold(_("What assistants cost")), "\n", _line(_("You"), view.mine)]
    if view.team is not None:
        parts += ["\n", _line(_("Team"), view.team)]
    for scope, shares in (view.shares or {}).items():
        if spent := [share for share in shares if share.month.calls]:
            parts += ["\n\n", Bold(_titles()[scope])]
            parts += [f"\n{_line(_share_name(share, scope), share)}" for share in spent[:SHOWN]]
    if view.budgets:
        title = _("Budgets") if view.team is not None else _("Budgets that hold for you")
        parts += ["\n\n", Bold(title)]
        parts += [f"\n{_budget_line(view, budget)}" for budget in view.budgets]
    if view.everyone is not None:
        parts += ["\n\n", _line(_("The whole bot"), view.everyone)]
        if view.bot_micros is not None:
            parts += [
                "\n",
                _("Its budget for a month: {sum}, set by MODEL_BUDGET_MONTH").format(
                    sum=_dollars(view.bot_micros)
                ),
            ]
    parts += ["\n\n", _("Days and months are UTC's.")]
    text, entities = formatted(*parts)
    rows = ((Button(_("Budgets"), data=f"use:{actor.workspace_id}:b"),),) if view.team is not None else ()
    return Answer(text, entities, buttons=rows, edit=edit)


def budgets_card(view: UsageView, actor: Actor) -> Answer:
    """A button for each kind of budget, and ways to one member, chat or assistant."""
    lines = [f"\n{_budget_line(view, one)}" for one in view.budgets] or ["\n", _("None are set.")]
    text, entities = formatted(Bold(_("Budgets")), *lines)
    rows = [
        tuple(
            Button(_budget_words(scope, period), data=f"use:{actor.workspace_id}:{scope}.0:{period}")
            for period in Period
        )
        for scope in (Scope.TEAM, Scope.MEMBER, Scope.CHAT, Scope.AGENT)
    ]
    ones = {
        Scope.MEMBER: _("One member"), Scope.CHAT: _("One chat"), Scope.AGENT: _("One assistant")
    }  # fmt: skip
    rows.append(
        tuple(Button(said, data=f"use:{actor.workspace_id}:b:{scope}") for scope, said in ones.items())
    )
    rows.append((Button(_("‹ Back"), data=f"use:{actor.workspace_id}"),))
    return Answer(text, entities, buttons=tuple(rows), edit=True)


def targets_card(view: UsageView, scope: Scope, actor: Actor) -> Answer:
    """Those that cost most this month first."""
    shares = (view.shares or {}).get(scope, ())
    rows = [
        (Button(_share_name(one, scope), data=f"use:{actor.workspace_id}:t:{scope}.{one.id}"),)
        for one in shares[:LISTED]
    ]
    text = _("Whose budget?") if rows else _("There are none yet.")
    back = (Button(_("‹ Back"), data=f"use:{actor.workspace_id}:b"),)
    return Answer(text, buttons=(*rows, back), edit=True)


def target_card(view: UsageView, scope: Scope, target: int, actor: Actor) -> Answer:
    share = next((one for one in (view.shares or {}).get(scope, ()) if one.id == target), None)
    if share is None:
        raise NotFound(N_("That is no longer there. Open the card again: /usage"))
    named = f"{scope}.{target}"
    words = {Period.DAY: _("A day"), Period.MONTH: _("A month")}
    row = tuple(Button(words[period], data=f"use:{actor.workspace_id}:{named}:{period}") for period in Period)
    back = (Button(_("‹ Back"), data=f"use:{actor.workspace_id}:b:{scope}"),)
    return Answer(_line(_share_name(share, scope), share), buttons=(row, back), edit=True)


def budget_set(scope: Scope, period: Period, budget: Budget | None, actor: Actor, *, edit: bool) -> Answer:
    said = _budget_words(scope, period)
    text = (
        f"{said}: {_dollars(budget.micros)}"
        if budget is not None
        else _("{budget}: no limit").format(budget=said)
    )
    back = (Button(_("‹ Back"), data=f"use:{actor.workspace_id}:b"),)
    return Answer(text, buttons=(back,), edit=edit)


def warn_operators(refusal: Refusal, operators: Sequence[Operator]) -> Iterator[Whom]:
    for operator in operators:
        yield Reach(operator.telegram_chat_id, operator.language), partial(budget_notice, refusal)


def budget_notice(refusal: Refusal) -> Answer:
    """To the operators, once a day for each budget that is used up; whose it is stays unsaid."""
    if refusal.scope is Scope.BOT:
        return Answer(
            _(
                "The bot's budget for this month is used up ({sum}, MODEL_BUDGET_MONTH): assistants answer no questions"
                " until next month (UTC) or until it is raised."
            ).format(sum=_dollars(refusal.micros))
        )
    return Answer(
        _("A budget is used up: “{budget}”, {sum}. Who asked was told. Said once a day: /usage").format(
            budget=_budget_words(refusal.scope, refusal.period), sum=_dollars(refusal.micros)
        )
    )


def sum_words(sum: Sum) -> str:
    """$0.12, and tokens apart where no price is known."""
    said = _dollars(sum.micros) if sum.micros or not sum.unpriced else ""
    if sum.unpriced:
        tokens = ngettext(
            "{count} token without a known price", "{count} tokens without a known price", sum.unpriced
        ).format(count=f"{sum.unpriced:,}".replace(",", " "))
        said = f"{said} + {tokens}" if said else tokens
    return said


def _line(name: str, share: Share) -> str:
    return _("{name}: today {today}, this month {month}").format(
        name=name, today=sum_words(share.today), month=sum_words(share.month)
    )


def _budget_line(view: UsageView, budget: Budget) -> str:
    whose = ""
    if budget.target is not None:
        shares: Sequence[Share] = (view.shares or {}).get(budget.scope, ())
        share = next((one for one in shares if one.id == budget.target), None)
        whose = f" ({_share_name(share, budget.scope) if share else '…'})"
    return f"{_budget_words(budget.scope, budget.period)}{whose}: {_dollars(budget.micros)}"


def _budget_words(scope: Scope, period: Period) -> str:
    return {
        (Scope.BOT, Period.MONTH): _("The whole bot, a month"),
        (Scope.TEAM, Period.DAY): _("The team, a day"),
        (Scope.TEAM, Period.MONTH): _("The team, a month"),
        (Scope.MEMBER, Period.DAY): _("A member, a day"),
        (Scope.MEMBER, Period.MONTH): _("A member, a month"),
        (Scope.CHAT, Period.DAY): _("A chat, a day"),
        (Scope.CHAT, Period.MONTH): _("A chat, a month"),
        (Scope.AGENT, Period.DAY): _("An assistant, a day"),
        (Scope.AGENT, Period.MONTH): _("An assistant, a month"),
    }[scope, period]


def _titles() -> dict[Scope, str]:
    return {Scope.MEMBER: _("Members"), Scope.CHAT: _("Chats"), Scope.AGENT: _("Assistants")}


def _share_name(share: Share, scope: Scope) -> str:
    return share.name or (_("A private chat") if scope is Scope.CHAT else "…")


def _dollars(micros: int) -> str:
    """To the cent, and finer below one."""
    value = micros / MICROS
    return f"${value:.2f}" if value >= 0.01 or value == 0 else f"${value:.4f}"


def _pressed(query: CallbackQuery, actor: Actor) -> list[str]:
    """What a button says. Raises NotFound when the actor is in another team by now."""
    _use, workspace_id, *words = str(query.data).split(":")
    if workspace_id != str(actor.workspace_id):
        raise NotFound(N_("That is about another team of yours. Switch to it first: /team"))
    return words
