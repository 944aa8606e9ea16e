"""Forms in which personal data is seldom written, each beside what a flood makes people write that looks like it."""

import time

import pytest
import regex

from floodmark.tweets.columns import FEW, scrub_all
from floodmark.tweets.fold import fold
from floodmark.tweets.shapes import PLACEHOLDERS, close, shapes
from tests.tweets.knowing import column, mentions, names, scrub, scrub_names

FOUND = {
    "postcode": [
        ("boat needed JE95 9ZZ, gy991aa; IM95 1AG.", "boat needed <postcode>, <postcode>; <postcode>."),
        ("GIR 0AA, gir0aa", "<postcode>, <postcode>"),
        ("post to BFPO 123, bfpo 7 or BF9 3AA", "post to <postcode>, <postcode> or <postcode>"),
        ("ZE5-5UU, ze5-5uu and ZE5–5UU", "<postcode>, <postcode> and <postcode>"),
        ("at HU5.2TN. HU5_2TN or HU5/2TN", "at <postcode>. <postcode> or <postcode>"),
        ("HU 5 2TN", "<postcode>"),
    ],
    "ip": [
        ("gauge 2001:db8::1 and fe80::1ff:fe23:4567:890a", "gauge <ip> and <ip>"),
        ("fe80::1: no answer, ff02::1!", "<ip>: no answer, <ip>!"),
        ("[2001:db8::7]:8080, 2001:470::1", "[<ip>]:8080, <ip>"),
        ("net 2001:db8:cafe::/48 down", "net <ip>/48 down"),
        ("IP:2001:0db8:85a3:0000:0000:8a2e:0370:7334", "IP:<ip>"),
        ("ip:fe80::9%eth0", "ip:<ip>%eth0"),
        ("192[.]168[.]1[.]10 or 192(dot)168.1.10", "<ip> or <ip>"),
    ],
    "url": [
        ("see floodmap.app now, osierwatch.xyz too", "see <url> now, <url> too"),
        ("tarn.dev is mine, or quill.blog", "<url> is mine, or <url>"),
        ("maps on osierwatch.live", "maps on <url>"),
        ("ask osierfloods.online, tarn.shop!", "ask <url>, <url>!"),
        ("osierfloods.site #floods", "<url> #floods"),
        ("visit tarnwatch.live for maps", "visit <url> for maps"),
        ("(quillfen.me) and (tarn.news)", "(<url>) and (<url>)"),
        ("Website: quillfen.me", "Website: <url>"),
        ("my site at quillfen.us is up", "my site at <url> is up"),
        ("quill82.me has pics", "<url> has pics"),
        ("example[.]org/secret/path, example(dot)org/secret", "<url> <url>"),
        ("see osier.example [dot] org now, quill{.}museum", "see <url> now, <url>"),
        ("hxxps://example.org/x hxxp[:]//example[.]org/x www[.]osier.org/x", "<url> <url> <url>"),
        ('https://example.org/a"b/secret osier.org/a"b/c now', "<url> <url> now"),
        ('"https://example.org/a" or "b/c"', '"<url>" or "b/c"'),
        ("BBC.CO.UK/osier, OSIER.ORG, Osier.Com, Osier.Co.Uk", "<url> <url>, <url>, <url>"),
        ("quill82.Info, Osier.Com/secret, osier.Info/secret", "<url>, <url> <url>"),
        ("ci.osier.tx.us has a map, osier.k12.tx.us none", "<url> has a map, <url> none"),
    ],
    "address": [
        ("12 Broadway flooded", "<address> flooded"),
        ("at 12A Cheapside, 27-29 Eastgate", "at <address>, <address>"),
        ("12 The Shambles and 7 STRAND", "<address> and <address>"),
        ("Flat 3, 12 Kingsway", "<address>"),
        ("No. 40, Whitefriargate is wet", "<address> is wet"),
        ("5 Headrow has power", "<address> has power"),
    ],
    "phone": [
        ("07700_900_123", "<phone>"),
        ("call 07700_900123. +44_7700_900_123", "call <phone>. <phone>"),
        ("_07700 900123_", "_<phone>_"),
        ("(202)5550143 or (202) 5550143", "<phone> or <phone>"),
        ("202_555_0143", "<phone>"),
        ("Contact: 98765 43210, 94470 12345", "Contact: <phone>, <phone>"),
        ("call Ramesh, Chengannur, 98765-43210 📞 94470 12345", "call Ramesh, Chengannur, <phone> 📞 <phone>"),
        ("whatsapp ९८७६५ ४३२१० please", "whatsapp <phone> please"),
        ("Telefon 0 26 41 / 97 12 34, Tel.: 0 26 41 / 97 12 34", "Telefon <phone>, Tel.: <phone>"),
        ("ring 0 77 00 90 01 23 or 07700,900,123", "ring <phone> or <phone>"),
        ("07700 900123/4.", "<phone>."),
    ],
    "iban": [
        ("iban: de89 3704 0044 0532 0130 00 thanks", "iban: <iban> thanks"),
        ("De89 3704 0044 0532 0130 00, nl91 abna 0417 1643 00", "<iban>, <iban>"),
        ("to gb29 nwbk 6016 1331 9268 19 pls", "to <iban> pls"),
        ("iban is gb29 nwbk 6016 1331 9268 18", "iban is <iban>"),
    ],
    "number": [
        ("acct 20-00-00 55779911, a/c no: 20 00 00 55779911", "acct <number>, a/c no: <number>"),
    ],
    "coordinates": [
        ("53.74N 0.33W, 53.74°N, 0.33°W", "<coordinates>, <coordinates>"),
    ],
    "nino": [("NI QQ.12.34.56.C.", "NI <nino>."), ("qq.12.34.56.d", "<nino>")],
    "user": [
        (".@quill_7.thanks all", ".<user>.thanks all"),
        ("...@quill_7.thanks", "...<user>.thanks"),
        ("…@quill_7.thanks", "...<user>.thanks"),
        ("'@quill_7.thanks' -@quill_7.wow", "'<user>.thanks' -<user>.wow"),
        (".@gmail thanks", ".<user> thanks"),
        ("!@orla_quill77.Please ?@orla_quill77.Please", "!<user>.Please ?<user>.Please"),
        ("~@orla_quill77.thanks", "~<user>.thanks"),
        ("#flood@orla_quill77.Please #flood@orla77.Please", "#flood<user>.Please #flood<user>.Please"),
        ("@Bram_Tetlow/@orla_quill77.Help", "<user>/<user>.Help"),
        ("@Bram_Tetlow.@orla_quill77.Thanks @Bram.@orla77.thanks", "<user>.<user>.Thanks <user>.<user>.thanks"),
        ("soaked!@orla77.thanks", "soaked!<user>.thanks"),
        ("@orla_quill77спасибо @orla_quill77شكرا @orla_quill77धन्यवाद", "<user>спасибо <user>شكرا <user>धन्यवाद"),
        ("@иванова, @José_7 and @orlaさん", "<user>, <user> and <user>さん"),
        ("great work @bbc.co.uk thanks @name.Great", "great work <user>.co.uk thanks <user>.Great"),
        ("A63 @bbc.co.uk, e.g. @bbc.co.uk", "A63 <user>.co.uk, e.g. <user>.co.uk"),
        ("it is shut. @bbc.co.uk", "it is shut. <user>.co.uk"),
        ("at 8pm @bbc.co.uk, 3.4m @osier.gov.uk", "at 8pm <user>.co.uk, 3.4m <user>.gov.uk"),
    ],
    "email": [
        ("quill_@mail.org, a.@mail.org, +7@mail.org", "<email>, <email>, <email>"),
        ("é@mail.org, \"o q\"@mail.org", "<email>, <email>"),
        ("mail orla.q @quillmail.org x, orla_q @quillmail.org", "mail <email> x, <email>"),
        ("jane.smith @gmail.com, jane @gmail.com", "<email>, <email>"),
        ("orla.q(@)quillmail.org, jane.smith [@] example.org", "<email>, <email>"),
        ("orla.q<at>quillmail.org, jane.smith <at> example.org", "<email>, <email>"),
        ("orla.q(a)quillmail.org, jane.smith (a) example.org", "<email>, <email>"),
        ("jane (a) gmail.com, jane[a]example.org", "<email>, <email>"),
        ("jane@example[.]org, jane[.]smith@example.org, jane@example (dot) org", "<email>, <email>, <email>"),
        ("jane.smith[at]example[.]org", "<email>"),
        ("jane.smith -at- quillmail -dot- org, orla *at* quillmail *dot* org", "<email>, <email>"),
        ("jane.smith @ quillmail . org, orla_q@quillmail . co . uk", "<email>, <email>"),
        ("!@example.org, #flood@quill.org", "<email>, <email>"),
        ("jane@Osier.Museum, jane@Gmail.Com", "<email>, <email>"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "clean"), [pair for pairs in FOUND.values() for pair in pairs])
def test_a_seldom_form_becomes_its_kind(text, clean):
    assert scrub(text) == clean
    assert set(scrub_all(column([fold(text)] * FEW))[0]) == {clean}


@pytest.mark.parametrize(
    "text",
    [
        # Roads, their ordinals, floors, heights and times behind what might be half a postcode.
        "M62 2nd exit", "M62-2nd exit", "A63-3RD exit", "S1-3rd floor", "E1-2ft of water", "M1-3am", "LS4-BD18",
        "HU5-HU9", "J38-J37", "I'm 3 2nd time", "BFPO mail is late", "GIR 0 level", "je 2 3ab",
        # Times, spans of them, ratios, faces and names of code.
        "12:30:45", "at 12:30:45: dark", "12::30", "2013::12", "2013::", "06:12::07:30", "mix 1:2:3:4", "1:200", "::",
        ":: 3.4 m ::", "std::string", "a::b", "feed::add", "face::1", "::)", "x::2", "level::3",
        # Sentences whose blank is missing behind the full stop.
        "he saved me.us lot are safe", "call.me", "call.me please", "please help.us", "he.saved.me", "so.many.us",
        "rain.cloud cover lifts", "all safe.news at ten", "stay in.live updates here", "more.link below",
        "closed.shop open", "road shut.site is wet", "we visit.us too",
        "we'll visit tomorrow.me and mum", "website down.us lot wait",
        "#flood2013.us lot", "HU5.us lot", "it was 1.8m.me and mum", "levels 3.4.live now", "1.5.live", "e.g.me",
        "All safe.News at ten", "BBC.Live updates",
        "inundación.Se esperan", "agua.De ahora", "acqua.Io sono", "pluie.Au secours", "everyone safe.Info at ten",
        "#flood2013.Se esperan", "St.Ives/Penzance flooded", "st.ives/penzance", "help.Please/thanks",
        # Points of a list, brackets and quotation marks.
        "point (a) is wet, (b) is dry", "the (dot) is red", "a [.] b", 'we said "a"b/c',
        # Counts, years, times, heights, buses and dates before the name of a street.
        "won 1-0 Southgate happy", "lost 1-2 Southgate out", "flood warning 3/5 Eastgate", "bus 12 Kingsway",
        "Route 5 Queensway late", "in 2013 Eastgate flooded", "0630 Eastgate shut",
        "14:30 Eastgate", "3.45 Eastgate", "£12 Broadway",
        "3m Eastgate", "7pm Eastgate", "A63 Eastgate", "12th Broadway", "Dec 12 Broadway shut", "5 Broadway shows off",
        "2 Kingsway tunnel lanes", "3 Margate homes", "20 Harrogate crews", "200 Poultry dead", "12 strand rope",
        "3 Southgate residents", "5 Eastgate-based crews", "TA 0956 2873", "TA 09561 28734",
        # Times, dates and names of files with strokes.
        "IMG_20131205_063000.jpg", "DSC_0123", "0712_1310_1845", "05_12_2013", "05_12_13_0630", "2013_12_05_0630",
        "0630_1845", "10_20_30", "1_202_555_01434", "(202)555", "(2013)5000000", "page (12)5550143",
        # Dates and times before a word of one letter.
        "Rain mm: 0 12 45 88 61 20", "chance of rain % 0 10 35 80 65 40", "Train nos 66043-66044 cancelled",
        "no change at the gauge 65738 65741", "No rain. Reservoir 65432-70512 mcft",
        "levels by text: 0.45 0.52 0.61 0.70",
        "text 0.5 1.2 1.9 2.4 2.8 m", "gauge phone: 0.35 - 0.42 - 0.51 - 0.60", "YO26 4 EA pumps", "CA12 3 EA warnings",
        "HU5 2 RT please", "LA1 2 NE bound", "WAVES NW3/4FT", "SE3/5FT NOW", "LEVEL S6.2FT", "W1.2ND",
        "E10.5PT", "N1/2LB",
        "SW 5 6BF LATER", "NW 6 7BF", "TA3.4FT",
        # Two numbers of five digits, levels, times, scales and thousands; dashes and dots around words.
        "98765 43210", "dams at 98765 43210 people", "help, inflow 65432 62187 cusecs", "help: 65000 62000 released",
        "call NT 98765 43210", "call at 0630 1845 0700", "0 15 30 45 00 15", "0 10 20 30 40 50", "0 20 40 60 80 99",
        "99,900,123", "0,900,123", "1,234,567,890", "hw12 0630 1230 1845", "lw03 1234 0630 1845 0700",
        "S6/2FT of water", "M6.2HR delays", "A1/2ND", "M62/2ND exit", "TA 5 2ND", "PE 1 3RD", "LS6 2 BED HOUSE",
        "HU5 2 UP", "M6 2 TN", "account 20-00-00 today", "stay-at-home", "stay-at-home dot com", "work @ the pub . de",
        "river 3.45N 2.30", "wind 12.5N 3.4E", "level 1.23 N bank",
        "on 05.12.13 a wall fell", "at 12.30.45 a bang", "at.12.30", "QQ.12.34.56",
    ],
)  # fmt: skip
def test_what_looks_like_a_seldom_form_stays(text):
    assert scrub(text) == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (".@quill_7.thanks", ["quill_7"]),
        ("...@quill_7.thanks @fen_9", ["quill_7", "fen_9"]),
        (".@gmail hi", ["gmail"]),
        ("a.@quill_7.thanks", []),
        ("!@orla_quill77.Please", ["orla_quill77"]),
        ("~@orla_quill77.thanks", ["orla_quill77"]),
        ("#flood@orla_quill77.Please", ["orla_quill77"]),
        ("@Bram_Tetlow/@orla_quill77.Help", ["Bram_Tetlow", "orla_quill77"]),
        ("@Bram_Tetlow.@orla_quill77.Thanks", ["Bram_Tetlow", "orla_quill77"]),
        ("@orla_quill77спасибо", ["orla_quill77"]),
        ("@orla_quill77شكرا", ["orla_quill77"]),
        ("@orla_quill77धन्यवाद", ["orla_quill77"]),
        ("@иванова @José_7", ["иванова", "José_7"]),
    ],
)
def test_a_mention_behind_a_dot_is_known(text, names):
    assert mentions(text) == names


