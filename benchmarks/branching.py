"""A content project whose templates branch: arms, loops, bounds and two languages, as real ones have them."""

from __future__ import annotations

import json
from pathlib import Path

TEMPLATES = 200
CHANNELS = ("messenger", "instagram", "whatsapp", "webmessaging", "apple", "open")

VISIT = """---
description: Tell about visit %d
params:
  first_name: {type: string, minLength: 1, maxLength: 30}
  status: {enum: [booked, moved, cancelled, done]}
  day: {type: string, minLength: 1, maxLength: 20}
  guests: {type: integer, minimum: 1, maximum: 12}
  vip: {type: boolean, default: false}
  note: {type: [string, "null"], maxLength: 60, default: null}
examples:
  booked: {first_name: Zoë, status: booked, day: Monday, guests: 2}
  moved: {first_name: Ana, status: moved, day: Friday, guests: 1, vip: true, note: Please ring twice}
---
{
  "template_type": "quick_reply",
  "text": "{% if vip %}{{ _('Dear %(name)s', name=first_name) }}{% else %}{{ _('Hi %(name)s', name=first_name) }}\
{% endif %}, \
{% if status == 'booked' %}{{ _('visit %d is booked for %%(day)s.', day=day) }}\
{% elif status == 'moved' %}{{ _('visit %d was moved to %%(day)s.', day=day) }}\
{% elif status == 'cancelled' %}{{ _('visit %d is cancelled.') }}\
{% else %}{{ _('thank you for visit %d.') }}{% endif %}\
{% if guests > 1 and status != 'cancelled' %} {% trans count=guests %}{{ count }} guest{% pluralize %}\
{{ count }} guests{% endtrans %}.{% endif %}\
{% if note %} {{ note }}{% endif %}",
  "buttons": [
    {% if status in ['booked', 'moved'] %}
    {"text": "{{ _('Keep it') }}", "value": "keep_%d"},
    {"text": "{{ _('Move it') }}", "value": "move_%d"},
    {% else %}
    {"text": "{{ _('No, thanks') }}", "value": "no_%d"},
    {% endif %}
    {"text": "{{ _('Call me') }}", "value": "call_%d"},
  ],
}
"""
BASKET = """---
description: List the basket of shop %d
params:
  first_name: {type: string, minLength: 1, maxLength: 30}
  items:
    type: array
    minItems: 1
    maxItems: 4
    items:
      type: object
      properties:
        name: {type: string, minLength: 1, maxLength: 24}
        count: {type: integer, minimum: 1, maximum: 99}
        gift: {type: boolean}
      required: [name, count, gift]
  express: {type: boolean, default: false}
  days: {type: integer, minimum: 0, maximum: 30}
examples:
  one: {first_name: Zoë, days: 1, items: [{name: Tea, count: 1, gift: false}]}
---
{
  "template_type": "text",
  "text": "{{ _('Hi %(name)s', name=first_name) }}, {{ _('basket %d:') }} \
{% for item in items %}{{ item.count }} × {{ item.name }}{% if item.gift %} ({{ _('gift') }}){% endif %}\
{% if not loop.last %}, {% endif %}{% endfor %}. \
{% if days == 0 %}{{ _('It arrives today.') }}{% elif days == 1 %}{{ _('It arrives tomorrow.') }}\
{% elif express %}{{ _('Express: %%(days)s days.', days=days) }}{% else %}\
{{ _('It arrives in %%(days)s days.', days=days) }}{% endif %}",
}
"""
CARDS = """---
description: Offers of week %d
channels: [messenger, instagram, webmessaging, open]
params:
  offers:
    type: array
    minItems: 2
    maxItems: 5
    items:
      type: object
      properties:
        name: {type: string, minLength: 1, maxLength: 40}
        price: {type: number, minimum: 0, maximum: 9999}
        sale: {type: boolean}
        left: {type: integer, minimum: 0, maximum: 50}
      required: [name, price, sale, left]
examples:
  two: {offers: [{name: Kettle, price: 20, sale: true, left: 3}, {name: Pot, price: 35.5, sale: false, left: 40}]}
---
{
  "template_type": "carousel",
  "cards": [
    {% for offer in offers %}
    {
      "title": "{{ offer.name }}{% if offer.sale %} – {{ _('sale') }}{% endif %}",
      "subtitle": "{% if offer.left == 0 %}{{ _('Sold out') }}{% elif offer.left < 5 %}\
{{ _('Only %%(left)s left', left=offer.left) }}{% else %}{{ offer.price | round(2) }} €{% endif %}",
      "image": {"url": "https://example.com/offers/%d/{{ loop.index }}.jpg"},
      "buttons": [{"text": "{{ _('Look at it') }}", "url": "https://example.com/offers/%d/{{ loop.index }}"}],
    },
    {% endfor %}
  ],
}
"""
NEWS = """---
description: News of order %d
params:
  name: {type: string, minLength: 1, maxLength: 40}
  state: {enum: [received, packed, shipped, late, lost]}
  days: {type: integer, minimum: 1, maximum: 30}
  points: {type: integer, minimum: 0, maximum: 100000, default: 0}
examples:
  received: {name: Zoë, state: received, days: 3}
  shipped: {name: Ana, state: shipped, days: 1, points: 120}
  late: {name: Li, state: late, days: 9}
---
{% set soon = days <= 2 %}
{
  "template_type": "text",
  "text": "{{ _('Hi %(name)s', name=name) }}, \
{% if state == 'received' %}{{ _('we have received order %d.') }}\
{% elif state == 'packed' %}{{ _('order %d is packed.') }}\
{% elif state == 'shipped' %}{% if soon %}{{ _('order %d arrives soon.') }}{% else %}\
{{ _('order %d is on its way.') }}{% endif %}\
{% elif state == 'late' %}{{ _('order %d is late, sorry.') }}\
{% else %}{{ _('order %d was lost, we send another.') }}{% endif %}\
{% if points >= 1000 %} {{ _('You are a gold member.') }}{% elif points > 0 %} \
{{ _('You have %%(points)s points.', points=points) }}{% endif %}",
}
"""
KINDS = (VISIT, BASKET, CARDS, NEWS)

