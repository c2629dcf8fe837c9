"""For Tortoise's own command line: `tortoise -c server.migrations.TORTOISE makemigrations`."""

from models.database import config
from server.settings import Settings

TORTOISE = config(Settings().database)
