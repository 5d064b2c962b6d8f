"""The peer of `cargo xtask bench db`: the list of activities as a competent FastAPI + SQLAlchemy team would serve it.

Two forms of one answer, both behind the same sign-in: `/v1/activities` is tuned (statements built once, columns instead of
entities, no session and no transaction around a read, orjson, no model for the answer), `/plain/v1/activities` is what
the tutorials of both projects show (entities, a session and a statement built per request, a response model). The bench holds each answer against ours, field by
field, before it measures. Never here: anything that the answer does not need.
"""

import base64
import os
from datetime import date, datetime, timezone
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import jwt
import orjson
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Response
from pydantic import BaseModel
from sqlalchemy import DateTime, ForeignKey, Row, Text, bindparam, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column

SECRET = os.environ["PEER_TOKEN_SECRET"]

engine = create_async_engine(
    os.environ["PEER_DATABASE_URL"],
    pool_size=int(os.environ.get("PEER_POOL_SIZE", "16")),
    max_overflow=0,
    # One plan for each statement, as ours have.
    connect_args={"server_settings": {"plan_cache_mode": "force_generic_plan", "jit": "off"}},
)
# A read of one statement needs no transaction: this saves BEGIN and ROLLBACK, a round trip each.
reading = engine.execution_options(isolation_level="AUTOCOMMIT")
plain = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text()}


class Athlete(Base):
    __tablename__ = "athlete"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    timezone: Mapped[str]


class LoginSession(Base):
    __tablename__ = "login_session"
    athlete_id: Mapped[UUID] = mapped_column(ForeignKey("athlete.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Activity(Base):
    __tablename__ = "activity"
    athlete_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None]
    name: Mapped[str]
    sport: Mapped[str]
    sub_sport: Mapped[str | None]
    notes: Mapped[str | None]
    start_time: Mapped[datetime]
    source_format: Mapped[str]
    device: Mapped[str | None]
    elapsed_s: Mapped[float]
    moving_time_s: Mapped[float]
    timer_s: Mapped[float | None]
    distance_m: Mapped[float | None]
    ascent_m: Mapped[float | None]
    descent_m: Mapped[float | None]
    avg_hr_bpm: Mapped[float | None]
    max_hr_bpm: Mapped[float | None]
    avg_cadence_per_min: Mapped[float | None]
    avg_power_w: Mapped[float | None]
    energy_kcal: Mapped[float | None]
    rpe: Mapped[float | None]
    gear: Mapped[str | None]
    is_race: Mapped[bool]
    has_track: Mapped[bool]
    deleted_at: Mapped[datetime | None]
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    has_positions: Mapped[bool] = column_property(channels.contains(["latitude_deg", "longitude_deg"]))


# The columns of our statement.
COLUMNS = [
    getattr(Activity, name)
    for name in (
        "id sport sub_sport name start_time source_format device elapsed_s moving_time_s distance_m ascent_m descent_m "
        "avg_hr_bpm max_hr_bpm avg_cadence_per_min avg_power_w energy_kcal rpe gear is_race has_track"
    ).split()
] + [Activity.has_positions.label("has_positions")]
LIST = "activities:start_time"


def page(statement):
    """The first page of an athlete's list, newest first; `after` continues it."""
    return (
        statement.where(
            Activity.athlete_id == bindparam("athlete_id"), Activity.deleted_at.is_(None), Activity.parent_id.is_(None)
        )
        .order_by(Activity.start_time.desc(), Activity.id.desc())
        .limit(bindparam("max_rows"))
    )


def after(statement):
    before = (bindparam("before_time"), bindparam("before_id"))
    return statement.where(tuple_(Activity.start_time, Activity.id) < tuple_(*before), Activity.start_time <= before[0])


# Without and with a cursor.
PAGES = (page(select(*COLUMNS)), after(page(select(*COLUMNS))))


def parameters(athlete_id: UUID, cursor: str | None, limit: int) -> dict:
    found = {"athlete_id": athlete_id, "max_rows": limit + 1}
    if cursor:
        time, id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))["k"]
        found |= {"before_time": datetime.fromisoformat(time), "before_id": UUID(id)}
    return found


def cursor_after(last) -> str:
    key = orjson.dumps({"v": 1, "l": LIST, "k": [last.start_time, str(last.id)]}, option=orjson.OPT_UTC_Z)
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


class Principal:
    __slots__ = ("athlete_id", "zone")

    def __init__(self, row: Row):
        self.athlete_id = row.id
        self.zone = ZoneInfo(row.timezone)


PRINCIPAL = (
    select(
        Athlete.id, Athlete.email, Athlete.display_name, Athlete.role, Athlete.timezone, LoginSession.id.label("session")
    )
    .join(LoginSession, LoginSession.athlete_id == Athlete.id)
    .where(
        LoginSession.athlete_id == bindparam("athlete_id"),
        LoginSession.id == bindparam("session"),
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
    )
)


