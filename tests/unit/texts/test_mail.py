from dataclasses import asdict, replace
from decimal import Decimal

import pytest

from cartback import texts
from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.shop.brand import Brand
from tests.unit.texts.samples import LAMP, LEAVE, RESTORE, SHOP, Read, every_link, fields, many

REMINDER = ("cart_recovery", "reminder")

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "closing tags": "</td></table></style></title><img src=x onerror=alert(1)>",
    "quotes": '" onmouseover="alert(1)" \' onfocus=\'x',
    "template": "{{ 7 * 7 }}{% include 'x' %}{#",
    "lines": "one\r\nBcc: everybody@example.com\n\n\ntwo\x00\x1b\u2028three",
    "right to left": "\u202egnp.exe\u2066 مصباح للقراءة",
    "emoji": "Lampe 👩‍👩‍👧 💡",
    "half a pair": "Lampe \ud83d",
    "endless": "W" * 5000,
    "entities": "&lt;b&gt; &amp;amp; &#x3c;script&#x3e;",
    "comment": "--><!--[if mso]><b>",
}


def write(touch="reminder", lang="de", **changes):
    return texts.email("cart_recovery", touch, lang, fields(**changes))


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("touch", ["reminder", "answers", "last_note"])
def test_nothing_that_somebody_typed_changes_the_structure_of_a_mail(touch, words):
    item = replace(LAMP, title=words, variant_title=words)
    shop = replace(SHOP, name=words, imprint=(words, words))
    tame, hostile = write(touch), write(touch, shop=shop, items=(item,))
    assert Read(hostile[1]).shape == Read(tame[1]).shape
    assert Read(hostile[1]).values("style") == Read(tame[1]).values("style")
    assert len(hostile[2].splitlines()) == len(tame[2].splitlines())
    assert len(hostile[1].encode()) < 100_000  # Gmail hides what is beyond 102 kB, the unsubscribe link first


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_subject_is_one_line_whatever_a_product_is_called(words):
    subject, _, _ = write(items=(replace(LAMP, title=words, variant_title=None),))
    assert subject.isprintable() or "\u200d" in subject
    assert len(subject) <= 120
    assert subject.startswith("Noch in Ihrem Warenkorb: ")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "http://cdn.example/plain.jpg",
        "//cdn.example/x.jpg",
        'https://cdn.example/"onerror="alert(1)',
        "https://shop.example@evil.example/x.jpg",
        "https://cdn.example/a b.jpg",
        "https://cdn.example/a\r\n.jpg",
        "http://127.0.0.1/local.jpg",
        "https://" + "a" * 3000,
    ],
)
def test_an_address_that_is_not_https_stands_behind_no_link_and_no_image(address):
    item = replace(LAMP, image_url=address)
    shop = replace(
        SHOP,
        brand=every_link(address),
        support_url=address,
        returns_url=address,
        shipping_url=address,
        url=address,
        privacy_url=address,
        imprint_url=address,
    )
    if address.startswith("http://127"):
        shop = replace(shop, url=SHOP.url)
    _, html, text = write("answers", shop=shop, items=(item,))
    page = Read(html)
    assert set(page.values("href")) == {RESTORE, LEAVE}
    assert page.values("src") == []
    assert address not in html
    assert address not in text


def test_a_shop_on_this_machine_may_show_images_from_this_machine():
    shop = replace(SHOP, url="http://localhost:8080/", brand=Brand())
    _, html, _ = write(shop=shop, items=(replace(LAMP, image_url="http://127.0.0.1:8080/lamp.jpg"),))
    assert Read(html).values("src") == ["http://127.0.0.1:8080/lamp.jpg"]


@pytest.mark.parametrize("name", ["restore_url", "leave_url"])
@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://api.example/u/x", "", 'https://a.example/"x']
)
def test_without_its_own_links_a_mail_is_not_written(name, address):
    with pytest.raises(Refused, match=f"cart_recovery/reminder.email.de: {name}"):
        write(**{name: address})


def test_a_mail_names_the_product_and_its_variant_in_subject_html_and_text():
    for lang in texts.LANGUAGES:
        for touch in texts.written("cart_recovery"):
            subject, html, text = write(touch, lang)
            assert "Leselampe Nora (Messing, 42 cm)" in subject
            assert "Leselampe Nora" in Read(html).shown
            assert "Leselampe Nora (Messing, 42 cm)" in text


NOTES = {"de": "inkl. MwSt., zzgl. Versand", "en": "incl. VAT, plus delivery"}


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_shops_own_note_stands_by_the_prices_in_the_language_of_the_mail(lang):
    _, html, text = write(lang=lang, shop=replace(SHOP, price_notes=NOTES))
    for written in (" ".join(Read(html).shown.split()), " ".join(text.split())):
        assert [note in written for note in NOTES.values()] == [lang == other for other in NOTES]
    assert NOTES[lang] in text.splitlines()


