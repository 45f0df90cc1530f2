## cli : sorties

exit-state = L’état ne peut pas être utilisé : { $cause }
exit-login = { $mailbox } : le serveur a refusé la connexion ({ $cause }). Vérifiez l’utilisateur et le mot de passe ; certains fournisseurs exigent un mot de passe propre à ce programme.
exit-token = { $mailbox } : le serveur a refusé le jeton, même renouvelé ({ $cause }). Vérifiez l’utilisateur, et l’autorisation donnée au programme de oauth_token_command.
exit-why = { $mailbox } : { $cause }
exit-unsupported = { $mailbox } : cette boîte ne peut pas être utilisée sans risque : { $cause }
exit-folder = { $mailbox } : il manque un dossier : { $cause }
exit-full = { $mailbox } : il n’y a plus de place : { $cause }
exit-network = { $mailbox } : la boîte ne répond pas comme il faut : { $cause }
exit-unread = Au moins un fichier n’a pas pu être lu.

## aide

help = Garde les notifications hors de vos heures de repos ; un seul récapitulatif les apporte.
help-commands = Commandes
help-options = Options
help-arguments = Arguments
help-help = Afficher cette aide
help-version = Afficher la version
help-config = Configuration : un fichier, ou le nom d’un profil
help-lang = Langue : fr ou en
help-verbose = En dire plus
help-demo = Jouer une soirée, une nuit et un matin, sans rien configurer
help-demo-out = Où laisser digest.eml, digest.html et digest.txt
help-init = Poser quelques questions et écrire la configuration
help-check = Vérifier chaque condition, avec le remède
help-check-offline = Sans le réseau
help-run = Lancer le démon
help-run-once = Accomplir ce qui est dû maintenant, puis s’arrêter
help-status = Ouvert ou fermé, jusqu’à quand, et pourquoi
help-status-json = En JSON, pour les programmes
help-status-peek = Avec le nombre de notifications en attente
help-hours = Les prochaines plages de disponibilité et les jours fériés
help-hours-days = Combien de jours à l’avance
help-hours-at = Pourquoi c’est ouvert ou fermé à ce moment : 2026-12-01, 18:00, "lundi 9h"…
help-hours-json = En JSON, pour les programmes
help-away = Fermer maintenant : jusqu’à un moment, pour une durée, ou jusqu’à « auto »
help-away-until = Jusqu’à quand : 2026-12-01, 18:00, "lundi 9h"…
help-away-duration = Combien de temps : 2h, 90m, 3d
help-available = Ouvrir maintenant : pour une heure, ou comme vous le dites
help-available-until = Jusqu’à quand : 2026-12-01, 18:00, "lundi 9h"…
help-available-duration = Combien de temps : 2h, 90m, 3d
help-available-yes = Sans poser la question
help-auto = Suivre à nouveau les heures déclarées
help-preview = Montrer le récapitulatif de ce qui attend ; ne change rien
help-preview-format = text, html, eml ou json
help-preview-out = Écrire dans ce fichier
help-preview-browser = L’afficher dans le navigateur
help-preview-no_pager = Tout écrire d’un coup, sans défiler page par page
help-release = Un récapitulatif maintenant
help-inspect = Ce que quiethours comprend de messages
help-inspect-files = Des messages, un par fichier
help-inspect-json = En JSON, un objet par ligne
help-report = Ce que la boîte a reçu hors horaires ; ne change rien
help-report-days = Combien de jours en arrière
help-report-json = En JSON, pour les programmes
help-sieve = Afficher la règle qui range les notifications dès leur arrivée ; n’installe rien
help-sieve-mailbox = Laquelle de plusieurs boîtes
help-completions = Afficher la complétion pour un interpréteur de commandes
help-completions-shell = bash, zsh, fish, elvish ou powershell
help-man = Afficher une page de manuel : quiethours man | man -l -
help-man-page = quiethours ou quiethours.toml

## status

status-open = Ouvert
status-open-until = Ouvert jusqu’à { $until }
status-closed = Fermé
status-closed-until = Fermé, réouverture { $until }
status-since = Depuis { $since } : { $reason }
status-reason = { $reason }
status-running = Le démon tourne.
status-running-since = Le démon tourne depuis { $since }.
status-stopped = Le démon ne tourne pas. Pour le lancer : systemctl --user start quiethours, ou : quiethours run
status-error = Dernière difficulté signalée : { $error }
status-folder = Les notifications attendent dans le dossier « { $folder } » ({ $mailbox }).
status-held = { $count ->
    [0] Rien n’attend.
    [one] Une notification attend.
   *[other] { $count } notifications attendent.
}
status-tzdata = Données des fuseaux horaires : { $version }

## hours

hours-at = { $at } :
hours-timezone = Heures de { $timezone }
hours-none = Aucune plage de disponibilité dans cette période.
when-unclear = « { $value } » n’est pas un moment que l’on comprend. Par exemple 2026-12-01, "2026-12-01 09:00", 18:00, "lundi 9h"
when-past = { $when } est passé. Donnez un moment à venir.
duration-unclear = « { $value } » n’est pas une durée que l’on comprend. Par exemple 2h, 90m, 3d

