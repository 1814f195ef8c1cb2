"""What can be wrong with a field: a closed set of codes, and what to do about each, in two languages.

Every door speaks from this book, whether a posting, a request or a mended letter is read. A value is never
quoted, nor a name that somebody else chose.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from contracts.errors import Fault


class Code(StrEnum):
    """What is wrong with a field. Programs may rely on these."""

    REQUIRED = "required"
    WRONG_TYPE = "wrong_type"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    BAD_CHARACTERS = "bad_characters"
    BAD_FORM = "bad_form"
    BAD_JSON = "bad_json"
    BAD_ID = "bad_id"
    BAD_TIME = "bad_time"
    IN_FUTURE = "in_future"
    TOO_OLD = "too_old"
    BAD_PHONE = "bad_phone"
    BAD_ID_NUMBER = "bad_id_number"
    BAD_CHECK_DIGIT = "bad_check_digit"
    BAD_BIRTH_DATE = "bad_birth_date"
    BAD_ADDRESS = "bad_address"
    UNKNOWN_PLACE = "unknown_place"
    UNKNOWN_VALUE = "unknown_value"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_FORCE = "unknown_force"
    BAD_CURSOR = "bad_cursor"
    NOT_YOURS = "not_yours"
    NOT_FOR_PEOPLE = "not_for_people"
    UNREADABLE = "unreadable"
    UNFIT = "unfit"


class Said(NamedTuple):
    """A phrase in both languages."""

    en: str
    zh: str


STRING = Said("a string", "字符串")
OBJECT = Said("an object", "对象")
LIST = Said("a list", "数组")
TRUTH = Said("true or false", "true 或 false")
NUMBER = Said("a number", "数字")
WHOLE = Said("a whole number", "整数")

_SAY: Mapping[Code, Said] = {
    Code.REQUIRED: Said("Give this field; it must not be empty.", "请填写此字段，不能为空。"),
    Code.WRONG_TYPE: Said("Send {expected} here.", "此处应为{expected}。"),
    Code.TOO_LONG: Said("Shorten this to at most {limit} characters.", "请缩短至 {limit} 个字符以内。"),
    Code.TOO_SHORT: Said("Send at least {limit} characters.", "至少 {limit} 个字符。"),
    Code.TOO_MANY: Said("Send at most {limit} of these.", "最多 {limit} 项。"),
    Code.TOO_FEW: Said("Send at least {limit} of these.", "至少 {limit} 项。"),
    Code.TOO_LARGE: Said("Send a number up to {limit}.", "数值应不大于 {limit}。"),
    Code.TOO_SMALL: Said("Send a number from {limit} on.", "数值应不小于 {limit}。"),
    Code.BAD_CHARACTERS: Said("Use only {allowed} here.", "此处只能使用{allowed}。"),
    Code.BAD_FORM: Said("Send what fits the pattern {pattern}.", "格式应符合 {pattern}。"),
    Code.BAD_JSON: Said(
        "This is no JSON in UTF-8: look for a missing comma, quote or bracket.",
        "这不是 UTF-8 编码的 JSON，请检查是否缺少逗号、引号或括号。",
    ),
    Code.BAD_ID: Said("Send an id as the hub gave it (a UUID).", "请使用本平台给出的编号（UUID）。"),
    Code.BAD_TIME: Said(
        "Send an ISO 8601 date and time, such as 2024-03-11T19:42:05+08:00.",
        "请使用 ISO 8601 日期时间，如 2024-03-11T19:42:05+08:00。",
    ),
    Code.IN_FUTURE: Said(
        "This time has not come yet: check the clock or the time zone that wrote it.",
        "该时间尚未到来，请检查来源的时钟或时区。",
    ),
    Code.TOO_OLD: Said(
        "This time is more than {limit} years ago: send when the matter was reported.",
        "该时间早于 {limit} 年前，请填写反映事项的时间。",
    ),
    Code.BAD_PHONE: Said(
        "Send a mobile number, a landline with its area code, or + and country code; or none.",
        "请填写手机号、带区号的固定电话，或以 + 和国家代码开头的号码；没有可不填。",
    ),
    Code.BAD_ID_NUMBER: Said(
        "Send the 18 characters of a resident ID number, or leave it out.",
        "请填写 18 位居民身份证号码，或不填。",
    ),
    Code.BAD_CHECK_DIGIT: Said(
        "The check digit does not fit the others: compare the ID number with the card.",
        "身份证号码校验位不符，请与证件核对。",
    ),
    Code.BAD_BIRTH_DATE: Said(
        "Characters 7 to 14 cannot be a birth date: compare the number with the card.",
        "身份证号码第 7 至 14 位不是有效出生日期，请与证件核对。",
    ),
    Code.BAD_ADDRESS: Said(
        "Send a complete https:// address without a login in it.",
        "请填写完整的 https:// 地址，其中不得含账号。",
    ),
    Code.UNKNOWN_PLACE: Said(
        "Send the code of a town (nine digits) or county (six) of this city, or none.",
        "请填写本市乡镇（九位）或县区（六位）代码，或不填。",
    ),
    Code.UNKNOWN_VALUE: Said("Send one of: {allowed}.", "只能是以下之一：{allowed}。"),
    Code.UNKNOWN_FIELD: Said(
        "No field of this name is known here: correct its name or leave it out.",
        "此处没有这个字段，请更正字段名或删去。",
    ),
    Code.UNKNOWN_CATEGORY: Said("The taxonomy has no such category.", "分类体系中没有这个类别。"),
    Code.UNKNOWN_FORCE: Said("The registry of forces has no such id.", "力量名册中没有这个编号。"),
    Code.BAD_CURSOR: Said(
        "Use a cursor as it came in an answer, or none to begin anew.",
        "请使用答复中给出的游标，或不填以从头开始。",
    ),
    Code.NOT_YOURS: Said(
        "This key posts for its own platform only: leave the field out or send that platform.",
        "此密钥只能代表所属平台报送：请不填，或填该平台。",
    ),
    Code.NOT_FOR_PEOPLE: Said(
        "Only the hub itself does this: send another action.", "此动作只由系统执行，请换用其他动作。"
    ),
    Code.UNREADABLE: Said("Send this in a form that can be read.", "此字段无法读取，请更正。"),
    Code.UNFIT: Said("This value cannot be accepted here.", "此处不能接受该值。"),
}


class Wrong(Exception):
    """A field's reader cannot accept what it got. `limits` fill the sentence and never hold the value."""

    def __init__(self, code: Code, **limits: object) -> None:
        super().__init__(code)
        self.code, self.limits = code, limits

    def at(self, field: str) -> Fault:
        """The fault, once it is known which field was read."""
        said = _SAY[self.code]
        zh = {name: one.zh if isinstance(one, Said) else one for name, one in self.limits.items()}
        en = {name: one.en if isinstance(one, Said) else one for name, one in self.limits.items()}
        return Fault(field, self.code, said.en.format(**en), said.zh.format(**zh))