def test_without_a_note_or_without_a_price_nothing_is_said_of_taxes():
    unpriced = {"items": (replace(LAMP, unit_price=None),), "total": None}
    for html in (
        write(shop=replace(SHOP, price_notes={"en": NOTES["en"]}))[1],
        write(shop=replace(SHOP, price_notes=NOTES), **unpriced)[1],
        write()[1],
    ):
        assert "MwSt" not in html
        assert "VAT" not in html


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_note_on_prices_is_words_and_never_markup(words):
    tame, hostile = (write(shop=replace(SHOP, price_notes={"de": each})) for each in ("inkl. MwSt.", words))
    assert Read(hostile[1]).shape == Read(tame[1]).shape
    assert len(hostile[2].splitlines()) == len(tame[2].splitlines())


def test_a_mail_has_one_button_and_every_way_back_is_the_same():
    for touch in texts.written("cart_recovery"):
        page = Read(write(touch)[1])
        assert [names for tag, names in page.shape if tag == "button"] == []
        assert page.values("class").count("button") == 1
        own = [link for link in page.values("href") if "lumen.example" not in link]
        assert set(own) == {RESTORE, LEAVE}


def test_html_and_text_both_carry_link_imprint_reason_and_leave_link():
    for lang, reason in (("de", "weil Sie"), ("en", "because you")):
        for touch in texts.written("cart_recovery"):
            _, html, text = write(touch, lang)
            page = Read(html)
            for part, links in ((page.shown, page.values("href")), (text, text.split())):
                assert RESTORE in links
                assert LEAVE in links
                assert "Musterstraße 12" in part
                assert "HRB 000000" in part
                assert reason in part


def test_an_existing_customer_reads_of_the_right_to_object():
    # UWG § 7 (3) no. 4 asks for it in every use of the address.
    assert "jederzeit widersprechen" in write(basis="existing_customer")[2]
    assert "jederzeit widersprechen" not in write(basis="double_opt_in")[2]


def test_prices_are_written_as_the_language_writes_them():
    assert "2 × 129,00\u00a0€" in Read(write(lang="de")[1]).shown
    assert "€258.00" in write(lang="en")[2]


def test_without_prices_no_price_is_invented():
    _, html, text = write(items=(replace(LAMP, unit_price=None),), total=None)
    for part in (Read(html).shown, text):
        assert "€" not in part
        assert "Kasse. Versandkosten" not in part


@pytest.mark.parametrize(
    ("lines", "shown", "rest"),
    [(5, 5, None), (6, 5, "und 1 weiterer Artikel"), (9, 5, "und 4 weitere Artikel")],
)
def test_a_mail_shows_five_lines_and_counts_the_rest(lines, shown, rest):
    _, html, text = write(items=many(lines))
    assert html.count("/lamp.jpg") == shown
    assert text.count("\n- ") == shown
    assert (
        (rest in Read(html).shown and rest in text)
        if rest
        else "weitere" not in text.split("Warenkorb\n-")[1]
    )


def test_an_image_has_its_product_as_alternative_and_a_missing_one_leaves_no_broken_image():
    shop = replace(SHOP, brand=Brand())
    with_image, without = write(shop=shop)[1], write(shop=shop, items=(replace(LAMP, image_url=None),))[1]
    assert Read(with_image).values("alt") == ["Leselampe Nora (Messing, 42 cm)"]
    assert "<img" not in without


def test_links_to_the_shop_carry_utm_tags_and_keep_their_own_parameters():
    links = Read(write("answers")[1]).values("href")
    tags = "utm_source=cartback&utm_medium=email&utm_campaign=cart_recovery&utm_content=answers"
    assert f"https://lumen.example/returns?from=mail&{tags}" in links


def test_answers_link_only_to_pages_that_the_shop_has():
    shop = replace(SHOP, shipping_url=None, support_url=None)
    _, html, text = write("answers", "en", shop=shop)
    assert "Returns and exchanges" in html
    assert "Delivery information" not in html
    assert "Ask a question" not in html
    assert "When and how is it delivered?" not in text


def test_a_shop_without_any_such_page_promises_no_answers():
    shop = replace(SHOP, shipping_url=None, support_url=None, returns_url=None, reply_to=None)
    _, html, text = write("answers", "en", shop=shop)
    for part in (html, text):
        assert "Good to know" not in part
        assert "open questions" not in part
        assert "Questions?" not in part


def test_a_reply_is_offered_only_where_somebody_reads_it():
    shop = replace(SHOP, support_url=None)
    assert "Antworten Sie einfach" in write(shop=shop)[2]
    assert "Antworten Sie einfach" not in write(shop=replace(shop, reply_to=None))[2]


def test_a_mail_greets_by_name_or_without_one():
    familiar = replace(SHOP, form_of_address="du")
    assert "Hallo Erika," in write(shop=familiar)[2]
    assert "Hallo," in write(shop=familiar, first_name=None)[2]
    assert "Hallo," in write(shop=familiar, first_name="win at evil.example")[2]
    assert "Guten Tag," in write()[2]


def test_who_is_called_sie_is_not_greeted_by_their_first_name():
    assert "Erika" not in write()[2]


