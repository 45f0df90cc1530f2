## time

time-weekday-1 = Monday
time-weekday-2 = Tuesday
time-weekday-3 = Wednesday
time-weekday-4 = Thursday
time-weekday-5 = Friday
time-weekday-6 = Saturday
time-weekday-7 = Sunday

time-month-1 = January
time-month-2 = February
time-month-3 = March
time-month-4 = April
time-month-5 = May
time-month-6 = June
time-month-7 = July
time-month-8 = August
time-month-9 = September
time-month-10 = October
time-month-11 = November
time-month-12 = December

# 9:00, 9:30
time-clock-hour = { $hour }:00
time-clock = { $hour }:{ $minute }
time-day-first = 1 { $month }
time-day = { $day } { $month }
time-date = { $day } { $year }
# Monday 9:00
time-instant = { $weekday } { $clock }
# Monday 30 November 9:00
time-instant-dated = { $weekday } { $date } { $clock }

# Why it is open or closed
time-reason-override = your last command
time-reason-away = away from { $from } to { $to }
time-reason-away-day = away on { $from }
time-reason-holiday = public holiday: { $name }
time-reason-holiday-unnamed = public holiday
time-reason-schedule = your usual hours

# What is wrong with a day or with `hours`
time-error-suggestion = Write for example: { $suggestion }
time-error-not-a-window = “{ $found }” is not a window of time.
time-error-no-such-time = “{ $found }” has a time that does not exist.
time-error-equal-ends = “{ $found }” begins and ends at the same time: is that never, or all day?
time-error-not-hours = “{ $found }” does not read as hours (OpenStreetMap’s opening_hours syntax).
time-error-unknown = “{ $found }”: “unknown” is neither open nor closed.
time-error-open-end = “{ $found }” has no time at which it ends.
time-error-sun-time = “{ $found }” depends on the sun, and so on a place that is not known here.
time-error-repeated = “{ $found }” names repeated moments, not a window of time.
time-error-school-holidays = “{ $found }”: school holidays (SH) are not known here; give their dates.
time-error-holiday-space = “{ $found }”: with a space, “PH” and weekdays are added to each other instead of narrowed down.
time-error-holidays-unset = “{ $found }” speaks of public holidays (PH), but `availability.holidays` does not say whose.
time-error-no-such-date = “{ $found }” has a date that does not exist.
time-error-day-without-hours = “{ $found }” without hours would mean twenty-four hours a day.
time-error-erases = “{ $found }”, after a semicolon, takes away windows already given for the same days.
