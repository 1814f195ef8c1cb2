import pytest

from classifier.rulebook.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("路灯坏了三天没人修", "zh"),
        ("", "zh"),
        ("12345 !!", "zh"),
        ("客户Mr. Smith不付尾款，合同在KEQIAO签的", "zh"),
        ("自称박상묵的男子在酒店大堂争执", "zh"),
        ("The street light is broken and nobody comes", "en"),
        ("老板 told me 没问题 no problem, now I want my money and he is gone", "en"),
        ("La farola de mi calle no funciona y nadie viene", "es"),
        ("Le lampadaire de la rue est cassé et il ne marche pas", "fr"),
        ("가로등이 고장났어요", "ko"),
        ("街灯が壊れています", "ja"),
        ("Фонарь на улице не работает", "ru"),
        ("مصباح الشارع لا يعمل منذ أسبوع", "ar"),
        ("گلی کی بتی خراب ہے، کوئی ٹھیک نہیں کرتا", "ur"),
        ("malik ne 3 mahine se salary nahi di, koi madad karein", "ur"),
        ("सड़क की बत्ती ख़राब है", "hi"),
        ("Đèn đường bị hỏng, tôi không thấy người sửa", "vi"),
        ("ไฟถนนเสีย", "th"),
    ],
)
def test_the_language_a_mediator_should_speak(text: str, language: str) -> None:
    assert detect(text) == language
