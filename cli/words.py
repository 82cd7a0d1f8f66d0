"""The reasons of decisions, and the steps of a cart, in plain words: English and German."""

from __future__ import annotations

from cli.desk_words import DESK as _DESK

_REASONS = {
    "all_done": ("every touch has had its turn", "alle Schritte sind durch"),
    "all_sent": ("the last message is out", "die letzte Nachricht ist verschickt"),
    "bot": (
        "no shopper is behind it",
        "dahinter steht kein Mensch",
    ),
    "owner_in_doubt": (
        "nobody can say whose cart it is: it was not told with this address",
        "wem der Warenkorb gehört, ist nicht sicher: mit dieser Adresse wurde er nicht gemeldet",
    ),
    "paused_deliverability": (
        "marketing is paused: too many mails bounced or were called spam",
        "Werbung ruht: zu viele Mails kamen zurück oder galten als Spam",
    ),
    "silent_for_long": (
        "the person has shown no interest for long",
        "die Person hat lange kein Interesse gezeigt",
    ),
    "warming_up": (
        "the new sender has reached its day's ceiling",
        "der neue Absender hat die Obergrenze des Tages erreicht",
    ),
    "address_refused": (
        "nothing can be sent to this address: it is misspelt",
        "an diese Adresse lässt sich nichts senden: Sie ist falsch geschrieben",
    ),
    "asked": ("somebody signed up with this address", "jemand hat sich mit dieser Adresse angemeldet"),
    "asked_again_since": ("somebody signed up anew since", "inzwischen gab es eine neue Anmeldung"),
    "basis_not_sufficient": (
        "the consent is of a kind that the shop or the law of its market does not accept",
        "die Einwilligung reicht dem Shop oder dem Recht seines Marktes nicht aus",
    ),
    "blocked": ("the address is blocked", "die Adresse ist gesperrt"),
    "bought": ("the cart was bought", "der Warenkorb wurde gekauft"),
    "bought_elsewhere": (
        "the person bought by another way since",
        "die Person hat inzwischen auf anderem Weg gekauft",
    ),
    "bought_recently": ("the person has only just bought", "die Person hat gerade erst gekauft"),
    "owned": (
        "the person has bought all of it since, in other orders",
        "die Person hat alles davon inzwischen gekauft, in anderen Bestellungen",
    ),
    "not_served": (
        "the channel is not set up for this shop",
        "der Kanal ist für diesen Shop nicht eingerichtet",
    ),
    "no_text": ("there are no words for this channel", "für diesen Kanal gibt es keinen Text"),
    "too_dear": (
        "a message there costs more than the cart can bear",
        "eine Nachricht kostet dort mehr, als der Warenkorb trägt",
    ),
    "too_slow": ("it would arrive too late there", "dort käme sie zu spät an"),
    "closed_until_too_late": (
        "the hours of that channel open only when it is too late",
        "die erlaubten Stunden dieses Kanals kommen zu spät",
    ),
    "nothing_left": (
        "the person has bought some of it since, and the rest is gone from the shop",
        "einen Teil hat die Person inzwischen gekauft, der Rest ist nicht mehr zu haben",
    ),
    "bounced_often": (
        "messages to this address came back three times within 30 days",
        "dreimal in 30 Tagen kamen Nachrichten von dieser Adresse zurück",
    ),
    "suppressed": (
        "the provider refuses the address by a list of its own; it is tried again after 30 days",
        "der Anbieter lehnt die Adresse nach einer eigenen Liste ab; nach 30 Tagen wird sie wieder versucht",
    ),
    "bounced": ("the address does not exist", "die Adresse gibt es nicht"),
    "budget_spent": (
        "the person has had enough messages for now",
        "die Person hat vorerst genug Nachrichten bekommen",
    ),
    "cap_is_zero": ("the shop allows no messages at all", "der Shop erlaubt gar keine Nachrichten"),
    "cart_unknown": ("there is no such cart any more", "diesen Warenkorb gibt es nicht mehr"),
    "claimed_before": ("this message was claimed before", "diese Nachricht wurde schon einmal vergeben"),
    "complained": ("the person called a message spam", "die Person hat eine Nachricht als Spam gemeldet"),
    "confirmed": ("the person said yes", "die Person hat Ja gesagt"),
    "doubtful": (
        "nobody knows whether it went out, so it is not sent again",
        "niemand weiß, ob sie hinausging, darum kein zweites Mal",
    ),
    "enough_questions": (
        "the mailbox, or its domain, has had enough questions for today: it is asked tomorrow",
        "das Postfach oder seine Domain hat für heute genug Fragen bekommen: Es wird morgen gefragt",
    ),
    "due": ("it was due, and nothing spoke against it", "sie war fällig, und nichts sprach dagegen"),
    "stock_low": ("stock is that low", "der Bestand ist so niedrig"),
    "restocked": ("there is enough again", "es ist wieder genug da"),
    "low_again": (
        "stock rose and fell again since, which is another story",
        "der Bestand stieg und fiel seither wieder: Das ist eine neue Geschichte",
    ),
    "not_sold": ("the shop does not sell it any more", "der Shop verkauft es nicht mehr"),
    "not_counted": ("the shop counts no pieces of it", "der Shop zählt davon keine Stücke"),
    "no_step_at_this_limit": (
        "the flow has nothing to do at this limit",
        "der Ablauf hat bei dieser Grenze nichts zu tun",
    ),
    "supply_on_its_way": ("enough of it is on its way", "genug davon ist unterwegs"),
    "ordered_before": (
        "an earlier order has not come in yet",
        "eine frühere Bestellung ist noch nicht eingetroffen",
    ),
    "effect_unsettled": (
        "it may have happened already, which has to be found out first",
        "es ist vielleicht schon geschehen, und das muss zuerst geklärt werden",
    ),
    "bought_since": ("they have bought again since", "seitdem wurde wieder gekauft"),
    "came_back": ("they were in the shop meanwhile", "inzwischen war jemand wieder im Shop"),
    "ticket_open": (
        "they wait for an answer of the shop's people",
        "es wartet noch jemand auf eine Antwort des Shops",
    ),
    "return_open": ("they are sending something back", "es ist noch eine Rücksendung offen"),
    "emptied": ("the shopper emptied the cart", "der Warenkorb wurde geleert"),
    "enough_for_cart": (
        "this cart has had three messages within 30 days",
        "zu diesem Warenkorb gab es in 30 Tagen schon drei Nachrichten",
    ),
    "erased": ("the person asked to be forgotten", "die Person wollte vergessen werden"),
    "expired": ("it is too late for this touch", "für diesen Schritt ist es zu spät"),
    "older_than_flow": (
        "it happened before this flow was switched on",
        "es geschah, bevor dieser Ablauf eingeschaltet wurde",
    ),
    "not_wanted": (
        "the shop does without this message",
        "der Shop verzichtet auf diese Nachricht",
    ),
    "flow_off": ("the shop has switched this flow off", "der Shop hat diesen Ablauf ausgeschaltet"),
    "given_up": ("the reminding of this cart was over", "die Erinnerung an diesen Warenkorb war vorbei"),
    "no_address": ("there is no address to write to", "es gibt keine Adresse"),
    "no_basis": ("there is no consent to marketing", "es gibt keine Einwilligung in Werbung"),
    "makes_room": (
        "a message about a cart that is worth more comes first",
        "eine Nachricht zu einem wertvolleren Warenkorb geht vor",
    ),
    "never_bought": (
        "an existing customer is somebody who has bought before",
        "Bestandskunde ist nur, wer schon gekauft hat",
    ),
    "no_common_hour": (
        "the time zones that are plausible share no allowed hour, so the likelier of them decide",
        "die denkbaren Zeitzonen haben keine erlaubte Stunde gemeinsam, darum entscheiden die wahrscheinlicheren",
    ),
    "no_room_in_budget": (
        "within its time there was no room for another message",
        "in der verbleibenden Zeit war kein Platz für eine weitere Nachricht",
    ),
    "not_yet": ("it is not due yet", "sie ist noch nicht fällig"),
    "subject_unknown": ("what it is about is not known any more", "worum es geht, ist nicht mehr bekannt"),
    "not_confirmed": ("nobody said yes within 48 hours", "niemand hat binnen 48 Stunden Ja gesagt"),
    "test_order": ("it is a test order", "es ist eine Testbestellung"),
    "no_checkout_of_theirs": (
        "the buyer did not order it at the shop's checkout: a till, staff or a subscription did",
        "bestellt wurde nicht an der Kasse des Shops, sondern durch Ladenkasse, Team oder Abo",
    ),
    "not_paid": ("the order is not paid", "die Bestellung ist nicht bezahlt"),
    "order_cancelled": ("the order was cancelled", "die Bestellung wurde storniert"),
    "order_refunded": ("money of the order went back", "zu der Bestellung wurde Geld erstattet"),
    "return_asked": ("goods of the order go back or went back", "Ware der Bestellung geht oder ging zurück"),
    "not_shipped": ("the goods have not been sent yet", "die Ware ist noch nicht verschickt"),
    "not_delivered": ("a parcel could not be delivered", "ein Paket konnte nicht zugestellt werden"),
    "bought_again": ("the person has bought again since", "die Person hat seitdem wieder bestellt"),
    "no_guide": ("the shop has named no page for this", "der Shop hat dafür keine Seite genannt"),
    "joined": (
        "it turned out to be another of the shop's orders",
        "es stellte sich als eine andere Bestellung des Shops heraus",
    ),
    "no_touches": ("the policy has no touches", "die Regeln sehen keine Nachricht vor"),
    "opted_out": ("the person opted out", "die Person hat sich abgemeldet"),
    "other_address": (
        "the consent was given for another address",
        "die Einwilligung galt einer anderen Adresse",
    ),
    "out_of_stock": ("nothing of it is in stock any more", "nichts davon ist noch lieferbar"),
    "paused": ("the person wanted a pause", "die Person möchte eine Pause"),
    "provider_busy": ("the provider asked to try later", "der Versender bat um Geduld"),
    "quiet_hours": ("it is quiet hours there", "dort ist gerade Ruhezeit"),
    "reopened_since": ("the cart was opened anew since", "der Warenkorb wurde inzwischen neu eröffnet"),
    "restless": ("the shopper never came to rest", "der Warenkorb kam nie zur Ruhe"),
    "shop_unknown": ("the shop is not known any more", "den Shop gibt es hier nicht mehr"),
    "shop_behind": (
        "news of the shop comes late, and an order may be among what is missing",
        "der Shop meldet sich verspätet, und eine Bestellung kann noch fehlen",
    ),
    "shop_left": ("the shop removed Cartback", "der Shop hat Cartback entfernt"),
    "too_often_for_person": (
        "the person wanted to hear less often",
        "die Person möchte seltener etwas hören",
    ),
    "topic_not_covered": (
        "the person agreed to other topics, and not to this one",
        "die Einwilligung gilt anderen Themen, diesem nicht",
    ),
    "topic_off": ("the person does not want this topic", "die Person möchte dieses Thema nicht"),
    "superseded": (
        "a later cart of the same visit is reminded of",
        "an einen späteren Warenkorb desselben Besuchs wird erinnert",
    ),
    "told_before": (
        "this was written about the same goods already",
        "das wurde zu denselben Artikeln schon geschrieben",
    ),
    "carrier_rule": (
        "carriers of the country carry no more messages about it",
        "Netzbetreiber des Landes lassen dazu keine weitere Nachricht zu",
    ),
    "country_blocked": (
        "the provider sends nothing to that country",
        "der Versender schickt nichts in dieses Land",
    ),
    "no_sender_for_country": (
        "the shop has no sender that is allowed in that country",
        "der Shop hat keinen Absender, der dort erlaubt ist",
    ),
    "heard_too_late": (
        "the shop told of it when it was too late for any message",
        "der Shop meldete ihn erst, als es für jede Nachricht zu spät war",
    ),
    "shopper_active": (
        "it is not due yet, counted from what the shopper did last",
        "sie ist noch nicht fällig, gerechnet von der letzten Bewegung im Warenkorb",
    ),
}
_VERDICTS = {
    "send": ("send", "senden"),
    "wait": ("wait", "warten"),
    "skip": ("leave this touch out", "diesen Schritt auslassen"),
    "stop": ("stop", "aufhören"),
    "act": ("act", "handeln"),
}
_EVENTS = {
    "bought": ("bought", "gekauft"),
    "bought_before": ("an earlier purchase became known", "ein früherer Kauf wurde bekannt"),
    "checkout": ("the checkout was begun", "die Kasse wurde betreten"),
    "changed": ("the content changed", "der Inhalt änderte sich"),
    "clicked": ("a link of {touch} was clicked", "ein Link aus {touch} wurde geklickt"),
    "decision": ("{touch}: {word}, because {reason}", "{touch}: {word}, denn {reason}"),
    "emptied": ("emptied", "geleert"),
    "erased": ("erased", "gelöscht"),
    "fell": (
        "{touch} does not go by {channel}, because {reason}; the next way is asked",
        "{touch} geht nicht per {channel}, denn {reason}; der nächste Weg ist an der Reihe",
    ),
    "given_up": ("no more reminders", "keine Erinnerungen mehr"),
    "identified": ("it became known whose cart it is", "es wurde bekannt, wem der Warenkorb gehört"),
    "joined": (
        "a second trace of the same cart was joined",
        "eine zweite Spur desselben Warenkorbs kam hinzu",
    ),
    "left": ("unsubscribed ({channel})", "abgemeldet ({channel})"),
    "listed": ("waits until {due_at} for its first look", "wartet bis {due_at} auf den ersten Blick"),
    "message": ("message {touch} ({channel}): {state}", "Nachricht {touch} ({channel}): {state}"),
    "not_started": ("{flow} did not start, because {reason}", "{flow} begann nicht, denn {reason}"),
    "opened": ("opened: somebody can be reminded of it", "eröffnet: jemand kann erinnert werden"),
    "opened_again": ("opened again", "wieder eröffnet"),
    "action": ("{target}: {word}", "{target}: {word}"),
    "parked": (
        "a run failed and waits for a person: {error}",
        "ein Lauf brach ab und wartet auf jemanden: {error}",
    ),
    "preferred": ("the person changed their preferences", "die Person hat ihre Wünsche geändert"),
    "scanned": ("a program followed a link of {touch}", "ein Programm folgte einem Link aus {touch}"),
    "started": ("{flow} started", "{flow} begann"),
    "watch": ("look at the cart", "Blick auf den Warenkorb"),
}
_STATES = {
    "claimed": ("claimed, not yet sent", "vergeben, noch nicht verschickt"),
    "sent": ("sent", "verschickt"),
    "unknown": ("nobody knows whether it went out", "niemand weiß, ob sie hinausging"),
    "released": ("did not go out", "ging nicht hinaus"),
    "delivered": ("delivered", "zugestellt"),
    "bounced": ("bounced", "unzustellbar"),
    "complained": ("called spam", "als Spam gemeldet"),
    "rejected": ("refused by the provider", "vom Versender abgelehnt"),
}

