## run, release, preview

run-locked = Another quiethours of this profile is running (process { $pid }).
run-pending = Something is still to come: try again later.
run-pending-why = Something is still to come: { $why }
run-refused = The mailbox does not open: { $why }. Check the user and its secret in the configuration, then try “quiethours check”.
release-done = Done: the digest is in your mailbox, if there was anything to release.
release-asked = Asked. The daemon will release the digest as soon as the mailbox answers.
preview-nothing = Nothing is waiting.
preview-browser = The digest is in your browser, and in this file, which only you can read: { $path }
preview-no-browser = No browser could be opened ({ $why }). Open this file, which only you can read: { $path }
run-unsupported = This server does not allow working safely ({ $why }). Nothing was moved.
