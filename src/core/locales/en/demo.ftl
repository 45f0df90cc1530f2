## demo

demo-intro = An evening, a night and a morning at Les Canoë, an invented co-operative. Alice answers from 9:00 to 12:30 and from 14:00 to 18:00.
demo-open = open
demo-closed = closed
demo-open-until = until { $until }
demo-closed-until = reopens { $until }
demo-held = held
demo-urgent = URGENT
demo-passed = passes
demo-left = left
demo-digest = RELEASED
demo-digest-of = { $count ->
    [one] one digest for one notification
   *[other] one digest for { $count } notifications
}
demo-why-urgent = passes at once, as asked
demo-why-open = the window is open
demo-why-private = not a notification
demo-why-account = password: never held
demo-outro = The digest Alice received at 9:00, to be read in a browser, a terminal or a mail program:
demo-failed = The demo could not end: { $why }.
