"""Why a posting is refused: a closed set of codes and what to do about each. A value is never quoted."""

from enum import StrEnum

from contracts.errors import Fault


class Code(StrEnum):
    """What is wrong with a field. The console translates these; programs may rely on them."""

    REQUIRED = "required"
    WRONG_TYPE = "wrong_type"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    BAD_CHARACTERS = "bad_characters"
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
    NOT_YOURS = "not_yours"


_SAY = {
    Code.REQUIRED: "Give this field; it must not be empty.",
    Code.WRONG_TYPE: "Send {expected} here.",
    Code.TOO_LONG: "Shorten this to at most {limit} characters.",
    Code.TOO_MANY: "Send at most {limit} of these.",
    Code.BAD_CHARACTERS: "Use only {allowed} here.",
    Code.BAD_TIME: "Send an ISO 8601 date and time, such as 2024-03-11T19:42:05+08:00.",
    Code.IN_FUTURE: "This time has not come yet: check the clock or the time zone that wrote it.",
    Code.TOO_OLD: "This time is more than {limit} years ago: send when the matter was reported.",
    Code.BAD_PHONE: "Send a mobile number, a landline with its area code, or + and country code; or none.",
    Code.BAD_ID_NUMBER: "Send the 18 characters of a resident ID number, or leave it out.",
    Code.BAD_CHECK_DIGIT: "The check digit does not fit the others: compare the ID number with the card.",
    Code.BAD_BIRTH_DATE: "Characters 7 to 14 cannot be a birth date: compare the number with the card.",
    Code.BAD_ADDRESS: "Send a complete https:// address without a login in it.",
    Code.UNKNOWN_PLACE: "Send the code of a town (nine digits) or county (six) of this city, or none.",
    Code.UNKNOWN_VALUE: "Send one of: {allowed}.",
    Code.NOT_YOURS: "This key posts for its own platform only: leave the field out or send that platform.",
}


class Wrong(Exception):
    """A field's reader cannot accept what it got. `limits` fill the sentence and never hold the value."""

    def __init__(self, code: Code, **limits: object) -> None:
        super().__init__(code)
        self.code, self.limits = code, limits

    def at(self, field: str) -> Fault:
        """The fault, once it is known which field was read."""
        return Fault(field, self.code, _SAY[self.code].format(**self.limits))
