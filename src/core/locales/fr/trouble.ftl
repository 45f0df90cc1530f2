## Ce qui ne va pas, en une proposition : elle s’insère dans une phrase, ou se lit seule

trouble-lost = connexion perdue : { $cause }
trouble-login = identification refusée : { $cause }
trouble-token = jeton refusé : { $cause }
trouble-refused = refusé par le serveur : { $cause }
trouble-full = plus de place : { $cause }
trouble-busy = le serveur demande de revenir plus tard : { $cause }
trouble-missing = dossier introuvable : { $cause }
trouble-unsupported = impossible avec ce serveur : { $cause }

trouble-certificate-name = le certificat présenté par { $host } porte un autre nom. Rien n’a été transmis. Vérifiez le nom du serveur dans la configuration ; s’il est juste, prévenez qui l’administre
trouble-certificate-expired = le certificat de { $host } est périmé. Rien n’a été transmis. Prévenez qui administre ce serveur ; on réessaie entre-temps
trouble-certificate-early = le certificat de { $host } n’est pas encore valable. Rien n’a été transmis. Vérifiez la date de cet ordinateur
trouble-certificate-unknown = le certificat de { $host } n’est signé par aucune autorité connue de cet ordinateur. Rien n’a été transmis. Si ce serveur a sa propre autorité, donnez son certificat avec ca_file
trouble-no-starttls = { $host } ne propose pas STARTTLS, donc pas de connexion chiffrée. Rien n’a été transmis
trouble-tls = pas de connexion sûre avec { $host } : { $cause }

trouble-smtp-mechanism = { $host } n’accepte aucune des identifications que l’on connaît ici ({ $cause }). Vérifiez le serveur, ou passez de password_command à oauth_token_command ou inversement
trouble-smtp-login = { $host } refuse l’utilisateur ou le mot de passe ({ $cause }). Vérifiez-les avec « quiethours check » ; certains fournisseurs exigent un mot de passe propre à ce programme
trouble-smtp-token = { $host } refuse le jeton, même renouvelé ({ $cause }). Vérifiez l’utilisateur, et que l’autorisation donnée à oauth_token_command couvre l’envoi
trouble-smtp-refused = { $host } a répondu « { $cause } »
trouble-smtp-lost = la liaison avec { $host } n’a pas abouti ({ $cause })

trouble-secret-start = { $key } : « { $what } » ne peut pas être lancé ({ $cause })
trouble-secret-failed = { $key } : « { $what } » a échoué ({ $cause }). Essayez la commande dans un terminal
trouble-secret-late = { $key } : « { $what } » n’a rien donné en 30 secondes. Attend-il une réponse au clavier ?
trouble-secret-file = { $key } : { $what } ne peut pas être lu ({ $cause })
trouble-secret-not-plain = { $key } : { $what } n’est pas un fichier ordinaire
trouble-secret-exposed = { $key } : { $what } est lisible par d’autres que vous ; chmod 600 le rend privé
trouble-secret-credential = { $key } : systemd n’a pas transmis de secret nommé « { $what } ». Seul le service le reçoit, par LoadCredential= ; pour essayer ici : systemd-run --user --pipe --wait -p LoadCredential={ $what }:FICHIER quiethours check
trouble-secret-empty = { $key } n’a rien donné : il faut une ligne, avec le secret seul
trouble-secret-lines = { $key } a donné plusieurs lignes : il en faut une seule, avec le secret seul
trouble-secret-long = { $key } a donné plus de 64 Kio : ce n’est pas un secret
trouble-secret-bytes = { $key } a donné autre chose que du texte
trouble-secret-no-token = { $key } a donné autre chose qu’un jeton, peut-être une phrase : essayez la commande dans un terminal
