"""A unit's own kind with a field of every type that it may have, followed up."""

from typing import Any

from bot.features.register.own import declaring, making

DOCUMENT: dict[str, Any] = {
    "kind": {
        "id": "service_team",
        "word": "志愿服务队",
        "unit": "次",
        "keepers": ["organization_officer", "mass_work_officer"],
        "phrase": "志愿服务队出队{count}次，{members.person_times}人次参加，服务群众{served.sum}人次",
    },
    "fields": {
        "day": {"type": "day", "label": "出队日期", "needed": True, "dated": True},
        "task": {
            "type": "choice", "label": "服务内容", "needed": True,
            "options": {"tuition": "课后辅导", "repair": "义务维修", "other": "其他"},
        },
        "members": {"type": "people", "label": "参加党员", "needed": True},
        "served": {"type": "number", "label": "服务人数", "unit": "人次"},
        "place": {"type": "site", "label": "地点"},
        "partner": {"type": "org", "label": "合作单位"},
        "shared": {"type": "yesno", "label": "是否联办"},
        "event": {"type": "link", "label": "所属活动"},
        "photos": {"type": "file", "label": "照片"},
    },
}  # fmt: skip
FOLLOWED = {**DOCUMENT, "tracking": {"states": {"open": "待回访", "done": "已回访"}}}
_found, _faults = declaring.read(FOLLOWED)
assert _found is not None, _faults
TEAM = _found
OWN = making.kind(TEAM, "service_team")