async def who(db: AsyncConnection | AsyncSession, authorization: str) -> Principal:
    """The account and the session that the access token names, if it still stands: one statement."""
    try:
        claims = jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401)
    if claims.get("purpose") != "access":
        raise HTTPException(401)
    ids = {"athlete_id": UUID(claims["sub"]), "session": UUID(claims["sid"]), "now": datetime.now(timezone.utc)}
    row = (await db.execute(PRINCIPAL, ids)).one_or_none()
    if row is None:
        raise HTTPException(401)
    return Principal(row)


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def speed(row) -> float | None:
    return round(row.distance_m / row.moving_time_s, 3) if row.distance_m and row.moving_time_s else None


def pace(row) -> float | None:
    return round(row.moving_time_s / row.distance_m * 1000, 1) if row.distance_m and row.moving_time_s else None


def item(row, zone: ZoneInfo) -> dict:
    return {
        # asyncpg has a UUID of its own, which orjson does not know.
        "id": str(row.id),
        "name": row.name,
        "sport": row.sport,
        "sub_sport": row.sub_sport,
        "start_time": row.start_time,
        "local_date": row.start_time.astimezone(zone).date(),
        "elapsed_s": rounded(row.elapsed_s, 1),
        "moving_time_s": rounded(row.moving_time_s, 1),
        "distance_m": rounded(row.distance_m, 2),
        "average_speed_m_s": speed(row),
        "pace_s_per_km": pace(row),
        "ascent_m": rounded(row.ascent_m, 1),
        "descent_m": rounded(row.descent_m, 1),
        "avg_hr_bpm": rounded(row.avg_hr_bpm, 1),
        "max_hr_bpm": rounded(row.max_hr_bpm, 1),
        "avg_cadence_per_min": rounded(row.avg_cadence_per_min, 1),
        "avg_power_w": rounded(row.avg_power_w, 1),
        "energy_kcal": rounded(row.energy_kcal, 1),
        "rpe": rounded(row.rpe, 1),
        "gear": row.gear,
        "is_race": row.is_race,
        "has_track": row.has_track,
        "has_positions": row.has_positions,
        "source_format": row.source_format,
        "device": row.device,
    }


app = FastAPI(openapi_url=None)
Limit = Annotated[int, Query(ge=1, le=100)]
Bearer = Annotated[str, Header()]


@app.get("/v1/activities")
async def tuned(authorization: Bearer, limit: Limit = 50, cursor: str | None = None) -> Response:
    async with reading.connect() as db:
        principal = await who(db, authorization)
        # Built once: building it for each request costs a third of the whole answer.
        statement = PAGES[cursor is not None]
        rows = (await db.execute(statement, parameters(principal.athlete_id, cursor, limit))).all()
    shown = rows[:limit]
    answer = {
        "items": [item(row, principal.zone) for row in shown],
        "next_cursor": cursor_after(shown[-1]) if len(rows) > limit else None,
    }
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), media_type="application/json")


class Item(BaseModel):
    id: UUID
    name: str
    sport: str
    sub_sport: str | None
    start_time: datetime
    local_date: date
    elapsed_s: float | None
    moving_time_s: float | None
    distance_m: float | None
    average_speed_m_s: float | None
    pace_s_per_km: float | None
    ascent_m: float | None
    descent_m: float | None
    avg_hr_bpm: float | None
    max_hr_bpm: float | None
    avg_cadence_per_min: float | None
    avg_power_w: float | None
    energy_kcal: float | None
    rpe: float | None
    gear: str | None
    is_race: bool
    has_track: bool
    has_positions: bool
    source_format: str
    device: str | None


class ItemPage(BaseModel):
    items: list[Item]
    next_cursor: str | None


async def plain_session():
    async with plain() as db:
        yield db


PlainSession = Annotated[AsyncSession, Depends(plain_session)]


async def plain_principal(db: PlainSession, authorization: Bearer) -> Principal:
    return await who(db, authorization)


@app.get("/plain/v1/activities")
async def as_the_tutorials(
    db: PlainSession,
    principal: Annotated[Principal, Depends(plain_principal)],
    limit: Limit = 50,
    cursor: str | None = None,
) -> ItemPage:
    statement = page(select(Activity))
    if cursor:
        statement = after(statement)
    rows = (await db.scalars(statement, parameters(principal.athlete_id, cursor, limit))).all()
    shown = rows[:limit]
    return ItemPage(
        items=[Item(**item(row, principal.zone)) for row in shown],
        next_cursor=cursor_after(shown[-1]) if len(rows) > limit else None,
    )
