"""A mail server by aiosmtpd, of which this project is no author. What it is to do comes as JSON in its one argument."""

import asyncio
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP

settings = json.loads(sys.argv[1])
folder = pathlib.Path(settings["folder"])
account = settings["account"]
taken = 0
# What callers say, as it is once TLS is taken off. Not buffered: a test may look at any moment.
heard = open(folder / "heard", "ab", buffering=0)


class Conversation(SMTP):
    def data_received(self, data):
        heard.write(data)
        super().data_received(data)


class Mails:
    async def handle_DATA(self, server, session, envelope):
        global taken
        taken += 1
        mail = {"to": envelope.rcpt_tos, "raw": envelope.original_content.decode()}
        # Under its name it is whole: nobody reads half a mail.
        part = folder / "part"
        part.write_text(json.dumps(mail))
        part.rename(folder / "mails" / f"{taken:06}.json")
        return "250 2.0.0 taken"


def lets_in(mechanism, name, password):
    return account is not None and [name.decode(), password.decode()] == account


def certificate():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings["certificate"])
    return context


async def serve():
    tls = settings["tls"]
    after_starttls = certificate() if tls == "starttls" else None

    def conversation():
        return Conversation(
            Mails(),
            hostname="localhost",
            enable_SMTPUTF8=True,
            tls_context=after_starttls,
            require_starttls=tls == "starttls",
            auth_required=account is not None,
            # It knows of no TLS but that of STARTTLS.
            auth_require_tls=tls == "starttls",
            auth_callback=lets_in,
        )

    from_the_beginning = certificate() if tls == "implicit" else None
    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", settings["port"], ssl=from_the_beginning)
    await server.serve_forever()


asyncio.run(serve())
