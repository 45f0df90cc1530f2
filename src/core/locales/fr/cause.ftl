## Pourquoi : ce que le système ou une bibliothèque ne dit qu’en anglais. S’insère après deux points ou entre parenthèses

cause-at = { $where } : { $what }
cause-exit = il s’est terminé par le code { $number }
cause-signal = il a été interrompu par le signal { $number }

cause-missing = introuvable
cause-forbidden = accès interdit
cause-no-folder = un dossier du chemin n’en est pas un
cause-folder = c’est un dossier
cause-full = le disque est plein, ou le quota atteint
cause-read-only = le disque est en lecture seule
cause-network = le réseau n’y mène pas
cause-nobody = rien ne répond à cette adresse

cause-closed = la liaison a été coupée
cause-late = pas de réponse à temps
cause-slow = l’envoi a pris trop de temps
cause-names = ce nom de serveur n’a pas été trouvé
cause-resolver = le serveur de noms ne répond pas (le réseau est-il là ?)
cause-no-tls = ce qui répond à ce port ne parle pas TLS (un autre port, ou STARTTLS ?)
cause-unreadable = une réponse illisible
cause-endless = une réponse sans fin
cause-other-server = ce qui répond là n’est pas un serveur de courrier
cause-early-bytes = quelque chose s’est glissé avant le chiffrement
cause-step = l’échange précédent n’était pas terminé
cause-owner = ce dossier appartient à quelqu’un d’autre
cause-open = ce dossier est ouvert à d’autres que vous (chmod 700 le rend privé)
cause-busy = un autre programme s’en sert
