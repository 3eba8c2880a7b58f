"""The register: what a branch records beside its activities, of any kind; ledgers, deadlines, figures."""

from bot.features.register import books, figures, forms, handlers, owing, showing, undoing
from bot.features.register.own import forms as own_forms
from bot.features.register.own import handlers as own_handlers
from bot.features.register.quick import forms as quick_forms
from bot.features.register.quick import handlers as quick
from bot.kit.feature import Feature
from bot.kit.own_records import OwnRecords

FEATURE = Feature(
    name="register",
    handlers=[*handlers.HANDLERS, *own_handlers.HANDLERS, *quick.HANDLERS, *handlers.LAST],
    families=[forms.FORMS, own_forms.FORMS, quick_forms.QUICK],
    figures=figures.figures,
    owing=owing.owing,
    nearing=owing.nearing,
    steps=[undoing.steps],
    own_records=OwnRecords("登记", showing.own_lines),
    ledgers=books.books,
)
