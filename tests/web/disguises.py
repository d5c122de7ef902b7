# SPDX-License-Identifier: BSD-2-Clause
"""One recipient in many disguises, and the ways in which somebody might read a page to find him."""

import base64
import binascii
import codecs
import html
import quopri
import re
import unicodedata
import urllib.parse

LOCAL_PART, DOMAIN, FIRST, LAST = "marta.lindqvist", "kundkontor.example", "Marta", "Lindqvist"
MAILBOX = f"{LOCAL_PART}@{DOMAIN}"
NAME = f"{FIRST} {LAST}"
# What no reading of a page may hold, once everything but letters and digits is taken out of it.
SECRETS = ("lindqvist", "martalindqvist", "kundkontor")


def _each(text, form):
    return "".join(form(character) for character in text)


def _base64(text):
    return base64.b64encode(text.encode()).decode()


def _lookalike(text):
    return text.translate(str.maketrans("aeoi", "\u0430\u0435\u043e\u0456"))


# Lines of a text. In each, somebody who knows how to read it finds the recipient.
LINES = {
    "plain": MAILBOX,
    "capitals": MAILBOX.upper(),
    "in brackets": f"<{MAILBOX}>",
    "mailto": f"mailto:{MAILBOX}?subject=x",
    "quoted local part": f'"{LOCAL_PART}"@{DOMAIN}',
    "at and dot": f"marta [dot] lindqvist [at] kundkontor [dot] example",
    "AT in words": f"marta dot lindqvist AT kundkontor dot example",
    "spaces around the sign": f"{LOCAL_PART} @ {DOMAIN}",
    "full width": _each(MAILBOX, lambda c: chr(ord(c) + 0xfee0)),
    "small sign": MAILBOX.replace("@", "\ufe6b"),
    "percent": urllib.parse.quote(MAILBOX, safe=""),
    "percent, every octet": _each(MAILBOX, lambda c: f"%{ord(c):02x}"),
    "percent twice": urllib.parse.quote(urllib.parse.quote(MAILBOX, safe=""), safe=""),
    "quoted-printable": _each(MAILBOX, lambda c: f"={ord(c):02X}"),
    "quoted-printable, cut": "marta.lind=\nqvist@kundkontor.example",
    "entities": _each(MAILBOX, lambda c: f"&#{ord(c)};"),
    "entities, hexadecimal": _each(MAILBOX, lambda c: f"&#x{ord(c):x};"),
    "named entities": MAILBOX.replace("@", "&commat;").replace(".", "&period;"),
    "escapes": _each(MAILBOX, lambda c: f"\\u{ord(c):04x}"),
    "hexadecimal": MAILBOX.encode().hex(),
    "hexadecimal pairs": MAILBOX.encode().hex(" "),
    "decimal codes": " ".join(str(ord(c)) for c in MAILBOX),
    "base64": _base64(MAILBOX),
    "base64 without padding": _base64(MAILBOX).rstrip("="),
    "base64 in pieces": " ".join(re.findall(".{1,6}", _base64(MAILBOX))),
    "base64 for links": base64.urlsafe_b64encode(MAILBOX.encode()).decode(),
    "base32": base64.b32encode(MAILBOX.encode()).decode(),
    "rot13": codecs.encode(MAILBOX, "rot13"),
    "rot13 of the name": codecs.encode(NAME, "rot13"),
    "backwards": MAILBOX[::-1],
    "backwards name": NAME[::-1],
    "plus tag": f"{LOCAL_PART}+news@{DOMAIN}",
    "VERP": f"bounce-{LOCAL_PART}={DOMAIN}@lists.example.net",
    "VERP with a plus": f"list+{LOCAL_PART}={DOMAIN}@lists.example.net",
    "SRS": f"SRS0=HHHH=TT={DOMAIN}={LOCAL_PART}@forward.example",
    "BATV": f"prvs=0123456789={MAILBOX}",
    "msprvs": f"msprvs1=19000abc=bounces-{LOCAL_PART}={DOMAIN}@x.example",
    "local part": f"Dear {LOCAL_PART}!",
    "local part, joined": "Dear martalindqvist,",
    "local part, underscore": "user marta_lindqvist",
    "local part, hyphen": "user marta-lindqvist",
    "initial and name": "mlindqvist",
    "name": f"Dear {NAME},",
    "name turned round": f"{LAST}, {FIRST}",
    "name in capitals": NAME.upper(),
    "family name": f"Mrs. {LAST}'s prize",
    "name with accents": "M\u00e1rta L\u00efndqv\u00edst",
    "name with a soft hyphen": "Lind\u00adqvist",
    "name with a zero width space": "Lind\u200bqvist",
    "name with direction marks": "Lind\u202eqvist\u202c",
    "name in look-alikes": _lookalike("Lindqvist") + " lindqvist",
    "name in mathematical letters": _each("Lindqvist", lambda c: chr(
        0x1d400 + ord(c) - 65 if c.isupper() else 0x1d41a + ord(c) - 97)),
    "name, spelled": " ".join("Lindqvist"),
    "name, spelled with hyphens": "-".join("Lindqvist"),
    "name, spelled with dots": ".".join("lindqvist"),
    "name, cut": "Lind qvist",
    "name over two lines": "Lind\nqvist",
    "domain": f"your account at {DOMAIN}",
    "domain's name": "everybody at Kundkontor",
    "link": f"http://www.example.net/win?u={MAILBOX}",
    "link with a token": f"http://www.example.net/{_base64(MAILBOX)}/win",
    "link with the name in its host": f"http://lindqvist.win.example.net/",
    "link with a token in its host": f"http://{MAILBOX.encode().hex()[:60]}.example.net/",
    "link with user": f"http://{urllib.parse.quote(MAILBOX)}@www.example.net/",
    "link without scheme": f"example.net/unsubscribe/{LOCAL_PART}",
    "link without host": f"//example.net/{LOCAL_PART}",
    "HTML in text": f"<a href=\"http://example.net/\" title=\"{NAME}\">{LOCAL_PART}</a>",
    "JSON": '{"mail":"%s"}' % MAILBOX,
}

