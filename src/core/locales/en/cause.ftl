## Why: what the system or a library says. Comes after a colon or in parentheses

cause-at = { $where }: { $what }
cause-exit = it ended with code { $number }
cause-signal = signal { $number } ended it

cause-missing = not found
cause-forbidden = access is forbidden
cause-no-folder = a folder of the path is none
cause-folder = it is a folder
cause-full = the disk is full, or the quota reached
cause-read-only = the disk is read-only
cause-network = the network does not lead there
cause-nobody = nothing answers at this address

cause-closed = the connection was closed
cause-late = no answer in time
cause-slow = sending took too long
cause-names = this server’s name was not found
cause-resolver = the name server does not answer (is the network up?)
cause-no-tls = what answers at this port speaks no TLS (another port, or STARTTLS?)
cause-unreadable = an unreadable answer
cause-endless = an answer without end
cause-other-server = what answers there is no mail server
cause-early-bytes = something came in before the encryption
cause-step = the exchange before was not over
cause-owner = this folder belongs to somebody else
cause-open = this folder is open to others (chmod 700 makes it private)
cause-busy = another program uses it
