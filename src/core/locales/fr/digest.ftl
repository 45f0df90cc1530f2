## digest
# No-break spaces stand before : ; ? ! » and after «, and inside times: the text part shows them as ordinary ones.

digest-greeting = { $part ->
    [evening] Bonsoir
   *[other] Bonjour
}
digest-subject = { $greeting } — ce qui vous attend, { $when }

digest-weekday = { $day ->
    [1] lundi
    [2] mardi
    [3] mercredi
    [4] jeudi
    [5] vendredi
    [6] samedi
   *[other] dimanche
}
digest-month = { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[other] décembre
}
digest-date = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { $month }
digest-date-year = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }
digest-hour = { $hour } h
digest-hour-minute = { $hour } h { $minute }
digest-day-hour = { $day } { $hour }
digest-date-hour = { $date } à { $hour }

digest-covers = Voici ce qui est arrivé de { $from } à { $to }.
digest-covers-dates = Voici ce qui est arrivé du { $from } au { $to }.
digest-nobody-expects = Personne n’attend de réponse dans l’heure.
digest-nothing = Rien ne vous attend.
digest-urgent = { $count ->
    [0] Rien n’est passé comme urgent.
    [1] Un message est passé comme urgent, par la règle { $rules }. Il est déjà dans votre boîte.
   *[other] { $count } messages sont passés comme urgents, par vos règles ({ $rules }). Ils sont déjà dans votre boîte.
}

digest-for-you = Pour vous
digest-waiting = En attente d’une réponse
digest-answered = Déjà répondu
digest-closed-topic = résolu
digest-information = Pour information
digest-more-topics = Et, plus brièvement :
digest-topics = { $count ->
    [one] { $count } sujet
   *[other] { $count } sujets
}
digest-messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
digest-more-messages = { $count ->
    [one] et { $count } autre message
   *[other] et { $count } autres messages
}
digest-more-attachments = { $count ->
    [one] et { $count } autre
   *[other] et { $count } autres
}
digest-rest = { $topics ->
    [one] Et { $topics } autre sujet
   *[other] Et { $topics } autres sujets
} ({ $count ->
    [one] { $count } message
   *[other] { $count } messages
}), à lire dans le dossier « { $folder } ».
digest-priority = priorité haute
digest-untitled = (sans objet)
digest-unreadable = Message illisible
digest-unreadable-where = Ce message n’a pas pu être lu. L’original est intact, dans le dossier « { $folder } ».

digest-doubtful-mark = expéditeur non confirmé
digest-doubtful = Votre serveur de courrier n’a pas pu confirmer l’expéditeur d’un message de ce sujet. Ses adresses ne sont pas des liens, et on ne peut pas y répondre d’ici.
digest-address = Adresse non confirmée :
digest-open = Ouvrir
digest-open-on = Ouvrir sur { $host }
digest-reply = Répondre
digest-reply-to = Votre réponse ira à { $address }
digest-reply-subject = objet :
digest-attachments = Pièces jointes :

digest-passed = Remis sans attendre
digest-passed-rule = règle { $selector }
digest-troubles = Ce qui n’a pas bien marché

digest-next = Prochain récapitulatif : { $when }.
digest-next-today = Prochain récapitulatif : aujourd’hui à { $when }.
digest-closed = Prochains jours de repos : { $days }.
digest-closed-day = { $first } ({ $name })
digest-closed-days = du { $first } au { $last } ({ $name })
digest-place-folder = dans le dossier « { $folder } » de votre boîte
digest-place-inbox = dans votre boîte de réception
digest-originals = Les messages d’origine sont { $place }.
digest-originals-attached = Les messages d’origine sont joints, et rangés { $place }.
digest-originals-partly = { $count ->
    [one] { $count } message d’origine est joint ; ceux qui ne le sont pas sont { $place }, avec lui.
   *[other] { $count } messages d’origine sont joints ; ceux qui ne le sont pas sont { $place }, avec tous les autres.
}
digest-originals-unattached = Les messages d’origine n’ont pas pu être joints. Ils sont { $place }.
digest-change = Pour changer vos heures : la commande quiethours away (ou quiethours available), ou le fichier { $file }.
digest-release = Référence de ce récapitulatif : { $rid }
