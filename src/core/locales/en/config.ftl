## config: what is wrong with a configuration, and a value that would be right

config-absent = quiethours is not configured yet. Run: quiethours init
config-missing = there is no such file. Create it with: quiethours init
config-no-home = the home directory is unknown: set HOME, or name the file with --config
config-unreadable-file = this file cannot be read: { $cause }
config-profile = “{ $value }” cannot name a profile: it becomes part of folder names. Rename the file, for example work.toml

config-syntax = line { $line }, column { $column }: this is not TOML ({ $message }). A line has the form: key = "value"
config-syntax-quotes = line { $line }: the value of { $key } needs straight quotes around it: { $key } = "…"
config-syntax-curly = line { $line }: the value of { $key } has typographic quotes; TOML wants straight ones: { $key } = "…"
config-syntax-open = line { $line }: a quote of { $key } is missing: write { $key } = "…", on one line
config-syntax-equals = line { $line }: there is no “=” here. A line has the form: key = "value"
config-syntax-bracket = line { $line }: the closing bracket is missing: [name]
config-syntax-twice = line { $line }: { $key } is written twice; keep one

config-unknown = there is no such option. Here these are known: { $known }
config-unknown-near = there is no such option. Did you mean { $near }?
config-not-a-table = this is a section: write [{ $key }] on a line of its own, and its options below
config-not-text = this must be a text: { $key } = "…"
config-not-texts = this must be a list of texts: { $key } = ["…", "…"]
config-empty = there is nothing in it: give { $key } a value, or remove the line
config-number = “{ $value }” is not a whole number from { $least } to { $most }; for example { $key } = { $right }
config-choice = “{ $value }” is none of: { $choices }. For example { $key } = "{ $right }"
config-conflict = { $key } and { $other } exclude each other: keep one of the two

config-no-week = your days are missing. For example weekdays = "9h-12h30, 14h-18h", or hours = "Mo-Fr 09:00-18:00"
config-timezone = “{ $value }” is not a time zone. For example timezone = "{ $right }"
config-holidays = the public holidays of “{ $value }” are not known. Write a code such as holidays = "{ $right }" (FR, BE, FR-67…)
config-away = “{ $value }” is no absence. Write whole days, both included: "2026-12-24/2027-01-03", or one day: "2026-12-24"
config-away-backwards = “{ $value }” ends before it begins. Did you mean "{ $right }"?

config-no-mailbox = there is no mailbox. Add a section [mailbox.coop] with imap = "mail.example.org" and user = "you@example.org"
config-no-source = where is this mailbox? Give imap = "mail.example.org", or maildir = "/home/you/Maildir"
config-no-user = the user name is missing; it is often the address: user = "you@example.org"
config-imap-form = “{ $value }” names no server. For example imap = "mail.example.org", or "mail.example.org:993"
config-imap-scheme = “{ $value }” has an unknown beginning. Known are imaps://, imap+starttls:// and, on this machine only, imap://. For example imap = "{ $host }"
config-imap-extra = “{ $value }” has more in it than a server. The user and the folder have options of their own; for example imap = "{ $host }"
config-imap-cleartext = imap:// would send your password unencrypted over the network: it is for this machine only (localhost). Write imap = "{ $host }", or "imap+starttls://{ $host }"
config-no-password = how to get the password? The best way is a command: password_command = ["pass", "show", "mail"]. Or password_file = "/path", password_credential = "name", oauth_token_command = ["…"] where the provider wants a token, or password = "…"
config-readable = other people on this machine can read { $file }, which holds a password. Run: chmod 600 "{ $file }"
config-not-plain = { $file } is not a plain file: give the path of a file that holds the secret and nothing else
config-unreadable = { $file } cannot be read: { $cause }
config-no-certificate = { $file } holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)
config-command-quotes = a quote is missing in this command. A list is clearer: { $key } = ["pass", "show", "mail"]
config-credential = “{ $value }” cannot name a systemd credential: give its name alone, without a path
config-folder = “{ $value }” cannot name a folder. For example "{ $right }"
config-held-intake = the server files notifications into { $intake }, and they wait there: remove { $held }
config-held-inbox = notifications must wait outside INBOX. For example held = "Quiet Hours"
config-released = { $released } and { $other } are both “{ $value }”: originals must leave the folder where they waited. For example released = "Quiet Hours/Released"
config-twins = { $one } and { $other } watch the same folders of the same account: keep one of the two
config-selector = “{ $value }” is no selector. For example "discourse", "glpi@tickets.example.org", "from:@example.org", "list:dev.example.org", "subject:urgent"
config-selector-near = “{ $value }” is no selector. Did you mean "{ $near }"?
config-authserv-id = “{ $value }” is not the name alone that your server writes after “Authentication-Results:”. For example authserv_id = "{ $right }"

config-no-to = whom is the digest for? For example to = "you@example.org"
config-address = “{ $value }” is not a plain mail address. For example "you@example.org"
config-address-near = “{ $value }” is not a plain mail address. Write "{ $right }"
config-digest-mailbox = there are several mailboxes ({ $names }): which one receives the digest? For example mailbox = "{ $right }"
config-digest-mailbox-unknown = there is no section [mailbox.{ $value }]. Did you mean mailbox = "{ $right }"?
config-at = “{ $value }” is neither "opening" nor a time of day. For example at = ["opening", "14:00"]
config-at-empty = without any time there would never be a digest. For example at = ["opening"]
config-originals-abroad = the originals hold reply addresses that let anybody answer in your name, so they do not leave the domain of your mailboxes. Write { $right }, or give an address of that domain as to
config-without-effect = { $key } is accepted, and has no effect in this version
config-by-body = hold names { $platform }: only the text of its mails shows where they come from, and anybody can write that. Name its site, as { $platform }@forum.example.org; without it they are not held
