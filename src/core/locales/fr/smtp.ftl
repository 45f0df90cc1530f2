## smtp : l’envoi du récapitulatif

config-smtp-no-server = par quel serveur l’envoyer ? Par exemple smtp = "mail.example.org"
config-smtp-form = « { $value } » ne nomme pas un serveur. Par exemple smtp = "mail.example.org", ou "mail.example.org:465"
config-smtp-scheme = le début de « { $value } » est inconnu. On connaît smtps://, smtp+starttls:// et, sur cette machine seulement, smtp://. Par exemple smtp = "{ $host }"
config-smtp-extra = « { $value } » contient plus qu’un serveur. L’utilisateur a sa propre option, smtp_user ; par exemple smtp = "{ $host }"
config-smtp-cleartext = smtp:// enverrait votre mot de passe en clair sur le réseau : c’est réservé à cette machine (localhost). Écrivez smtp = "{ $host }", ou "smtp+starttls://{ $host }"
config-smtp-no-user = la boîte du récapitulatif n’a pas de compte à prêter : donnez smtp_user = "vous@example.org"
config-smtp-no-password = la boîte du récapitulatif n’a pas de mot de passe à prêter : donnez smtp_password_command = ["pass", "show", "mail"]
config-smtp-no-replies = Le récapitulatif part vers { $to }, hors du domaine de vos boîtes : les liens « Répondre » par courriel y sont omis, car qui les lit peut écrire en votre nom

check-smtp = SMTP : { $value } accepte votre identification (rien n’a été envoyé)
check-smtp-bad = SMTP : { $cause }
check-smtp-seven-bit = SMTP : { $value } ne prend pas de texte à 8 bits (8BITMIME) : les messages d’origine accentués ne sont pas joints au récapitulatif, et restent dans leur dossier
daemon-digest-unsent = Le récapitulatif n’est pas parti : { $why }. Les notifications restent en attente ; prochain essai dans l’heure.
daemon-digest-blocked = Le récapitulatif n’est pas parti : { $why }. Les notifications restent en attente ; prochain essai dans un jour, ou dès que la configuration est relue.
daemon-digest-perhaps = Trois envois du récapitulatif sont restés sans réponse claire ({ $why }). Il est peut-être arrivé : voyez votre boîte. Les notifications restent en attente, et rien n’est renvoyé avant demain.
daemon-digest-uncertain = On ne sait pas si le récapitulatif est parti ({ $why }). Il est recherché avant tout nouvel envoi ; les notifications restent en attente.
