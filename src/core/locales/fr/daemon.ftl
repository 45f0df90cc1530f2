## Ce que dit le démon : la ligne d’état, et ce qui ne va pas

daemon-open-until = ouvert jusqu’à { $until }
daemon-open = ouvert
daemon-closed-until = fermé, réouverture { $until }
daemon-closed = fermé
daemon-clock-unset = L’horloge de cet ordinateur indique une date passée : rien n’est retenu ni remis tant qu’elle n’est pas à l’heure.
daemon-state-failed = quiethours ne peut pas écrire ses notes ({ $why }). D’ici là, rien d’autre n’est remis, et ce qui est retenu le reste. Le disque est-il plein ?
daemon-absence = absence
daemon-too-many-digests = Douze récapitulatifs en vingt-quatre heures : il y a sans doute une boucle. Les notifications restent en attente ; le prochain récapitulatif partira quand le premier d’entre eux aura un jour.
daemon-mailbox-absent = La boîte « { $mailbox } » n’a pas pu être lue : { $why }. Ce qui y attend viendra dès qu’elle s’ouvrira.
daemon-digest-refused = Le serveur a refusé le récapitulatif ({ $why }). Les notifications restent en attente.
daemon-digest-postponed = Le récapitulatif n’a pas pu être remis maintenant ({ $why }). Il le sera plus tard ; les notifications restent en attente.
daemon-digest-lightened = Le serveur a refusé le récapitulatif avec les messages d’origine ({ $why }). Il part sans eux ; ils sont dans leur dossier.
