import pytest

from tests.classifier.courts import judged, the_judge


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("村口路灯坏了。另外，我妈八十岁低保没评上。", ["public_facilities", "welfare"]),
        ("两件事。一是招不到工人；二是门口没有停车位，天天贴条。", ["enterprise", "transport"]),
        (
            "走访三处：路灯不亮；两户为院墙吵；河道垃圾没人清。",
            ["public_facilities", "neighbour", "environment"],
        ),
        ("①养老保险怎么转移；②驾驶证扣分怎么申诉", ["social_security", "transport"]),
        ("电线杆歪了还有隔壁小店油烟太大", ["public_facilities", "pollution"]),
    ],
)
def test_several_matters(text: str, subjects: list[str]) -> None:
    assert [m.category.partition("/")[0] for m in judged(text).matters] == subjects


@pytest.mark.parametrize(
    "text",
    [
        "隔壁养了十几只鸽子，每天咕咕叫。另外我拍了两段视频作证据。",
        "老板欠我工资三万。我手上有：1、结算条子；2、银行流水；3、工友录音；4、考勤照片。",
        "申请小作坊登记，已备：①租赁合同②平面图③健康证④工艺流程，窗口退回两次。",
        "烧烤店油烟吹到阳台。衣服收进来都是味道。晚上六点到十一点最凶。",
    ],
)
def test_one_matter_with_its_evidence(text: str) -> None:
    assert len(judged(text).matters) == 1


def test_a_flood_of_items_is_capped() -> None:
    text = "".join(f"第{n}件，路灯坏了。" for n in "一二三四五六七" * 9)
    assert len(judged(text).matters) == the_judge().rulebook.splitting.most
