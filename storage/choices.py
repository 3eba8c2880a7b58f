"""Every closed list of words (stages, statuses, types). Imports nothing, so that rules may use it."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    SUPERIOR_COMMITTEE = "superior_committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"


class MembershipStatus(StrEnum):
    APPLICANT = "applicant"
    ACTIVIST = "activist"
    DEVELOPMENT_TARGET = "development_target"
    PROBATIONARY = "probationary"
    FULL = "full"


class Duty(StrEnum):
    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    ORGANIZATION_OFFICER = "organization_officer"
    PUBLICITY_OFFICER = "publicity_officer"
    DISCIPLINE_OFFICER = "discipline_officer"
    YOUTH_OFFICER = "youth_officer"
    MASS_WORK_OFFICER = "mass_work_officer"
    GROUP_LEADER = "group_leader"
    COMMITTEE_OFFICER = "committee_officer"
    COMMITTEE_MEMBER = "committee_member"


class BindRequestState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class GroupRequestState(StrEnum):
    """What became of the wish for another branch's group chat; one that nobody decided in time is OVER."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    OVER = "over"


class Why(StrEnum):
    """Why a fact of somebody changes: a choice, so that the log may hold it."""

    WORK = "work"
    ELECTION = "election"
    OWN = "own"
    TRANSFER = "transfer"
    MISTAKE = "mistake"
    DECIDED = "decided"


class Source(StrEnum):
    """From what act a change of people came where nobody is asked for a reason: the `why` of its line in the log."""

    ROSTER_IMPORT = "roster_import"
    ARCHIVE_IMPORT = "archive_import"
    HAND_OVER = "hand_over"
    OFFICE_COMMAND = "office_command"


class Rank(StrEnum):
    """From low to high: the order of the members is the order of the ranks. What has no place in it is no member."""

    WORKER = "worker"
    CLERK = "clerk"
    STAFF = "staff"
    DEPUTY_SECTION = "deputy_section"
    SECTION = "section"
    DEPUTY_DIVISION = "deputy_division"
    DIVISION = "division"
    DEPUTY_BUREAU = "deputy_bureau"
    BUREAU = "bureau"


class Category(StrEnum):
    IN_SERVICE = "in_service"
    RETIRED = "retired"
    FLOATING = "floating"


class ExemptionReason(StrEnum):
    LONG_SICK_LEAVE = "long_sick_leave"
    MATERNITY_LEAVE = "maternity_leave"
    FRAIL_RETIRED = "frail_retired"
    FLOATING_MEMBER = "floating_member"
    ABROAD = "abroad"
    OTHER = "other"


class ActivityType(StrEnum):
    MEMBERS_MEETING = "members_meeting"
    COMMITTEE_MEETING = "committee_meeting"
    GROUP_MEETING = "group_meeting"
    THEME_PARTY_DAY = "theme_party_day"
    PARTY_LECTURE = "party_lecture"
    INTEGRITY_STUDY_DAY = "integrity_study_day"
    GROUP_DISCUSSION = "group_discussion"
    RED_SITE_VISIT = "red_site_visit"
    OPEN_TALK = "open_talk"
    WARNING_EDUCATION = "warning_education"
    LEAD_STUDY = "lead_study"
    ORGANIZATIONAL_LIFE_MEETING = "organizational_life_meeting"
    DEMOCRATIC_APPRAISAL = "democratic_appraisal"
    CASE_BULLETIN = "case_bulletin"
    INTEGRITY_EXHIBITION_VISIT = "integrity_exhibition_visit"
    INTEGRITY_BASE_VISIT = "integrity_base_visit"
    COBUILD_EXCHANGE = "cobuild_exchange"
    OATH_REVIEW = "oath_review"


class Scope(StrEnum):
    BRANCH = "branch"
    GROUP = "group"
    COMMITTEE = "committee"
    DELEGATED = "delegated"
    NAMED = "named"


class Mode(StrEnum):
    """How people come together."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    MIXED = "mixed"


class Level(StrEnum):
    """Of who organised or awarded something."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    COUNTY = "county"
    SUPERIOR_COMMITTEE = "superior_committee"
    UNIT = "unit"


