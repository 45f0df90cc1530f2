## sieve

sieve-opening = quiethours: the rule that files the notifications of [mailbox.{ $mailbox }] into “{ $folder }” at delivery. Put it before the other rules in the Sieve script or the filters of your mail provider; the line “require” belongs at the very top, once. quiethours never installs it by itself.
sieve-folder = The folder must exist, and its name must be the one that your server shows: on some servers “{ $folder }” is called INBOX.{ $folder }, or has “.” in place of “/”. While quiethours is stopped, what is filed goes on waiting there. To end that, remove the rule first.
sieve-proposed = Your configuration still watches INBOX. Together with this rule, it needs these two lines:
sieve-urgent = What urgent.pass names is filed, too: quiethours brings it to INBOX at once, as many as max_per_closure allows, while it runs.
sieve-omitted = Not filed, since the header of a message does not tell it, or nothing of that name is recognised: { $selector }
sieve-partly = Filed only where the header of a message tells it: { $selector }
sieve-never = Never filed: quiethours' digests, delivery reports, and account mail (passwords, logins, security).
sieve-never-hold = Never filed: what never_hold names, and what looks like it.
sieve-default = Every notification that is recognised by its header.
sieve-named = What hold names by sender, list, subject or priority.
sieve-platforms = What hold names by platform.
sieve-others = Other platforms, which hold does not name.
sieve-left = left to the rules below, or to INBOX
sieve-nothing = Nothing is filed: hold names nothing that the header of a message could tell.
sieve-which = There are several mailboxes: { $names }. Say which: quiethours sieve --mailbox { $first }
sieve-no-mailbox = There is no mailbox { $name }. There is: { $names }
sieve-refused = No rule can be written: the folder, or a selector, holds a line end or an invisible character: { $value }
