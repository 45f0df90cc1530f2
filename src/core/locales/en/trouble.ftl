## What went wrong, as a clause: it stands in a sentence, or alone

trouble-lost = connection lost: { $cause }
trouble-login = login refused: { $cause }
trouble-token = token refused: { $cause }
trouble-refused = refused by the server: { $cause }
trouble-full = no room left: { $cause }
trouble-busy = the server asks to come back later: { $cause }
trouble-missing = folder missing: { $cause }
trouble-unsupported = not possible with this server: { $cause }

trouble-certificate-name = the certificate that { $host } presents is for another name. Nothing was sent. Check the server’s name in the configuration; if it is right, tell whoever runs the server
trouble-certificate-expired = the certificate of { $host } has expired. Nothing was sent. Tell whoever runs the server; it is tried again meanwhile
trouble-certificate-early = the certificate of { $host } is not valid yet. Nothing was sent. Check this computer’s date
trouble-certificate-unknown = the certificate of { $host } is signed by no authority that this computer knows. Nothing was sent. If the server has an authority of its own, give its certificate with ca_file
trouble-no-starttls = { $host } does not offer STARTTLS, so there is no encrypted connection. Nothing was sent
trouble-tls = no secure connection to { $host }: { $cause }

trouble-smtp-mechanism = { $host } takes none of the logins known here ({ $cause }). Check the server, or change from password_command to oauth_token_command or back
trouble-smtp-login = { $host } refuses the user or the password ({ $cause }). Check them with “quiethours check”; some providers want a password made for this program
trouble-smtp-token = { $host } refuses the token, a new one too ({ $cause }). Check the user, and that the permission given to oauth_token_command includes sending
trouble-smtp-refused = { $host } answered “{ $cause }”
trouble-smtp-lost = the exchange with { $host } failed ({ $cause })

trouble-secret-start = { $key }: “{ $what }” cannot be started ({ $cause })
trouble-secret-failed = { $key }: “{ $what }” failed ({ $cause }). Try the command in a terminal
trouble-secret-late = { $key }: “{ $what }” gave nothing within 30 seconds. Does it wait for the keyboard?
trouble-secret-file = { $key }: { $what } cannot be read ({ $cause })
trouble-secret-not-plain = { $key }: { $what } is not a plain file
trouble-secret-exposed = { $key }: { $what } is open to others; chmod 600 makes it private
trouble-secret-credential = { $key }: systemd passed no secret named “{ $what }”. Only the service gets it, by LoadCredential=; to try it here: systemd-run --user --pipe --wait -p LoadCredential={ $what }:FILE quiethours check
trouble-secret-empty = { $key } gave nothing: it takes one line, the secret and nothing else
trouble-secret-lines = { $key } gave more than one line: it takes one, the secret and nothing else
trouble-secret-long = { $key } gave more than 64 KiB: that is no secret
trouble-secret-bytes = { $key } gave something else than text
trouble-secret-no-token = { $key } gave something else than a token, a sentence perhaps: try the command in a terminal
