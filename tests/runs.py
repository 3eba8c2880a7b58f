"""Which tests the default run leaves to the long walks: it is to end in four minutes with all that it installs."""

import re
from collections.abc import Collection

# Whole files, of which the default run keeps the tests that begin with these words, so that what is broken shows.
WALKS = {
    "attacks/test_buttons": (),
    "attacks/test_files": (),
    "attacks/test_forged": (),
    "attacks/test_logs": (),
    "attacks/test_secrets": (),
    "attacks/test_texts": (),
    "attacks/test_two_features": ("test_a_page",),
    "cli/test_archive_process": (),
    "cli/test_restore": (),
    "e2e/test_connections": (),
    "e2e/test_cut_database": (),
    "e2e/test_lines": ("test_one_call",),
    "e2e/test_nothing_stops": (),
    "e2e/test_restore": (),
    "e2e/test_wrong_clock": (),
    "features/accounts/test_chat": ("test_help", "test_start"),
    "features/accounts/test_groups": ("test_the_desk_is_asked",),
    "features/accounts/test_rebinding_chat": ("test_a_new",),
    "features/activities/test_before_chat": ("test_whoever_is_expected",),
    "features/activities/test_chat": ("test_st1",),
    "features/activities/test_details": ("test_people_are",),
    "features/activities/test_entered": ("test_the_own",),
    "features/activities/test_forms": ("test_half_past_two_is_asked[sqlite-2",),
    "features/activities/test_making": (
        "test_items_are",
        "test_own_words",
        "test_source",
        "test_a_near_double_is_one",
    ),
    "features/activities/test_monthly": (
        "test_the_day",
        "test_a_day_off",
        "test_which",
        "test_it_is_near",
        "test_it_is_proposed",
    ),
    "features/activities/test_stories": (),
    "features/activities/test_roll_call": ("test_task_12[sqlite-2023-07-07 15:00",),
    "features/activity_changes/test_chat": (
        "test_the_place_is_changed[sqlite",
        "test_an_old_button",
        "test_it_is_for",
    ),
    "features/archive/test_service": ("test_what_is_dated", "test_the_settings"),
    "features/activities/test_reminding": ("test_on_the_last", "test_whoever", "test_the_window"),
    "features/away/test_chat": ("test_task_7", "test_leave_is_proposed", "test_nudges_rest"),
    "features/broadcasts/test_chat": ("test_a_notice_is",),
    "features/calendar/test_chat": ("test_own_days_are_set", "test_a_notice_is_shown"),
    "features/calendar/test_feed": (),
    "features/exams/test_chat": ("test_st5[sqlite", "test_question_by", "test_handed_in"),
    "features/dues/test_chat": ("test_off", "test_a_month", "test_two_officers_at_once[sqlite"),
    "features/development/test_chat": ("test_a_new", "test_st2_to_the_roster[sqlite"),
    "features/finding/test_chat": ("test_a_name_finds",),
    "features/integrity/test_chat": ("test_the_plain_word",),
    "features/integrity/test_outage": ("test_a_reminder_goes",),
    "features/integrity/test_together": ("test_one_message",),
    "features/kept_files/test_chat": ("test_it_comes_by",),
    "features/leave/test_cards": ("test_decided_by_one_it_closes_for_the_other[sqlite-yes",),
    "features/leave/test_chat": (),
    "features/leave/test_words": ("test_the_kind_with_a_reason_acts[sqlite-in private",),
    "features/lists/test_chat": ("test_whose_it_is",),
    "features/menu/test_chat": ("test_a_new_keyboard",),
    "features/menu/test_tasks": (),
    "features/minutes/test_chat": ("test_written_in", "test_the_recorder"),
    "features/norms/test_chat": ("test_the_page_says", "test_the_secretary_changes", "test_only_the"),
    "features/notices/test_files": ("test_a_photo",),
    "features/offices/test_chat": ("test_the_secretary_hands",),
    "features/privacy/test_chat": ("test_one_s_own_data",),
    "features/privacy/test_erasure": ("test_what_is_counted",),
    "features/privacy/test_named": ("test_the_records_of_others",),
    "features/privacy/test_ways_out": ("test_a_page_leads_back[words",),
    "features/question_bank/test_chat": ("test_a_table",),
    "features/reflections/test_chat": ("test_two_taps_on_submit",),
    "features/reflections/test_of_activity": ("test_two_taps_set", "test_whom_it_is"),
    "features/reflections/test_stories": (),
    "features/register/test_appointing": ("test_an_office", "test_the_elected"),
    "features/register/test_chat": ("test_task_13", "test_a_kind_of_25"),
    "features/register/test_figures": ("test_st9", "test_a_number"),
    "features/register/test_links": ("test_a_list_is", "test_an_activity_fills", "test_links", "test_what_was_found"),
    "features/register/test_own_chat": ("test_a_kind_is_made",),
    "features/register/test_quick_rows": ("test_placements",),
    "features/register/test_quick_chat": ("test_an_article", "test_a_pasted"),
    "features/register/test_service": ("test_a_bad", "test_what_cannot", "test_a_kind_is", "test_what_is_nobody"),
    "features/reminders/test_chat": ("test_every_send",),
    "features/roster/test_chat": ("test_members_keep",),
    "features/roster_files/test_chat": ("test_a_corrected",),
    "features/roster_files/test_handed_in": ("test_refused",),
    "features/settings/test_chat": ("test_everything_stands",),
    "features/study/test_chat": ("test_the_plain_word",),
    "features/tally/test_chat": ("test_a_book",),
    "features/tally/test_close_day": ("test_what_counts_until",),
    "features/tally/test_groups": ("test_who_left_was_of_the_group_until_then[sqlite-left2",),
    "features/tally/test_over_periods": (
        "test_the_whole_is_the_sum_of_its_parts[2-over-a year of quarters",
        "test_what_came_too_late",
        "test_one_day",
    ),
    "features/tally/test_person_chat": ("test_a_leader_sees", "test_a_member_sees"),
    "features/tally/test_said": ("test_nobody_is_absent",),
    "features/tally/test_words": ("test_in_how_few_taps[a figure",),
    "features/talks/test_chat": ("test_task_14", "test_several", "test_a_sentence_fills"),
    "features/todo/test_chat": ("test_what_do_i_owe",),
    "features/todo/test_digest": ("test_it_goes", "test_what_waits", "test_each_thing", "test_a_branch_with"),
    "features/todo/test_digest_chat": (),
    "features/todo/test_waiting": ("test_leave_is_approved",),
    "features/votes/test_chat": ("test_undone",),
    "growth/test_statements": (),
    "kit/test_another_reader": (),
    "kit/test_answering_and_cards": (),
    "kit/test_edits": ("test_a_receipt_and_a_sign_in_stand[sqlite-in private",),
    "kit/test_forms": ("test_a_form_that_was_left_is_offered_and_goes_on_in_place[sqlite-a_day",),
    "kit/test_long_texts": ("test_the_rest_comes_first",),
    "kit/test_places": ("test_a_tap_is_for",),
    "kit/test_plain_words": ("test_a_row[sqlite-received and",),
    "rights/test_places": (),
    "scheduler/test_ends_together": ("test_ends_of_every",),
    "scheduler/test_wrong_clocks": (),
    "scheduler/test_year": (),
    "storage/test_backup": ("test_a_copy_of_a_busy",),
    "storage/test_cut_lines": (),
    "upgrade/test_upgrade": ("test_what_waited",),
    "watch/test_groups": (),
    "watch/test_line": ("test_a_failure",),
    "watch/test_parked": ("test_the_operators",),
    "watch/test_supergroups": ("test_the_card",),
}
# Of the other files those that cost most.
PARTS = {
    "features/votes/test_service": ("test_of_somebody_erased",),
    "features/privacy/test_own_files": ("test_one_s_own", "test_bytes"),
    "rights/test_strangers": ("test_a_stranger",),
    "attacks/test_senders": ("test_a_thousand",),
    "attacks/test_tables": ("test_a_fault_is_told",),
    "cli/test_commands": (
        "test_a_branch_is_named",
        "test_an_archive_goes",
        "test_an_archive_with",
        "test_every_letter",
        "test_templates_import_back",
        "test_timetable_of",
    ),
    "cli/test_roster_words": ("test_a_real",),
    "e2e/test_process": (
        "test_a_stop_is_clean[2",
        "test_a_stop_is_heard",
        "test_a_stop_is_bounded",
        "test_the_start_takes",
        "test_killed",
        "test_an_absent",
    ),
    "features/archive/test_rules": ("test_anything",),
    "features/privacy/test_files": ("test_who_reads",),
    "features/privacy/test_messages": ("test_every_line", "test_every_act"),
    "features/register/test_archive": (
        "test_entries_of_every",
        "test_the_example_counts",
        "test_what_was_done_in_chat",
    ),
    "features/register/test_kinds": (
        "test_hours",
        "test_families",
        "test_answers",
        "test_tasks",
        "test_indicators",
        "test_own_courses",
    ),
    "features/roster/test_letters": ("test_a_typed_name",),
    "features/roster_files/test_office_files": ("test_a_damaged", "test_more_rows"),
    "kit/test_edge": ("test_start_with_rubbish", "test_an_old_or_forged"),
    "kit/test_form_pages": ("test_every_page",),
    "kit/test_undo": ("test_after_the_cut_off", "test_nor_does_another_branch", "test_a_second_later"),
    "playground/test_bodies": ("test_an_uploaded_document",),
    "playground/test_faults": (
        "test_an_error_instead",
        "test_a_connection_that",
        "test_every_kind_can_be_played[local-cut",
        "test_the_transport_tells",
    ),
    "playground/test_prompter": ("test_an_office",),
    "playground/test_receiving": ("test_an_update_comes_again",),
    "playground/test_webhook": ("test_a_tap_that_is_too_old",),
    "rights/test_walk": ("test_what_each",),
    "scheduler/test_in_hand": ("test_a_crowd",),
    "scheduler/test_kept_waiting": ("test_nobody_waits",),
    "storage/test_migrate": ("test_a_question_that", "test_what_the_earlier", "test_two_processes"),
    "test_prepared": ("test_a_copied",),
}
# Of the kinds of the register the one that has fields of every type stays.
WHOLE_KIND = "of_every_type]"

