## What the daemon says: the status line, and what goes wrong

daemon-open-until = open until { $until }
daemon-open = open
daemon-closed-until = closed, reopens { $until }
daemon-closed = closed
daemon-clock-unset = This computer’s clock shows a date in the past: nothing is held or released until it is right.
daemon-state-failed = quiethours cannot write its notes ({ $why }). Until it can, nothing more is released, and what is held stays held. Is the disk full?
daemon-absence = absence
daemon-too-many-digests = Twelve digests in twenty-four hours: there is probably a loop. Notifications stay held; the next digest comes once the first of them is a day old.
daemon-mailbox-absent = The mailbox “{ $mailbox }” could not be read: { $why }. What waits there comes as soon as it opens.
daemon-digest-refused = The server refused the digest ({ $why }). The notifications stay held.
daemon-digest-postponed = The digest could not be delivered now ({ $why }). It is tried again; the notifications stay held.
daemon-digest-lightened = The server refused the digest with the original messages attached ({ $why }). It goes without them; they are in their folder.
