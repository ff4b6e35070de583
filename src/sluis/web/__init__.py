"""The page kit: layout, components, forms, session, sign-in and languages. It knows no slice.

A slice writes a page like this. In its `web.py`::

    router = APIRouter()
    officer = require_role("officer")

    @router.get("/lijsten/{exchange_id}")
    def show(request: Request, exchange_id: UUID, person: Annotated[SignedIn, Depends(officer)]) -> Response:
        with kit_of(request).database.transaction() as connection:
            exchange = find_exchange(connection, exchange_id)
        return render(request, "lists/exchange.html", exchange=exchange)

and in `templates/exchange.html`::

    {% extends "page.html" %}
    {% block title %}{{ _("Uitwisseling") }}{% endblock %}
    {% block breadcrumbs %}{{ ui.breadcrumbs([(_("Lijsten"), "/lijsten")]) }}{% endblock %}
    {% block content %}
    {{ ui.facts([(_("Gevraagd op"), exchange.at | moment)]) }}
    {% call ui.form("/lijsten", upload=true) %}
    {{ ui.file_upload("file", _("Bestand"), error=error) }} {{ ui.button(_("Verstuur")) }}
    {% endcall %}
    {% endblock %}

Every route names its right (`require_role`, `current_person` or `public`); every form goes through `ui.form`, which
carries the token; a route that takes files says how large with `@accepts_body`. `/ontwerp` shows all components.
Sentences are `_("Dutch with {name}", name=…)` in templates and `msg("…")` in code; there is one way to mark both.
"""
