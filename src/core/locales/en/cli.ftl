## cli: exits

exit-state = The state cannot be used: { $cause }
exit-login = { $mailbox }: the server refused the login ({ $cause }). Check user and password; some providers want a password made for this program.
exit-token = { $mailbox }: the server refused the token, a new one too ({ $cause }). Check user, and the permission given to the program of oauth_token_command.
exit-why = { $mailbox }: { $cause }
exit-unsupported = { $mailbox }: this mailbox cannot be used safely: { $cause }
exit-folder = { $mailbox }: a folder is missing: { $cause }
exit-full = { $mailbox }: there is no room left: { $cause }
exit-network = { $mailbox }: the mailbox does not answer as it should: { $cause }
exit-unread = At least one file could not be read.

## help

help = Keeps notifications out of your off-hours; one digest brings them.
help-commands = Commands
help-options = Options
help-arguments = Arguments
help-help = Show this help
help-version = Show the version
help-config = Configuration: a file, or the name of a profile
help-lang = Language: fr or en
help-verbose = Say more
help-demo = Play an evening, a night and a morning, without any configuration
help-demo-out = Where digest.eml, digest.html and digest.txt are left
help-init = Ask a few questions and write the configuration
help-check = Check every condition for working, with the remedy
help-check-offline = Without the network
help-run = Run the daemon
help-run-once = Perform what is due now, and end
help-status = Open or closed, until when, and why
help-status-json = As JSON, for programs
help-status-peek = With the number of held notifications
help-hours = The coming availability windows and holidays
help-hours-days = How many days ahead
help-hours-at = Why it is open or closed then: 2026-12-01, 18:00, "monday 9h"…
help-hours-json = As JSON, for programs
help-away = Close now: until a time, for a while, or until "auto"
help-away-until = Until when: 2026-12-01, 18:00, "monday 9h"…
help-away-duration = For how long: 2h, 90m, 3d
help-available = Open now: for an hour, or as you say
help-available-until = Until when: 2026-12-01, 18:00, "monday 9h"…
help-available-duration = For how long: 2h, 90m, 3d
help-available-yes = Without asking
help-auto = Follow the declared hours again
help-preview = Show the digest of what is held now; changes nothing
help-preview-format = text, html, eml or json
help-preview-out = Write to this file
help-preview-browser = Show it in the browser
help-preview-no_pager = Print it all at once, not page by page
help-release = A digest now
help-inspect = What quiethours makes of messages
help-inspect-files = Messages, one a file
help-inspect-json = As JSON, one object a line
help-report = What the mailbox got in the off-hours; changes nothing
help-report-days = How many days back
help-report-json = As JSON, for programs
help-sieve = Print the rule that files the notifications at delivery; installs nothing
help-sieve-mailbox = Which of several mailboxes
help-completions = Print the completions of a shell
help-completions-shell = bash, zsh, fish, elvish or powershell
help-man = Print a man page: quiethours man | man -l -
help-man-page = quiethours or quiethours.toml

## status

status-open = Open
status-open-until = Open until { $until }
status-closed = Closed
status-closed-until = Closed, reopens { $until }
status-since = Since { $since }: { $reason }
status-reason = { $reason }
status-running = The daemon is running.
status-running-since = The daemon is running since { $since }.
status-stopped = The daemon is not running. Start it: systemctl --user start quiethours, or: quiethours run
status-error = It last said: { $error }
status-folder = Notifications wait in the folder “{ $folder }” ({ $mailbox }).
status-held = { $count ->
    [0] Nothing is held.
    [one] 1 notification is held.
   *[other] { $count } notifications are held.
}
status-tzdata = Time zone data: { $version }

## hours

hours-at = { $at }:
hours-timezone = Times of { $timezone }
hours-none = No availability window in this time.
when-unclear = “{ $value }” is no time that is understood. For example 2026-12-01, "2026-12-01 09:00", 18:00, "monday 9h"
when-past = { $when } is over. Give a time to come.
duration-unclear = “{ $value }” is no duration that is understood. For example 2h, 90m, 3d

