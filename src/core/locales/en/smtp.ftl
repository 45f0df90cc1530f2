## smtp: sending the digest

config-smtp-no-server = by which server should it be sent? For example smtp = "mail.example.org"
config-smtp-form = “{ $value }” names no server. For example smtp = "mail.example.org", or "mail.example.org:465"
config-smtp-scheme = “{ $value }” has an unknown beginning. Known are smtps://, smtp+starttls:// and, on this machine only, smtp://. For example smtp = "{ $host }"
config-smtp-extra = “{ $value }” has more in it than a server. The user has an option of its own, smtp_user; for example smtp = "{ $host }"
config-smtp-cleartext = smtp:// would send your password unencrypted over the network: it is for this machine only (localhost). Write smtp = "{ $host }", or "smtp+starttls://{ $host }"
config-smtp-no-user = the digest’s mailbox has no account to lend: give smtp_user = "you@example.org"
config-smtp-no-password = the digest’s mailbox has no password to lend: give smtp_password_command = ["pass", "show", "mail"]
config-smtp-no-replies = The digest goes to { $to }, outside the domain of your mailboxes: “Reply” links by mail are left out of it, since whoever reads them can write in your name

check-smtp = SMTP: { $value } accepts your login (nothing was sent)
check-smtp-bad = SMTP: { $cause }
check-smtp-seven-bit = SMTP: { $value } takes no 8-bit text (8BITMIME): original messages with accents are not attached to the digest, and stay in their folder
daemon-digest-unsent = The digest was not sent: { $why }. The notifications stay held; it is tried again within the hour.
daemon-digest-blocked = The digest was not sent: { $why }. The notifications stay held; it is tried again in a day, or once the configuration is read again.
daemon-digest-perhaps = Three attempts to send the digest had no clear answer ({ $why }). It may have arrived: see your mailbox. The notifications stay held, and nothing is sent again before tomorrow.
daemon-digest-uncertain = It is not known whether the digest was sent ({ $why }). It is looked for before it is sent again; the notifications stay held.
