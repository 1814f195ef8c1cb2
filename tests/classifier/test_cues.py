from classifier.rulebook.cues import Cue, Scanner


def hits(text: str, *patterns: str) -> list[str]:
    scanner = Scanner((pattern, Cue("t", pattern, 1)) for pattern in patterns)
    return [text[hit.start : hit.end] for hit in scanner.scan(text).of("t")]


def test_a_literal_is_found_wherever_it_stands_also_overlapping() -> None:
    assert hits("路灯路灯杆", "路灯", "灯杆", "灯") == ["路灯", "灯", "路灯", "灯", "灯杆"]


def test_a_gap_stays_within_its_sentence_and_its_reach() -> None:
    assert hits("半夜工地很吵", "半夜…吵") == ["半夜工地很吵"]
    assert hits("半夜来了。很吵", "半夜…吵") == []
    assert hits("半夜" + "啊" * 13 + "吵", "半夜…吵") == []


def test_alternatives_at_the_head_and_in_the_tail() -> None:
    assert hits("夜里响，凌晨吵", "(夜里|凌晨)…(响|吵)") == ["夜里响", "凌晨吵"]


def test_a_number_at_the_head_or_within() -> None:
    assert hits("干了三个月，欠20年", "#个月", "欠#年") == ["三个月", "欠20年"]


def test_a_latin_cue_begins_where_a_word_begins() -> None:
    assert hits("skill, kills 请kill", "kill") == ["kill", "kill"]