@pytest.mark.parametrize("text", [".@-a.b", "_@---c.d", "+.@---c.d", "a.@---c.d", "..-@a.b", "é+@---c.d"])
def test_what_is_no_address_of_mail_is_none_for_the_last_step_either(text):
    clean = scrub(text)
    assert close(clean) == clean
    assert shapes(PLACEHOLDERS.sub(" ", clean)) == []
    assert ("<email>" in clean) == (text[0] in "aé")


def test_signs_alone_before_an_at_are_no_shape_of_mail():
    assert "email" not in shapes(".@quill_7.thanks")
    assert "email" in shapes("quill.@mail.org")


@pytest.mark.parametrize(
    "unit", ["._", ".a_", "a1.", "visit aaaa.", "2001:", "fe80::", "12 The ", "1_", "(202)", "a.@", "(a."]
)
def test_no_seldom_form_however_long_holds_the_stage_up(unit):
    started = time.monotonic()
    scrub(unit * (12_000 // len(unit)))
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("unit", ["A-", "Aa-", "1 ", "120 ", "a[.]", "a.[.]", "0–", "(a)", "#a@", "a @", '"a/'])
def test_no_text_takes_the_square_of_its_length(unit):
    started = time.process_time()
    scrub((unit * 25_000)[:25_000])
    assert time.process_time() - started < 8


@pytest.mark.parametrize("name", ["Tobias Pellwick", "Jürgen Oakendyke", "Hesper_Mallow99"])
@pytest.mark.parametrize("change", [str, str.upper, "0x{}".format])
def test_a_name_in_hexadecimal_digits_is_no_number_and_so_is_found(name, change):
    written = change(name.encode().hex())
    known = names([name] if "_" in name else [], [name])
    assert scrub_names(scrub(f"see {written} now"), known) in ("see <name> now", "see 0x<name> now")


@pytest.mark.parametrize(
    "text",
    [
        "1234567890123456",
        "a1234567890123456",
        "id546173206125",
        "x546f626961732050656c6c7769636b",
        "b0770090012345678901",
    ],
)
def test_long_numbers_beside_letters_are_numbers_still(text):
    assert not regex.search(r"\d{9}", scrub(text))
    assert shapes(text) != []