class Organizer(StrEnum):
    OWN_BRANCH = "own_branch"
    JOINT = "joint"
    SUPERIOR = "superior"
    OTHER_BRANCH = "other_branch"


class ActivityStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class AttendanceStatus(StrEnum):
    PRESENT = "present"
    LATE = "late"
    ONLINE = "online"
    ABSENT = "absent"
    OBSERVER = "observer"


class SignInMethod(StrEnum):
    BUTTON = "button"
    WORD = "word"
    CODE = "code"
    ROLL_CALL = "roll_call"
    MARKED = "marked"


class LeaveType(StrEnum):
    OFFICIAL_DUTY = "official_duty"
    SICK = "sick"
    PERSONAL = "personal"


class OfficialDutyAs(StrEnum):
    """How approved leave for official duty counts in a branch (D6)."""

    LEAVE = "leave"
    PRESENT = "present"
    EXCLUDED = "excluded"


class ConversionCountDate(StrEnum):
    """By which day a conversion counts in a branch (D17)."""

    APPROVAL = "approval"
    BRANCH_MEETING = "branch_meeting"


class DuesKept(StrEnum):
    """Whether a branch ticks who has paid the dues, and for how long at once (R24)."""

    OFF = "off"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class ExemptFrom(StrEnum):
    """What an exemption may free from (D26)."""

    ATTENDANCE = "attendance"
    STUDY = "study"
    REFLECTION = "reflection"
    EXAM = "exam"


class MonthlyDocument(StrEnum):
    """What a branch files each month."""

    MINUTES = "minutes"
    MONTHLY_LEDGER = "monthly_ledger"
    RECTIFICATION_EVIDENCE = "rectification_evidence"


class Motion(StrEnum):
    """What is put to the vote (D18)."""

    ACCEPT_PROBATIONARY = "accept_probationary"
    CONVERT_FULL = "convert_full"
    RESOLUTION = "resolution"
    ELECTION = "election"


