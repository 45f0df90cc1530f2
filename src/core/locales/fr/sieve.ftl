## sieve

sieve-opening = quiethours : la règle qui range, dès leur arrivée, les notifications de [mailbox.{ $mailbox }] dans « { $folder } ». Placez-la avant les autres règles, dans le script Sieve ou les filtres de votre fournisseur ; la ligne « require » va tout en haut, une seule fois. quiethours ne l’installe jamais de lui-même.
sieve-folder = Le dossier doit exister, et son nom doit être celui que votre serveur affiche : chez certains, « { $folder } » s’appelle INBOX.{ $folder }, ou porte « . » au lieu de « / ». Tant que quiethours est arrêté, ce qui est rangé continue d’y attendre. Pour y mettre fin, enlevez d’abord la règle.
sieve-proposed = Votre configuration surveille encore INBOX. Avec cette règle, il lui faut ces deux lignes :
sieve-urgent = Ce que nomme urgent.pass est rangé aussi : quiethours l’apporte aussitôt dans INBOX, dans la limite de max_per_closure, tant qu’il tourne.
sieve-omitted = Pas rangé, car l’en-tête d’un message ne le dit pas, ou rien de ce nom n’est reconnu : { $selector }
sieve-partly = Rangé seulement là où l’en-tête d’un message le dit : { $selector }
sieve-never = Jamais rangés : les récapitulatifs de quiethours, les avis de non-distribution, et les messages de compte (mots de passe, connexions, sécurité).
sieve-never-hold = Jamais rangé : ce que nomme never_hold, et ce qui y ressemble.
sieve-default = Toute notification reconnue à son en-tête.
sieve-named = Ce que hold nomme par expéditeur, liste, objet ou priorité.
sieve-platforms = Ce que hold nomme par plate-forme.
sieve-others = D’autres plates-formes, que hold ne nomme pas.
sieve-left = laissé aux règles suivantes, ou à INBOX
sieve-nothing = Rien n’est rangé : hold ne nomme rien que l’en-tête d’un message puisse dire.
sieve-which = Il y a plusieurs boîtes : { $names }. Dites laquelle : quiethours sieve --mailbox { $first }
sieve-no-mailbox = Il n’y a pas de boîte { $name }. Il y a : { $names }
sieve-refused = Aucune règle ne peut être écrite : le dossier, ou un sélecteur, contient une fin de ligne ou un caractère invisible : { $value }