## away, available, auto

away-done = Fermé jusqu’à ce que vous disiez : quiethours auto
away-done-until = Fermé jusqu’à { $until }.
available-done-until = Ouvert jusqu’à { $until }.
available-question = Ce sont vos heures de repos. Ouvrir quand même jusqu’à { $until } ?
available-unchanged = Rien n’a changé.
auto-done = Vos heures déclarées s’appliquent à nouveau.
override-no-daemon = Le démon ne tourne pas ; il en tiendra compte à son démarrage.
override-not-woken = Le démon n’a pas pu être réveillé ; il en tiendra compte d’ici quelques minutes.

## check

check-config = Configuration : { $path }
check-openings = Fuseau horaire { $timezone } ; prochaine ouverture { $opening }
check-never-open = Aucune plage de disponibilité ne s’ouvre d’ici un an : voyez [availability]
check-state = État : { $dir }
check-state-bad = État : { $dir } ne peut pas être utilisé : { $cause }. Ce doit être un dossier à vous seul (chmod 700) ; sinon, donnez state.dir
check-offline = Le réseau n’a pas été essayé (--offline).
check-reached = { $mailbox } : le serveur répond : { $value }
check-no-name = { $mailbox } : ce nom ne mène nulle part : { $value }. Vérifiez imap, et le réseau
check-no-connection = { $mailbox } : le serveur ne répond pas : { $value }. Vérifiez imap et son port, et le réseau
check-folders = { $mailbox } : la boîte est utilisable ; les dossiers sont là, dont « { $value } »
check-folders-later = { $mailbox } : la boîte est utilisable ; le démon créera le dossier « { $value } »
check-intake-missing = { $mailbox } : le dossier « { $value } » n’existe pas. Créez-le, ainsi qu’une règle chez votre fournisseur qui y range les notifications
check-intake = { $mailbox } : votre serveur de courrier range les notifications dans « { $folder } ». Tant que le démon est arrêté, elles continuent d’y attendre
check-inbox = { $mailbox } : c’est INBOX qui est surveillée, au mieux. Un téléphone peut sonner avant qu’un message soit déplacé, et rien n’est déplacé pendant que cet ordinateur dort. Une règle sur le serveur (intake) est étanche
check-visible = { $mailbox } : si votre téléphone annonce aussi « { $folder } », désabonnez-y ce dossier
check-running = Le démon tourne.
check-stopped = Le démon ne tourne pas. Pour le lancer : systemctl --user enable --now quiethours
check-lingers = Le démon continue après la fermeture de votre session.
check-linger = Le démon s’arrête quand vous fermez votre session. Pour qu’il continue : loginctl enable-linger
check-failed = Tout n’est pas encore en place : voyez les lignes avec ✗.

## init

yes = Oui
no = Non
init-terminal = init pose des questions : lancez-le dans un terminal, ou écrivez le fichier à la main (voir examples/).
init-welcome =
    Quelques questions ; vos réponses sont essayées, puis écrites dans
    { $path }
init-overwrite = { $path } existe déjà. Le remplacer ?
init-kept = Rien n’a changé.
init-address = Votre adresse électronique
init-address-wrong = Ce n’est pas une adresse : vous@example.org
init-server = Le serveur de courrier (IMAP)
init-server-wrong = Cela ne nomme pas un serveur : mail.example.org
init-user = Le nom d’utilisateur sur ce serveur
init-empty = Il faut une réponse
init-password-how = Comment obtenir le mot de passe ?
init-password-file = Le garder dans le fichier de configuration, que vous seul·e pouvez lire
init-password-command = Le demander chaque fois à un programme (pass, secret-tool…)
init-password = Le mot de passe (il ne s’affiche pas)
init-command = La commande qui l’affiche, par exemple : pass show mail
init-command-wrong = Il manque un guillemet, ou la commande
init-trying = Essai de connexion…
init-logged-in = La connexion fonctionne.
init-again = Réessayer avec d’autres réponses ?
init-days =
    Quand êtes-vous disponible ? Écrivez par exemple 9h-12h30, 14h-18h ;
    rien pour un jour de repos.
init-weekdays = Du lundi au vendredi
init-saturday = Le samedi
init-sunday = Le dimanche
init-holidays = Les jours fériés de quel pays ? FR, BE, FR-67… ; rien pour aucun
init-holidays-wrong = Les jours fériés de ce code ne sont pas connus : FR, BE, FR-67…
init-night = Cet ordinateur reste-t-il allumé la nuit ?
init-intake-why =
    Un ordinateur qui dort ne peut pas garder votre INBOX au calme. Votre
    fournisseur le peut : créez dans son webmail une règle (un filtre) qui range
    les notifications du forum et des tickets dans le dossier « { $folder } ».
    Elles y attendent, et quiethours apporte le récapitulatif à son réveil.
