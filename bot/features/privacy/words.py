"""Which columns 我的数据 does not show."""

# They say nothing to a reader: keys, machinery, and what is shown in another way.
HIDDEN = frozenset({
    "id", "person_id", "bot_id", "update_id", "lease_until", "attempts", "resent", "batch", "edits_id",
    "outbox_id", "chat_id", "message_id", "file_id", "file_unique_id", "code_hash", "mime_type", "lane", "job",
    "about", "answer", "fault", "step", "form", "sender", "actor_id", "subject_id", "expires_at", "not_before", "open",
    "erased_at", "digest", "sha256", "unique_id", "target_id",
})  # fmt: skip
