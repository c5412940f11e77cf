"""Dates and times: texts, however much of them are digits."""

from tests.accuracy.case import case

CASES = [
    case("iso", "date,n\n2024-01-31,1\n2024-02-29,2\n", {"n": 3}, "ISO dates", left_out=["date"]),
    case(
        "german",
        "Datum;n\n31.01.2024;1\n29.02.2024;2\n",
        {"n": 3},
        "digits and points alone, and no numbers",
        left_out=["Datum"],
    ),
    case(
        "german-short",
        "Datum;n\n1.2.24;1\n29.2.24;2\n",
        {"n": 3},
        "short dates with points",
        left_out=["Datum"],
    ),
    case(
        "german-with-decimal-commas",
        "Datum;Betrag\n31.01.2024;1,50\n29.02.2024;2,25\n",
        {"Betrag": "3.75"},
        "dates beside decimal commas",
        {"decimal": ",", "thousands": "."},
        left_out=["Datum"],
    ),
    case(
        "american",
        "date,n\n01/31/2024,1\n2/29/2024,2\n",
        {"n": 3},
        "dates with slashes",
        left_out=["date"],
    ),
    case(
        "times",
        "time,n\n12:30,1\n23:59:59,2\n",
        {"n": 3},
        "times of the day",
        left_out=["time"],
    ),
    case(
        "timestamps",
        "at,n\n2024-01-31T12:30:00Z,1\n2024-01-31 12:30:00+01:00,2\n",
        {"n": 3},
        "points in time in two ways",
        left_out=["at"],
    ),
    case(
        "months",
        "month,n\nJan 2024,1\nFeb 2024,2\n",
        {"n": 3},
        "months with their names",
        left_out=["month"],
    ),
    case("quarters", "quarter,n\n2024Q1,1\n2024Q2,2\n", {"n": 3}, "quarters", left_out=["quarter"]),
    case(
        "seasons",
        "season,goals\n2022-23,61\n2023/24,70\n",
        {"goals": 131},
        "seasons with a dash and a slash",
        left_out=["season"],
    ),
    case(
        "dates-under-skip",
        "date,n\n2024-01-31,1\n2024-02-29,x\n",
        {"n": 1},
        "a date is no number that skip would have to refuse",
        {"non_numeric": "skip"},
        left_out=["date"],
    ),
    case(
        "durations",
        "lap,laps\n1:02.5,3\n59.75,4\n",
        None,
        "a lap below a minute looks like a number, and its column is not one of numbers alone",
        also={"laps": 7},
        refused="not_a_number",
    ),
    case(
        "days-of-excel",
        "serial,n\n45322,1\n45351,2\n",
        {"serial": 90673, "n": 3},
        "days counted since 1900 are numbers to everybody but Excel",
    ),
]
