## demo

demo-intro = Une soirée, une nuit et un matin aux Canoë, une coopérative inventée. Alice répond de 9 h à 12 h 30 et de 14 h à 18 h.
demo-open = ouvert
demo-closed = fermé
demo-open-until = jusqu’à { $until }
demo-closed-until = réouverture { $until }
demo-held = retenu
demo-urgent = URGENT
demo-passed = passe
demo-left = laissé
demo-digest = REMIS
demo-digest-of = { $count ->
    [one] un seul récapitulatif pour une notification
   *[other] un seul récapitulatif pour { $count } notifications
}
demo-why-urgent = passe tout de suite, comme demandé
demo-why-open = la fenêtre est ouverte
demo-why-private = ce n’est pas une notification
demo-why-account = mot de passe : jamais retenu
demo-outro = Le récapitulatif reçu par Alice à 9 h, à lire dans un navigateur, un terminal ou un logiciel de messagerie :
demo-failed = La démonstration n’a pas pu se terminer : { $why }.
