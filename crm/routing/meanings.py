"""Meanings: words of both languages that say the same about whom a message is for, so that one teaches the other.

Each meaning lists its words, lower case with ё folded: a beginning (`напиш` is also напишите), or after = a whole word.
Of several beginnings that fit, the longest counts. A word may have several meanings, and the first is its chief one.
"""

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "write": (
        "напиш напис пиши =писать =составь =составьте составит =состав сочин накида накин наброса набросо "
        "=придумай придумат придумайт сгенерир сформулир =оформи черкни write writing wrote draft compos "
        "craft generat jot =pen brainstorm phrase =phrased formulat сформул оформи оформ =word"
    ),
    "rewrite": (
        "перепис перепиш перефраз переформ передела сократ сокращ укорот =короче =покороче =проще =попроще "
        "=вежливее =повежливее мягче помягче дружелюбн =теплее =официальнее =понятнее отредактир редактир "
        "редактур =правки =поправь вычит =исправь исправьт исправит =улучши улучшит rewrit rephras reword "
        "paraphras shorten =shorter polish =edit editing edited proofread tighten =concise =clearer "
        "friendlier softer =polite politer =formal =tone wording simplif condens trim smoother warmer"
    ),
    "text": (
        "письм =письмо текст =пост =поста =посты постик сообщени емейл имейл =мейл email =mail =letter "
        "letters рассыл newsletter заголов headline слоган slogan tagline объявлени описани description анонс "
        "announc =кп коммерческ оффер статья статью статьи article blog блог сторис stories caption подпис "
        "тизер пресс релиз =bio =тема =тему =темы =subject смс sms paragraph абзац абзацы брошюр brochure "
        "буклет листовк flyer лендинг landing website сайт сценари invitation приглашен поздравл поздрав "
        "greeting congrat тост открытк =copy =ad =ads advert реклам отзыв review =proposal =essay memo шаблон "
        "template linkedin instagram инстаграм facebook вконтакте соцсет формулировк sentence sentences "
        "резюме презентаци =bullet bullets =фразу"
    ),
    "mistakes": (
        "ошибк опечат запят орфограф пунктуац грамматик grammar grammer spelling punctuat =typo =typos comma "
        "commas"
    ),
    "translate": (
        "переведи переведит перевест перевод translat =английский =русский =немецкий =english =russian"
    ),
    "courtesy": ("извин apolog благодар =sorry поблагодар соболезн condolence вежлив отказать =отказ"),
    "how_to": (
        "как how =ways =way =tips =tip совет посовет подскаж advice advise =should =стоит =правильно lessons "
        "=техника techniqu tactic strategy тактик стратеги coach научи"
    ),
    "say": (
        "ответит отвеча ответь отвеч =сказать говорит =скажу respond =answer =reply replies =say saying =says "
        "отреагир реагир react возразит парир"
    ),
    "objection": (
        "возраж objection дорог expensive pricey overpriced дешев cheap подума =think дума интерес interested "
        "budget бюджет конкурент competitor сомнев doubt hesitat reluctan отказыва отказал refus reject "
        "pushback sceptic skeptic устраивает =денег unconvinced"
    ),
    "selling": (
        "дожать дожим дожму закрыт =закрыть закрыва =закрою убед уговор convinc persuad =close =closing "
        "=продать продава продаж =sell selling sale upsell переговор negotiat торг bargain haggl скидк "
        "discount discont уступ concession pitch питч уломат впар подвест склонит апсейл допродат договорит "
        "выторг прогнут прожать"
    ),
    "trouble": (
        "молчит молчат пропал исчез тянет тянут переносит откладыва игнор орет орут ругает злится злой хам "
        "скандал кричит недовол грубит ghost silent silence unrespons stall angry rude upset shout yell "
        "postpon furious annoyed остыл слился слива сливаются динамит =ушел =уходит =уйти уговар cancel "
        "отменя отменил churn leav хвата бросает вешает hang hung"
    ),
    "customer": (
        "клиент покупат заказчик client customer buyer prospect =lead =leads =лид =лида =лиды =лидов =лпр "
        "собеседник gatekeeper секретар procurement закупщик director =ceo =cfo начальник owner гендир"
    ),
    "cold": ("холодн =cold прозвон скрипт script незнаком stranger icebreaker opener warm"),
    "prepare": (
        "подготовит подготовк готовит prepare preparing =prep practic practis rehears потрен тренир прорепет "
        "репет ролев =роль =role roleplay разыгра симул simulat pretend притвор сыграй отработ отрабат поучи "
        "тренаж"
    ),
    "fear": (
        "боюсь страх страшно стесн волну неловк робе afraid nervous scared =shy anxious anxiety stress "
        "мандраж confiden увереннос уверенн стыдно"
    ),
    "discovery": ("вопрос question потребност =needs qualif квалиф выявит discovery rapport доверие trust"),
    "followup": ("дожим follow nudge chase chasing вернут напомин remind"),
    "count": (
        "сколько скоко скок количеств =число =числу =numbers count =total totals всего =сумма =сумму посчит "
        "подсчит amount =volume quantity объем"
    ),
    "percent": (
        "процент % =доля =долю =rate rates конверс conversion ratio =share percent средн averag =mean median "
        "длительност duration"
    ),
    "report": (
        "отчет report статист =стата =стату =стате =стат statist =stats =stat сводк сводн summar итог digest "
        "дашборд dashboard kpi показател metric цифр figures analyt аналит анализ проанализ analy breakdown "
        "разбивк разбей распредел distribut динамик trend тренд график =chart charts =graph graphs диаграмм "
        "табличк результат results эффективн performance productiv продуктивн прогноз forecast метрик воронк "
        "funnel =numbers pipeline выручк revenue"
    ),
    "compare": (
        "сравн compar =versus =vs =против прошл previous =больше =меньше =лучше =хуже =better =worse =топ "
        "=top =best =worst =most =least =fewest лучший худший рейтинг rank ranking лидер leader отста behind "
        "=ahead опереж чаще =реже often =more =less =fewer лучшее between than разниц"
    ),
    "why": ("почему why причин reason =отчего зачем"),
    "change": (
        "упал упали снизил снижа вырос растет растем рост просел просе падае падени drop grew grow growth "
        "increas decreas declin =fell =rise rising slump spike скач изменил changed ухудш =dip slower slow"
    ),
    "period": (
        "недел месяц квартал =год =года =году полугод январ феврал март апрел =май =мая =мае июн июл август "
        "сентябр октябр ноябр декабр week month quarter =year years annual yearly monthly weekly januar "
        "februar march april =may june july august septemb octob novemb decemb =q1 =q2 =q3 =q4 period период "
        "лето летом зим осен весн spring summer autumn winter"
    ),
    "day": (
        "сегодн завтра вчера утром вечером =днем обед today tomorrow yesterday tonight morning afternoon "
        "evening monday tuesday wednesd thursd friday saturd sunday понедельн вторник сред четверг пятниц "
        "суббот воскресен =сейчас =щас =now =soon скоро ближайш =next следующ поза"
    ),
    "team": (
        "команд =отдел отдела отделе менеджер сотрудник продавц коллег team =reps =rep seller salespe manager "
        "staff colleag employee operator ребят =каждый =каждого =each =every =everyone"
    ),
    "call": (
        "звон созвон =call =calls called calling phoned недозвон дозвон дозван пропущен missed unanswer трубк "
        "перезвон позвон voicemail набира"
    ),
    "task": (
        "задач =дела =дел =task =tasks tasc todo =задание задани deadline дедлайн срок overdue просроч =due"
    ),
    "meeting": ("встреч meeting appointment созвон =demo демо"),
    "schedule": (
        "расписан календар schedul calendar agenda =план =планы =запланировано =plate =plans свобод =free "
        "busy занят"
    ),
    "settings": (
        "умеешь можешь =бот =бота =боте =боту =bot settings setting настро timezone таймзон пояс язык "
        "уведомлен notificat =включить =выключить =отключить =включи =disable =enable кнопк =button участник "
        "invite пригласи удалит =delete =import =export импорт экспорт работаешь =помощник workspace"
    ),
    "show": (
        "покаж =show =list выведи открой =open найди =find =искать поищи =look display напомни remind =дай "
        "=give перечисл скинь"
    ),
    "when": ("когда =when =время =time =давно =ago"),
    "who": ("=кто =who =whom =кому =кем =кого whose"),
    "info": ("номер телефон phone адрес address контакт contact =почта =почту фамили surname"),
    "me": ("=мне =меня =мои =моя =мой =мое =моих =my =me =mine =i =мною =я"),
    "we": ("=мы =нас =наш =наши =наша =нам =we =our =us =ours =нашей =наших"),
    "greet": (
        "привет здравств добр хай =hello =hi =hey спасиб =thanks =thank =thx =ok =ок =окей =пока =bye =алло "
        "=ау =ку =салют =йо =yo =хорошо =понял =понятно =ясно =да =нет =yes =no =great =cool =супер =класс "
        "молодец welcome"
    ),
    "world": (
        "столиц capital погод weather курс currency =euro =euros =dollar =dollars доллар евро рубл convert "
        "конверт километр =km kilomet recipe рецепт =joke анекдот шутк значит означает meaning =mean "
        "определени definition explain объясн ндс vat налог =tax столько расст distance население population "
        "фильм movie book книг ресторан restaurant lunch пообедать кофе coffee праздник holiday выходн =чем "
        "отлича difference =такое =такой wiki history столица президент president iphone код code python "
        "excel =будет =до =осталось =until =left расстоян город =city =spell =пишется =слово =word =words "
        "=лет грамм фунт gram pound =pounds ounce литр =sea высот height старше расшифр аббревиатур =stand"
    ),
    "past": (
        "=последний =последнего =последней =последние =last =latest обещал договорил promised agreed "
        "=закончился говорил говорили =spoke =spoken =talk =talked"
    ),
    "deal": (
        "сделк =deal =deals выигран проигран =won =lost =win =wins =lose =losing теря контракт contract"
    ),
    "money": ("цен price pricing стоимост cost оплат платит payment pay invoice счет"),
    "which": ("=какой =какая =какие =каких =какому =каким =какое =which =каков"),
    "what": ("=что =чо =че =what =whats =what's =чего =чем"),
    "where": ("=где =куда =откуда =where"),
    "need": ("=нужно =нужен =нужна =нужны =надо =need =want =хочу =хочется =wanna =нуж"),
    "can": ("=можно =можешь =могу =can =could =may =может"),
    "this": ("=это =этот =эту =этого =этом =этой =this =that =these =текст =тут =here"),
    "begin": ("начат начин начну =start =starting =begin старт первые =first"),
    "hours": ("=long долго длится минут =hour =hours =час =часы =часов =minutes =time =занимает =уходит"),
    "active": (
        "активн active заброс neglect перегруж загруж overload loaded loyal спящ слаб weak =сильные strength "
        "силь"
    ),
    "help": ("помог помощ =help =sos =помоги =helpme"),
    "partner": ("поставщик supplier vendor партнер partner"),
    "owner": ("отвечает ответствен respons курирует assigned назнач =зовут =name"),
    "nice": (
        "красив =nice beautiful catchy звуч =sound =sounds =тон =тоном harsh resk резк грубо сухо =funny "
        "=funnier смешн юмор душевн тепл живее оживи канцеляр jargon эмоц лаконичн =ясно =clear креатив "
        "creativ wittier =punchy"
    ),
    "variant": ("вариант version variant =another =другой =другие =еще option"),
    "points": ("пункт bullet point списк"),
    "mood": ("мотивир motivat настроиться настрой выгор устал energy"),
    "insight": ("вывод insight закономерн pattern бросается =stand =out выдели тенденц закономер причин"),
    "sales": ("продаж sales оборот выруч revenue чек"),
    "progress": (
        "прогресс progress план =plan =target =targets =goal цел =выполняем =успеваем хуже эффектив"
    ),
    "complain": ("претенз жалоб complain claim рекламаци"),
    "office": ("отпуск holiday vacation автоответ"),
    "debt": ("должник debtor долг оплат неоплат unpaid"),
    "back": ("вернут return =back ушедш lost"),
    "ask": ("прос =ask =asks =asked =asking спрос требу demand хочет хотят wants =wants"),
    "product": ("товар product услуг service гаранти guarantee доставк delivery возврат"),
    "note": ("заметк =note =notes записано записал"),
    "deadend": ("отказ =no =нет никак"),
    "talk": (
        "разговор беседа conversation =conversations =talk говорить общат общени =speak обсужд discussion"
    ),
    "urgent": ("срочн urgent важн important"),
    "recency": ("=последний =последние =last =recent"),
    "they": ("=они =она =он =he =she =they =him =her =them =ему =ей =им =его =их =it's"),
    "boss": ("=boss начальник директор director =ceo =cfo owner владел гендир генеральн руковод chief"),
    "decide": ("решени decision решат decide decid выбрал choose chose chosen"),
    "this_bot": (
        "undo отмен =log запис записать =save сохран =change поменя измени удали delete remove подключ "
        "connect групп =group reset switch =turn смени notificat уведомл настро функци feature команды "
        "command пользов pausa напоминани reminder импорт"
    ),
    "value": ("ценност value обоснова justif аргумент argument преимуществ benefit доказ prove выгод"),
    "step": ("=шаг =шаги =step =steps =дальше =next =теперь"),
    "behave": ("веду вести =вел себя behave behav поведен реагир react"),
    "analysis": (
        "узк bottleneck отклонен anomal этап stage отвали застря stuck достиг achiev загружен busiest"
    ),
    "go_on": ("=продолжай continue =go =дальше =начнем =давай =ладно nothing ничего"),
    "scenario": ("видео video ролик реклам promo"),
    "referral": ("рекоменд referral refer reference посовет"),
    "messenger": ("whatsapp ватсап вотсап вацап viber"),
    "hook": ("=серьезно serious зацеп hook против against"),
}
