"""The page: its files and the small JSON interface behind it."""

from pathlib import Path

from aiohttp import web

from bot.playground.server import Playground

FOLDER = Path(__file__).parent / "page"


def add(app: web.Application, playground: Playground) -> None:
    """Add the page's routes to the application."""

    async def index(request: web.Request) -> web.FileResponse:
        return web.FileResponse(FOLDER / "index.html")

    app.router.add_get("/", index)