class Opinion(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class VoteExclusion(StrEnum):
    """Why a full member is not reckoned among the expected voters (R6)."""

    INCAPABLE = "incapable"
    ABROAD = "abroad"
    UNDER_SANCTION = "under_sanction"
    BEDRIDDEN = "bedridden"
    NOT_TRANSFERRED = "not_transferred"
    RETIRED_AWAY = "retired_away"
    OTHER = "other"


class DevelopmentStep(StrEnum):
    """What happens to somebody on the way into the Party, in its order; then what is beside it (S41-S43)."""

    APPLICATION = "application"
    APPLICATION_TALK = "application_talk"
    ACTIVIST_CONFIRMED = "activist_confirmed"
    MENTORS = "mentors"
    REVIEW = "review"
    DEVELOPMENT_TARGET = "development_target"
    SPONSORS = "sponsors"
    TRAINING = "training"
    POLITICAL_REVIEW = "political_review"
    PREVIEW = "preview"
    PUBLICITY = "publicity"
    ACCEPT_PASSED = "accept_passed"
    ACCEPT_APPROVED = "accept_approved"
    EXTENSION = "extension"
    CONVERSION_PASSED = "conversion_passed"
    CONVERSION_APPROVED = "conversion_approved"
    ENDED = "ended"
    # Only in archives: what the roster knows by its spans.
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"


class DevelopmentEnd(StrEnum):
    """Why nobody goes on with it; no judgement of anybody."""

    OWN_WISH = "own_wish"
    LEFT = "left"
    DECIDED = "decided"


class MinutesForm(StrEnum):
    """How minutes were handed in."""

    TYPED = "typed"
    FILE = "file"
    PAPER = "paper"


class MinutesState(StrEnum):
    DRAFT = "draft"
    FINAL = "final"


class ActivityFileRole(StrEnum):
    """What a file of an activity is."""

    NOTICE = "notice"
    SIGN_IN_SHEET = "sign_in_sheet"
    PHOTO = "photo"
    MINUTES = "minutes"


class LeaveState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AwayState(StrEnum):
    """Of a span in which somebody is away; ended: by who came back early."""

    REGISTERED = "registered"
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class ExamMode(StrEnum):
    """Where a test is sat: in the chat with the bot, or elsewhere, so that only its scores come."""

    IN_CHAT = "in_chat"
    OUTSIDE = "outside"


class QuestionKind(StrEnum):
    SINGLE = "single"
    SEVERAL = "several"
    TRUE_FALSE = "true_false"


class AttemptKind(StrEnum):
    FORMAL = "formal"
    MAKEUP = "makeup"
    RETAKE = "retake"


class TalkKind(StrEnum):
    """What a talk is for (R41)."""

    HEART_TO_HEART = "heart_to_heart"
    INTEGRITY_REMINDER = "integrity_reminder"
    ROUTINE = "routine"
    PRE_APPOINTMENT = "pre_appointment"
    TRANSFER = "transfer"


class TalkMode(StrEnum):
    IN_PERSON = "in_person"
    PHONE = "phone"
    HOME_VISIT = "home_visit"
    COLLECTIVE = "collective"
    OTHER = "other"


class MakeupState(StrEnum):
    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class StudyItemKind(StrEnum):
    BOOK = "book"
    DOCUMENT = "document"


class StudyItemState(StrEnum):
    ASSIGNED = "assigned"
    WITHDRAWN = "withdrawn"


class HandInKind(StrEnum):
    """What a task asks people to hand in."""

    REFLECTION = "reflection"
    SELF_CHECK = "self_check"


class TaskAudience(StrEnum):
    ALL_MEMBERS = "all_members"
    SECTION_RANK_AND_ABOVE = "section_rank_and_above"
    VOLUNTARY = "voluntary"


class PieceState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class InboxState(StrEnum):
    NEW = "new"
    CLAIMED = "claimed"
    DONE = "done"
    ANSWERED = "answered"
    PARKED = "parked"
    REFUSED = "refused"


class Lane(StrEnum):
    """What goes first when the pace is short."""

    ANSWERS = "answers"
    MUST_ARRIVE = "must_arrive"
    BROADCASTS = "broadcasts"


class OutboxState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


class YearState(StrEnum):
    """How sure a year's working days are: announced, the organisation's own file, or reckoned by principle (暂定)."""

    OFFICIAL = "official"
    OVERRIDE = "override"
    PROVISIONAL = "provisional"


class JobRunState(StrEnum):
    PLANNING = "planning"
    PLANNED = "planned"
    MISSED = "missed"


HERE = frozenset({AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ONLINE})
# Did not take place on its day: nobody was there, nobody was missing.
OFF = frozenset({ActivityStatus.CANCELLED, ActivityStatus.POSTPONED})
# Away for the nudges: one that still waits for a decision is not, and one that was ended was until that day.
IS_AWAY = frozenset({AwayState.REGISTERED, AwayState.APPROVED, AwayState.ENDED})
# What somebody has said of days to come, decided or not.
SAYS_AWAY = frozenset({AwayState.REGISTERED, AwayState.PENDING, AwayState.APPROVED})
# For those whom the activity names, one by one.
BY_NAME = frozenset({Scope.DELEGATED, Scope.NAMED})
# The committee of a branch (支委): every office but a group leader's and a superior committee's.
COMMITTEE = frozenset(Duty) - {Duty.GROUP_LEADER, Duty.COMMITTEE_OFFICER}


class CorrectionKind(StrEnum):
    """What a correction does, by the names of an archive (D20b)."""

    ATTENDANCE = "attendance"
    LEAVE_APPROVE = "leave_approve"
    ACTIVITY_ADMIT = "activity_admit"
    MAKEUP_ADMIT = "makeup_admit"
    COMPLETION_ADMIT = "completion_admit"
    REFLECTION_ADMIT = "reflection_admit"
    SELF_CHECK_ADMIT = "self_check_admit"
    TALK_ADMIT = "talk_admit"
    ATTEMPT_ADMIT = "attempt_admit"
    SCORE = "score"
    ENTRY_ADMIT = "entry_admit"
    FIELD = "field"
