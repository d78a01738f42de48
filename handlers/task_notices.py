"""News of tasks: what a colleague did, told in private to whom it concerns."""

from collections.abc import Callable

from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.deliveries import Delivery
from crm.tasks.telling import News
from handlers.changed_values import told_words
from handlers.texts import formatted
from handlers.texts import gettext as _


def task_news(delivery: Delivery) -> Answer:
    """Who, what, which task, when it is due or what was written; with a way to open the task's card."""
    who, title, text = (*delivery.text.split("\n", 2), "", "")[:3]
    news, after = News(str(delivery.notice)), "\n\n"
    if news is News.ASSIGNED and text:
        text, after = "📅 " + told_words("due", text, delivery.due_at.year, delivery.actor.timezone), "\n"
    told = {
        News.ASSIGNED: _("{name} gave you a task"),
        News.COMMENTED: _("{name} wrote beside a task"),
        News.COMPLETED: _("{name}: task done"),
    }[news]
    said, entities = formatted(
        told.format(name=who),
        "\n",
        f"#{delivery.task_number} ",
        Bold(title),
        *((after, text) if text else ()),
    )
    open_it = Button(_("Open the task"), data=f"t:{delivery.task_id}:card")
    return Answer(said, entities, buttons=((open_it,),))


TASK_NOTICES: dict[str, Callable[[Delivery], Answer]] = {news.value: task_news for news in News}