# What is the same in many templates, and its German; "%d" stands for the number of a template.
GERMAN = {
    "Dear %(name)s": "Guten Tag %(name)s",
    "Hi %(name)s": "Hallo %(name)s",
    "Keep it": "Behalten",
    "Move it": "Verschieben",
    "Call me": "Bitte anrufen",
    "No, thanks": "Nein, danke",
    "gift": "Geschenk",
    "It arrives today.": "Es kommt heute.",
    "It arrives tomorrow.": "Es kommt morgen.",
    "Express: %(days)s days.": "Express: %(days)s Tage.",
    "It arrives in %(days)s days.": "Es kommt in %(days)s Tagen.",
    "sale": "Angebot",
    "Sold out": "Ausverkauft",
    "Only %(left)s left": "Nur noch %(left)s",
    "Look at it": "Ansehen",
    "You are a gold member.": "Sie sind Goldmitglied.",
    "You have %(points)s points.": "Sie haben %(points)s Punkte.",
}
GERMAN_OF = {
    VISIT: {
        "visit %d is booked for %%(day)s.": "Besuch %d ist gebucht für %%(day)s.",
        "visit %d was moved to %%(day)s.": "Besuch %d ist verschoben auf %%(day)s.",
        "visit %d is cancelled.": "Besuch %d fällt aus.",
        "thank you for visit %d.": "danke für Besuch %d.",
    },
    BASKET: {"basket %d:": "Korb %d:"},
    CARDS: {},
    NEWS: {
        "we have received order %d.": "wir haben Bestellung %d erhalten.",
        "order %d is packed.": "Bestellung %d ist gepackt.",
        "order %d arrives soon.": "Bestellung %d kommt bald.",
        "order %d is on its way.": "Bestellung %d ist unterwegs.",
        "order %d is late, sorry.": "Bestellung %d kommt leider später.",
        "order %d was lost, we send another.": "Bestellung %d ging verloren, wir senden eine neue.",
    },
}
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
PLURAL = (
    'msgid "%(count)s guest"\nmsgid_plural "%(count)s guests"\n'
    'msgstr[0] "%(count)s Gast"\nmsgstr[1] "%(count)s Gäste"\n\n'
)


def write_branching(folder: Path, templates: int = TEMPLATES) -> None:
    """The project, in English and German: every text fits every channel, so that all of it has to be looked at."""
    folder.mkdir(exist_ok=True)
    folder.joinpath("handbill.toml").write_text(f"channels = {json.dumps(CHANNELS)}\n", encoding="utf-8")
    (folder / "templates").mkdir()
    said = dict(GERMAN)
    for number in range(templates):
        kind = KINDS[number % len(KINDS)]
        folder.joinpath("templates", f"message_{number:03}.json.j2").write_text(_numbered(kind, number), "utf-8")
        said |= {_numbered(text, number): _numbered(own, number) for text, own in GERMAN_OF[kind].items()}
    catalog = folder / "locales" / "de" / "messages.po"
    catalog.parent.mkdir(parents=True)
    entries = [f'msgid "{text}"\nmsgstr "{own}"\n\n' for text, own in said.items()]
    catalog.write_text("".join([HEADER, PLURAL, *entries]), encoding="utf-8")


def _numbered(text: str, number: int) -> str:
    return text.replace("%d", str(number)).replace("%%", "%")
