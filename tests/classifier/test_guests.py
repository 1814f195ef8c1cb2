"""A guest who writes in another language is never missed, whatever the language."""

from dataclasses import replace

import pytest

from classifier.guests import encoder
from classifier.judgement import Hints
from tests.classifier.courts import guests, is_danger, judged, seen, the_judge, with_judgements

_BEATEN = {
    "en": "He is my husband and he hits me when he drinks, yesterday also my face",
    "es": "Mi marido me golpea cuando bebe y no sé adónde ir",
    "pt": "O meu marido me bateu de novo e tenho medo de voltar para casa",
    "fr": "Mon mari me bat depuis des mois, je ne sais pas où aller",
    "it": "Mio marito mi picchia quando beve e ho paura",
    "de": "Mein Mann schlägt mich, ich habe Angst nach Hause zu gehen",
    "ru": "Мой муж бьёт меня каждый день, помогите",
    "uk": "Чоловік б'є мене, я не знаю, куди йти",
    "tr": "Kocam beni dövüyor, eve gitmeye korkuyorum",
    "id": "Suami memukul saya setiap malam, saya takut",
    "vi": "Chồng tôi đánh tôi mỗi khi uống rượu",
    "sw": "Mume wangu ananipiga kila siku, naogopa",
    "ar": "زوجي ضربني مرة أخرى ولا أعرف إلى أين أذهب",
    "fa": "شوهرم هر شب مرا کتک می‌زند و می‌ترسم",
    "ur": "میرا شوہر روز مجھے مارتا ہے، میں ڈر گئی ہوں",
    "hi": "मेरा पति शराब पीकर मुझे मारता है",
    "bn": "আমার স্বামী আমাকে প্রতিদিন মারে",
    "th": "สามีตบฉันทุกคืน ฉันกลัวมาก",
    "ko": "남편이 술을 마시고 저를 때렸어요",
    "ja": "夫に毎晩殴られています。助けてください",
}
_DYING = {
    "en": "I lost everything and I do not want to live any more",
    "es": "Ya no quiero vivir, lo he perdido todo",
    "fr": "J'ai tout perdu, je n'ai plus envie de vivre",
    "ru": "Я всё потерял и не хочу жить",
    "ar": "خسرت كل شيء ولا أريد الحياة بعد الآن",
    "hi": "मैं अब मरना चाहता हूँ, सब कुछ खत्म हो गया",
    "ko": "모든 것을 잃었고 죽고 싶어요",
    "vi": "Tôi mất hết rồi, tôi không muốn sống nữa",
}
_ROBBED = {
    "en": "Two men robbed me near the station and took my phone",
    "es": "Me robaron el bolso en la estación",
    "ru": "У меня украли сумку на вокзале",
    "ar": "سرق رجل حقيبتي في المحطة",
    "ko": "역에서 지갑을 도둑맞았어요",
    "tr": "Çantam istasyonda çalındı",
}


@pytest.mark.parametrize("language", _BEATEN)
def test_beaten_at_home(language: str) -> None:
    judgement = judged(_BEATEN[language])
    assert (judgement.language, is_danger(judgement)) == (language, True)


def test_words_alone_judge_where_the_encoder_is_not_installed() -> None:
    words = replace(the_judge(), guests=None)
    told = {language: words.judge(text, Hints()) for language, text in _BEATEN.items()}
    assert [language for language, judgement in told.items() if not is_danger(judgement)] == []


def test_its_own_words_are_the_reason_but_no_names_and_numbers() -> None:
    told = "I am Guadalupe Restrepo, passport AB1234567, my boss owes 3 months of salary"
    (matter,) = judged(told, town_code="330603").matters
    (reason,) = (why for why in matter.why if why.startswith("category.model: "))
    words = reason.removeprefix("category.model: ").split(" · ")
    assert "salary" in words
    assert all(word in told and len(word) > 2 for word in words)
    assert not {"Guadalupe", "Restrepo", "AB1234567"} & set(words)


def test_a_letter_costs_nothing_where_nobody_writes_in_another_language() -> None:
    encoder._encoder.cache_clear()
    judged("路灯坏了两个月，没有人来修。")
    assert encoder._encoder.cache_info().currsize == 0
    judged("The street light has been broken for two months")
    assert encoder._encoder.cache_info().currsize == 1


@pytest.mark.parametrize(
    "text", ["\ud800 my boss", "ﷺ" * 3000, "no\x00pay", "؟", "Hello 👩‍👩‍👧‍👦" * 200, "à̴̧́" * 500]
)
def test_odd_letters_are_judged(text: str) -> None:
    judgement = the_judge().judge(text, Hints())
    assert judgement.matters[0].start == 0
    assert judgement.matters[-1].end == len(text)


@pytest.mark.parametrize("language", _DYING)
def test_tired_of_life(language: str) -> None:
    judgement = judged(_DYING[language])
    assert (judgement.language, is_danger(judgement)) == (language, True)


@pytest.mark.parametrize("language", _ROBBED)
def test_robbed(language: str) -> None:
    judgement = judged(_ROBBED[language])
    (matter,) = judgement.matters
    told = {matter.category, matter.second_category}  # of so few words
    assert judgement.language == language
    assert told & {"public_security/theft", "public_security/robbery"}


def test_calm_letters_stay_calm() -> None:
    calm = [row["text"] for row in seen("foreign") if not row["sensitive"] and row["language"] != "zh"]
    assert not [text for text in calm if any(matter.flags for matter in judged(text).matters)]
    assert sum(is_danger(judged(text)) for text in calm) <= 5


def test_what_the_words_were_chosen_with() -> None:
    rows = seen("foreign")
    assert [row["text"] for row in rows if judged(row["text"]).language != row["language"]] == []
    of = guests("seen/foreign", with_judgements(rows))
    assert of["category"] * len(rows) >= len(rows) - 3


def test_hard_letters_the_words_were_chosen_with() -> None:
    rows = with_judgements(seen("foreign_hard"))
    of = guests("seen/foreign_hard", rows)
    assert of["language"] >= 0.97
    assert of["category"] >= 0.74
    assert of["danger_seen"] == 1
    assert of["calm_looked_at"] <= 0.3  # hard look-alikes: of a county's few guests that is a handful a week
    assert of["calm_flagged"] <= 0.04