# Header fields. A program that shows a header decodes its encoded words.
FIELDS = (
    f"To: {NAME} <{MAILBOX}>",
    f'Cc: "{LAST}, {FIRST}" <{MAILBOX}>',
    f"Delivered-To: {MAILBOX}",
    f"X-Original-To: {MAILBOX}",
    f"X-RcptTo: {MAILBOX}",
    f"X-Anything: {NAME}",
    f"X-{LAST}: 1",
    f"Subject: {NAME}, you have won",
    f"Subject: =?utf-8?Q?{_each(NAME, lambda c: f'={ord(c):02x}')}?=",
    f"Subject: =?utf-8?B?{_base64(MAILBOX)}?=",
    f"Subject: =?utf-8?B?{_base64('Lind')}?= =?utf-8?B?{_base64('qvist')}?=",
    f"From: {NAME} <bounce-{LOCAL_PART}={DOMAIN}@lists.example.net>",
    f"Reply-To: {NAME} <r@example.net>",
    f"Message-ID: <{LOCAL_PART}@{DOMAIN}>",
    f"List-Unsubscribe: <mailto:u-{LOCAL_PART}@example.net>",
    f"X-Mailer: Mailer for {NAME}",
    f"Content-Type: text/plain; charset=utf-8; name={LOCAL_PART}; boundary={LOCAL_PART}",
    f"Received: from {LAST}.example.net (unknown [198.18.7.9]) by mx.{DOMAIN} for <{MAILBOX}>; "
    "Thu, 22 Aug 2002 09:44:02 -0400",
)