## away, available, auto

away-done = Closed until you say: quiethours auto
away-done-until = Closed until { $until }.
available-done-until = Open until { $until }.
available-question = These are your off-hours. Open until { $until } all the same?
available-unchanged = Nothing was changed.
auto-done = Your declared hours apply again.
override-no-daemon = The daemon is not running; it will follow this when it starts.
override-not-woken = The daemon could not be woken; it will follow this within a few minutes.

## check

check-config = Configuration: { $path }
check-openings = Time zone { $timezone }; next opening { $opening }
check-never-open = No availability window opens within a year: look at [availability]
check-state = State: { $dir }
check-state-bad = State: { $dir } cannot be used: { $cause }. It must be a directory of your own (chmod 700), or set state.dir
check-offline = The network was not tried (--offline).
check-reached = { $mailbox }: the server answers: { $value }
check-no-name = { $mailbox }: this name leads nowhere: { $value }. Check imap, and the network
check-no-connection = { $mailbox }: the server does not answer: { $value }. Check imap with its port, and the network
check-folders = { $mailbox }: the mailbox can be used; the folders are there, “{ $value }” among them
check-folders-later = { $mailbox }: the mailbox can be used; the folder “{ $value }” will be made by the daemon
check-intake-missing = { $mailbox }: the folder “{ $value }” does not exist. Make it, and a rule at your mail provider that files notifications into it
check-intake = { $mailbox }: your mail server files notifications into “{ $folder }”. While the daemon is stopped they go on waiting there
check-inbox = { $mailbox }: INBOX is watched: best effort. A telephone may ring before a message is moved, and nothing is moved while this computer sleeps. A rule on the server (intake) is airtight
check-visible = { $mailbox }: should your telephone announce “{ $folder }” too, unsubscribe from that folder there
check-running = The daemon is running.
check-stopped = The daemon is not running. Start it: systemctl --user enable --now quiethours
check-lingers = The daemon goes on running after you log out.
check-linger = The daemon stops when you log out. To keep it running: loginctl enable-linger
check-failed = Not everything is in place yet: see the lines with ✗.

## init

yes = Yes
no = No
init-terminal = init asks questions: run it in a terminal, or write the file by hand (see examples/).
init-welcome =
    A few questions; your answers are tried, then written into
    { $path }
init-overwrite = { $path } exists already. Replace it?
init-kept = Nothing was changed.
init-address = Your mail address
init-address-wrong = This is not a mail address: you@example.org
init-server = The mail server (IMAP)
init-server-wrong = This names no server: mail.example.org
init-user = The user name there
init-empty = Something is needed here
init-password-how = How may the password be had?
init-password-file = Keep it in the configuration file, which only you can read
init-password-command = Ask a program for it each time (pass, secret-tool…)
init-password = The password (not shown)
init-command = The command that prints it, such as: pass show mail
init-command-wrong = A quote is missing, or there is no command
init-trying = Trying to log in…
init-logged-in = The login works.
init-again = Try again with other answers?
init-days =
    When are you available? Write for example 9h-12h30, 14h-18h;
    nothing for a day off.
init-weekdays = Monday to Friday
init-saturday = Saturday
init-sunday = Sunday
init-holidays = Public holidays of which country? FR, BE, FR-67…; nothing for none
init-holidays-wrong = The holidays of this code are not known: FR, BE, FR-67…
init-night = Does this computer stay on at night?
init-intake-why =
    A computer that sleeps cannot keep your INBOX quiet. Your mail provider can:
    make a rule in its web mail (a filter) that files the notifications of the
    forum and of the tickets into the folder “{ $folder }”. They then wait there,
    and quiethours brings the digest when it wakes.
