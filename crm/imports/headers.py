"""Headers by which other programs call their columns, in Russian and English: data, no rules.

Switchboard's own exports come first; then those of Bitrix24 (contacts, tasks, telephony) and amoCRM (Kommo abroad),
as their exports write them, and what people usually type. Case, ё and punctuation are folded when they are compared.
"""

from collections.abc import Mapping

from crm.exports import Kind

_ID = ("Switchboard ID", "Код в Switchboard")
_PHONE = (
    "Phone", "Phones", "Телефон", "Телефоны", "Номер телефона", "Phone number", "Тел", "Сотовый", "Мобильный", "Mobile",
    # Bitrix24
    "Рабочий телефон", "Мобильный телефон", "Домашний телефон", "Другой телефон", "Телефон для рассылок",
    "Work phone", "Mobile phone", "Cell phone", "Home phone", "Other phone", "Phone for newsletters",
    "PHONE_WORK", "PHONE_MOBILE", "PHONE_HOME", "PHONE_OTHER",
    "Контакт: Рабочий телефон", "Контакт: Мобильный телефон", "Контакт: Домашний телефон", "Контакт: Другой телефон",
    # amoCRM, Kommo
    "Рабочий прямой телефон", "Work direct phone", "Mob. phone", "Direct work phone", "Телефон (контакт)",
)  # fmt: skip
_CONTACT = (
    "Contact", "Контакт", "Клиент", "Customer", "Client", "Абонент", "Основной контакт", "Main contact",
    "Contact name", "Имя контакта", "Имя клиента",
)  # fmt: skip
_LABELS = ("Labels", "Метки", "Теги", "Tags", "Тэги", "Теги контакта", "Contact tags", "Tags contact")
_NOTE = (
    "Notes", "Note", "Заметки", "Заметка", "Комментарий", "Комментарии", "Comment", "Comments",
    "Примечание", "Примечания", "Примечание 1", "Примечание 2", "Примечание 3", "Примечание 4", "Примечание 5",
    "Note 1", "Note 2", "Note 3", "Note 4", "Note 5",
)  # fmt: skip

HEADERS: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    Kind.CONTACTS: {
        "id": _ID,
        "name": (
            "Name", "Имя и фамилия", "Название", "ФИО", "Ф.И.О.", "Full name", "Контакт", "Contact", "Полное имя",
            "Имя, Фамилия", "First and Last Names", "First and last name", "Полное имя контакта", "Contact full name",
            "Contact name", "Имя контакта", "Наименование", "Клиент", "Customer", "Client",
        ),
        "first_name": ("Имя", "First name", "NAME_FIRST", "Given name", "Контакт: Имя"),
        "middle_name": ("Отчество", "Middle name", "Second name", "SECOND_NAME", "Контакт: Отчество"),
        "last_name": ("Фамилия", "Last name", "LAST_NAME", "Surname", "Family name", "Контакт: Фамилия"),
        "phone": _PHONE,
        "email": (
            "E-mail", "Email", "Почта", "Эл. почта", "Электронная почта", "E-mail address", "Адрес эл. почты",
            "Рабочий e-mail", "Частный e-mail", "E-mail для рассылок", "Другой e-mail",
            "Work e-mail", "Home e-mail", "Private e-mail", "Newsletters e-mail", "Other e-mail",
            "EMAIL_WORK", "EMAIL_HOME", "EMAIL_OTHER", "Контакт: Рабочий e-mail",
            "Личный email", "Personal email", "Priv. email", "Email (контакт)",
        ),
        "company": (
            "Company", "Компания", "Организация", "Organization", "Компания контакта", "Contact company",
            "Название компании", "Company name", "Контакт: Компания",
        ),
        "telegram": ("Telegram", "Телеграм", "Контакт Telegram", "Telegram contact", "Telegram username"),
        "stage": ("Stage", "Стадия", "Этап", "Этап сделки", "Стадия сделки", "Статус", "Status", "Lead status"),
        "owner": (
            "Responsible", "Ответственный", "Responsible person", "Responsible user", "Ответственный за контакт",
            "Ответственный за контакт (полное имя)", "Менеджер", "Manager", "Contact responsible",
        ),
        "labels": _LABELS,
        "do_not_call": ("Do not call", "Не звонить"),
        "note": _NOTE,
    },
    Kind.TASKS: {
        "id": _ID,
        "title": (
            "Title", "Задача", "Название", "Task", "Task name", "Название задачи", "Task title", "Наименование",
            "Текст задачи", "Task text", "Тема", "Subject", "Дело", "Что сделать", "To do",
        ),
        "description": ("Description", "Описание", "Подробности", "Details", "Описание задачи"),
        "due": (
            "Due", "Срок", "Крайний срок", "Deadline", "Due date", "Дата выполнения", "Срок исполнения",
            "Дата исполнения", "Complete till", "Срок выполнения", "Дата",
        ),
        "due_time": ("Due time", "Время", "Время срока", "Time"),
        "status": ("Status", "Состояние", "Статус", "Статус задачи", "Task status"),
        "priority": ("Priority", "Приоритет", "Важность", "Importance", "Важная"),
        "task_type": ("Kind", "Вид", "Тип задачи", "Task type", "Тип", "Type"),
        "assignee": (
            "Assignee", "Исполнитель", "Ответственный", "Responsible", "Responsible person", "Responsible user",
            "Кому", "Assigned to", "Ответственный за задачу",
        ),
        "contact": (*_CONTACT, "CRM: Контакт", "Контакты CRM"),
        "phone": ("Phone", "Телефон", "Номер телефона", "Phone number"),
        "labels": _LABELS,
        "result": ("Result", "Итог", "Результат", "Результат задачи", "Task result"),
        "done": ("Done on", "Выполнена", "Дата завершения", "Completed on", "Closed on", "Дата закрытия"),
    },
    Kind.CALLS: {
        "id": _ID,
        "external_id": (
            "Call ID", "Код звонка", "ID звонка", "Идентификатор звонка", "Call identifier", "CALL_ID", "Uniqueid",
            "External ID", "Внешний код",
        ),
        "started": (
            "Began", "Начало", "Начало звонка", "Дата звонка", "Дата и время", "Call date", "Date and time", "Дата",
            "Date", "Start time", "Started at", "Время звонка", "Call start date", "Дата начала звонка", "Call time",
        ),
        "start_time": ("Время", "Time", "Время начала"),
        "direction": (
            "Direction", "Направление", "Тип звонка", "Call type", "Вид звонка", "Входящий/исходящий", "Тип", "Type",
        ),
        "outcome": (
            "Outcome", "Итог", "Результат", "Result", "Статус", "Status", "Статус звонка", "Call status",
            "Результат звонка", "Call result",
        ),
        "duration": (
            "Duration, seconds", "Длительность, секунды", "Длительность", "Duration", "Длительность звонка",
            "Call duration", "Продолжительность", "Длительность, с", "Время разговора", "Talk time",
        ),
        "contact": _CONTACT,
        "phone": (
            *_PHONE, "Номер", "Номер абонента", "Номер клиента", "Caller", "Caller number", "С кем", "Кому", "Number",
        ),
        "member": (
            "Member", "Участник", "Сотрудник", "Employee", "Менеджер", "Manager", "Ответственный", "Responsible",
            "User", "Пользователь",
        ),
        "note": (*_NOTE, "Описание", "Description"),
    },
}  # fmt: skip
"""Field by field; where a header could mean two, the field it stands under here is the likelier."""
