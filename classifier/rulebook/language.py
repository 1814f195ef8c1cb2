"""Which language a mediator should speak, by script and by small words."""

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files

_SCRIPTS = {
    "han": "[㐀-䶿一-鿿]", "kana": "[぀-ヿ]", "ko": "[가-힯]", "th": "[฀-๿]",
    "arabic": "[؀-ۿݐ-ݿ]", "cyrillic": "[Ѐ-ӿ]", "hi": "[ऀ-ॿ]", "bn": "[ঀ-৿]",
    "ta": "[஀-௿]", "he": "[֐-׿]", "el": "[Ͱ-Ͽ]", "my": "[က-႟]", "km": "[ក-៿]",
    "lo": "[຀-໿]", "ka": "[Ⴀ-ჿ]", "am": "[ሀ-፿]", "latin": "[A-Za-zÀ-ɏḀ-ỿ]",
}  # fmt: skip
_SCRIPT = re.compile("|".join(f"(?P<{name}>{chars}+)" for name, chars in _SCRIPTS.items()))
# Any letter that is neither Chinese nor of the first Unicode block: without one, mostly Chinese is Chinese.
_NEITHER = re.compile("[\u00c0-\u1fff\u2c00-\u2dff\u3040-\u30ff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+")
_URDU = frozenset("ٹڈڑںھہۃےگچپ")
_PERSIAN = re.compile(r"\b(?:است|که|این|را|شما|برای|نیست|می)\b")
_UKRAINIAN, _KAZAKH = frozenset("іїєґ"), frozenset("әғқңөұүһ")
# Letters that only one of the languages in Latin letters has.
_LETTERS = {
    "vi": re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]"),
    "tr": re.compile("[ğışİ]"), "de": re.compile("[äß]"),
    "pt": re.compile("[ãõ]"), "es": re.compile("[ñ¿¡]"),
    "fr": re.compile("[œèêë]|[cdjlmnqst]['’][a-zé]"), "it": re.compile("[ìò]|[a-z]ll'"),
}  # fmt: skip
_ENOUGH_WORDS = 4  # small words of one language, from which a text with Chinese in it is in that language


def detect(text: str) -> str:
    """ISO 639-1; `zh` where nothing says otherwise."""
    plain = len(text.encode("ascii", "ignore"))  # letters of English, digits, spaces
    if plain * 3 < len(text) and not _NEITHER.search(text):
        return "zh"
    counts: Counter[str] = Counter()
    for match in _SCRIPT.finditer(text):
        counts[match.lastgroup or ""] += match.end() - match.start()
    han, kana = counts.pop("han", 0), counts.pop("kana", 0)
    if kana * 6 > han and kana > counts["latin"]:
        return "ja"
    script, size = max(counts.items(), key=lambda item: item[1], default=("", 0))
    if script == "latin":
        return _latin(text, size, han)
    if size <= han:
        return "zh"
    return _named(script, text)


@cache
def _small_words() -> dict[str, frozenset[str]]:
    data = tomllib.loads((files("classifier") / "data" / "languages.toml").read_text("utf-8"))
    return {language: frozenset(words.split()) for language, words in data.items()}


def _latin(text: str, size: int, han: int) -> str:
    words = [word for word in _WORD.findall(text.lower()) if word.isascii() or word[0] < "\u2e80"]
    scores = {language: sum(word in known for word in words) for language, known in _small_words().items()}
    low = text.lower()
    for language, letters in _LETTERS.items():
        scores[language] += len(letters.findall(low))
    best = max(scores, key=lambda language: scores[language])
    if han and (size < han or scores[best] < _ENOUGH_WORDS):
        return "zh"
    return best if scores[best] else "en" if size else "zh"


def _named(script: str, text: str) -> str:
    if script == "arabic":
        return "fa" if len(_PERSIAN.findall(text)) > 1 else "ur" if len(_URDU & set(text)) > 1 else "ar"
    if script == "cyrillic":
        letters = set(text.lower())
        return "kk" if len(_KAZAKH & letters) > 1 else "uk" if _UKRAINIAN & letters else "ru"
    return script