init-intake = Work this way?
init-written = { $path } is written.
init-works = The mailbox and its folders are ready.
init-service = Start quiethours now, and at every login?
init-service-done = { $unit } runs. To keep it running after logout: loginctl enable-linger
init-service-failed = The configuration is written, but the service could not be installed: { $cause }
init-by-hand = To start: quiethours run. To see that all is well: quiethours check
init-file = Written by: quiethours init. All options: examples/
init-file-availability = when you are available; a day that is not named is closed
init-file-hours = for example 9h-12h30, 14h-18h
init-file-timezone = the zone of these hours
init-file-holidays = closed on public holidays
init-file-mailbox = where notifications arrive
init-file-intake = the folder that your mail provider's rule files notifications into
init-file-digest = to whom

## inspect
inspect-digest = this is a digest of quiethours
inspect-bounce = this is a delivery report: never held
inspect-account = account mail (password, login, security): never held
inspect-never = "{ $selector }" of never_hold applies: never held
inspect-urgent = "{ $selector }" of urgent.pass applies: passes at once
inspect-named = "{ $selector }" of hold applies: held in your off-hours
inspect-default = recognised notification: held in your off-hours
inspect-list = mailing list: held only if hold names it
inspect-unnamed = recognised notification, but hold does not name it: not held
inspect-by-body = recognised by its text only, which anybody can write: held only if hold names its site, { $selector }
inspect-unknown = no notification was recognised: not held
inspect-unreadable = the message cannot be read: not held
inspect-no-file = the file cannot be read: { $error }
inspect-cut = only the first mebibyte was read
inspect-kind-notification = notification
inspect-kind-account = account mail
inspect-kind-other = other message
inspect-platform = platform
inspect-key = topic
inspect-title = title
inspect-author = author
inspect-url = link
inspect-reply-to = reply to
inspect-excerpt = excerpt
inspect-urgency = priority
inspect-urgency-high = high
inspect-authentication = authentication
inspect-authentication-fail = failed: your server could not confirm the sender
inspect-verdict = verdict
check-always-open = Your hours are always open: nothing is held, except during “quiethours away”

## report

report-period = { $from } to { $to }, by your hours as they are now.
report-day = { $to }, by your hours as they are now.
report-closed =
    These are your off-hours:
    what arrived since { $since } is not counted.
report-notifications = { $count ->
    [0] No notification.
    [one] One notification{ $off ->
        [0] , not in your off-hours.
       *[other] , in your off-hours.
    }
   *[other] { $count } notifications{ $off ->
        [0] , none in your off-hours.
        [one] , one of them in your off-hours.
       *[other] , { $off } of them in your off-hours.
    }
}
report-times = They reached into { $times }.
report-evenings = { $count ->
    [one] one weekday evening or night
   *[other] { $count } weekday evenings or nights
}
report-weekends = { $count ->
    [one] one week-end
   *[other] { $count } week-ends
}
report-holidays = { $count ->
    [one] one public holiday
   *[other] { $count } public holidays
}
report-and = and
report-urgent = { $count ->
    [one] One of them would have passed at once, as urgent.
   *[other] { $count } of them would have passed at once, as urgent.
}
report-digests = { $count ->
    [one] One digest would have done.
   *[other] { $count } digests would have done.
}
report-picture = In your off-hours, by day and hour:
report-none-shade = { $shade } none
report-open-shade = blank: open
report-folders = Read without changing anything ({ $mailbox }): { $folders }.

## A command line that is not understood
usage-command = “{ $given }” is no command of quiethours. { $near }
usage-option = “{ $given }” is no option here. { $near }
usage-value = “{ $given }” does not do for { $option }. { $near }
usage-value-missing = A value is missing after { $option }.
usage-conflict = { $option } and { $other } exclude each other: keep one of the two.
usage-missing = { $option } is missing.
usage-no-command = A command is missing.
usage-near = Did you mean “{ $near }”?
usage-range = From { $from } to { $to }.
usage-values = Possible: { $values }.
usage-other = The command line is not understood.
usage-help = Help: { $command } --help
