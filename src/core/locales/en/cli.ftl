## cli

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
inspect-verdict = verdict
