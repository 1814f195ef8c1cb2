import pytest

from tests.classifier.courts import found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请打19900001234找我", ("phone", "19900001234")),
        ("电话+86 199-0000-1234", ("phone", "+86 199-0000-1234")),
        ("手机１９９００００１２３４", ("phone", "１９９００００１２３４")),
        ("打0575-80005566转201", ("phone", "0575-80005566")),
        ("证号330699198812242556登记", ("id_number", "330699198812242556")),
        ("身份证33069919881224255", ("id_number", "33069919881224255")),
        ("护照号M00001526，语言不通", ("passport", "M00001526")),
        ("车牌浙DD00126堵在门口", ("plate", "浙DD00126")),
        ("加微信bailu_sx_520转钱", ("contact", "bailu_sx_520")),
        ("邮箱anran_0601@example.com", ("contact", "anran_0601@example.com")),
        ("付款卡：6222-0000-0903-3118", ("bank_card", "6222-0000-0903-3118")),
        ("租住在胜利路203弄6号401，去年", ("address_detail", "胜利路203弄6号401")),
        ("我家11幢602漏水", ("address_detail", "11幢602")),
        ("我叫祝阿土，六十岁", ("name", "祝阿土")),
        ("申请人：单雪芳", ("name", "单雪芳")),
        ("傅敏 19900003575", ("name", "傅敏")),
        ("男朋友司马骏失踪了", ("name", "司马骏")),
        ("My name is Omar Haddad and I buy cloth", ("name", "Omar Haddad")),
    ],
)
def test_what_is_a_person_s(text: str, expected: tuple[str, str]) -> None:
    assert expected in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "3月8号下单，12345不管，110也不管",
        "快递单号YT8800000123456789",
        "王师傅说下周来，张阿姨不信",
        "银行排号A0137，前面八个人",
        "物业费涨了三毛，电梯坏了半个月",
        "低保标准是每人每月1135元",
    ],
)
def test_what_is_nobody_s(text: str) -> None:
    assert found(text) == []


def test_spans_do_not_overlap_and_stand_in_order() -> None:
    text = "我叫裘晓燕，身份证330699198812242556，电话19900001234，住胜利路203弄6号401室"
    kinds = [kind for kind, _ in found(text)]
    assert kinds == ["name", "id_number", "phone", "address_detail"]
