"""What the secretary and the publicity officer wrote down in that quarter: guidance (ST7), an article, a list to be put
right, projects (ST9), service; tap by tap, as they do it.
"""

from collections.abc import Sequence

from bot.playground.acting import Stage

KEEPER, WRITER = "甲一", "丙一"
ARTICLE, PROJECT = "延时服务进社区", "延时服务"


async def guide(stage: Stage, org: str, site: str, on: str) -> None:
    await stage.say(KEEPER, "登记指导支部")
    await stage.say(KEEPER, org)
    await stage.say(KEEPER, site)
    await stage.say(KEEPER, on)
    await stage.tap(KEEPER, "保存", "核对无误")


async def guidance(stage: Stage) -> None:
    """ST7: four visits to three branches at three sites, and one that is only planned."""
    for org, site, on in (
        ("甲支部", "基地1", "8月11日"),
        ("乙支部", "基地1", "8月14日"),
        ("丙支部", "基地2", "8月15日"),
        ("甲支部", "基地3", "8月16日"),
    ):
        await guide(stage, org, site, on)
    await guide(stage, "丁支部", "基地4", "12月20日")


async def publish(stage: Stage) -> None:
    """An article and where it stood."""
    await stage.say(WRITER, "登记宣传稿件")
    await stage.say(WRITER, ARTICLE)
    await stage.say(WRITER, "甲四")
    await stage.say(WRITER, "8月9日")
    await stage.tap(WRITER, "保存", "核对无误")
    await stage.tap(WRITER, "新增刊登", "已登记")
    await stage.say(WRITER, "晨报")
    await stage.say(WRITER, "8月16日")
    await stage.tap(WRITER, "保存", "核对无误")


async def project(stage: Stage, title: str, owner: str, since: str, states: Sequence[tuple[str, str]] = ()) -> None:
    """A practical project, whose it is, since when it is known, and how far it has come."""
    await stage.say(KEEPER, "登记办实事项目")
    await stage.say(KEEPER, title)
    await stage.tap(KEEPER, owner, "请选择责任主体")
    await stage.say(KEEPER, since)
    await stage.tap(KEEPER, "不填写", "措施")
    await stage.say(KEEPER, "9月28日")
    await stage.tap(KEEPER, "保存", "核对无误")
    for act, day in states:
        await stage.tap(KEEPER, "打开", title)
        await stage.tap(KEEPER, act, title)
        await stage.say(KEEPER, day)
        await stage.tap(KEEPER, f"确认{act}", title)


async def projects(stage: Stage) -> None:
    """One done, one on its way, one not begun."""
    await project(stage, PROJECT, "第一党小组", "7月5日", [("开始推进", "7月10日"), ("完成", "8月10日")])
    await project(stage, "助老代办", "第二党小组", "7月5日", [("开始推进", "8月1日")])
    await project(stage, "楼道整治", "第三党小组", "8月1日")


async def draw_up(stage: Stage) -> None:
    """An inspection that found two things, and the list made of it: issued, one of them put right in time."""
    await stage.say(KEEPER, "登记开展检查")
    await stage.tap(KEEPER, "半年检查", "请选择类别")
    await stage.say(KEEPER, "甲支部")
    await stage.say(KEEPER, "8月17日")
    await stage.say(KEEPER, "8月17日")
    await stage.say(KEEPER, "组织生活和台账")
    await stage.say(KEEPER, "2")
    await stage.tap(KEEPER, "保存", "核对无误")
    await stage.tap(KEEPER, "打开", "已登记")
    await stage.tap(KEEPER, "形成整改清单", "【开展检查】")
    await stage.tap(KEEPER, "保存", "核对无误")
    await stage.tap(KEEPER, "打开", "已登记")
    for number, (problem, due) in enumerate((("会议记录不全", "9月8日"), ("台账未更新", "9月20日"))):
        await stage.tap(KEEPER, "新增事项", "已新增事项" if number else "【整改清单】")
        await stage.tap(KEEPER, "党支部建设", "请选择问题类别")
        await stage.say(KEEPER, problem)
        await stage.say(KEEPER, "对照检查，补齐资料")
        await stage.tap(KEEPER, "甲五", "请选择责任人")
        await stage.say(KEEPER, due)
        await stage.tap(KEEPER, "保存", "核对无误")
    await stage.tap(KEEPER, "打开", "已新增事项")
    await stage.tap(KEEPER, "下发清单", "【整改清单】")
    await stage.say(KEEPER, "8月18日")
    await stage.tap(KEEPER, "确认下发清单", "【下发清单】")


async def put_right(stage: Stage) -> None:
    await stage.say(KEEPER, "整改清单")
    await stage.tap(KEEPER, "打开第1条", "整改清单")
    await stage.tap(KEEPER, "事项第1项", "【整改清单】")
    await stage.tap(KEEPER, "完成整改", "第1项")
    await stage.say(KEEPER, "9月5日")
    await stage.say(KEEPER, "会议记录已补齐")
    await stage.tap(KEEPER, "确认完成整改", "【完成整改】")


async def serve(stage: Stage) -> None:
    await stage.say(KEEPER, "登记志愿服务")
    await stage.tap(KEEPER, "社区服务", "请选择类别")
    await stage.say(KEEPER, "9月15日")
    await stage.say(KEEPER, "甲四、甲五、乙三")
    await stage.say(KEEPER, "2小时")
    await stage.say(KEEPER, "30人")
    await stage.tap(KEEPER, "保存", "核对无误")
