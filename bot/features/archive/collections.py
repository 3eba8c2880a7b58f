"""The parts of an archive, in the order in which they are written and laid."""

from bot.features.archive import (
    act_part,
    activity_file_rows,
    away,
    close_rows,
    development,
    dues,
    exams,
    hand_in_rows,
    minutes_rows,
    norm_files,
    notice_rows,
    plan_rows,
    reminders,
    study_rows,
    talk_rows,
    vote_rows,
)
from bot.features.archive.parts import Parts

PARTS = Parts(
    (
        # Nearly all others may be about an activity.
        act_part.PART,
        vote_rows.PART,
        minutes_rows.PART,
        notice_rows.PART,
        plan_rows.PART,
        activity_file_rows.PART,
        away.PART,
        development.PART,
        dues.PART,
        exams.PART,
        talk_rows.PART,
        # Tasks are about study items.
        study_rows.PART,
        hand_in_rows.PART,
        reminders.PART,
        norm_files.PART,
        # Corrections are about all of them.
        close_rows.PART,
    )
)
