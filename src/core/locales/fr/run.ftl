## run, release, preview

run-locked = Un autre quiethours de ce profil tourne déjà (processus { $pid }).
run-pending = Il reste quelque chose à faire : réessayez plus tard.
run-pending-why = Il reste quelque chose à faire : { $why }
run-refused = La boîte ne s’ouvre pas : { $why }. Vérifiez l’utilisateur et son secret dans la configuration, puis essayez « quiethours check ».
release-done = C’est fait : le récapitulatif est dans votre boîte, s’il y avait quelque chose à remettre.
release-asked = Demandé. Le démon remettra le récapitulatif dès que la boîte répondra.
preview-nothing = Rien n’attend.
preview-browser = Le récapitulatif est dans votre navigateur, et dans ce fichier, que vous seul·e pouvez lire : { $path }
preview-no-browser = Aucun navigateur ne s’est ouvert ({ $why }). Ouvrez ce fichier, que vous seul·e pouvez lire : { $path }
run-unsupported = Ce serveur ne permet pas de travailler sans risque ({ $why }). Rien n’a été déplacé.
