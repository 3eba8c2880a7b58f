"""A group that is given up, and comes back, in two processes at the same moment."""

from sqlalchemy import select

from bot.features.accounts import groups, service
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.organisation import GroupChat
from tests.cast import make_branch
from tests.features.accounts.test_groups import HELD, NOW, SECOND, SOON, settle


def test_given_up_at_the_moment_in_which_it_comes_back(postgresql_url: str) -> None:
    """Of two processes on one database: what the one has read of the group is old when it writes, or the other's."""
    with Storage(postgresql_url) as storage:
        with storage.transaction() as session:
            town = settle(session, make_branch(session, now=NOW))
            branch, by = town.cast.branch_id, town.holder.id
            service.set_group_active(session, HELD, False, SECOND, NOW)
        with storage.transaction() as late:
            read = late.scalars(select(GroupChat)).one()
            with storage.transaction() as session:
                groups.tie(session, branch, -701, "新群", by, SOON)
            service.set_group_active(late, HELD, True, SECOND, SOON)
            assert (read.given_up, read.active) == (True, False)
        with storage.transaction() as late:
            read = late.scalars(select(GroupChat).where(GroupChat.chat_id == -701)).one()
            with storage.transaction() as session:
                service.set_group_active(session, -701, False, SECOND, SOON)
            groups.tie(late, branch, HELD, "群", by, SOON)
            assert read.given_up
        with storage.reading() as session:
            lines = select(Audit.details).where(Audit.subject == "group_chat", Audit.subject_id == read.id)
            newest = session.scalars(lines.order_by(Audit.id.desc()).limit(1)).one()
            assert newest["changes"] == {"given_up": [False, True]}