# Whole messages whose shape is the disguise.
_RECEIVED = "Received: from x (unknown [198.18.7.9]) by mx.example.org; Thu, 22 Aug 2002 09:44:02 -0400\n"
_TO = f"To: {NAME} <{MAILBOX}>\n"
SHAPES = {
    "a line that is not a field": f"{_RECEIVED}this is no field\n{_TO}Subject: x\n\nhi {NAME}",
    "a quoted field in the header": f"> {_TO}{_RECEIVED}\nhi {NAME}",
    "a blank line first": f"\n{_RECEIVED}{_TO}\nhi {NAME}",
    "a header cut in two": f"{_RECEIVED}\n{_TO}Subject: x\n\nhi {NAME}",
    "a byte order mark": f"\ufeff{_RECEIVED}{_TO}\nhi {NAME}",
    "a line of mbox": f"From {MAILBOX} Thu Aug 22\n{_RECEIVED}{_TO}\nhi {NAME}",
    "a quoted line of mbox": f">From {MAILBOX} Thu\n{_RECEIVED}{_TO}\nhi {NAME}",
    "a forwarded message": f"{_RECEIVED}\n-- forwarded --\n> {_TO}> Subject: x\n>\n> hi {NAME}",
    "an attached message": f"{_RECEIVED}Content-Type: message/rfc822\n\n{_TO}Message-ID: <{LOCAL_PART}@x>\n\nhi {NAME}",
    "a delivery report": f"{_RECEIVED}Content-Type: multipart/report; boundary=b\n\n--b\n"
    f"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {MAILBOX}\n\n--b--\n{_TO}",
    "an unknown encoding": f"{_RECEIVED}{_TO}Content-Transfer-Encoding: x-strange\n\nhi {NAME}",
    "an unknown character set": f"{_RECEIVED}{_TO}Content-Type: text/plain; charset=x-strange\n\nhi {NAME}",
    "UTF-7": f"{_RECEIVED}{_TO}Content-Type: text/plain; charset=utf-7\n\nhi Lind+-qvist Lindqvis+AHQ-",
    "an attachment with a name": f"{_RECEIVED}{_TO}Content-Type: image/png; name=\"{LAST}.png\"\n\nx",
    "one part of many": f"{_RECEIVED}{_TO}Content-Type: message/partial; id=\"{MAILBOX}\"; number=1\n\nhi {NAME}",
    "HTML": f"{_RECEIVED}{_TO}Content-Type: text/html\n\n<p>Lind<b>q</b><!-- -->vi&#115;t <img alt='{NAME}'>"
    f"<a href='http://example.net/{LOCAL_PART}'>x</a><script>{NAME}</script><style>{NAME}</style>",
    "HTML in entities": f"{_RECEIVED}{_TO}Content-Type: text/html\n\n{_each(MAILBOX, lambda c: f'&#{ord(c)};')}",
    "too many parts": f"{_RECEIVED}{_TO}" + "".join(
        f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(200)) + f"\nhi {NAME}",
}


def messages(real=()):
    """Every disguise in a message, by what it is; if there are real messages, each is attached to one."""
    header = f"{_RECEIVED}To: {NAME} <{MAILBOX}>\nMIME-Version: 1.0\n"
    for name, line in LINES.items():
        text = f"hello\n{line}\nbye\n"
        yield name, f"{header}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()
        yield name + ", as HTML", (f"{header}Content-Type: text/html; charset=utf-8\n\n<p>hello</p>"
                                   f"<div>{html.escape(line)}</div><p title=\"{html.escape(line)}\">bye").encode()
        yield name + ", in base64", (f"{header}Content-Type: text/plain; charset=utf-8\n"
                                     f"Content-Transfer-Encoding: base64\n\n{_base64(text)}\n").encode()
        yield name + ", in quoted-printable", (
            f"{header}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n".encode()
            + quopri.encodestring(text.encode(), quotetabs=True))
    for field in FIELDS:
        yield field, f"{header}{field}\n\nhello\n".encode()
    for name, shape in SHAPES.items():
        yield name, shape.encode()
    for name, octets in real:
        lines = "\n".join(LINES.values())
        yield name, (f"{header}Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: text/plain; "
                     f"charset=utf-8\n\n{lines}\n--outer\nContent-Type: message/rfc822\n\n".encode() +
                     octets + f"\n{lines}\n--outer--\n".encode())


def _letters(text):
    """Only letters and digits, as somebody reads them who does not care how they are written."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def _base64_runs(text):
    for run in re.findall(r"[A-Za-z0-9+/_-]{8,}", re.sub(r"\s", "", text)) + re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        run = run.replace("-", "+").replace("_", "/")
        for begin in range(4):
            part = run[begin:]
            try:
                yield base64.b64decode(part[:len(part) // 4 * 4]).decode("latin-1")
            except (binascii.Error, ValueError):
                pass


def _hexadecimal(text):
    for run in re.findall(r"(?:[0-9a-fA-F]{2}\s?){6,}", text):
        yield bytes.fromhex("".join(run.split())).decode("latin-1")


def _escapes(text):
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"=([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), text.replace("=\n", ""))


def _codes(text):
    for run in re.findall(r"(?:\b\d{2,3}\b\s*){6,}", text):
        yield "".join(chr(int(code)) for code in run.split())


def readings(text):
    """The text in every way in which it might be read."""
    decoded = urllib.parse.unquote(urllib.parse.unquote(_escapes(html.unescape(html.unescape(text)))))
    yield from (text, decoded, re.sub(r"<[^>]*>", "", text), text[::-1], codecs.encode(text, "rot13"))
    yield from _base64_runs(text)
    yield from _hexadecimal(text)
    yield from _codes(text)


def found(text):
    """The secrets that some reading of a text holds."""
    return sorted({secret for reading in readings(text) for secret in SECRETS if secret in _letters(reading)})
