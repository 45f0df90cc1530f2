## config : ce qui ne va pas dans une configuration, et une valeur qui irait

config-absent = quiethours n’est pas encore configuré. Lancez : quiethours init
config-missing = ce fichier n’existe pas. Pour le créer : quiethours init
config-no-home = le dossier personnel est inconnu : définissez HOME, ou nommez le fichier avec --config
config-unreadable-file = ce fichier ne peut pas être lu : { $cause }
config-profile = « { $value } » ne peut pas nommer un profil, car il entre dans des noms de dossiers. Renommez le fichier, par exemple travail.toml

config-syntax = ligne { $line }, colonne { $column } : ce n’est pas du TOML ({ $message }). Une ligne a la forme : option = "valeur"
config-syntax-quotes = ligne { $line } : la valeur de { $key } doit être entre guillemets droits : { $key } = "…"
config-syntax-curly = ligne { $line } : la valeur de { $key } est entre guillemets typographiques ; TOML veut des guillemets droits : { $key } = "…"
config-syntax-open = ligne { $line } : il manque un guillemet à { $key } : écrivez { $key } = "…", sur une seule ligne
config-syntax-equals = ligne { $line } : il manque le signe « = ». Une ligne a la forme : option = "valeur"
config-syntax-bracket = ligne { $line } : il manque le crochet fermant : [nom]
config-syntax-twice = ligne { $line } : { $key } est écrit deux fois ; gardez-en un

config-unknown = cette option n’existe pas. Ici, on connaît : { $known }
config-unknown-near = cette option n’existe pas. Vouliez-vous dire { $near } ?
config-not-a-table = c’est une section : écrivez [{ $key }] seul sur sa ligne, puis ses options en dessous
config-not-text = il faut un texte : { $key } = "…"
config-not-texts = il faut une liste de textes : { $key } = ["…", "…"]
config-empty = il n’y a rien : donnez une valeur à { $key }, ou supprimez la ligne
config-number = « { $value } » n’est pas un nombre entier de { $least } à { $most } ; par exemple { $key } = { $right }
config-choice = « { $value } » ne figure pas parmi : { $choices }. Par exemple { $key } = "{ $right }"
config-conflict = { $key } et { $other } s’excluent : gardez l’un des deux

config-no-week = vos jours manquent. Par exemple weekdays = "9h-12h30, 14h-18h", ou hours = "Mo-Fr 09:00-18:00"
config-timezone = « { $value } » n’est pas un fuseau horaire. Par exemple timezone = "{ $right }"
config-holidays = les jours fériés de « { $value } » ne sont pas connus. Écrivez un code, par exemple holidays = "{ $right }" (FR, BE, FR-67…)
config-away = « { $value } » n’est pas une absence. Écrivez des jours entiers, le premier et le dernier compris : "2026-12-24/2027-01-03", ou un seul jour : "2026-12-24"
config-away-backwards = « { $value } » finit avant de commencer. Vouliez-vous dire "{ $right }" ?

config-no-mailbox = il n’y a aucune boîte aux lettres. Ajoutez une section [mailbox.asso] avec imap = "mail.example.org" et user = "vous@example.org"
config-no-source = où est cette boîte ? Donnez imap = "mail.example.org", ou maildir = "/home/vous/Maildir"
config-no-user = le nom d’utilisateur manque ; c’est souvent l’adresse : user = "vous@example.org"
config-imap-form = « { $value } » ne nomme pas un serveur. Par exemple imap = "mail.example.org", ou "mail.example.org:993"
config-imap-scheme = le début de « { $value } » est inconnu. On connaît imaps://, imap+starttls:// et, sur cette machine seulement, imap://. Par exemple imap = "{ $host }"
config-imap-extra = « { $value } » contient plus qu’un serveur. L’utilisateur et le dossier ont leurs propres options ; par exemple imap = "{ $host }"
config-imap-cleartext = imap:// enverrait votre mot de passe en clair sur le réseau : c’est réservé à cette machine (localhost). Écrivez imap = "{ $host }", ou "imap+starttls://{ $host }"
config-no-password = comment obtenir le mot de passe ? Le mieux est une commande : password_command = ["pass", "show", "mail"]. Sinon password_file = "/chemin", password_credential = "nom", oauth_token_command = ["…"] si le fournisseur exige un jeton, ou password = "…"
config-readable = d’autres personnes sur cette machine peuvent lire { $file }, qui contient un mot de passe. Lancez : chmod 600 "{ $file }"
config-not-plain = { $file } n’est pas un fichier ordinaire : donnez le chemin d’un fichier qui contient le secret seul
config-unreadable = { $file } ne peut pas être lu : { $cause }
config-no-certificate = { $file } ne contient pas de certificat au format PEM (-----BEGIN CERTIFICATE-----)
config-command-quotes = il manque un guillemet dans cette commande. Une liste est plus claire : { $key } = ["pass", "show", "mail"]
config-credential = « { $value } » ne peut pas nommer un secret de systemd : donnez son nom seul, sans chemin
config-folder = « { $value } » ne peut pas nommer un dossier. Par exemple "{ $right }"
config-held-intake = le serveur range les notifications dans { $intake }, et elles y attendent : supprimez { $held }
config-held-inbox = les notifications doivent attendre ailleurs que dans INBOX. Par exemple held = "Quiet Hours"
config-released = { $released } et { $other } valent tous deux « { $value } » : les originaux doivent quitter le dossier où ils attendaient. Par exemple released = "Quiet Hours/Released"
config-twins = { $one } et { $other } surveillent les mêmes dossiers du même compte : gardez l’un des deux
config-selector = « { $value } » n’est pas un sélecteur. Par exemple "discourse", "glpi@tickets.example.org", "from:@example.org", "list:dev.example.org", "subject:urgent"
config-selector-near = « { $value } » n’est pas un sélecteur. Vouliez-vous dire "{ $near }" ?
config-authserv-id = « { $value } » n’est pas le seul nom que votre serveur écrit après « Authentication-Results: ». Par exemple authserv_id = "{ $right }"

config-no-to = à qui va le récapitulatif ? Par exemple to = "vous@example.org"
config-address = « { $value } » n’est pas une adresse simple. Par exemple "vous@example.org"
config-address-near = « { $value } » n’est pas une adresse simple. Écrivez "{ $right }"
config-digest-mailbox = il y a plusieurs boîtes ({ $names }) : laquelle reçoit le récapitulatif ? Par exemple mailbox = "{ $right }"
config-digest-mailbox-unknown = il n’y a pas de section [mailbox.{ $value }]. Vouliez-vous dire mailbox = "{ $right }" ?
config-at = « { $value } » n’est ni "opening" ni une heure. Par exemple at = ["opening", "14:00"]
config-at-empty = sans aucune heure, il n’y aurait jamais de récapitulatif. Par exemple at = ["opening"]
config-originals-abroad = les messages d’origine contiennent des adresses de réponse avec lesquelles n’importe qui répondrait en votre nom : ils ne quittent pas le domaine de vos boîtes. Écrivez { $right }, ou donnez à to une adresse de ce domaine
config-without-effect = { $key } est accepté, mais n’a pas encore d’effet dans cette version
config-by-body = hold nomme { $platform } : seul le texte de ses messages dit d’où ils viennent, et n’importe qui peut l’écrire. Nommez son site, par exemple { $platform }@forum.exemple.org ; sans cela ils ne sont pas retenus
