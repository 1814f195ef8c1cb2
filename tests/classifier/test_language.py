import pytest

from classifier.rulebook.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("路灯坏了三天没人修", "zh"),
        ("樓下好嘈，成晚瞓唔到", "zh"),
        ("", "zh"),
        ("12345 !!", "zh"),
        ("The street light is broken and nobody comes", "en"),
        ("boss no pay 3 month", "en"),
        ("La farola de mi calle no funciona y nadie viene", "es"),
        ("Le lampadaire de la rue est cassé et il ne marche pas", "fr"),
        ("o senhorio nao devolve o deposito", "pt"),
        ("Właściciel nie oddaje kaucji za mieszkanie od miesiąca", "pl"),
        ("Patronul nu mi-a plătit salariul de două luni", "ro"),
        ("De verhuurder geeft de borg niet terug, wat kan ik doen", "nl"),
        ("Dobavljač ne odgovara, platili smo avans", "hr"),
        ("가로등이 고장났어요", "ko"),
        ("街灯が壊れています", "ja"),
        ("柯橋区在住。上階騒音酷い、毎晩眠れず困っています", "ja"),
        ("ﾋﾞｻﾞの更新", "ja"),
        ("Фонарь на улице не работает", "ru"),
        ("Помогите", "ru"),
        ("Пәтер иесі кепіл ақшаны қайтармай жатыр", "kk"),
        ("Батирдин ээси күрөө акчаны кайтарбай жатат", "ky"),
        ("Эзэн нь барьцаа мөнгийг буцааж өгөхгүй байна", "mn"),
        ("Мен тўқимачилик фабрикасида ишлайман, хўжайин ойлик бермаяпти", "uz"),
        ("مصباح الشارع لا يعمل منذ أسبوع", "ar"),
        ("الراجل ده ضحك عليا وخد الفلوس ومش بيرد على التليفون", "ar"),
        ("صاحب\u200cخانه پول پیش من را پس نمی\u200cدهد", "fa"),
        ("زما مالک درې میاشتې معاش نه دی راکړی، مرسته وکړئ", "ps"),
        ("گلی کی بتی خراب ہے، کوئی ٹھیک نہیں کرتا", "ur"),
        ("सड़क की बत्ती ख़राब है", "hi"),
        ("मेरो तलब दुई महिना देखि पाएको छैन", "ne"),
        ("Đèn đường bị hỏng, tôi không thấy người sửa", "vi"),
        ("ไฟถนนเสีย", "th"),
        ("ຊ່ວຍແດ່", "lo"),
        ("ជួយខ្ញុំ", "km"),
        ("ကူညီပါ", "my"),
    ],
)
def test_the_language_a_mediator_should_speak(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("malik ne 3 mahine se salary nahi di, koi madad karein", "ur"),
        ("makan malik deposit wapas nahi kar raha, bahut pareshan hu, kya karu", "hi"),
        ("Chu xuong no luong 3 thang khong tra, chung toi 6 nguoi", "vi"),
        ("hozyain ne platit zarplatu 2 mesyaca, chto delat", "ru"),
        ("ish haqi bermadi, pasportimni qaytarmayapti yordam bering", "uz"),
        ("ana mish la2i shaqqa, sa7eb el beit akhad el ta2min", "ar"),
        ("mero sahu le 3 mahina dekhi talab diyeko chhaina", "ne"),
        ("nisaidie mume wangu ananipiga", "sw"),
        ("Maigidana bai biya ni albashi ba wata biyu", "ha"),
    ],
)
def test_languages_in_letters_that_are_not_their_own_or_that_the_library_hardly_knows(
    text: str, language: str
) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("客户Mr. Smith不付尾款，合同在KEQIAO签的", "zh"),
        ("自称박상묵的男子在酒店大堂争执", "zh"),
        ("我是外教 Tom，boss 不给工资 two months，please help 我", "zh"),
        ("老板说明天给money，到现在no money，三个月了", "zh"),
        ("供应商 Shaoxing Keqiao Textile Import Export Co Ltd 拖欠货款", "zh"),
        ("我老公是巴基斯坦人，名字叫Muhammad Imran Khan，签证过期了怎么办", "zh"),
        ("客户发来邮件说 Please pay the balance as soon as possible，我们怎么办", "zh"),
        ("老板 told me 没问题 no problem, now I want my money and he is gone", "en"),
        ("Hello, I am teacher in 柯桥, school not pay salary, 校长 say wait", "en"),
        ("El 房东 no me devuelve la 押金 desde hace dos meses", "es"),
        ("Em làm ở 柯桥轻纺城, chủ không trả lương, 老板电话不接", "vi"),
        ("Я купила ткань в 柯桥轻纺城, поставщик 陈先生 не отвечает", "ru"),
        ("柯桥에서 원단을 샀는데 老板이 환불을 안 해줘요", "ko"),
    ],
)
def test_between_chinese_words_only_a_language_somebody_speaks_counts(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("odd", ["\ud83d", "\x00", "\x85\u2028", "\u202e", "\U0001f600", "\u0301" * 50])
def test_survives_any_text(odd: str) -> None:
    text = f"No me{odd}\npagan{odd} el sueldo {odd}desde hace dos meses"
    assert detect(text) == detect(text) == "es"
    assert detect(odd) in {"zh", "en"}


def test_a_long_text_is_told_by_its_beginning() -> None:
    assert detect("The landlord keeps my deposit. " * 4000) == "en"
