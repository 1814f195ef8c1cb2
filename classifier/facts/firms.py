"""Firms and estates a text names. A name begins behind a word that leads to it, or behind no letter."""

import re
from collections.abc import Iterator, Sequence

from contracts.events import Fact

_LONGEST = 14  # characters of a name before its kind
# Flat, with a letter at every beginning: so the regex engine looks for a set of characters.
_KINDS = re.compile(
    "有限责任公司|有限公司|公司|印染厂|工厂|厂(?![长里房区家子方内外门])|酒店|饭店|宾馆|幼儿园|培训班|健身房|医院|诊所|门诊部|养老院"
    "|合作社|工作室|律师事务所|超市|驾校|商行|银行|支行|的物业(?:公司)?|物业(?!费|管理费|专项|经理)(?:公司)?"
    "|小区|花园(?!式)|景园|公寓|家园|新村|苑(?=[^一-鿿]|小区|[的东西南北里])|华庭|名邸|公馆|大厦|商城|市场(?![监价经局])"
)
_ESTATES = frozenset(
    ["小区", "花园", "景园", "公寓", "家园", "新村", "苑", "华庭", "名邸", "公馆", "大厦", "商城", "市场"]
)
_LEADS = re.compile(
    r"[^\w（）()·]|[（(](?:[一二三四五六七八九十\d]{1,2}[）)]|(?![^（）()]*[）)]))"
    "|投诉|举报|反映|申请人?|关于|要求|请问?|发现|希望|经查|老板|原来?|街道|[乡镇]|隔壁|附近|旁边|楼[上下]|门口|村口|[昨今]天|[月年]"
    "|[我咱你他她它]们?|[这那哪各每别几一二两三四五六]家?|和(?![平谐美顺兴泰])|对(?!外)|向(?![阳日荣上])|到(?!家)|为(?!民)"
    "|有(?!限)|出(?![租口])|进(?!出)|来(?!水)|开(?![发元泰])|[跟与在被告叫是给由从去的了找让因于把说并及后前又都也还就即已将或称用做"
    "着换回住随改差只想要欲打接处张趟间送离走引不通约促满督管个些某第等过其以]"
)
_ACCUSED, _NEAR = re.compile("(?:投诉|举报|被申请人|状?告)[^一-鿿]?某?$"), 8
_NO_NAME = re.compile(
    "(?:小区|本|该|大|小|新|老|分|子|总|母|私立|公立|国营|民办|公办|便民|外部|外省|本地|相关|第三方|外包|[市县区镇村省]|[一-鿿]级"
    "|人民|开发|物业|保险|房地产|置业|建筑|装[修饰]|劳务|派遣|物流|快递|搬家|贸易|外贸|印染|纺织|服装|家政|中介|网络|传媒|广告|管理)*"
)


def firms(text: str) -> Iterator[Fact]:
    """Every firm and estate `text` names; what only says its trade (物业公司) is nobody's name."""
    last = estate = 0
    for kind in _KINDS.finditer(text):
        # 云栖苑的物业 is a firm with an estate's name.
        begin = estate if kind.start() == last else _led(text, last, kind.start())
        last = estate = kind.end()
        name, what = text[begin : kind.start()], kind.group().removeprefix("的")
        if len(name) < 2 or _NO_NAME.fullmatch(name):
            continue
        if what in _ESTATES:
            estate = begin
            yield Fact(kind="place", start=begin, end=last)
        else:
            yield Fact(kind="firm", start=begin, end=last, value=name + what)


def _led(text: str, last: int, end: int) -> int:
    """Where a name begins that ends at `end`: behind the nearest lead; nowhere in a word that is too long."""
    first = max(last, end - _LONGEST)
    leads = [lead.end() for lead in _LEADS.finditer(text, first, end)]
    return max(leads, default=first if first == last else end)


def respondent(plain: str, named: Sequence[Fact]) -> str | None:
    """Of the firms named in a matter that which the complaint is against: the one accused, else the first."""
    accused = (firm for firm in named if _ACCUSED.search(plain, max(0, firm.start - _NEAR), firm.start))
    firm = next(accused, None) or next(iter(named), None)
    return firm.value if firm else None
