# Releases what waits: whole messages in batches of 500, each parsed, one digest appended, all moved.
import imaplib, re, ssl, sys
from email import message_from_bytes, policy
from email.message import EmailMessage

port, user, password, ca = sys.argv[1:5]
imaplib._MAXLINE = 10_000_000
imap = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca))
imap.login(user, password)
imap.select('"Quiet Hours"')
uids = imap.uid("SEARCH", "ALL")[1][0].decode().split()
lines = []
for first in range(0, len(uids), 500):
    batch = uids[first:first + 500]
    for part in imap.uid("FETCH", f"{batch[0]}:{batch[-1]}", "(UID INTERNALDATE BODY.PEEK[])")[1]:
        if isinstance(part, tuple):
            message = message_from_bytes(part[1], policy=policy.default)
            body = message.get_body(("plain",))
            text = body.get_content() if body else ""
            lines.append(f"{message['subject']}\n  {message['from']}\n  {message['x-discourse-topic-id']}\n  {text[:300]}\n")
digest = EmailMessage()
digest["Subject"], digest["From"], digest["To"] = "Digest", "alice@lescanoe.example", "alice@lescanoe.example"
digest.set_content("\n".join(lines))
imap.append("INBOX", None, None, digest.as_bytes(policy=policy.SMTP))
imap.uid("MOVE", f"{uids[0]}:{uids[-1]}", '"Quiet Hours/Released"')
imap.logout()
