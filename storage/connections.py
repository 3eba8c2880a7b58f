"""How many more connections a PostgreSQL server gives us: asked at the start, before a burst of taps finds out."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# Whoever has neither a database nor a role is no client and takes no place. Of others' sessions no more can be seen
# without rights. reserved_connections: from PostgreSQL 16 on, for a role that we need not have.
_PLACES = text("""
    SELECT current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0) AS server,
        (SELECT CASE WHEN rolsuper THEN -1 ELSE rolconnlimit END FROM pg_roles WHERE rolname = current_user) AS role,
        (SELECT CASE WHEN rolsuper THEN -1 ELSE datconnlimit END FROM pg_roles, pg_database
            WHERE rolname = current_user AND datname = current_database()) AS database
""")
_TAKEN = text("""
    SELECT count(*) AS server,
        count(*) FILTER (WHERE usename = current_user) AS role,
        count(*) FILTER (WHERE datname = current_database()) AS database
    FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
""")
LIMITS = {
    "server": "max_connections",
    "role": "the role's CONNECTION LIMIT",
    "database": "the database's CONNECTION LIMIT",
}


def places(session: Session) -> tuple[int, str]:
    """How many connections are left for us, this one counted in, and which limit says so."""
    limits, taken = session.execute(_PLACES).one()._mapping, session.execute(_TAKEN).one()._mapping
    return min((limits[what] - taken[what], name) for what, name in LIMITS.items() if limits[what] >= 0)
