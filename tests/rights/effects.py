"""What comes of every handler when somebody may: rows, words for others, or something shown. Else nothing was tried."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """`rows`: tables that are changed; `shows`: words that only who may hears; `tells`: others hear of it."""

    rows: frozenset[str] = frozenset()
    shows: str = ""
    tells: bool = False


def rows(tables: str, *, tells: bool = False) -> Effect:
    return Effect(frozenset(tables.split()), tells=tells)


def shows(words: str) -> Effect:
    return Effect(shows=words)


ASKS = rows("dialog")
SIGNED_IN = rows("attendance audit")
POSTPONED = rows("activity notice audit dialog", tells=True)
NOTICE_SENT = rows("notice audit dialog", tells=True)
TASK_MADE = rows("reflection_task audit dialog", tells=True)
MADE_UP = rows("makeup audit dialog", tells=True)
# Told of with the names or titles of the prepared branches, or with words that no refusal has.
LISTS_ACTIVITIES = shows("ahead")
ROLL = shows("应到")
FIGURES = shows("季度")

EFFECTS: dict[str, Effect] = {
    # own sign-in, leave, study, pieces
    **dict.fromkeys(("tap:SignIn", "command:signin", "word:签到", "word:到", "start:c_"), SIGNED_IN),
    **dict.fromkeys(("tap:Acknowledge", "tap:AcknowledgeListed"), rows("receipt")),
    "word:收到": shows("通知"),
    "tap:AskLeave": shows("病假"),
    "tap:ChooseLeave": rows("leave_request audit", tells=True),
    "tap:OfferLeave": shows("事由：家里有事"),
    "tap:ChooseFor": rows("leave_request audit", tells=True),
    "tap:NoLeave": shows("未请假"),
    **dict.fromkeys(("word:is_about_leave", "word:sounds_like_leave", "word:asks_whether"), LISTS_ACTIVITIES),
    "word:asks_when": shows("主题党日a"),
    "word:takes_leave_back": shows("您是要取消请假吗"),
    "answer:leave.reason": rows("leave_request audit dialog", tells=True),
    "tap:UndoStep": rows("leave_request audit"),
    "word:is_courtesy": shows("您是要回复"),
    "word:is_greeting": shows("同志，您好"),
    "word:has_arrived": shows("您是要签到吗"),
    "word:names_step": shows("10分钟内可以撤销收到"),
    "otherwise": shows("没有看懂"),
    **dict.fromkeys(
        ("command:away", "word:外出", "word:wants_away", "word:says_away", "word:says_trip", "tap:SayMore"), ASKS
    ),
    **dict.fromkeys(("word:提前返回", "word:回来了", "tap:ComeBack", "tap:UndoAway"), rows("away_span audit")),
    **dict.fromkeys(("tap:DecideAway", "tap:DecideAwayListed"), rows("away_span audit", tells=True)),
    **dict.fromkeys(("tap:ShowAway", "word:外出名单"), shows("外出名单")),
    "answer:away.form": ASKS,
    **dict.fromkeys(("command:exam", "word:考试", "word:测试"), shows("考试")),
    "tap:SitExam": rows("exam_attempt audit"),
    "tap:NotYet": shows("请在规定时间内答题"),
    "tap:ChooseOption": rows("exam_answer exam_attempt"),
    "tap:TurnQuestion": rows("exam_attempt"),
    "tap:HandInExam": rows("exam_attempt audit"),
    "tap:OpenExam": shows("【考试】测试"),
    **dict.fromkeys(("tap:MakeExam", "tap:ChangeExam", "tap:CallOffExam", "tap:EnterScores"), ASKS),
    **dict.fromkeys(("tap:ChangeScore", "tap:LetIn", "tap:AddQuestions", "tap:TakeOut"), ASKS),
    "tap:NotSat": shows("未参加"),
    "tap:ScoreSheet": shows("成绩册"),
    "tap:SaveScores": rows("exam_attempt audit dialog"),
    "tap:SaveQuestions": rows("exam_question audit dialog"),
    **dict.fromkeys(("tap:OpenBank", "word:题库"), shows("【题库】")),
    "word:may_answer": shows("您正在答题"),
    "tap:ShowQuestions": shows("题目1"),
    "tap:BankTemplate": shows("题库"),
    **dict.fromkeys(("answer:exams.form", "answer:exams.call_off", "answer:exams.scores"), ASKS),
    **dict.fromkeys(("answer:exams.change_score", "answer:exams.let_in"), ASKS),
    **dict.fromkeys(("answer:question_bank.add", "answer:question_bank.take_out"), ASKS),
    "tap:CancelLeave": rows("leave_request audit", tells=True),
    "word:取消请假": rows("leave_request audit"),
    **dict.fromkeys(("command:leave", "word:请假", "word:公差", "word:病假", "word:事假"), LISTS_ACTIVITIES),
    "tap:UndoLeave": rows("leave_request audit"),
    "tap:UndoSignIn": rows("attendance audit"),
    "tap:UndoReceipt": rows("receipt audit"),
    "tap:UndoMakeup": rows("makeup audit"),
    "word:撤销": rows("audit"),
    "tap:HandInMakeup": ASKS,
    **dict.fromkeys(("command:makeup", "word:补学", "word:补课"), ASKS),
    "answer:activity.makeup": MADE_UP,
    "tap:ConfirmPhotos": MADE_UP,
    "tap:DropPhotos": ASKS,
    "tap:TakeAs": MADE_UP,
    "tap:NotHandedIn": ASKS,
    **dict.fromkeys(("command:study", "word:我的学习"), shows("【我的学习】")),
    "tap:OpenItem": shows("《书》"),
    **dict.fromkeys(("word:学完了", "word:都学完了"), shows("《书》")),
    "tap:Done": rows("study_completion audit"),
    "tap:UndoDone": rows("study_completion audit"),
    **dict.fromkeys(("command:submit", "word:交心得", "word:心得"), shows("心得")),
    "tap:HandIn": ASKS,
    "tap:Submit": rows("reflection audit", tells=True),
    "tap:Discard": rows("reflection audit"),
    "tap:UndoSubmit": rows("reflection reflection_part audit dialog"),
    "tap:Resubmit": rows("reflection reflection_part dialog"),
    "tap:DropLast": rows("reflection_part"),
    "tap:NoProblem": rows("reflection audit", tells=True),
    "tap:EmptyForm": shows("填好后直接发回"),
    **dict.fromkeys(("command:selfcheck", "word:自查表", "word:自查"), shows("自查表")),
    "answer:self_check.items": rows("self_check_item"),
    "answer:reflection.parts": rows("reflection_part"),
    "edited:reflections": rows("reflection_part"),
    "edited:leave": shows("您已请假"),
    "edited:notices": shows("您已回复"),
    "edited:activities": shows("签到"),
    "edited:photos": ASKS,
    "edited:handing_in": ASKS,
    "tap:Read": rows("acknowledgement audit"),
    "word:已阅": rows("acknowledgement audit"),
    **dict.fromkeys(("tap:ShowMine", "command:me", "word:我的记录", "word:我的"), shows("【我的记录】")),
    **dict.fromkeys(("command:mine", "word:我的待办", "word:我欠什么"), shows("ahead")),
    "tap:Snooze": rows("outbox promise"),
    # the roll and the unfinished list, nudging
    # A leader's opens today's at once.
    **dict.fromkeys(("command:roll", "word:考勤"), shows("主题党日activity")),
    "tap:AllActivities": shows("【考勤】"),
    "tap:OpenActivity": ROLL,
    "tap:ShowNames": ROLL,
    **dict.fromkeys(("command:minutes", "word:会议记录", "word:写记录", "tap:AllMinutes"), shows("【会议记录】")),
    **dict.fromkeys(("tap:OpenMinutes", "tap:ShowMinutes"), shows("主题党日held")),
    **dict.fromkeys(("tap:SendPaper", "tap:SendPapers"), shows("主题党日held")),
    **dict.fromkeys(("tap:WriteMinutes", "tap:ReadPaper", "answer:minutes.form", "answer:minutes.paper"), ASKS),
    "tap:ShowActivityFiles": shows("会议记录"),
    "tap:OpenSheet": shows("【签到表】"),
    "tap:OpenFiles": shows("【附件】"),
    "tap:AddFiles": ASKS,
    "tap:DropFile": rows("activity_file audit"),
    "answer:activity.files": rows("activity_file audit"),
    "tap:SendSignIns": shows("签到表2023"),
    **dict.fromkeys(("command:templates", "word:活动要求", "answer:minutes.template"), ASKS),
    **dict.fromkeys(("command:todo", "word:未完成名单", "word:谁还缺"), shows("ahead")),
    "tap:RemindAll": shows("将私聊提醒"),
    "tap:RemindSure": rows("outbox promise", tells=True),
    **dict.fromkeys(("tap:ShowRecord", "tap:OpenRecord", "word:names_somebody"), shows("【党员记录】")),
    "tap:ShowUnread": shows("未阅"),
    # making activities, study items, tasks, reminders
    **dict.fromkeys(("command:new", "word:建活动", "command:group_meeting", "word:建党小组会"), ASKS),
    **dict.fromkeys(("tap:Fill", "tap:Wizard"), rows("activity component notice audit dialog", tells=True)),
    "answer:activity.wizard": ASKS,
    "tap:Postpone": ASKS,
    **dict.fromkeys(("tap:ChangeActivity", "answer:activity.change"), ASKS),
    "answer:activity.postpone": ASKS,
    "tap:PostponeTo": POSTPONED,
    "tap:CallOff": rows("activity notice audit", tells=True),
    **dict.fromkeys(("tap:LikeEarlier", "tap:LikeThis"), ASKS),
    "tap:EveryMonth": shows("【每月重复】"),
    "tap:EveryMonthOn": rows("recurrence recurrence_month audit"),
    "tap:Monthly": shows("【每月活动】"),
    "tap:EndMonthly": rows("recurrence audit"),
    "tap:DecideMonth": rows("recurrence_month audit"),
    **dict.fromkeys(("command:notice", "word:发通知", "answer:notice.text"), ASKS),
    "tap:PlainNotice": NOTICE_SENT,
    **dict.fromkeys(("command:study_plan", "word:学习安排"), shows("月份")),
    **dict.fromkeys(("tap:OpenMonth", "tap:EditTheme", "tap:AddItem", "answer:study.item"), ASKS),
    "tap:ItemDraft": rows("study_item audit dialog"),
    "tap:WithdrawItem": rows("study_item audit"),
    "tap:SetPrompt": rows("organisation audit"),
    "tap:SendNow": rows("monthly_theme audit", tells=True),
    "answer:study.title": rows("monthly_theme audit dialog"),
    "answer:study.change": rows("monthly_theme audit dialog"),
    **dict.fromkeys(("command:task", "word:布置心得", "answer:reflection.task", "tap:AssignTask"), ASKS),
    "tap:TaskWizard": TASK_MADE,
    "tap:ListTasks": shows("心得"),
    **dict.fromkeys(("command:check_task", "word:布置自查", "answer:self_check.task"), ASKS),
    "tap:ListChecks": shows("自查表"),
    "tap:OpenTask": shows("心得"),
    "tap:ListMissing": shows("未交"),
    "tap:CallOffTask": rows("reflection_task audit", tells=True),
    **dict.fromkeys(("command:holidays", "word:节前提醒", "tap:Coming"), shows("【节前提醒】")),
    "tap:TurnPage": shows("【时间设置】"),
    "tap:SetTiming": rows("organisation audit"),
    "tap:Reword": ASKS,
    "tap:Unword": rows("organisation audit"),
    "tap:TickBan": rows("organisation audit"),
    "tap:Sample": shows("预览"),
    "answer:integrity.day": rows("reminder_plan audit dialog"),
    "answer:integrity.text": rows("reminder_plan audit dialog"),
    "answer:integrity.words": rows("organisation audit dialog"),
    # approving leave, signing in others, reviewing
    **dict.fromkeys(("tap:DecideLeave", "tap:DecideListed"), rows("leave_request audit", tells=True)),
    **dict.fromkeys(("tap:MarkSomebody", "tap:MarkOther", "tap:MarkPerson"), shows("【补登】")),
    **dict.fromkeys(("tap:MarkAs", "tap:MarkHere"), SIGNED_IN),
    **dict.fromkeys(("tap:RollCall", "tap:RollToggle", "tap:RollPage", "tap:RollSaid", "tap:RollWhich"), ASKS),
    "tap:RollChange": shows("【点名】"),
    "word:is_roll": ASKS,
    "tap:RollDone": shows("将登记"),
    "tap:RollSure": rows("activity attendance audit dialog"),
    "tap:SignInCode": rows("activity audit"),
    "tap:ShowGuests": shows("列席"),
    "tap:SeatGuest": SIGNED_IN,
    "tap:NewGuest": ASKS,
    "answer:activity.guest": rows("person attendance audit dialog"),
    "tap:ShowVotes": shows("有表决权应到"),
    "tap:OpenVote": shows("表决情况"),
    **dict.fromkeys(("command:talk", "word:谈话", "word:谈心谈话"), shows("谈话")),
    **dict.fromkeys(("word:says_talk", "tap:NewCampaign"), ASKS),
    **dict.fromkeys(("answer:talks.form", "answer:talks.withdraw", "answer:talks.campaign"), ASKS),
    **dict.fromkeys(("tap:ChangeTalk", "tap:WithdrawTalk", "tap:ChangeCampaign"), ASKS),
    "tap:ShowTalks": shows("【谈话情况】"),
    "tap:ListTalks": shows("【谈话记录】"),
    "tap:OpenTalk": shows("【谈话】"),
    "tap:UndoTalk": rows("talk audit"),
    "tap:ShowYear": shows("【本年情况】"),
    "tap:ExportTalks": shows(".xlsx"),
    "tap:OpenCampaign": shows("【谈话活动】"),
    **dict.fromkeys(("tap:EndCampaign", "tap:CancelCampaign"), rows("talk_campaign audit")),
    **dict.fromkeys(("tap:NewVote", "tap:ChangeVote", "tap:WithdrawVote", "answer:votes.form"), ASKS),
    "tap:UndoVote": rows("vote audit"),
    **dict.fromkeys(
        ("command:dues", "word:党费", "word:党费登记", "tap:ShowDues", "tap:ShowTicked"), shows("【党费】")
    ),
    **dict.fromkeys(
        ("word:says_everybody", "tap:TickDues", "tap:TickEverybody", "tap:UntickDues"), rows("dues_month audit")
    ),
    **dict.fromkeys(("command:dev", "word:发展党员", "word:积极分子", "tap:ShowDevelopment"), shows("【发展党员】")),
    **dict.fromkeys(("tap:OpenDevelopment", "tap:ShowSteps"), shows("递交入党申请书")),
    "tap:ChooseStep": shows("请选择要登记的环节"),
    **dict.fromkeys(("tap:RecordStep", "tap:CorrectStep", "tap:RemoveStep", "tap:EnterSomebody"), ASKS),
    **dict.fromkeys(("answer:development.step", "answer:development.enter"), ASKS),
    **dict.fromkeys(("tap:AcceptOnRoster", "tap:TurnFull"), ASKS),
    **dict.fromkeys(("tap:UndoDevelopment", "tap:RecordDecided"), rows("development_event audit")),
    "tap:ExportDevelopment": shows("发展党员台账"),
    "tap:OpenMakeup": shows("【补学审核】"),
    "tap:ReviewMakeup": rows("makeup audit", tells=True),
    "answer:activity.makeup_reason": rows("makeup audit dialog", tells=True),
    **dict.fromkeys(("command:review", "word:审阅", "tap:ListWaiting"), shows("待审阅")),
    "tap:OpenPiece": shows("体会"),
    "tap:Review": rows("reflection audit", tells=True),
    "tap:CountProblems": rows("reflection audit", tells=True),
    "tap:ReturnFor": rows("reflection audit", tells=True),
    "answer:reflection.reason": rows("reflection audit dialog", tells=True),
    # roster, accounts
    **dict.fromkeys(("command:people", "word:党员", "word:未绑定名单", "tap:ShowUnbound"), shows("未绑定1人")),
    **dict.fromkeys(
        ("tap:InvitePerson", "tap:InviteAll", "tap:TieGroup", "tap:PrintSheet", "tap:Reinvite"),
        rows("invite audit"),
    ),
    "tap:InviteEverybody": shows("【全部邀请】"),
    "tap:RevokeInvite": rows("invite audit"),
    "tap:ShowAccounts": shows("【更换账号】"),
    "tap:OpenAccount": shows("账号尾号"),
    "tap:Unbind": rows("person audit", tells=True),
    "tap:ChooseBound": shows("【绑定申请】"),
    "tap:BindPerson": rows("person bind_request audit", tells=True),
    "tap:DecideGroup": rows("group_request group_chat audit", tells=True),
    "tap:RefuseBinding": rows("bind_request audit", tells=True),
    **dict.fromkeys(
        ("command:roster", "word:名册", "word:花名册", "tap:ShowRoster", "tap:ShowGroup"), shows("【名册】")
    ),
    "tap:ShowPerson": shows("在册"),
    **dict.fromkeys(("tap:Change", "tap:Pick", "answer:roster.change"), ASKS),
    "tap:UndoChange": rows("rank_span audit"),
    "tap:SetTerm": ASKS,
    "tap:Appoint": shows("【任命】"),
    "tap:BeginTerm": shows("【登记任期】"),
    "answer:roster.term": rows("organisation audit dialog"),
    **dict.fromkeys(("word:导入名册", "tap:ImportRoster", "tap:MoveImport", "tap:AnswerImport"), ASKS),
    **dict.fromkeys(("answer:roster.file", "answer:roster.ask", "answer:roster.look", "answer:roster.since"), ASKS),
    "tap:ConfirmImport": rows("person roster_span membership_span audit dialog"),
    "tap:SendSheet": shows(".xlsx"),
    # figures
    **dict.fromkeys(("command:tally", "word:季度数据", "word:names_quarter"), FIGURES),
    "word:names_period": shows("上半年"),
    **dict.fromkeys(("tap:ShowTally", "tap:ShowSections", "tap:ShowArea", "tap:ShowSection", "tap:OpenType"), FIGURES),
    **dict.fromkeys(("tap:OpenFigure", "tap:ShowMissing", "tap:ShowBelow", "tap:OpenBranch"), FIGURES),
    "tap:OpenNames": ROLL,
    # the report
    **dict.fromkeys(
        ("command:report", "word:生成总结", "word:总结", "word:names_a_report", "tap:ShowReport"), shows("【工作总结】")
    ),
    "tap:ReadReport": shows("工作情况总结报告"),
    "tap:MakeReport": shows("工作情况总结报告.docx"),
    "tap:ReturnReport": ASKS,
    "answer:report.returned": shows("【总结修改稿】"),
    "tap:TakeReturned": rows("audit entry entry_day"),
    # ledgers
    **dict.fromkeys(
        ("command:export", "word:导出", "word:导出表格", "word:names_an_export", "tap:ShowBooks"), shows("【导出】")
    ),
    "tap:GetBook": shows(".xlsx"),
    "tap:GetAll": shows("材料.zip"),
    **dict.fromkeys(("command:month", "word:本月安排", "word:有什么活动", "word:names_month"), shows("月安排】")),
    "tap:ShowMonth": shows("【2023年7月安排】"),
    "tap:SeeActivity": shows("地点："),
    "tap:SeeReminder": shows("请严守纪律"),
    "tap:ShowGroups": shows("按党小组"),
    "tap:ShowPeople": shows("按党员"),
    "tap:ShowPictures": shows("图1.png"),
    "tap:ShowFormulas": shows("口径"),
    # the close and corrections
    **dict.fromkeys(("command:close", "word:定稿", "word:季度定稿", "tap:ShowCheck"), shows("【定稿检查】")),
    "tap:CloseQuarter": rows("quarter_close figure_version audit"),
    **dict.fromkeys(("command:fix", "word:更正", "tap:ShowFixes"), shows("【更正】")),
    "tap:ShowLate": shows("【未计入】"),
    "tap:ShowNotes": shows("【更正说明】"),
    **dict.fromkeys(("tap:FixRoll", "tap:FixScore", "tap:FixField", "tap:AdmitLate"), ASKS),
    **dict.fromkeys(("tap:FixKinds", "tap:FixThings", "tap:FixThing"), shows("【更正内容】")),
    **dict.fromkeys(("answer:closes.roll", "answer:closes.score", "answer:closes.admit", "answer:closes.field"), ASKS),
    "tap:ExportBelow": rows("audit"),
    "tap:ShowTotals": shows("各项合计"),
    **dict.fromkeys(
        ("command:below", "word:未定稿支部", "word:谁还没定稿", "tap:ShowUnclosed"), shows("【未定稿支部】")
    ),
    # the calendar
    **dict.fromkeys(("command:calendar", "word:工作日历"), shows("【工作日历】")),
    **dict.fromkeys(("tap:Send", "answer:calendar.notice", "answer:calendar.look"), ASKS),
    "tap:TakeOver": rows("calendar_year audit dialog"),
    "answer:calendar.own": rows("calendar_year audit dialog"),
    "tap:DropDays": rows("calendar_year audit"),
    # readiness
    **dict.fromkeys(("command:ready", "word:准备情况", "word:还差什么", "word:names_it"), shows("【准备情况】")),
    **dict.fromkeys(
        ("tap:ShowReady", "tap:ShowPart", "tap:ShowReadyBelow", "tap:OpenReadyBelow"), shows("【准备情况】")
    ),
    # norms
    **dict.fromkeys(
        ("command:norms", "word:规范检查", "word:达标情况", "word:规范", "tap:ShowNorms"), shows("【规范检查】")
    ),
    "tap:OpenNorm": shows("【支部设置】"),
    "tap:ExportNorms": shows("依据的记录"),
    **dict.fromkeys(("tap:ChangeNorm", "answer:norms.change"), ASKS),
    # what the clock sends
    **dict.fromkeys(("command:settings", "word:支部设置", "word:设置"), shows("【支部设置】")),
    "answer:settings.form": ASKS,
    **dict.fromkeys(("command:reminders", "word:提醒设置"), shows("【提醒设置】")),
    **dict.fromkeys(("tap:TurnSend", "tap:TurnSure", "tap:SetDigest", "tap:TurnDeadlines"), rows("organisation audit")),
    # the register
    **dict.fromkeys(("command:entry", "word:登记"), shows("【登记】")),
    **dict.fromkeys(("command:ledger", "word:台账", "tap:ShowKinds"), shows("【台账】")),
    "word:may_be_own": shows("【沙龙台账】"),
    **dict.fromkeys(("word:names_new", "word:names_own", "tap:NewEntry", "tap:FindEntries"), ASKS),
    "tap:ChooseActivity": shows("请选择活动"),
    **dict.fromkeys(("word:says_entry", "word:pastes_table", "word:may_be_table", "tap:LikeLast"), ASKS),
    **dict.fromkeys(("answer:register.quick", "tap:FromActivity", "tap:RecordProved"), ASKS),
    **dict.fromkeys(("word:names_ledger", "tap:ShowList", "tap:ShowInState"), shows("受检支部")),
    "answer:register.form": shows("受检支部"),
    "word:names_table": shows("【指导台账】"),
    "tap:ExportLedger": shows(".xlsx"),
    **dict.fromkeys(("tap:OpenEntry", "tap:TurnRows", "tap:ShowHistory", "tap:ChooseField"), shows("受检支部")),
    "tap:ShowFiles": shows("整改照片"),
    **dict.fromkeys(
        ("tap:ChangeField", "tap:AddRow", "tap:MakeLinked", "tap:PasteRows", "tap:PutState", "tap:Withdraw"), ASKS
    ),
    "tap:Report": ASKS,
    "tap:UndoEntry": rows("entry_state audit"),
    **dict.fromkeys(("command:kinds", "word:登记项目", "tap:ShowOwn"), shows("【登记项目】")),
    **dict.fromkeys(("tap:MakeOwn", "tap:AddField", "tap:Rename", "answer:register.own"), ASKS),
    **dict.fromkeys(("tap:OpenOwn", "tap:OpenField"), shows("【登记项目】")),
    "tap:DropField": rows("own_kind_revision audit"),
    **dict.fromkeys(("tap:HandInKind", "answer:own.file", "answer:own.look"), ASKS),
    "tap:TakeFile": rows("own_kind own_kind_revision audit dialog"),
    "tap:StopOwn": rows("own_kind own_kind_revision audit"),
    "tap:HideOwn": rows("organisation audit"),
    # its deadlines, and what is found
    **dict.fromkeys(("command:lists", "word:清单", "word:到期", "tap:ShowLists"), shows("受检支部")),
    **dict.fromkeys(("tap:AskOwner", "tap:AskSure"), rows("outbox promise", tells=True)),
    **dict.fromkeys(("tap:AskSecretary", "tap:AskSecretarySure"), rows("outbox promise", tells=True)),
    **dict.fromkeys(("command:find", "word:seeks", "answer:finding.form"), shows("查找其他")),
    **dict.fromkeys(("word:查找", "word:查"), ASKS),
    # what goes to many
    "tap:Stop": rows("outbox audit"),
    "tap:Resume": rows("outbox audit"),
    "tap:Correct": ASKS,
    "tap:DecideCorrection": rows("notice audit dialog"),
    "answer:broadcast.text": ASKS,
    "tap:Previewed": shows("预览"),
    # the care for data
    **dict.fromkeys(("command:mydata", "word:我的数据"), shows(".json")),
    **dict.fromkeys(("command:care", "word:数据管理"), shows("【数据管理】")),
    "tap:ShowChanges": shows("【变更记录】"),
    "tap:NarrowChanges": ASKS,
    "answer:care.narrow": shows("【变更记录】"),
    "tap:ShowRetention": shows("【保存期限】"),
    "tap:ChoosePeriod": shows("期限"),
    "tap:SetPeriod": rows("retention_rule audit"),
    "tap:Sweep": rows("outbox audit"),
    "tap:ShowWords": shows("【禁发词语】"),
    "tap:AddWord": ASKS,
    "answer:care.word": rows("hygiene_word audit dialog"),
    "tap:RemoveWord": rows("hygiene_word audit"),
    **dict.fromkeys(("tap:EraseWhom", "tap:ErasePerson", "tap:EraseGo"), ASKS),
    "answer:care.whom": shows("【注销数据】"),
    # the secretary's seat, several places
    **dict.fromkeys(
        ("command:handover", "word:移交书记职务", "word:办理交接", "tap:ChooseSuccessor"), shows("【移交书记职务】")
    ),
    "tap:HandOver": rows("duty_span audit", tells=True),
    **dict.fromkeys(("command:switch", "word:切换支部"), shows("机关总支")),
    "tap:SwitchTo": rows("chosen_place audit"),
    # the doors, the menu, what Telegram reports
    "start:": shows("您好"),
    **dict.fromkeys(("start:i_", "start:s_"), rows("person invite audit")),
    "start:g_": rows("group_chat invite audit"),
    **dict.fromkeys(("command:help", "word:帮助", "word:怎么用"), shows("【使用说明】")),
    **dict.fromkeys(("command:more", "word:更多", "tap:OpenSection"), shows("请选择要办理的事项。")),
    **dict.fromkeys(("command:group", "word:本组"), shows("【本组】")),
    **dict.fromkeys(("command:approve", "word:审批请假"), shows("【审批请假】")),
    "tap:Open": shows("ahead"),
    "tap:Look": shows("【我的记录】"),
    "tap:CancelQuestion": ASKS,
    "service:contact": shows("您好！"),
    "service:my_chat_member": rows("person audit"),
    "service:migrated": rows("group_chat audit"),
    "tap:TakeUpAgain": rows("inbox"),
}

# What these do is to say that a button has to be pressed: nobody gets anything by typing there.
# Their buttons alone answer.
ONLY_REFUSES = frozenset({"answer:care.erase", "answer:offer.hand_in"})


def missing(effect: Effect, rows: frozenset[str], heard: str, others: object) -> Iterator[str]:
    """What did not come of it."""
    yield from sorted(effect.rows - rows)
    if effect.shows and effect.shows not in heard:
        yield f"“{effect.shows}”"
    if effect.tells and not others:
        yield "others are not told"