init-intake = Faire ainsi ?
init-written = { $path } est écrit.
init-works = La boîte et ses dossiers sont prêts.
init-service = Lancer quiethours maintenant, et à chaque ouverture de session ?
init-service-done = { $unit } tourne. Pour qu’il continue après la fermeture de session : loginctl enable-linger
init-service-failed = La configuration est écrite, mais le service n’a pas pu être installé : { $cause }
init-by-hand = Pour lancer : quiethours run. Pour vérifier que tout va bien : quiethours check
init-file = Écrit par : quiethours init. Toutes les options : examples/
init-file-availability = quand vous êtes disponible ; un jour qui n’est pas nommé est fermé
init-file-hours = par exemple 9h-12h30, 14h-18h
init-file-timezone = le fuseau de ces heures
init-file-holidays = fermé les jours fériés
init-file-mailbox = où les notifications arrivent
init-file-intake = le dossier où la règle de votre fournisseur range les notifications
init-file-digest = à qui

## inspect
inspect-digest = c’est un récapitulatif de quiethours : jamais retenu
inspect-bounce = c’est un avis de non-distribution : jamais retenu
inspect-account = message de compte (mot de passe, connexion, sécurité) : jamais retenu
inspect-never = « { $selector } » de never_hold s’applique : jamais retenu
inspect-urgent = « { $selector } » de urgent.pass s’applique : passe tout de suite
inspect-named = « { $selector } » de hold s’applique : retenu hors de vos heures
inspect-default = notification reconnue : retenue hors de vos heures
inspect-list = liste de diffusion : retenue seulement si hold la nomme
inspect-unnamed = notification reconnue, mais hold ne la nomme pas : pas retenue
inspect-by-body = reconnue à son texte seul, que n’importe qui peut écrire : retenue seulement si hold nomme son site, { $selector }
inspect-unknown = aucune notification reconnue : pas retenu
inspect-unreadable = message illisible : pas retenu
inspect-no-file = fichier impossible à lire : { $error }
inspect-cut = seul le premier mébioctet a été lu
inspect-kind-notification = notification
inspect-kind-account = message de compte
inspect-kind-other = autre message
inspect-platform = plate-forme
inspect-key = sujet suivi
inspect-title = titre
inspect-author = auteur
inspect-url = lien
inspect-reply-to = répondre à
inspect-excerpt = extrait
inspect-urgency = priorité
inspect-urgency-high = haute
inspect-authentication = authentification
inspect-authentication-fail = échec : votre serveur n’a pas pu confirmer l’expéditeur
inspect-verdict = verdict
check-always-open = Vos heures sont toujours ouvertes : rien n’est retenu, sauf pendant « quiethours away »

## report

report-period = Du { $from } au { $to }, d’après vos horaires actuels.
report-day = Le { $to }, d’après vos horaires actuels.
report-closed =
    Ce sont vos heures de repos :
    ce qui est arrivé depuis { $since } n’est pas compté.
report-notifications = { $count ->
    [0] Aucune notification.
    [one] Une notification{ $off ->
        [0] , mais pas pendant vos heures de repos.
       *[other] , pendant vos heures de repos.
    }
   *[other] { $count } notifications{ $off ->
        [0] , aucune pendant vos heures de repos.
        [one] , dont une pendant vos heures de repos.
       *[other] , dont { $off } pendant vos heures de repos.
    }
}
report-times = Elles ont empiété sur { $times }.
report-evenings = { $count ->
    [one] une soirée ou nuit de semaine
   *[other] { $count } soirées ou nuits de semaine
}
report-weekends = { $count ->
    [one] un week-end
   *[other] { $count } week-ends
}
report-holidays = { $count ->
    [one] un jour férié
   *[other] { $count } jours fériés
}
report-and = et
report-urgent = { $count ->
    [one] L’une d’elles serait passée tout de suite, comme urgente.
   *[other] { $count } d’entre elles seraient passées tout de suite, comme urgentes.
}
report-digests = { $count ->
    [one] Un seul récapitulatif aurait suffi.
   *[other] { $count } récapitulatifs auraient suffi.
}
report-picture = Pendant vos heures de repos, selon le jour et l’heure :
report-none-shade = { $shade } aucune
report-open-shade = blanc : ouvert
report-folders = Lus sans rien y changer ({ $mailbox }) : { $folders }.

## Une ligne de commande qui n’est pas comprise
usage-command = « { $given } » n’est pas une commande de quiethours. { $near }
usage-option = « { $given } » n’est pas une option ici. { $near }
usage-value = « { $given } » ne convient pas pour { $option }. { $near }
usage-value-missing = Il manque une valeur après { $option }.
usage-conflict = { $option } et { $other } s’excluent : gardez l’un des deux.
usage-missing = Il manque { $option }.
usage-no-command = Il manque une commande.
usage-near = Vouliez-vous dire « { $near } » ?
usage-range = De { $from } à { $to }.
usage-values = Possible : { $values }.
usage-other = La ligne de commande n’est pas comprise.
usage-help = L’aide : { $command } --help
