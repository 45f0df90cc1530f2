## digest

digest-greeting = { $part ->
    [morning] Good morning
    [afternoon] Good afternoon
   *[other] Good evening
}
digest-subject = { $greeting } — what is waiting, { $when }

digest-weekday = { $day ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[other] Sunday
}
digest-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[other] December
}
digest-date = { $weekday } { $day } { $month }
digest-date-year = { $weekday } { $day } { $month } { $year }
digest-hour = { $hour }:00
digest-hour-minute = { $hour }:{ $minute }
digest-day-hour = { $day } { $hour }
digest-date-hour = { $date } at { $hour }

digest-covers = Here is what came in from { $from } to { $to }.
digest-covers-dates = Here is what came in from { $from } to { $to }.
digest-nobody-expects = Nobody expects an answer within the hour.
digest-nothing = Nothing is waiting for you.
digest-urgent = { $count ->
    [0] Nothing passed as urgent.
    [1] One message passed as urgent, by the rule { $rules }. It is already in your mailbox.
   *[other] { $count } messages passed as urgent, by your rules ({ $rules }). They are already in your mailbox.
}

digest-for-you = For you
digest-waiting = Waiting for an answer
digest-answered = Already answered
digest-closed-topic = resolved
digest-information = For information
digest-more-topics = And, more briefly:
digest-topics = { $count ->
    [one] { $count } topic
   *[other] { $count } topics
}
digest-messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
digest-more-messages = { $count ->
    [one] and { $count } more message
   *[other] and { $count } more messages
}
digest-more-attachments = and { $count } more
digest-rest = { $topics ->
    [one] And { $topics } more topic
   *[other] And { $topics } more topics
} ({ $count ->
    [one] { $count } message
   *[other] { $count } messages
}), to be read in the folder “{ $folder }”.
digest-priority = high priority
digest-untitled = (no subject)
digest-unreadable = Unreadable message
digest-unreadable-where = This message could not be read. The original is intact, in the folder “{ $folder }”.

digest-doubtful-mark = sender not confirmed
digest-doubtful = Your mail server could not confirm the sender of a message in this topic. Its addresses are not links, and it cannot be answered from here.
digest-address = Address, not confirmed:
digest-open = Open
digest-open-on = Open on { $host }
digest-reply = Reply
digest-reply-to = Your answer goes to { $address }
digest-reply-subject = subject:
digest-attachments = Attachments:

digest-passed = Delivered at once
digest-passed-rule = rule { $selector }
digest-troubles = What did not go well

digest-next = Next digest: { $when }.
digest-next-today = Next digest: today at { $when }.
digest-closed = Next days off: { $days }.
digest-closed-day = { $first } ({ $name })
digest-closed-days = { $first } to { $last } ({ $name })
digest-place-folder = in the folder “{ $folder }” of your mailbox
digest-place-inbox = in your inbox
digest-originals = The original messages are { $place }.
digest-originals-attached = The original messages are attached, and { $place }.
digest-originals-partly = { $count ->
    [one] { $count } original message is attached; those that are not are { $place }, with it.
   *[other] { $count } original messages are attached; those that are not are { $place }, with all the others.
}
digest-originals-unattached = The original messages could not be attached. They are { $place }.
digest-change = To change your hours: the command quiethours away (or quiethours available), or the file { $file }.
digest-release = Reference of this digest: { $rid }