_NEXT = {
    "next": ("next, by the settings of now", "als Nächstes, nach den jetzigen Einstellungen"),
    "at": (", until {until} (UTC)", ", bis {until} (UTC)"),
    "nothing": ("no touch", "kein Schritt"),
}
_FINDINGS = {
    "after_purchase": (
        "sent after a purchase that we knew of",
        "verschickt nach einem Kauf, den wir kannten",
    ),
    "owned_line": (
        "named goods that the reader had bought since, as we knew",
        "nannte Ware, die der Leser inzwischen gekauft hatte, wie wir wussten",
    ),
    "after_opt_out": (
        "sent after an opt-out that we knew of",
        "verschickt nach einer Abmeldung, die wir kannten",
    ),
    "without_basis": ("sent without any consent on record", "verschickt ohne jede Einwilligung"),
    "duplicate": ("sent twice", "doppelt verschickt"),
    "unknown": ("nobody knows whether it went out", "niemand weiß, ob sie hinausging"),
    "in_flight": (
        "sent before the shop's news had reached us",
        "verschickt, bevor die Nachricht des Shops bei uns war",
    ),
    "unjudged": (
        "sent beside an earlier order of which the shop does not say whether, and when, it was paid",
        "verschickt neben einer früheren Bestellung, von der der Shop nicht sagt, ob und wann sie bezahlt wurde",
    ),
}


