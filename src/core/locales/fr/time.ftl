## time

time-weekday-1 = lundi
time-weekday-2 = mardi
time-weekday-3 = mercredi
time-weekday-4 = jeudi
time-weekday-5 = vendredi
time-weekday-6 = samedi
time-weekday-7 = dimanche

time-month-1 = janvier
time-month-2 = février
time-month-3 = mars
time-month-4 = avril
time-month-5 = mai
time-month-6 = juin
time-month-7 = juillet
time-month-8 = août
time-month-9 = septembre
time-month-10 = octobre
time-month-11 = novembre
time-month-12 = décembre

# 9 h, 9 h 30
time-clock-hour = { $hour } h
time-clock = { $hour } h { $minute }
time-day-first = 1er { $month }
time-day = { $day } { $month }
time-date = { $day } { $year }
# lundi 9 h
time-instant = { $weekday } { $clock }
# lundi 30 novembre 9 h
time-instant-dated = { $weekday } { $date } { $clock }

# Pourquoi c’est ouvert ou fermé
time-reason-override = selon votre dernière commande
time-reason-away = absence du { $from } au { $to }
time-reason-away-day = absence le { $from }
time-reason-holiday = jour férié : { $name }
time-reason-holiday-unnamed = jour férié
time-reason-schedule = selon vos horaires habituels

# Ce qui ne va pas dans un jour ou dans `hours`
time-error-suggestion = Écrivez par exemple : { $suggestion }
time-error-not-a-window = « { $found } » n’est pas une plage horaire.
time-error-no-such-time = « { $found } » contient une heure qui n’existe pas.
time-error-equal-ends = « { $found } » commence et finit à la même heure : est-ce jamais, ou toute la journée ?
time-error-not-hours = « { $found } » ne se lit pas comme des horaires (syntaxe opening_hours d’OpenStreetMap).
time-error-unknown = « { $found } » : « unknown » ne dit ni ouvert, ni fermé.
time-error-open-end = « { $found } » : il manque l’heure de fin.
time-error-sun-time = « { $found } » dépend du soleil, donc d’un lieu qui n’est pas connu ici.
time-error-repeated = « { $found } » décrit des moments répétés, pas une plage horaire.
time-error-school-holidays = « { $found } » : les vacances scolaires (SH) ne sont pas connues ici ; donnez leurs dates.
time-error-holiday-space = « { $found } » : avec une espace, « PH » et les jours de la semaine s’additionnent au lieu de se restreindre.
time-error-holidays-unset = « { $found } » parle des jours fériés (PH), mais `availability.holidays` ne dit pas lesquels.
time-error-no-such-date = « { $found } » contient une date qui n’existe pas.
time-error-day-without-hours = « { $found } » sans heures voudrait dire vingt-quatre heures par jour.
time-error-erases = « { $found } », après un point-virgule, efface des plages déjà données pour les mêmes jours.
