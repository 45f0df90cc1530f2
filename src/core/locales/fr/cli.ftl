## cli

## inspect
inspect-digest = c’est un digest de quiethours
inspect-bounce = c’est un avis de non-distribution : jamais retenu
inspect-account = message de compte (mot de passe, connexion, sécurité) : jamais retenu
inspect-never = « { $selector } » de never_hold s’applique : jamais retenu
inspect-urgent = « { $selector } » de urgent.pass s’applique : passe tout de suite
inspect-named = « { $selector } » de hold s’applique : retenu hors de vos heures
inspect-default = notification reconnue : retenue hors de vos heures
inspect-list = liste de diffusion : retenue seulement si hold la nomme
inspect-unnamed = notification reconnue, mais hold ne la nomme pas : pas retenue
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
inspect-verdict = verdict