def desk_word(word: str, lang: str) -> str:
    """A kind, a state, a decision or a step of the desk in plain words."""
    return _in(_DESK, word, lang)


def known_desk_words() -> frozenset[str]:
    """The words of the desk that this table knows."""
    return frozenset(_DESK)


def reason(word: str, lang: str) -> str:
    """A reason in plain words; the word itself for one that this table does not know yet."""
    return _in(_REASONS, word, lang)


def state(word: str, lang: str) -> str:
    """The state of a message in plain words."""
    return _in(_STATES, word, lang)


def finding(kind: str, lang: str) -> str:
    """What an audit found, in plain words."""
    return _in(_FINDINGS, kind, lang)


def event(kind: str, data: dict[str, str], lang: str) -> str:
    """One line of a story in plain words. ``data`` are its details as they were kept."""
    said = {"touch": "", "channel": "", "flow": "", "error": "", "target": "", **data}
    said["touch"] = _in(_EVENTS, said["touch"], lang) if said["touch"] == "watch" else said["touch"]
    said["word"] = _in(_VERDICTS, data.get("word", ""), lang)
    said["reason"] = reason(data.get("reason", ""), lang)
    said["state"] = state(data.get("state", ""), lang)
    line = _in(_EVENTS, kind, lang).format_map(said)
    return line.removeprefix(": ")


def coming(touch: str | None, word: str, why: str, until: str, lang: str) -> str:
    """What comes next for a cart, in one line; ``until`` is empty where it waits for nothing."""
    data = {"touch": touch or _in(_NEXT, "nothing", lang), "word": word, "reason": why}
    said = event("decision", data, lang)
    at = _in(_NEXT, "at", lang).format(until=until) if until else ""
    return f"{_in(_NEXT, 'next', lang)}: {said}{at}"


def known_reasons() -> frozenset[str]:
    """The reasons that have words."""
    return frozenset(_REASONS)


def known_events() -> frozenset[str]:
    """The kinds of lines that have words."""
    return frozenset(_EVENTS)


def known_states() -> frozenset[str]:
    """The states of messages that have words."""
    return frozenset(_STATES)


def known_findings() -> frozenset[str]:
    """The findings of an audit that have words."""
    return frozenset(_FINDINGS)


def _in(words: dict[str, tuple[str, str]], word: str, lang: str) -> str:
    english, german = words.get(word, (word, word))
    return german if lang == "de" else english
