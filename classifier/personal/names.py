"""People's names in free text: the model's, and those of other peoples, which are told by their letters."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from classifier.personal.alone import Span
from classifier.personal.lore import lore
from classifier.personal.model import built_names

_WORD = r"(?:[A-Z]')?[A-ZÀ-ÞĐ][a-zà-ɏạ-ỹ']+(?:['-][A-ZÀ-ÞĐa-z][a-zà-ɏạ-ỹ']+)*"
_LATIN = rf"{_WORD}\.?(?: (?:{_WORD}|[A-Z]\.|bin|al|de|van)){{1,3}}"
_FOREIGN = (
    re.compile(r"(?P<v>[А-ЯЁ][а-яё]+(?: [А-ЯЁ][а-яё]+){1,2})"),
    re.compile(r"(?P<v>[가-힯](?<![가-힯].)[가-힯]{1,3}(?![가-힯]))"),
    re.compile(r"(?:叫|姓名[:：]?|自称)(?P<v>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"),
)
_CAPITALISED = re.compile(r"[A-ZÀ-ÞĐ][a-zà-ɏạ-ỹ'-]")
_LED_IN_LATIN = re.compile(
    "(?:[人籍客户先生士员板师友婿妻夫妇联系者我称名是和与伴爸妈儿孩被找跟给同学商主][:：，, ]?"
    "|^|[，。：；（(])"
    rf"(?P<v>{_LATIN})"
)
_BESIDE_PASSPORT = re.compile(rf"(?P<v>{_LATIN})(?=[，,（( ]{{0,2}}(?:护照|[Pp]assport|паспорт))")
_PASSPORT = ("护照", "assport", "паспорт")  # without any of which nothing is beside one
# Characters that spell the sounds of other peoples' names: four or more in a row, and no word.
_SOUND = (
    "[阿艾巴巴布达丹德迪尔菲高格哈赫吉江卡克肯库拉勒丽里力鲁玛马买麦穆木娜那尼努帕琴其热日茹萨赛塞沙斯苏提图土吐托娃瓦乌西"
    "希雅亚伊依扎孜兰山古合汗别买江塔沁托雅图花]"
)
_FOUR_SOUNDS = re.compile(_SOUND + "{4}")
_SOUNDS = re.compile(
    "(?!哈萨克|乌兹别克|吉尔吉斯|塔吉克|土库曼|阿富汗|阿尔及利|阿尔巴尼|阿塞拜|斯里兰卡|斯洛|马达加斯|马来西亚|尼日利亚|尼加拉|哥伦比亚"
    "|利比亚|叙利亚|沙特|阿拉伯|乌鲁木齐|巴塞罗那|巴勒斯坦|巴基斯坦|阿里巴巴|卡拉|布达佩斯|古巴)"
    f"{_SOUND}{{4,8}}(?![一-鿿]{{0,2}}[镇乡村路街店烤拉馆])"
)
_CLAN = re.compile(
    "[阮黎陈裴范武邓吴杜胡潘黄丁郑韦]氏(?![宗祠家兄企集公药诊族后祖股国面餐酒中骨牙正推五大老二三])[一-鿿]{1,2}"
)
_DOTS = "·•"
_DOTTED = re.compile(
    r"[一-鿿]{2,8}[·•](?:[一-鿿]{2,6}?(?=[反说的称与和在因要从把被向给将已来去到住为对等（(，。、]|$|\W)|[一-鿿]{2,4})"
)
_TITLE = re.compile(r"^.*(?:老板|司机|村民|市民|居民|员工|顾客|叫|是|人|摊主)")
_INTRODUCTIONS = (
    *("my name is", "name:", r"mr\.?", r"mrs\.?", r"ms\.?"),
    *("me llamo", "mi nombre es", "je m'appelle", "меня зовут"),
)
_INTRODUCED = re.compile(
    rf"(?:{'|'.join(spelt for lead in _INTRODUCTIONS for spelt in (lead, lead.capitalize()))}) ?"
    r"(?P<v>[A-ZÀ-ÞА-Я][\w'-]+(?: [A-ZÀ-ÞА-Я][\w'.-]*){0,3})"
)


def find_names(
    texts: Sequence[str], plain: Sequence[str], numbers: Sequence[Sequence[Span]], chinese: Sequence[bool]
) -> list[list[Span]]:
    """Where names stand in each text, in no order; `numbers` are what else is people's, which often stands
    beside names. Unusable without the model: then nobody's name would be covered."""
    known = [at for at, own in enumerate(chinese) if own]
    found: list[list[Span]] = [[] for _ in texts]
    spans = built_names().find([plain[at] for at in known], [numbers[at] for at in known])
    for at, own in zip(known, spans, strict=True):
        found[at] = own
    return [
        [*own, *(_of_guests(text, letters) if is_chinese else ()), *_told(text)]
        for own, text, letters, is_chinese in zip(found, texts, plain, chinese, strict=True)
    ]


def _told(text: str) -> Iterator[Span]:
    """Names that the words beside them tell in whatever language."""
    yield from (match.span("v") for match in _INTRODUCED.finditer(text))
    if any(word in text for word in _PASSPORT):
        yield from (match.span("v") for match in _BESIDE_PASSPORT.finditer(text))


def _of_guests(text: str, plain: str) -> Iterator[Span]:
    """Names of other peoples in a Chinese text."""
    yield from (match.span("v") for pattern in _FOREIGN for match in pattern.finditer(text))
    if _CAPITALISED.search(text):
        yield from (match.span("v") for match in _LED_IN_LATIN.finditer(text))
    if _FOUR_SOUNDS.search(plain):
        yield from (match.span() for match in _SOUNDS.finditer(plain))
    if "氏" in plain:
        yield from (match.span() for match in _CLAN.finditer(plain))
    yield from _of_syllables(plain)
    if any(dot in text for dot in _DOTS):
        yield from _dotted(text)


def _of_syllables(plain: str) -> Iterator[Span]:
    begun, name = _syllables()
    last = 0
    for match in begun.finditer(plain):
        if match.start() >= last and (found := name.match(plain, match.start())):
            last = found.end()
            yield found.span()


@cache
def _syllables() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """With what names of other peoples may begin, quickly seen, and these: whole ones, or syllables."""
    whole, syllables = lore().whole, lore().syllables
    first, then = ("".join(sorted({part[at] for part in (*whole, *syllables)})) for at in (0, 1))
    one, part = "|".join(whole), "|".join(sorted(syllables, key=len, reverse=True))
    name = f"(?:(?:{one})(?:{one}|{part})*|(?:{part})(?:{one}|{part})+)[江汗娜木花提敏楞夫娃]?"
    return re.compile(f"[{first}](?=[{then}])"), re.compile(name)


def _dotted(text: str) -> Iterator[Span]:
    for match in _DOTTED.finditer(text):
        title = _TITLE.match(match.group().partition("·")[0])
        yield match.start() + (title.end() if title else 0), match.end()