def test_an_unknown_field_is_refused_with_text_and_field():
    good = {name: getattr(fields(), name) for name in asdict(fields())}
    assert texts.email(*REMINDER, "de", good) == write()
    with pytest.raises(Refused, match=r"cart_recovery/reminder\.email\.de: unknown field 'coupon'"):
        texts.email(*REMINDER, "de", good | {"coupon": "SAVE10"})
    with pytest.raises(Refused, match="missing field 'leave_url'"):
        texts.email(*REMINDER, "de", {name: good[name] for name in good if name != "leave_url"})


def test_a_text_that_names_a_field_that_does_not_exist_is_refused_with_text_and_field(monkeypatch, tmp_path):
    from cartback.texts import rendering

    (tmp_path / "odd.email.de.j2").write_text("{% block subject %}{{ item.colour }}{% endblock %}")
    rendering._environment.cache_clear()
    monkeypatch.setattr(rendering, "ROOT", tmp_path)
    with pytest.raises(Refused, match=r"odd\.email\.de: .*'item' is undefined"):
        rendering.words("odd.email.de", {})
    with pytest.raises(Refused, match=r"odd\.email\.de: .*colour"):
        rendering.words("odd.email.de", {"item": LAMP})
    rendering._environment.cache_clear()


@pytest.mark.parametrize(
    ("flow", "touch", "lang"),
    [
        ("cart_recovery", "tenth", "de"),
        ("no_flow", "reminder", "de"),
        ("cart_recovery", "../layouts/email", "de"),
        ("cart_recovery", "reminder", "xx"),
        ("cart_recovery", "reminder", "../de"),
    ],
)
def test_a_text_that_is_not_there_is_refused(flow, touch, lang):
    with pytest.raises(Refused, match="there is no"):
        texts.email(flow, touch, lang, fields())


def test_a_cart_without_items_is_refused():
    with pytest.raises(Refused, match="without items"):
        write(items=())


@pytest.mark.parametrize(
    ("touch", "one", "two"),
    [
        ("reminder", "und 1 weiteren Artikel ausgesucht", "und 2 weitere Artikel ausgesucht"),
        ("answers", "und 1 weiterer Artikel. So", "und 2 weitere Artikel. So"),
        ("last_note", "und 1 weiterem Artikel ist", "und 2 weiteren Artikeln ist"),
    ],
)
def test_german_counts_further_items_in_the_case_of_the_sentence(touch, one, two):
    assert one in write(touch, items=many(2))[2]
    assert two in write(touch, items=many(3))[2]


@pytest.mark.parametrize(("lang", "instead"), [("de", "Ihr Artikel"), ("en", "your article")])
@pytest.mark.parametrize(
    "title", ["Pay at https:\u200b//evil\u200b.com/login", "w\u00adww.evil\u2060.com", "a@evil.com"]
)
def test_an_article_with_an_address_in_its_name_is_called_by_no_name(title, lang, instead):
    for changed in (replace(LAMP, title=title), replace(LAMP, title="Lampe", variant_title=title)):
        mail = write(lang=lang, items=(changed,))
        assert not any("evil" in part for part in mail)
    assert instead in write(lang=lang, items=(replace(LAMP, title=title),))[0]


def test_a_name_with_a_dot_makes_no_link():
    assert "evil. com" in write(items=(replace(LAMP, title="evil\u200b.com"),))[0]


def test_parts_of_a_unit_are_written_as_the_language_writes_them():
    cloth = replace(LAMP, title="Leinen", quantity=Decimal("0.5"), unit_price=Money(1800, "EUR"))
    for lang, line in (("de", "0,5 × Leinen"), ("en", "0.5 × Leinen")):
        mail = write(lang=lang, items=(cloth,), total=Money(900, "EUR"))
        assert line in mail[2]
        assert line.split(" × ")[0] + " × " in Read(mail[1]).shown


def test_what_costs_less_than_a_coin_is_priced_together():
    tiny = replace(LAMP, quantity=1000, unit_price=Money(0, "EUR"), whole=Money(400, "EUR"))
    mail = write(items=(tiny,), total=Money(400, "EUR"))
    assert "zusammen 4,00\u00a0€" in mail[2]
    assert "0,00" not in mail[2].replace("4,00", "")
    assert "(zusammen 4,00\u00a0€)" in Read(mail[1]).shown


def test_a_discount_stands_before_the_sum_and_net_prices_are_said_to_be_net():
    shop = replace(SHOP, price_notes={"de": "inkl. MwSt."})
    mail = write(shop=shop, discount=Money(500, "EUR"), net=True)
    for shown in (mail[2], Read(mail[1]).shown):
        assert "−5,00\u00a0€" in shown
        assert "zzgl. MwSt." in shown
        assert "inkl. MwSt." not in shown
    assert "inkl. MwSt." in write(shop=replace(shop, prices="net"), net=True)[2]
    assert "zzgl. MwSt." not in write(shop=shop)[2]


def test_lines_that_were_cut_off_are_counted():
    mail = write(items=many(100), further=200, total=None)
    assert "299 weitere" in mail[0]
    assert "und 295 weitere Artikel" in mail[2]