# A kind is data, and what a database makes of it depends on its shape: PostgreSQL has one of each.
OF_KINDS = ("features/register/test_service.py", "features/register/test_archive.py")
SHAPES = {
    "guidance", "article", "rectification_list", "practical_project", "document", "research_topic", "model_unit",
    "election", "appraisal", "campaign", "plan_item", "condolence", "superior_event", "lent_book",
}  # fmt: skip


# What is so by the shape of a kind alone: SQLite has one of each there too.
BY_SHAPE = (
    "test_a_closed_quarter",
    "test_a_line_of_the_log",
    "test_every_field_may_be_changed",
    "test_it_is_found_by",
    "test_ten_minutes_later",
    "test_what_is_undone",
    "test_what_the_figures_read",
)


def is_left_out(path: str, name: str, kinds: Collection[str]) -> bool:
    """Whether it is of a kind whose shape this database has had in another."""
    of = re.fullmatch(r".*\[(sqlite|postgresql)-(\w+)\]", name)
    if path not in OF_KINDS or of is None or of[2] not in kinds or of[2] in SHAPES:
        return False
    return of[1] == "postgresql" or name.startswith(BY_SHAPE)


def is_long(path: str, name: str) -> bool:
    """Of a test by its file below tests/ and its name with its parameters."""
    file = path.removesuffix(".py")
    walks = not name.startswith(WALKS[file]) if file in WALKS else name.startswith(PARTS.get(file, ()))
    return walks and not name.endswith(WHOLE_KIND)
